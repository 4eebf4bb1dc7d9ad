"""What each agent did, stretch by stretch: for pictures of one day, not for totals."""

from __future__ import annotations

from core.model.agent import AgentState
from core.model.ids import AgentId
from metrics.occupancy import Stretch


class TimeLines:
    """Keeps every stretch in which an agent was logged in; a day of 3,600 calls has about 14,000."""

    def __init__(self) -> None:
        self.of: dict[AgentId, list[Stretch]] = {}

    def add(self, stretch: Stretch) -> None:
        """Keep one stretch, unless it is empty or the agent was not there."""
        if stretch.state is not AgentState.LOGGED_OUT and stretch.from_us < stretch.to_us:
            self.of.setdefault(stretch.agent_id, []).append(stretch)

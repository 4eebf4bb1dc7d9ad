"""How agents spend their time: a fold of `AgentStateChanged` into time by state."""

from __future__ import annotations

from core.model.agent import AgentState
from core.model.events import AgentStateChanged
from core.model.ids import AgentId

_HANDLING = (AgentState.RESERVED, AgentState.ON_CONTACT, AgentState.WRAP_UP)


class TimeByState:
    """Microseconds in each state, over all agents."""

    def __init__(self) -> None:
        self.spent_us: dict[AgentState, int] = dict.fromkeys(AgentState, 0)
        self._since: dict[AgentId, tuple[AgentState, int]] = {}

    def add(self, event: AgentStateChanged) -> None:
        """Count the stretch of time that ends with `event`."""
        self._count(event.agent_id, event.at_us)
        self._since[event.agent_id] = (event.new, event.at_us)

    def close(self, at_us: int) -> None:
        """Count the stretches still open until `at_us`."""
        for agent_id, (state, _) in list(self._since.items()):
            self._count(agent_id, at_us)
            self._since[agent_id] = (state, at_us)

    def occupancy(self) -> float:
        """Return handling time over handling and ready time, 0 where nobody worked."""
        handling_us = sum(self.spent_us[state] for state in _HANDLING)
        on_duty_us = handling_us + self.spent_us[AgentState.READY]
        return handling_us / on_duty_us if on_duty_us else 0.0

    def _count(self, agent_id: AgentId, at_us: int) -> None:
        if agent_id in self._since:
            state, since_us = self._since[agent_id]
            self.spent_us[state] += at_us - since_us

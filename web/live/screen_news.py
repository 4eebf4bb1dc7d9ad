"""Tells the engine when an agent's desk is open on a screen, and when it is on none any more.

The engine gives a lost one a grace, and then offers its agent nothing more (`agents.desks`).
"""

from __future__ import annotations

from core.kernel.clock import Clock
from core.model.ids import AgentId
from core.model.requests import DeskBack, DeskLost
from web.front import FrontOffice


class ScreenNews:
    """A watch of the holders of desks (`web.live.holders`)."""

    def __init__(self, front: FrontOffice, clock: Clock) -> None:
        self._front = front
        self._clock = clock

    def __call__(self, agent_id: AgentId, is_open: bool) -> None:
        """Pass it on."""
        kind = DeskBack if is_open else DeskLost
        self._front.tell(kind(at_us=self._clock.now_us(), agent_id=agent_id))

"""Tells the engine when an agent's desk is open on a screen, when it is on none any more, and what it shows.

The engine gives a lost one a grace, and then offers its agent nothing more (`agents.lost_desks`); it lets a
phone ring when the record can be seen (`agents.reservations`).
"""

from __future__ import annotations

from core.kernel.clock import Clock
from core.model.ids import AgentId, OfferId
from core.model.requests import DeskBack, DeskLost, RecordSeen
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

    def seen(self, agent_id: AgentId, offer_id: OfferId) -> None:
        """Pass on that the record of an offer is before the agent's eyes."""
        self._front.tell(RecordSeen(at_us=self._clock.now_us(), agent_id=agent_id, offer_id=offer_id))

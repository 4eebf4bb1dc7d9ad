"""What two policies of a queue brought that were in force by turns: figures of each, in pairs of blocks.

A contact belongs to the policy it was queued under, told by `ContactQueued`, and to the pair of blocks it was
queued in. Who was queued soon after a change is left out: the line was still the other policy's work. The
frame's intervals are the pairs, so that both policies have each of them under nearly the same load.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.model.contact import VOICE
from core.model.events import (
    ContactAbandoned,
    ContactAdopted,
    ContactArrived,
    ContactConnected,
    ContactDiverted,
    ContactEvent,
    ContactQueued,
    CustomerIdentified,
    InteractionRecorded,
    QueueingAsked,
)
from core.model.ids import ContactId
from core.model.message import DomainEvent
from metrics.contacts import ContactFigures
from metrics.day import DayFigures
from metrics.frame import Frame
from metrics.valuation import Valuation

Pairs = tuple[list[ContactFigures], list[ContactFigures]]
"""The figures of both policies, pair by pair."""


class TurnFigures:
    """The fold. `left_out` counts who was queued too soon after a change; `frame` has one interval a pair."""

    told_by: tuple[type[ContactEvent], ...] = (
        ContactArrived,
        CustomerIdentified,
        QueueingAsked,
        ContactQueued,
        ContactDiverted,
        ContactConnected,
        ContactAdopted,
        ContactAbandoned,
        InteractionRecorded,
    )

    def __init__(
        self,
        queue: str,
        policies: Sequence[str],
        *,
        block_us: int,
        warm_up_us: int,
        frame: Frame,
        valuation: Valuation,
    ) -> None:
        self.left_out = 0
        self._queue = queue
        self._block_us = block_us
        self._warm_up_us = warm_up_us
        self._frame = frame
        self._of_policy = {policy: DayFigures(frame, valuation=valuation) for policy in policies}
        # What is known of contacts not queued yet, and of those queued where they are counted, if anywhere.
        self._before: dict[ContactId, list[ContactEvent]] = {}
        self._counted: dict[ContactId, DayFigures] = {}

    def add(self, event: DomainEvent) -> None:
        """Fold one event in; events of other contacts are passed over."""
        if not isinstance(event, self.told_by):
            return
        assert isinstance(event, ContactEvent), "all that this is told by"
        contact_id = event.contact_id
        if isinstance(event, ContactArrived) and event.channel == VOICE:
            self._before[contact_id] = []
        if contact_id in self._before:
            self._before[contact_id].append(event)
            if isinstance(event, ContactQueued):
                self._assign(event)
        elif contact_id in self._counted:
            self._counted[contact_id].add(event)
        if isinstance(event, InteractionRecorded):
            self._before.pop(contact_id, None)
            self._counted.pop(contact_id, None)

    def pairs(self, tier: str | None = None) -> Pairs:
        """Return the figures of both policies for each pair of blocks, of all tiers or of one."""
        first, second = (figures.by_interval(tier=tier) for figures in self._of_policy.values())
        return first, second

    @property
    def tiers(self) -> list[str]:
        """Return the names of the tiers that were seen, sorted."""
        return sorted({tier for figures in self._of_policy.values() for tier in figures.tiers})

    def _assign(self, event: ContactQueued) -> None:
        """Count the contact where it belongs, with all that was told of it before."""
        told = self._before.pop(event.contact_id)
        figures = self._of_policy.get(event.policy)
        frame = self._frame
        if figures is None or event.queue != self._queue or not frame.origin_us <= event.at_us < frame.end_us:
            return
        if event.at_us % self._block_us < self._warm_up_us:
            self.left_out += 1
            return
        self._counted[event.contact_id] = figures
        for earlier in told:
            figures.add(earlier)

"""All who wait in one queue, in the order in which they stand and in that in which they came."""

from __future__ import annotations

from heapq import heapify, heappush

from core.kernel.ordered import Ordered
from core.model.contact import Contact
from core.model.ids import ContactId

GONE_MAX = 64
"""Contacts that are gone and still in `arrivals` before those are gone through, besides as many as wait."""


class QueueLine(Ordered):
    """The queue by places. `arrivals` is a heap by the instant of queueing, some of whom wait no longer."""

    __slots__ = ("arrivals",)

    def __init__(self) -> None:
        super().__init__()
        self.arrivals: list[tuple[int, ContactId]] = []

    def note_arrival(self, contact: Contact) -> None:
        """Take note of when a contact was queued that was just added."""
        heappush(self.arrivals, (contact.queued_us or 0, contact.contact_id))
        if len(self.arrivals) > 2 * self.count + GONE_MAX:
            waiting = {entry[2] for entry in self}
            self.arrivals = [each for each in dict.fromkeys(self.arrivals) if each[1] in waiting]
            heapify(self.arrivals)

"""What was seen when a contact asked for a queue, or stood in it, beside how long it waited from there.

A fold of domain events. A sample is taken when a contact is queued, after twenty seconds and then each
minute, where announcements are by default. It counts when the contact is answered.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import NamedTuple

from core.kernel.clock import SECOND_US
from core.model.events import ContactConnected, ContactQueued
from core.model.ids import ContactId, QueueName
from core.model.message import DomainEvent
from routing.outlook import Outlook
from routing.regression import Moment

FIRST_US = 20 * SECOND_US
AGAIN_US = 60 * SECOND_US
WAITED_LEAST_US = 10 * SECOND_US
"""Who waits less is hardly told a wait; a sample of it would say how it is with an idle agent."""
OPEN_MAX = 100_000
"""Contacts that may be open at once; beyond that the oldest are taken for lost and forgotten."""


class Sample(NamedTuple):
    """What was seen, and how long the contact waited from there."""

    queue: QueueName
    moment: Moment
    at_us: int
    features: list[float]
    left_s: float


class _Look(NamedTuple):
    """What was seen at an instant, of a contact that still waits."""

    moment: Moment
    at_us: int
    features: list[float]


class Sampler:
    """Takes the samples and hands those that count to `sink`."""

    def __init__(self, outlook: Outlook, sink: Callable[[Sample], None]) -> None:
        self._outlook = outlook
        self._sink = sink
        self._open: dict[ContactId, list[_Look]] = {}
        self._due: list[tuple[int, ContactId]] = []

    def add(self, event: DomainEvent) -> None:
        """Fold one event in."""
        while self._due and self._due[0][0] <= event.at_us:
            self._look_again(*heapq.heappop(self._due))
        self._outlook.add(event)
        if isinstance(event, ContactQueued):
            self._look(event.contact_id, Moment.ARRIVING, event.at_us, FIRST_US)
        elif isinstance(event, ContactConnected):
            self._answered(event)

    def _look(self, contact_id: ContactId, moment: Moment, at_us: int, again_us: int) -> None:
        looked = _Look(moment, at_us, self._outlook.look(contact_id, at_us))
        self._open.setdefault(contact_id, []).append(looked)
        heapq.heappush(self._due, (at_us + again_us, contact_id))
        if len(self._open) > OPEN_MAX:
            del self._open[next(iter(self._open))]

    def _look_again(self, due_us: int, contact_id: ContactId) -> None:
        if self._outlook.waits(contact_id):
            self._look(contact_id, Moment.WAITING, due_us, AGAIN_US)
        else:
            self._open.pop(contact_id, None)

    def _answered(self, event: ContactConnected) -> None:
        looks = self._open.pop(event.contact_id, ())
        if event.waited_us < WAITED_LEAST_US or not self._outlook.knows(event.queue):
            return
        for look in looks:
            left_s = (event.at_us - look.at_us) / SECOND_US
            self._sink(Sample(event.queue, look.moment, look.at_us, look.features, left_s))

"""What lately passed through the line of a queue, or through all lines: sums that an estimator looks at.

Pure, and bounded: instants are forgotten after a quarter of an hour, waits and talks after the next few.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from typing import NamedTuple

from core.kernel.clock import SECOND_US
from core.model.ids import ContactId
from routing.standing import Place

RECENT_US = 900 * SECOND_US
"""How far back answers and arrivals are counted; also the cap on how old the last answer can be."""
LAST_FEW, LAST_MANY = 3, 10
"""Answers whose waits are averaged."""
HANDLED_MANY = 50
"""Talks whose length is averaged."""


class Service(NamedTuple):
    """A contact entered service."""

    at_us: int
    waited_us: int


class RecentFlow:
    """What lately passed through a line, or through all of them."""

    def __init__(self) -> None:
        self.last = Service(0, 0)
        self.services: deque[Service] = deque(maxlen=LAST_MANY)
        self.answered: deque[int] = deque()
        self.arrived: deque[int] = deque()
        self.left: deque[int] = deque()

    def serve(self, at_us: int, waited_us: int) -> None:
        """Take note that a contact was answered."""
        self.last = Service(at_us, waited_us)
        self.services.append(self.last)
        self.answered.append(at_us)
        self.forget(at_us)

    def arrive(self, at_us: int) -> None:
        """Take note that a contact came."""
        self.arrived.append(at_us)
        self.forget(at_us)

    def forget(self, now_us: int) -> None:
        """Drop what is no longer recent."""
        since_us = now_us - RECENT_US
        for instants in (self.answered, self.arrived, self.left):
            while instants and instants[0] < since_us:
                instants.popleft()

    def gap_s(self, now_us: int) -> float:
        """Return the mean time between the last answers, up to now."""
        if not self.services:
            return RECENT_US / SECOND_US
        gap_us = (now_us - self.services[0].at_us) / len(self.services)
        return min(gap_us, RECENT_US) / SECOND_US

    def mean_wait_s(self, count: int) -> float:
        """Return the mean wait of the last `count` that were answered."""
        if not self.services:
            return 0.0
        last = list(self.services)[-count:]
        return sum(service.waited_us for service in last) / len(last) / SECOND_US


class RecentLine(RecentFlow):
    """One queue: who stands in it, and how much of the agents' work it is, in millionths of an agent."""

    def __init__(self) -> None:
        super().__init__()
        self.places: list[Place] = []
        # By arrival: whoever came first is the first.
        self.queued_us: dict[ContactId, int] = {}
        self.queued_sum_us = 0
        self.busy_ppm = 0
        self.ready_ppm = 0
        self.handled_us: deque[int] = deque(maxlen=HANDLED_MANY)

    def give_up(self, place: Place) -> None:
        """Let nobody stand at `place` any more."""
        del self.places[bisect_left(self.places, place)]

    def head_s(self, now_us: int) -> float:
        """Return how long the contact has waited that came first of those in line."""
        return (now_us - next(iter(self.queued_us.values()))) / SECOND_US if self.queued_us else 0.0

    def mean_waiting_s(self, now_us: int) -> float:
        """Return how long those in line have waited, in the mean."""
        return (now_us - self.queued_sum_us / len(self.places)) / SECOND_US if self.places else 0.0

    def mean_handle_s(self) -> float:
        """Return how long the last contacts kept their agents, in the mean."""
        return sum(self.handled_us) / len(self.handled_us) / SECOND_US if self.handled_us else 0.0

"""A stage for tests of the simulated world: virtual time, an exchange, and what it told."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from core.kernel.clock import SECOND_US, microseconds
from core.model.message import Event
from simulator.pbx import Exchange
from simulator.phones import PhoneBook, Reach, always
from simulator.port import SimPbx

START_US = 1_000 * SECOND_US


class VirtualTime:
    """The least scheduler there is: a heap and a clock that jumps."""

    def __init__(self) -> None:
        self._now_us = START_US
        self._agenda: list[tuple[int, int, Callable[[], None]]] = []
        self._asked = 0

    def now_us(self) -> int:
        return self._now_us

    def call_at(self, at_us: int, action: Callable[[], None]) -> None:
        self._asked += 1
        heapq.heappush(self._agenda, (at_us, self._asked, action))

    def advance(self, seconds: float) -> None:
        """Run everything due within the next `seconds`."""
        until_us = self._now_us + microseconds(seconds)
        while self._agenda and self._agenda[0][0] <= until_us:
            self._now_us, _, action = heapq.heappop(self._agenda)
            action()
        self._now_us = until_us


@dataclass
class Stage:
    """An exchange behind the `Pbx` port, and every event it told."""

    time: VirtualTime = field(default_factory=VirtualTime)
    phones: PhoneBook = field(default_factory=PhoneBook)
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.phones.add("PJSIP/1001", always(Reach.ANSWER, microseconds(2)))
        self.exchange = Exchange(self.time, self.phones)
        self.pbx = SimPbx(self.exchange, self.events.append)
        self.pbx.start()

    def told(self) -> list[str]:
        """Return the names of the events told so far, and forget them."""
        names = [type(event).__name__ for event in self.events]
        self.events.clear()
        return names

    def last(self, kind: type[Event]) -> Event:
        """Return the last event of `kind`."""
        return next(event for event in reversed(self.events) if type(event) is kind)


@pytest.fixture
def stage() -> Stage:
    return Stage()

"""A clock for tests of what reads the time at an edge."""

from __future__ import annotations

from dataclasses import dataclass

from core.kernel.clock import SECOND_US

NOON_US = 1_750_000_000 * SECOND_US


@dataclass
class Wristwatch:
    """A clock that stands at noon until the test turns it."""

    at_us: int = NOON_US

    def now_us(self) -> int:
        return self.at_us

"""How long a contact will still wait: pure arithmetic over what its queue has seen.

The wait of the last contact to enter service is the default: of the simple predictors it errs least on
real call-centre records (Ibrahim & Whitt 2009 tell how much: twice the squared error of the queue's length
where that is known to be the whole truth, and it needs to know neither rates nor rules). Before anybody was
served it is position times handling time over agents.

Callers are told bands, such as 5 to 10 minutes: an estimate is no timetable.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from core.kernel.clock import SECOND_US

MINUTE_US = 60 * SECOND_US


class Served(NamedTuple):
    """A contact that entered service: how long it waited, and by how much its credits moved it forward."""

    waited_us: int
    forward_us: int


class LastServed:
    """The last contact of each tier that entered service from one queue."""

    def __init__(self) -> None:
        # In the order in which they were served: the latest is the last.
        self._by_tier: dict[str, Served] = {}

    def add(self, tier: str, served: Served) -> None:
        """Take note that a contact of `tier` has just entered service."""
        self._by_tier.pop(tier, None)
        self._by_tier[tier] = served

    def wait_us(self, tier: str, forward_us: int, turn_us: int) -> int | None:
        """Return the wait of a contact of `tier` that stands `forward_us` ahead of its arrival.

        The latest of two is believed: the last served of its own tier, whose wait it will have too, and of
        those that stand no further forward, behind whom it need not wait: it gains what it stands further
        forward, down to `turn_us`, in which one agent becomes free. None where nobody like that was served.
        """
        for name, served in reversed(self._by_tier.items()):
            if name == tier:
                return served.waited_us
            if served.forward_us <= forward_us:
                return max(served.waited_us + served.forward_us - forward_us, turn_us)
        return None


class Band(NamedTuple):
    """A wait as callers are told it, in whole minutes; the last band has no upper end."""

    low: int
    high: int | None

    @property
    def low_us(self) -> int:
        """The shortest wait of the band."""
        return self.low * MINUTE_US

    @property
    def high_us(self) -> int | None:
        """The longest wait of the band, None for no end."""
        return None if self.high is None else self.high * MINUTE_US


def band_of(wait_us: int, edges_min: Sequence[int]) -> Band:
    """Return the band in which `wait_us` lies; `edges_min` are the minutes between bands, ascending."""
    place = bisect_right(edges_min, wait_us // MINUTE_US)
    low = edges_min[place - 1] if place else 0
    return Band(low, edges_min[place] if place < len(edges_min) else None)

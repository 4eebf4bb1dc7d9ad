"""How a staffing fares: the share in time of each target in each interval, summed over simulated days.

A day under a staffing tells, for each target and interval, how many contacts were offered and how many of
them were answered in time. Days vary in both, so the share over days is a ratio of two sums and its
standard error that of a ratio estimator (the delta method; Law, Simulation Modeling and Analysis, 9.4).
Knows nothing of scenarios or engines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, sqrt
from typing import NamedTuple

Staffing = tuple[tuple[int, ...], ...]
"""Agents at work, by team and interval: `staffing[team][interval]`."""


class Counted(NamedTuple):
    """Contacts offered in an interval of one day, and how many of them were answered in time."""

    in_time: int
    offered: int


DayLevels = Sequence[Sequence[Counted]]
"""What one day showed: `levels[target][interval]`."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share over many days: its value, the standard error of it, and the contacts it rests on."""

    value: float
    error: float
    offered: int


@dataclass(slots=True)
class ShareSum:
    """Sums over days from which one share and its error follow; all are whole numbers, so exact."""

    days: int = 0
    in_time: int = 0
    offered: int = 0
    in_time_squared: int = 0
    offered_squared: int = 0
    product: int = 0

    def add(self, day: Counted) -> None:
        """Take one more day in."""
        in_time, offered = day
        self.days += 1
        self.in_time += in_time
        self.offered += offered
        self.in_time_squared += in_time * in_time
        self.offered_squared += offered * offered
        self.product += in_time * offered

    def share(self) -> Share:
        """Return the share so far: 1 where nobody called, of unknown error before the second day."""
        if not self.offered:
            return Share(1.0, 0.0, 0)
        value = self.in_time / self.offered
        if self.days < 2:
            return Share(value, inf, self.offered)
        spread = (  # of in time - share * offered over the days, times offered squared: a whole number
            self.in_time_squared * self.offered**2
            - 2 * self.in_time * self.offered * self.product
            + self.in_time**2 * self.offered_squared
        )
        return Share(value, sqrt(spread * self.days / (self.days - 1)) / self.offered**2, self.offered)


class Measured:
    """What the days so far under one staffing showed."""

    def __init__(self, targets: int, intervals: int) -> None:
        self.days = 0
        self._sums = [[ShareSum() for _ in range(intervals)] for _ in range(targets)]
        self._whole = [ShareSum() for _ in range(targets)]

    def add(self, day: DayLevels) -> None:
        """Take one more day in."""
        self.days += 1
        for sums, whole, cells in zip(self._sums, self._whole, day, strict=True):
            for total, cell in zip(sums, cells, strict=True):
                total.add(cell)
            whole.add(Counted(sum(cell.in_time for cell in cells), sum(cell.offered for cell in cells)))

    def share(self, target: int, interval: int) -> Share:
        """Return the share of `target` in `interval`."""
        return self._sums[target][interval].share()

    def whole_share(self, target: int) -> Share:
        """Return the share of `target` over the whole day."""
        return self._whole[target].share()

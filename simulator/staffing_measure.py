"""How a staffing fares: the share answered in time, for each target and interval, over simulated days.

A day under a staffing tells how many contacts were offered and how many of them were answered in time.
Days vary in both, so a share is a ratio of two sums with the interval of one (`simulator.confidence`).
Knows nothing of scenarios or engines.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from simulator.confidence import LEVEL, Interval, ratio

Staffing = tuple[tuple[int, ...], ...]
"""Agents at work, by team and interval: `staffing[team][interval]`."""


class Counted(NamedTuple):
    """Contacts offered in an interval of one day, and how many of them were answered in time."""

    in_time: int
    offered: int


DayLevels = Sequence[Sequence[Counted]]
"""What one day showed: `levels[target][interval]`."""


class Measured:
    """What the days so far under one staffing showed."""

    def __init__(self) -> None:
        self._days: list[DayLevels] = []

    @property
    def days(self) -> int:
        """Return how many days were looked at."""
        return len(self._days)

    def add(self, day: DayLevels) -> None:
        """Take one more day in."""
        self._days.append(day)

    def share(self, target: int, interval: int, level: float = LEVEL) -> Interval:
        """Return the share of a target in an interval: exactly 1 where nobody ever called."""
        return _share([day[target][interval] for day in self._days], level)

    def whole_share(self, target: int, level: float = LEVEL) -> Interval:
        """Return the share of a target over the whole day."""
        return _share([_added_up(day[target]) for day in self._days], level)


def _share(cells: Sequence[Counted], level: float) -> Interval:
    if not any(cell.offered for cell in cells):
        return Interval(1.0, 0.0, len(cells))
    return ratio([cell.in_time for cell in cells], [cell.offered for cell in cells], level)


def _added_up(cells: Sequence[Counted]) -> Counted:
    return Counted(sum(cell.in_time for cell in cells), sum(cell.offered for cell in cells))

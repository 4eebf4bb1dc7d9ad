"""How a staffing fares: the share answered in time, for each target and interval, over simulated days.

A day under a staffing tells how many contacts were offered and how many of them were answered in time.
Days vary in both, so a share is a ratio of two sums with the interval of one (`simulator.confidence`).
Knows nothing of scenarios or engines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from simulator.confidence import LEVEL, Interval, ratio

Staffing = tuple[tuple[int, ...], ...]
"""Agents at work, by team and interval: `staffing[team][interval]`."""


class Counted(NamedTuple):
    """Contacts offered in an interval of one day, and how many of them were answered in time."""

    in_time: int
    offered: int


DayLevels = Sequence[Sequence[Counted]]
"""What one day showed: `levels[target][interval]`."""

Crew = tuple[int, ...]
"""Agents at work in one interval, by team: a column of a staffing."""


class Shares(Protocol):
    """Whatever knows the share of a target in an interval."""

    def share(self, target: int, interval: int, level: float = LEVEL) -> Interval:
        """Return the share of a target in an interval: exactly 1 where nobody ever called."""
        ...


class Measured:
    """What the days so far under one staffing showed."""

    def __init__(self, days: Iterable[DayLevels] = ()) -> None:
        self._days = list(days)

    @property
    def days(self) -> int:
        """Return how many days were looked at."""
        return len(self._days)

    def add(self, day: DayLevels) -> None:
        """Take one more day in."""
        self._days.append(day)

    def share(self, target: int, interval: int, level: float = LEVEL) -> Interval:
        """See `Shares`."""
        return _share([day[target][interval] for day in self._days], level)

    def whole_share(self, target: int, level: float = LEVEL) -> Interval:
        """Return the share of a target over the whole day."""
        return _share([_added_up(day[target]) for day in self._days], level)


class Experience:
    """What all days under all staffings showed, kept for each interval by its crew and the crew before it.

    An interval knows of the rest of the day only by the queue it inherits, and that is the work of the
    crew before. So days under different staffings tell of the same thing where both crews are the same.
    """

    def __init__(self) -> None:
        self._cells: dict[tuple[int, Crew, Crew], list[tuple[Counted, ...]]] = {}

    def add(self, staffing: Staffing, day: DayLevels) -> None:
        """Take in a day under a staffing."""
        for key, cell in zip(_keys(staffing), zip(*day, strict=True), strict=True):
            self._cells.setdefault(key, []).append(cell)

    def of(self, staffing: Staffing) -> Known:
        """Return what is known of a staffing, which may never have been simulated as a whole."""
        return Known([self._cells.get(key, []) for key in _keys(staffing)])


class Known:
    """What is known of one staffing, interval by interval."""

    def __init__(self, cells: Sequence[Sequence[tuple[Counted, ...]]]) -> None:
        self._cells = cells

    def days(self, interval: int) -> int:
        """Return how many days tell of an interval."""
        return len(self._cells[interval])

    def share(self, target: int, interval: int, level: float = LEVEL) -> Interval:
        """See `Shares`."""
        return _share([day[target] for day in self._cells[interval]], level)


def crews_of(staffing: Staffing) -> list[Crew]:
    """Return who is at work, interval by interval."""
    return list(zip(*staffing, strict=True))


def with_crews(staffing: Staffing, crews: Mapping[int, Crew]) -> Staffing:
    """Return the staffing with other crews in some intervals."""
    columns = [crews.get(interval, crew) for interval, crew in enumerate(crews_of(staffing))]
    return tuple(zip(*columns, strict=True))


def _keys(staffing: Staffing) -> list[tuple[int, Crew, Crew]]:
    crews = crews_of(staffing)
    return [(place, crews[place - 1] if place else (), crew) for place, crew in enumerate(crews)]


def _share(cells: Sequence[Counted], level: float) -> Interval:
    if not any(cell.offered for cell in cells):
        return Interval(1.0, 0.0, len(cells))
    return ratio([cell.in_time for cell in cells], [cell.offered for cell in cells], level)


def _added_up(cells: Sequence[Counted]) -> Counted:
    return Counted(sum(cell.in_time for cell in cells), sum(cell.offered for cell in cells))

"""Opening hours: a week of openings and the days that are closed, in one time zone. Pure.

An opening that passes midnight is written as two, one for each day.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from core.kernel.clock import SECOND_US, microseconds, seconds

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_PER_DAY = 24 * 60
AHEAD_DAYS = 32
"""How far ahead an opening is looked for: a month's holidays are the longest that centres take."""

_OPENING = re.compile(r"([0-9]{2}):([0-5][0-9])-([0-9]{2}):([0-5][0-9])")


@dataclass(frozen=True, slots=True)
class Opening:
    """A stretch of one day, in minutes since its midnight; open at the first, closed at the last."""

    from_min: int
    until_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningHours:
    """When a queue takes contacts: the openings of each weekday in `zone`, and the days that are closed."""

    zone: ZoneInfo
    weekly: Mapping[Day, tuple[Opening, ...]]
    holidays: tuple[date, ...] = ()

    def is_open(self, at_us: int) -> bool:
        """Tell whether the instant `at_us` lies in an opening."""
        return is_open(at_us, self.zone, self.weekly, self.holidays)

    def next_change_us(self, at_us: int) -> int | None:
        """Return the next instant after `at_us` at which it opens or closes, None within `AHEAD_DAYS`."""
        today = datetime.fromtimestamp(seconds(at_us), self.zone).date()
        now_open = self.is_open(at_us)
        edges = (edge for days in range(AHEAD_DAYS) for edge in self._edges(today + timedelta(days=days)))
        return next((edge for edge in edges if edge > at_us and self.is_open(edge) != now_open), None)

    def _edges(self, day: date) -> list[int]:
        """Return the ends of the openings of the weekday, ascending, whether or not it is a holiday."""
        openings = self.weekly.get(DAYS[day.weekday()], ())
        minutes = sorted(edge for opening in openings for edge in (opening.from_min, opening.until_min))
        return [self._instant_us(day, minute) for minute in minutes]

    def _instant_us(self, day: date, minute: int) -> int:
        days, minute = divmod(minute, MINUTES_PER_DAY)
        local = datetime.combine(day + timedelta(days=days), time(*divmod(minute, 60)), self.zone)
        return microseconds(local.timestamp())


def parse_opening(text: object) -> Opening:
    """Return the opening that `text` such as `09:00-17:30` names; `24:00` is the end of the day.

    Raises `ValueError` with the rule that `text` breaks.
    """
    found = _OPENING.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError("an opening is written HH:MM-HH:MM")
    from_hour, from_minute, until_hour, until_minute = map(int, found.groups())
    opening = Opening(60 * from_hour + from_minute, 60 * until_hour + until_minute)
    if not opening.from_min < opening.until_min <= MINUTES_PER_DAY:
        raise ValueError("an opening ends after it begins and at 24:00 at the latest")
    return opening


def time_of_day_us(at_us: int, zone: ZoneInfo) -> int:
    """Return the microseconds since midnight that the clocks of `zone` show at the instant `at_us`."""
    local = datetime.fromtimestamp(at_us // SECOND_US, zone)
    return ((local.hour * 60 + local.minute) * 60 + local.second) * SECOND_US + at_us % SECOND_US


def is_open(
    at_us: int, zone: ZoneInfo, weekly: Mapping[Day, tuple[Opening, ...]], holidays: tuple[date, ...]
) -> bool:
    """Tell whether the instant `at_us` lies in an opening of its local day; holidays have none."""
    local = datetime.fromtimestamp(seconds(at_us), zone)
    if local.date() in holidays:
        return False
    minute = 60 * local.hour + local.minute
    return any(
        opening.from_min <= minute < opening.until_min for opening in weekly.get(DAYS[local.weekday()], ())
    )

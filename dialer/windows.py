"""How many were abandoned of those whom a person answered, in every window that a law may name.

Exact, and counted as calls come: a call belongs to the minute in which it was dialed, a window is whole
minutes up to now, and what leaves it at its far end is taken off again. What other engines and earlier runs
counted stands beside our own counts and is replaced whenever it is read anew, so that nothing counts twice.
Pure; `dialer.guarantee` holds the sums against the caps.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import NamedTuple, get_args
from zoneinfo import ZoneInfo

from core.kernel.clock import SECOND_US, microseconds, seconds
from dialer.law import Window

MINUTE_US = 60 * SECOND_US
DAY_MIN = 24 * 60
WINDOWS: tuple[Window, ...] = get_args(Window)


class Calls(NamedTuple):
    """Counts of calls: `answered` by a person, of these `abandoned`; and those judged to be `machines`."""

    answered: int = 0
    abandoned: int = 0
    machines: int = 0

    def plus(self, more: Calls) -> Calls:
        """Return the sums."""
        return Calls(
            self.answered + more.answered, self.abandoned + more.abandoned, self.machines + more.machines
        )

    def minus(self, fewer: Calls) -> Calls:
        """Return the differences."""
        return Calls(
            self.answered - fewer.answered, self.abandoned - fewer.abandoned, self.machines - fewer.machines
        )


NO_CALLS = Calls()


class Timeline:
    """The calls of one campaign to one country, and their sums over each window up to now."""

    def __init__(self, zone: ZoneInfo, now_us: int) -> None:
        self._zone = zone
        self._minute = now_us // MINUTE_US
        self._begins = {window: first_minute(window, now_us, zone) for window in WINDOWS}
        self._kept_from = min(self._begins.values())
        self._sums = dict.fromkeys(WINDOWS, NO_CALLS)
        self._ours: dict[int, Calls] = {}
        self._others: dict[int, Calls] = {}

    def count(self, dialed_us: int, calls: Calls) -> None:
        """Count calls of ours that were dialed at that instant."""
        minute = dialed_us // MINUTE_US
        self._ours[minute] = self._ours.get(minute, NO_CALLS).plus(calls)
        self._add(minute, calls)

    def replace_others(self, minutes: range, told: Mapping[int, Calls]) -> None:
        """Take `told` for what others counted in these minutes."""
        for minute in [minute for minute in self._others if minute in minutes]:
            self._add(minute, NO_CALLS.minus(self._others.pop(minute)))
        for minute, calls in told.items():
            self._others[minute] = calls
            self._add(minute, calls)

    def sum(self, window: Window, now_us: int) -> Calls:
        """Return the calls of the window that ends now; `now_us` is never less than before."""
        if now_us // MINUTE_US != self._minute:
            self._advance(now_us)
        return self._sums[window]

    def _add(self, minute: int, calls: Calls) -> None:
        for window, begins in self._begins.items():
            if minute >= begins:
                self._sums[window] = self._sums[window].plus(calls)

    def _advance(self, now_us: int) -> None:
        self._minute = now_us // MINUTE_US
        for window, begun in self._begins.items():
            begins = first_minute(window, now_us, self._zone)
            for minute in range(begun, begins):
                self._sums[window] = self._sums[window].minus(self._in(minute))
            self._begins[window] = begins
        kept_from = min(self._begins.values())
        for minute in range(self._kept_from, kept_from):
            self._ours.pop(minute, None)
            self._others.pop(minute, None)
        self._kept_from = kept_from

    def _in(self, minute: int) -> Calls:
        return self._ours.get(minute, NO_CALLS).plus(self._others.get(minute, NO_CALLS))


def first_minute(window: Window, now_us: int, zone: ZoneInfo) -> int:
    """Return with which minute since 1970 the window begins that ends with the minute of `now_us`."""
    match window:
        case "rolling_24_hours":
            return now_us // MINUTE_US - DAY_MIN + 1
        case "rolling_30_days":
            return now_us // MINUTE_US - 30 * DAY_MIN + 1
    today = day_of(now_us, zone)
    return begins_us(today if window == "day" else today.replace(day=1), zone) // MINUTE_US


def day_of(at_us: int, zone: ZoneInfo) -> date:
    """Return the day that it is in `zone` at that instant."""
    return datetime.fromtimestamp(seconds(at_us), zone).date()


def begins_us(day: date, zone: ZoneInfo) -> int:
    """Return the first instant of a day in `zone`."""
    return microseconds(datetime.combine(day, time(), zone).timestamp())

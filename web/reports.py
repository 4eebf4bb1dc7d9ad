"""The days of the centre in figures: the running one as it is shown live, earlier ones from the ledger.

Both are made by `metrics.today.CentreDay` of the same events, so that they cannot disagree.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator
from datetime import date, timedelta
from http import HTTPStatus

from core.kernel.clock import SECOND_US, Clock
from metrics.today import CentreDay, date_of, midnight_us
from web.house import House
from web.live.floor import Floor, promises_of
from web.ports import History
from web.problems import ProblemRaised

FIRST_DAY = date(1970, 1, 1)
"""Instants are counted from there on."""
DAYS_MAX = 62
"""Days of one report: two months, which take the ledger of a busy centre some minutes to read."""
KEPT_MAX = 14
"""Days that are over and kept as they were folded, for the next page of the same report."""
KEPT_US = 300 * SECOND_US
"""For how long: a ledger whose database was away may get to know more of a day later."""
SETTLES_IN_US = 24 * 3_600 * SECOND_US
"""How long after a day its last contacts may take to end."""


class Reports:
    """Gives the days; `floor` has the running one."""

    def __init__(self, history: History, house: House, floor: Floor, clock: Clock) -> None:
        self._history = history
        self._house = house
        self._floor = floor
        self._clock = clock
        self._kept: OrderedDict[date, tuple[int, CentreDay]] = OrderedDict()

    @property
    def today(self) -> date:
        """Return the date of the running day."""
        return date_of(self._clock.now_us(), self._house.zone)

    def span(self, first: date | None, last: date | None) -> list[date]:
        """Return the days from `first` to `last`, both included; today where neither is given.

        Days that have not begun are left out. Raises a problem where the span is too long, begins before
        `FIRST_DAY`, or is no span.
        """
        begin = first or last or self.today
        end = min(last or begin, self.today)
        if begin < FIRST_DAY:
            raise ProblemRaised(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", f"days begin with {FIRST_DAY}")
        if last is not None and last < begin:
            raise ProblemRaised(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", "`to` lies before `from`")
        if (end - begin).days >= DAYS_MAX:
            raise ProblemRaised(
                HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", f"ask for {DAYS_MAX} days at most"
            )
        return [begin + timedelta(days=count) for count in range((end - begin).days + 1)]

    def span_us(self, days: list[date]) -> tuple[int, int]:
        """Return the instants at which the span begins and ends."""
        if not days:
            return 0, 0
        zone = self._house.zone
        return midnight_us(days[0], zone), midnight_us(days[-1] + timedelta(days=1), zone)

    async def days(self, days: list[date]) -> AsyncIterator[CentreDay]:
        """Yield each day in figures."""
        for day in days:
            yield await self._day(day)

    async def _day(self, day: date) -> CentreDay:
        running = self._floor.today.day
        now_us = self._clock.now_us()
        if day == running.day:
            running.count_until(now_us)
            return running
        kept = self._kept.get(day)
        if kept is not None and kept[0] + KEPT_US > now_us:
            return kept[1]
        folded = await fold_day(self._history, self._house, day)
        self._kept[day] = now_us, folded
        self._kept.move_to_end(day)
        while len(self._kept) > KEPT_MAX:
            self._kept.popitem(last=False)
        return folded


async def fold_day(history: History, house: House, day: date) -> CentreDay:
    """Return a day that is over, folded from the ledger."""
    centre_day = CentreDay(day, house.zone, promises_of(house))
    kinds, frame = centre_day.told_by, centre_day.frame
    for change in await history.changes(frame.origin_us - 1):
        centre_day.add(change)
    async for _, event in history.events(frame.origin_us, frame.end_us, kinds):
        centre_day.add(event)
    async for _, event in history.events(frame.end_us, frame.end_us + SETTLES_IN_US, kinds):
        if centre_day.is_settled:
            break
        centre_day.add(event)
    centre_day.count_until(frame.end_us)
    return centre_day

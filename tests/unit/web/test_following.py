"""A web side that starts within a day: nothing twice, nothing missed, nothing of the past told as news."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from zoneinfo import ZoneInfo

from core.kernel.clock import SECOND_US
from core.model.events import ContactArrived
from core.model.ids import ContactId, LegId
from core.model.message import DomainEvent
from crm.history import MemoryHistory
from crm.memory import MemoryLedger
from tests.services.clocks import NOON_US
from web.house import House
from web.live.campaigns import Campaigns
from web.live.floor import Floor
from web.live.following import Following
from web.live.happenings import Happenings
from web.live.live import Live
from web.live.topic import CONTACTS, EVENTS
from web.ports import Place

UTC = ZoneInfo("UTC")


def arrival(name: str, at_us: int = NOON_US - SECOND_US) -> ContactArrived:
    return ContactArrived(
        at_us=at_us, contact_id=ContactId(name), leg_id=LegId(name), caller_number="", dialed_number=""
    )


class Interrupted(MemoryHistory):
    """A history while which is read something is told live."""

    def __init__(self, ledger: MemoryLedger, following: Following, news: DomainEvent) -> None:
        super().__init__(ledger)
        self._following = following
        self._news = news

    async def events(
        self, since_us: int, until_us: int, kinds: Collection[type[DomainEvent]] = ()
    ) -> AsyncIterator[tuple[Place, DomainEvent]]:
        async for pair in super().events(since_us, until_us, kinds):
            yield pair
        self._following.add(self._news)


class Away(MemoryHistory):
    """A history whose database is away."""

    async def events(
        self, since_us: int, until_us: int, kinds: Collection[type[DomainEvent]] = ()
    ) -> AsyncIterator[tuple[Place, DomainEvent]]:
        raise OSError("no route")
        yield (0, 0), arrival("never")


def ledger_with(*events: DomainEvent) -> MemoryLedger:
    ledger = MemoryLedger()
    for event in events:
        ledger.append(event)
    return ledger


def following(upto: Place) -> tuple[Following, Live]:
    house = House()
    floor = Floor(house, NOON_US)
    live = Live((Happenings(), floor), NOON_US)
    return Following(live, floor, Campaigns({}), upto), live


def known(live: Live) -> list[str]:
    return sorted(live.rows(CONTACTS))


async def test_what_happened_today_is_known_and_is_no_news() -> None:
    yesterday = arrival("yesterday", NOON_US - 86_400 * SECOND_US)
    follows, live = following(upto=(1, 9))
    await follows.catch_up(MemoryHistory(ledger_with(yesterday, arrival("today"))), UTC, NOON_US)
    assert known(live) == ["today"]
    assert live.feed(EVENTS).seq == NOON_US


async def test_what_is_told_while_the_ledger_is_read_comes_after_it_and_once() -> None:
    follows, live = following(upto=(1, 1))
    ledger = ledger_with(arrival("before"), arrival("meanwhile"))  # the second was told live as well
    await follows.catch_up(Interrupted(ledger, follows, arrival("meanwhile")), UTC, NOON_US)
    assert known(live) == ["before", "meanwhile"]
    follows.add(arrival("after"))
    assert known(live) == ["after", "before", "meanwhile"]
    assert live.feed(EVENTS).seq == NOON_US + 2


async def test_without_a_ledger_the_floor_goes_on_from_now() -> None:
    follows, live = following(upto=(1, 1))
    follows.add(arrival("told"))
    await follows.catch_up(Away(MemoryLedger()), UTC, NOON_US)
    assert known(live) == ["told"]

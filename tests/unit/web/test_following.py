"""A web side that starts within a day: nothing twice, nothing missed, nothing of the past told as news."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from zoneinfo import ZoneInfo

from core.kernel.clock import SECOND_US
from core.model.attempt_events import AttemptDialed
from core.model.contact import ContactState
from core.model.events import ContactArrived, ContactQueued, InteractionRecorded
from core.model.ids import ContactId, LegId, QueueName
from core.model.message import DomainEvent
from core.model.need import need_of
from crm.history import MemoryHistory
from crm.memory import MemoryLedger
from dialer.campaign import CampaignRules
from tests.services.clocks import NOON_US
from web.house import House
from web.live.campaigns import Campaigns
from web.live.floor import Floor
from web.live.following import Following
from web.live.happenings import Happenings
from web.live.live import Live
from web.live.topic import CAMPAIGNS, CONTACTS, EVENTS, QUEUES
from web.ports import Place
from web.times import moment
from web.views.floor import CampaignView, QueueView

UTC = ZoneInfo("UTC")
QUEUE = QueueName("cards")
DAY_US = 86_400 * SECOND_US


def arrival(name: str, at_us: int = NOON_US - SECOND_US) -> ContactArrived:
    return ContactArrived(
        at_us=at_us, contact_id=ContactId(name), leg_id=LegId(name), caller_number="", dialed_number=""
    )


def record(name: str, at_us: int) -> InteractionRecorded:
    spans = dict.fromkeys(("arrived_us", "ivr_us", "queue_us", "talk_us", "wrap_up_us", "offers"), 0)
    words = dict.fromkeys(
        ("customer_id", "caller_number", "queue", "tier", "agent_id", "disposition", "ended_by"), ""
    )
    outcome = ContactState.ABANDONED
    return InteractionRecorded(at_us=at_us, contact_id=ContactId(name), outcome=outcome, **spans, **words)


def dialed(name: str, at_us: int) -> AttemptDialed:
    return AttemptDialed(
        at_us=at_us,
        campaign="sales",
        attempt_id=name,
        lead_id=name,
        leg_id=LegId(name),
        mode="power",
        rules=(),
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
    came_us = NOON_US - DAY_US
    yesterday = [arrival("yesterday", came_us), record("yesterday", came_us + SECOND_US)]
    follows, live = following(upto=(1, 9))
    await follows.catch_up(MemoryHistory(ledger_with(*yesterday, arrival("today"))), UTC, NOON_US)
    assert known(live) == ["today"]
    assert live.feed(EVENTS).seq == NOON_US


async def test_who_is_here_since_before_midnight_is_known() -> None:
    midnight_us = NOON_US - NOON_US % DAY_US
    came_us = midnight_us - 20 * SECOND_US
    queued = ContactQueued(
        at_us=came_us, contact_id=ContactId("waits"), queue=QUEUE, tier="gold", position=1, key_us=came_us
    )
    gone = [arrival("gone", came_us), record("gone", midnight_us - SECOND_US)]
    ledger = ledger_with(arrival("waits", came_us), queued, *gone)
    follows, live = following(upto=(1, 9))
    await follows.catch_up(MemoryHistory(ledger), UTC, midnight_us + SECOND_US)
    assert known(live) == ["waits"]
    row = live.rows(QUEUES)[QUEUE]
    assert isinstance(row, QueueView)
    assert (row.waiting, row.offered) == (1, 0), "it waits today, and is of yesterday's figures"
    assert row.longest_since == moment(came_us)


async def test_a_campaign_whose_midnight_is_another_is_known_from_there_on() -> None:
    midnight_us = NOON_US - NOON_US % DAY_US
    in_new_york_us = midnight_us - 20 * 3_600 * SECOND_US
    told = [dialed("yesterday", in_new_york_us - 1), dialed("today", in_new_york_us)]
    rules = CampaignRules(name="sales", queue=QUEUE, need=need_of(()), zone=ZoneInfo("America/New_York"))
    floor, campaigns = Floor(House(), NOON_US), Campaigns({"sales": rules})
    follows = Following(Live((floor, campaigns)), floor, campaigns, (1, 9))
    await follows.catch_up(MemoryHistory(ledger_with(*told)), UTC, midnight_us + SECOND_US)
    row = follows.live.rows(CAMPAIGNS)["sales"]
    assert isinstance(row, CampaignView)
    assert (row.dialed, row.in_flight) == (1, 1)


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

"""What a campaign's attempts came to: each is written once, and counted by list, arm, hour and so on."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from core.kernel.clock import SECOND_US
from core.kernel.record import replace
from core.model.attempt import AttemptRecord, AttemptState
from core.model.campaign_results import Conversion, Grouping, ListStanding, ResultCount
from core.model.lead import LeadNumber
from core.model.lead_orders import LeaseLeads, SettleLead
from crm.database import Database
from crm.leads.attempts import write_conversions
from crm.leads.records import LeadRecord, ListPlan
from crm.leads.results import count_people, count_results, list_standings
from crm.leads.store import SqlLeadStore
from tests.services.clocks import NOON_US, Wristwatch

SPRING = ListPlan(campaign="sales", name="spring")
HOUR_US = 3_600 * SECOND_US
IN_NEW_YORK = datetime.fromtimestamp(NOON_US // SECOND_US, ZoneInfo("America/New_York")).hour


def record(person: int, outcome: AttemptState = AttemptState.NO_ANSWER, **more: object) -> AttemptRecord:
    attempt = AttemptRecord(
        attempt_id=f"A-{person}",
        person_id=f"P-{person}",
        number=f"+1202555{person:04d}",
        country="US",
        zones=("America/New_York",),
        list_name="spring",
        mode="predictive",
        dialed_us=NOON_US,
        ended_us=NOON_US + 90 * SECOND_US,
        outcome=outcome,
        disposition=outcome.value,
        nth=1,
    )
    return replace(attempt, **more)


@pytest.fixture
def store(database: Database) -> SqlLeadStore:
    return SqlLeadStore(database, Wristwatch())


async def loaded(store: SqlLeadStore, count: int) -> None:
    numbers = [LeadNumber(number=f"+1202555{n:04d}") for n in range(count)]
    leads = [LeadRecord(external_id=one.number, person_id=one.number, numbers=(one,)) for one in numbers]
    await store.save_leads(SPRING, leads)
    await store.finish_list(SPRING)


async def settled(store: SqlLeadStore, *records: AttemptRecord, callback: bool = False) -> None:
    order = LeaseLeads(
        campaign="sales", lease_id="one", count=len(records), until_us=NOON_US + HOUR_US, present=("ana",)
    )
    leads = await store.lease_leads(order)
    for lead, attempt in zip(leads, records, strict=True):
        await store.settle_lead(
            SettleLead(
                campaign="sales",
                lead_id=lead.lead_id,
                lease_id="one",
                record=attempt,
                again_us=NOON_US + HOUR_US if callback else None,
                callback=callback,
            )
        )


async def counted(database: Database, by: Grouping, **when: int) -> list[tuple[str, str, int]]:
    counts = await count_results(database, "sales", by, **when)
    return [(one.group, one.disposition, one.attempts) for one in counts]


async def test_attempts_are_counted_by_whatever_one_asks(database: Database, store: SqlLeadStore) -> None:
    await loaded(store, 3)
    sold = record(
        1,
        AttemptState.CONNECTED,
        connected_us=NOON_US + 30 * SECOND_US,
        agent_id="ana",
        caller_id="+12025559999",
        arm="b",
        segment="north",
        tier="gold",
        disposition="sale",
        nth=2,
        list_name="autumn",
    )
    await settled(store, record(0), sold, record(2, AttemptState.BUSY, zones=()))
    assert await counted(database, Grouping.LIST) == [
        ("autumn", "sale", 1),
        ("spring", "busy", 1),
        ("spring", "no_answer", 1),
    ]
    assert await counted(database, Grouping.ARM) == [("", "busy", 1), ("", "no_answer", 1), ("b", "sale", 1)]
    assert await counted(database, Grouping.HOUR) == [
        ("-1", "busy", 1),
        (str(IN_NEW_YORK), "sale", 1),
        (str(IN_NEW_YORK), "no_answer", 1),
    ], "connected before no answer"
    groups = {
        by.value: group
        for by in Grouping
        for group, disposition, _ in await counted(database, by)
        if disposition == "sale"
    }
    assert groups == {
        "list": "autumn",
        "segment": "north",
        "arm": "b",
        "attempt": "2",
        "hour": str(IN_NEW_YORK),
        "tier": "gold",
        "agent": "ana",
        "caller_id": "+12025559999",
    }
    assert (await count_results(database, "sales", Grouping.ARM))[-1] == ResultCount(
        "b", AttemptState.CONNECTED, "sale", 1, 1, 60 * SECOND_US, 0, 0
    )


async def test_only_attempts_of_the_campaign_and_of_the_time_asked_for_count(
    database: Database, store: SqlLeadStore
) -> None:
    await loaded(store, 2)
    await settled(store, record(0), record(1, dialed_us=NOON_US + HOUR_US, ended_us=NOON_US + HOUR_US))
    assert await counted(database, Grouping.LIST, until_us=NOON_US + HOUR_US) == [("spring", "no_answer", 1)]
    assert await counted(database, Grouping.LIST, since_us=NOON_US) == [("spring", "no_answer", 2)]
    assert await count_results(database, "debts", Grouping.LIST) == []


async def test_the_same_person_tried_twice_is_one(database: Database, store: SqlLeadStore) -> None:
    await loaded(store, 2)
    await settled(store, record(0), record(1, person_id="P-0"))
    [count] = await count_results(database, "sales", Grouping.LIST)
    assert (count.attempts, count.people) == (2, 1)


async def test_a_conversion_counts_once_and_with_its_attempt(database: Database, store: SqlLeadStore) -> None:
    await loaded(store, 2)
    await settled(store, record(0, arm="a"), record(1, arm="b"))
    told = [
        Conversion("A-1", "order-7", NOON_US + HOUR_US, 12_50),
        Conversion("A-1", "order-8", NOON_US + HOUR_US, 7_50),
        Conversion("nobody's", "order-9", NOON_US, 1),
    ]
    assert await write_conversions(database, told) == told[2:]
    assert await write_conversions(database, told) == told[2:]
    counts = await count_results(database, "sales", Grouping.ARM)
    assert [(one.group, one.attempts, one.conversions, one.value_cents) for one in counts] == [
        ("a", 1, 0, 0),
        ("b", 1, 2, 20_00),
    ]


async def test_how_far_a_list_has_been_worked(database: Database, store: SqlLeadStore) -> None:
    await loaded(store, 4)
    await settled(store, record(0), record(1))
    await settled(store, record(2), callback=True)
    await store.save_leads(ListPlan(campaign="sales", name="autumn"), [])
    assert await list_standings(database, "sales") == [
        ListStanding("spring", complete=True, leads=4, tried=3, done=2, callbacks=1, attempts=3),
        ListStanding("autumn", complete=False, leads=0, tried=0, done=0, callbacks=0, attempts=0),
    ]


async def test_different_persons_are_counted_in_each_group_and_in_all(
    database: Database, store: SqlLeadStore
) -> None:
    await loaded(store, 3)
    twice = [record(1), record(1, attempt_id="A-9", list_name="autumn"), record(2)]
    await settled(store, *twice)
    assert await count_people(database, "sales", Grouping.LIST) == {"autumn": 1, "spring": 2}
    assert await count_people(database, "sales", None) == {"": 2}
    assert await count_people(database, "sales", None, since_us=NOON_US + 1) == {}

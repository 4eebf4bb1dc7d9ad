"""How attempts came out is counted the same in every lead store: by minute and country, once each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

import pytest

from core.kernel.clock import SECOND_US
from core.model.attempt import AttemptRecord, AttemptState
from core.model.lead import LeadNumber
from core.model.lead_orders import CountAttempts, CountedMinute, CountedResult, CountResults, SettleLead
from core.ports import LeadStore
from crm.leads.memory import MemoryLeadStore
from crm.leads.records import LeadRecord, LeadSink, ListPlan
from crm.leads.store import SqlLeadStore
from tests.services.clocks import NOON_US, Wristwatch
from tests.services.databases import SQL, opened

MINUTE_US = 60 * SECOND_US
NOON_MIN = NOON_US // MINUTE_US
DAY_MIN = 24 * 60


class Store(LeadStore, LeadSink, Protocol):
    """A store that lists can be loaded into."""


@pytest.fixture(params=["memory", *SQL])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """A store that knows the campaign and one lead of it."""
    if request.param == "memory":
        store: Store = MemoryLeadStore(Wristwatch())
        await load_one(store)
        yield store
        return
    async with opened(request, tmp_path) as database:
        store = SqlLeadStore(database, Wristwatch())
        await load_one(store)
        yield store


async def load_one(store: Store) -> None:
    number = LeadNumber(number="+12025550001", country="US", zones=("America/New_York",))
    await store.save_leads(
        ListPlan(campaign="sales", name="spring"),
        [LeadRecord(external_id="L-1", person_id="P-1", numbers=(number,))],
    )


async def settle(
    store: Store,
    attempt_id: str,
    minute: int,
    outcome: AttemptState,
    country: str = "US",
    segment: str = "",
    disposition: str = "",
) -> None:
    record = AttemptRecord(
        attempt_id=attempt_id,
        person_id="P-1",
        number="+12025550001",
        country=country,
        zones=("America/New_York",),
        mode="predictive",
        dialed_us=minute * MINUTE_US + 59 * SECOND_US,
        ended_us=minute * MINUTE_US + 90 * SECOND_US,
        outcome=outcome,
        segment=segment,
        disposition=disposition,
    )
    await store.settle_lead(
        SettleLead(campaign="sales", lead_id="1", lease_id="", record=record, again_us=None)
    )


async def counted(store: Store, from_min: int, campaign: str = "sales") -> list[CountedMinute]:
    order = CountAttempts(
        campaign=campaign,
        from_us=from_min * MINUTE_US,
        until_us=(NOON_MIN + 1) * MINUTE_US,
        apart_from="A-2-",
    )
    return list(await store.count_attempts(order))


async def test_attempts_are_counted_by_minute_and_country(store: Store) -> None:
    outcomes = (
        AttemptState.CONNECTED,
        AttemptState.CONNECTED,
        AttemptState.DROPPED,
        AttemptState.MACHINE,
        AttemptState.NO_ANSWER,
        AttemptState.FAILED,
    )
    for number, outcome in enumerate(outcomes):
        await settle(store, f"A-1-{number:06d}", NOON_MIN - 1, outcome)
    await settle(store, "A-1-000010", NOON_MIN - 1, AttemptState.CONNECTED, country="CA")
    await settle(store, "A-1-000011", NOON_MIN - 3 * DAY_MIN, AttemptState.DROPPED)
    assert await counted(store, NOON_MIN - 30 * DAY_MIN) == [
        CountedMinute(minute=NOON_MIN - 3 * DAY_MIN, country="US", answered=1, abandoned=1),
        CountedMinute(minute=NOON_MIN - 1, country="CA", answered=1),
        CountedMinute(minute=NOON_MIN - 1, country="US", answered=3, abandoned=1, machines=1),
    ]


async def test_those_of_the_asker_those_before_and_those_of_others_are_left_out(store: Store) -> None:
    await settle(store, "A-2-000001", NOON_MIN, AttemptState.CONNECTED)
    await settle(store, "A-21-000001", NOON_MIN, AttemptState.CONNECTED)
    await settle(store, "A-1-000001", NOON_MIN - 60, AttemptState.CONNECTED)
    await settle(store, "A-1-000002", NOON_MIN + 1, AttemptState.CONNECTED)
    assert await counted(store, NOON_MIN - 59) == [CountedMinute(minute=NOON_MIN, country="US", answered=1)]
    assert await counted(store, NOON_MIN - 59, campaign="winter") == []


async def test_an_attempt_told_twice_counts_once(store: Store) -> None:
    for _ in range(2):
        await settle(store, "A-1-000001", NOON_MIN, AttemptState.CONNECTED)
    assert await counted(store, NOON_MIN) == [CountedMinute(minute=NOON_MIN, country="US", answered=1)]


async def test_results_are_counted_by_segment_and_disposition_apart_from_those_of_one_run(
    store: Store,
) -> None:
    for attempt_id, segment, disposition in (
        ("A-1-000001", "north", "sold"),
        ("A-1-000002", "north", "sold"),
        ("A-1-000003", "south", "no"),
        ("A-2-000001", "north", "sold"),
    ):
        await settle(
            store, attempt_id, NOON_MIN, AttemptState.CONNECTED, segment=segment, disposition=disposition
        )
    counted = await store.count_results(CountResults(campaign="sales", apart_from="A-2-"))
    assert list(counted) == [
        CountedResult(segment="north", disposition="sold", attempts=2),
        CountedResult(segment="south", disposition="no", attempts=1),
    ]
    assert list(await store.count_results(CountResults(campaign="other", apart_from="A-2-"))) == []

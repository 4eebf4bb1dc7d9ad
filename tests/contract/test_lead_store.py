"""Whoever comes up next is the same in every lead store, and nobody is in two hands: memory and SQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Protocol

import pytest
from sqlalchemy import select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import IntegrityError

from core.kernel.clock import SECOND_US
from core.kernel.record import replace
from core.model.attempt import AttemptRecord, AttemptState
from core.model.lead import Lead, LeadNumber
from core.model.lead_orders import KeepLeads, LeaseLeads, ListNumber, ReturnLeads, SettleLead
from core.model.list_import import Fault
from core.ports import LeadStore
from crm.database import Database, DatabaseSettings
from crm.leads.lines import part_of
from crm.leads.memory import MemoryLeadStore
from crm.leads.mix import Line
from crm.leads.models import LeadRow
from crm.leads.records import Judgement, LeadRecord, LeadSink, ListPlan, Scope, Verdict
from crm.leads.store import FRONT, LONGEST_DUE, LeadSettings, SqlLeadStore
from crm.schema import upgrade
from dialer.law import HOURS_MAX
from tests.services.clocks import NOON_US, Wristwatch
from tests.services.databases import SQL, opened

HOUR_US = 3_600 * SECOND_US
DAY_US = 24 * HOUR_US
SPRING = ListPlan(campaign="sales", name="spring")


class Store(LeadStore, LeadSink, Protocol):
    """A store that lists can be loaded into."""


@pytest.fixture
def clock() -> Wristwatch:
    return Wristwatch()


@pytest.fixture(params=["memory", *SQL])
async def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Wristwatch) -> AsyncIterator[Store]:
    if request.param == "memory":
        yield MemoryLeadStore(clock)
        return
    async with opened(request, tmp_path) as database:
        yield SqlLeadStore(database, clock)


def lead(number: int, *more: str, **columns: object) -> LeadRecord:
    """Return a lead with a number of its own, and perhaps `more` numbers."""
    first = f"+1202555{number:04d}"
    numbers = tuple(
        LeadNumber(number=text, kind=kind, country="US", zones=("America/New_York",), regions=("US-DC",))
        for text, kind in zip((first, *more), ("main", "mobile", "work"), strict=False)
    )
    known = {"external_id": f"L-{number}", "person_id": f"L-{number}", "numbers": numbers, **columns}
    return LeadRecord(**known)  # type: ignore[arg-type]


async def loaded(store: Store, *leads: LeadRecord, plan: ListPlan = SPRING) -> list[Judgement]:
    judgements = await store.save_leads(plan, leads)
    await store.finish_list(plan)
    return list(judgements)


async def leased(
    store: Store, count: int = 10, lease_id: str = "one", present: tuple[str, ...] = (), for_s: int = 60
) -> list[Lead]:
    until_us = NOON_US + for_s * SECOND_US
    order = LeaseLeads(campaign="sales", lease_id=lease_id, count=count, until_us=until_us, present=present)
    return list(await store.lease_leads(order))


def names(leads: Sequence[Lead]) -> list[str]:
    return [lead.external_id for lead in leads]


def attempt(of: Lead, at_us: int = NOON_US, attempt_id: str = "") -> AttemptRecord:
    return AttemptRecord(
        attempt_id=attempt_id or f"A-{of.lead_id}-{at_us}",
        person_id=of.person_id,
        number=of.numbers[0].number,
        country="US",
        zones=of.numbers[0].zones,
        mode="predictive",
        dialed_us=at_us,
        ended_us=at_us + 20 * SECOND_US,
        outcome=AttemptState.NO_ANSWER,
        disposition="no_answer",
    )


async def settled(
    store: Store,
    of: Lead,
    again_us: int | None,
    *,
    lease_id: str = "one",
    callback: bool = False,
    owner: str = "",
    alone_until_us: int = 0,
    record: AttemptRecord | None = None,
) -> None:
    await store.settle_lead(
        SettleLead(
            campaign="sales",
            lead_id=of.lead_id,
            lease_id=lease_id,
            record=record or attempt(of),
            again_us=again_us,
            callback=callback,
            owner=owner,
            alone_until_us=alone_until_us,
        )
    )


# --- the line -------------------------------------------------------------------------------------------


async def test_a_lead_comes_up_with_all_that_its_list_said(store: Store) -> None:
    record = lead(1, "+12025559001", name="Ada", tier="gold", customer_id="C-9", language="en", owner="ana")
    record = replace_record(record, fields=(("city", "Lyon"), ("debt", "12.50")))
    assert await loaded(store, record) == [Judgement(Verdict.NEW)]
    [found] = await leased(store)
    assert replace(found, lead_id="") == Lead(
        lead_id="",
        campaign="sales",
        list_name="spring",
        person_id="L-1",
        external_id="L-1",
        name="Ada",
        tier="gold",
        customer_id="C-9",
        language="en",
        numbers=record.numbers,
        owner="ana",
        fields=(("city", "Lyon"), ("debt", "12.50")),
    )


def replace_record(record: LeadRecord, **changes: object) -> LeadRecord:
    return replace(record, **changes)


async def test_a_campaign_nobody_knows_has_no_leads(store: Store) -> None:
    assert await leased(store) == []


async def test_no_lead_comes_up_before_its_list_is_whole(store: Store) -> None:
    await store.save_leads(SPRING, [lead(1), lead(2)])
    assert await leased(store) == []
    await store.finish_list(SPRING)
    assert names(await leased(store)) == ["L-1", "L-2"]


async def test_the_highest_rank_comes_first_and_then_the_order_of_the_list(store: Store) -> None:
    await loaded(store, lead(1), lead(2, rank=50), lead(3, rank=-10), lead(4, rank=50), lead(5))
    assert names(await leased(store)) == ["L-2", "L-4", "L-1", "L-5", "L-3"]


async def test_a_leased_lead_is_in_nobody_elses_hands(store: Store) -> None:
    await loaded(store, *(lead(n) for n in range(6)))
    assert names(await leased(store, 4)) == ["L-0", "L-1", "L-2", "L-3"]
    assert names(await leased(store, 4, lease_id="two")) == ["L-4", "L-5"]


async def test_engines_that_lease_at_once_never_get_the_same_lead(store: Store) -> None:
    await loaded(store, *(lead(n) for n in range(40)))
    taken = await asyncio.gather(*(leased(store, 5, lease_id=f"engine-{n}") for n in range(6)))
    everybody = [found.lead_id for leads in taken for found in leads]
    assert len(everybody) == len(set(everybody)) == 30


async def test_a_lease_that_runs_out_gives_the_lead_back(store: Store, clock: Wristwatch) -> None:
    await loaded(store, lead(1))
    await leased(store, for_s=60)
    clock.at_us += 59 * SECOND_US
    assert await leased(store, lease_id="two") == []
    clock.at_us += 1 * SECOND_US
    assert names(await leased(store, lease_id="two", for_s=120)) == ["L-1"]


async def test_leads_given_back_come_up_again_where_they_stood(store: Store) -> None:
    await loaded(store, lead(1), lead(2), lead(3))
    first, second, _ = await leased(store)
    back = ReturnLeads(campaign="sales", lead_ids=(second.lead_id, first.lead_id), lease_id="one")
    await store.return_leads(back)
    assert names(await leased(store, lease_id="two")) == ["L-1", "L-2"]


async def test_leads_may_be_given_back_for_later(store: Store, clock: Wristwatch) -> None:
    await loaded(store, lead(1))
    [found] = await leased(store)
    later_us = NOON_US + HOUR_US
    await store.return_leads(
        ReturnLeads(campaign="sales", lead_ids=(found.lead_id,), lease_id="one", again_us=later_us)
    )
    assert await leased(store) == []
    clock.at_us = later_us
    assert names(await leased(store)) == ["L-1"]


async def test_who_was_late_cannot_give_anothers_lead_away(store: Store, clock: Wristwatch) -> None:
    await loaded(store, lead(1))
    [found] = await leased(store, lease_id="slow", for_s=60)
    clock.at_us += 61 * SECOND_US
    assert names(await leased(store, lease_id="quick", for_s=600)) == ["L-1"]
    await store.return_leads(ReturnLeads(campaign="sales", lead_ids=(found.lead_id,), lease_id="slow"))
    assert await leased(store, lease_id="third") == []
    await settled(store, found, None, lease_id="slow")
    await store.return_leads(ReturnLeads(campaign="sales", lead_ids=(found.lead_id,), lease_id="quick"))
    [again] = await leased(store, lease_id="third")
    assert (again.external_id, again.attempts) == ("L-1", 1), "the late attempt is counted all the same"


# --- attempts ---------------------------------------------------------------------------------------------


async def test_the_tried_come_in_the_order_in_which_they_fell_due(store: Store, clock: Wristwatch) -> None:
    await loaded(store, lead(1), lead(2), lead(3), lead(4))
    first, second, third, _ = await leased(store, 4)
    await settled(store, first, NOON_US + 2 * HOUR_US)
    await settled(store, second, NOON_US + HOUR_US)
    await settled(store, third, None)
    clock.at_us += 3 * HOUR_US
    again = await leased(store, lease_id="two")
    assert names(again) == ["L-4", "L-2", "L-1"], "the untried one, whose lease ran out, comes first"
    assert [found.attempts for found in again] == [0, 1, 1]


async def test_a_lead_that_is_done_never_comes_up(store: Store, clock: Wristwatch) -> None:
    await loaded(store, lead(1))
    [found] = await leased(store)
    await settled(store, found, None)
    clock.at_us += 400 * DAY_US
    assert await leased(store) == []


async def test_a_callback_comes_before_all_others_when_its_time_has_come(
    store: Store, clock: Wristwatch
) -> None:
    await loaded(store, lead(1), lead(2, rank=900), lead(3))
    found = {of.external_id: of for of in await leased(store)}
    for name in ("L-2", "L-3"):
        back = ReturnLeads(campaign="sales", lead_ids=(found[name].lead_id,), lease_id="one")
        await store.return_leads(back)
    await settled(store, found["L-1"], NOON_US + HOUR_US, callback=True)
    assert names(await leased(store, 1, lease_id="two")) == ["L-2"]
    clock.at_us += HOUR_US
    [promised, other] = await leased(store, 2, lease_id="three")
    assert (promised.external_id, promised.callback) == ("L-1", True)
    assert not other.callback


async def test_a_callback_that_an_agent_promised_waits_for_that_agent(
    store: Store, clock: Wristwatch
) -> None:
    await loaded(store, lead(1), lead(2))
    first, second = await leased(store)
    await settled(store, first, NOON_US + HOUR_US, callback=True, owner="ana")
    await settled(store, second, NOON_US + HOUR_US)
    clock.at_us += 2 * HOUR_US
    assert names(await leased(store, lease_id="two", present=("ben",), for_s=9_000)) == ["L-2"]
    [mine] = await leased(store, lease_id="three", present=("ana", "ben"))
    assert (mine.external_id, mine.owner, mine.callback) == ("L-1", "ana", True)


async def test_a_callback_is_anyones_when_it_was_one_agents_for_long_enough(
    store: Store, clock: Wristwatch
) -> None:
    await loaded(store, lead(1), lead(2))
    first, second = await leased(store)
    mine_us, anyones_us = NOON_US + HOUR_US, NOON_US + 2 * HOUR_US
    for of in (first, second):
        await settled(store, of, mine_us, callback=True, owner="ana", alone_until_us=anyones_us)
    clock.at_us = anyones_us - 1
    [mine] = await leased(store, 1, lease_id="two", present=("ana",), for_s=9_000)
    assert (mine.external_id, mine.owner) == ("L-1", "ana")
    assert await leased(store, lease_id="three", present=("ben",), for_s=9_000) == []
    clock.at_us = anyones_us
    [anyones] = await leased(store, lease_id="four", present=("ben",), for_s=9_000)
    assert (anyones.external_id, anyones.owner, anyones.callback) == ("L-2", "", True)


async def test_who_talks_for_long_keeps_the_lead_longer(store: Store, clock: Wristwatch) -> None:
    await loaded(store, lead(1), lead(2))
    talking, other = await leased(store, for_s=60)
    for lease_id, until_us in (("one", NOON_US + HOUR_US), ("another", NOON_US)):
        await store.keep_leads(
            KeepLeads(campaign="sales", lead_ids=(talking.lead_id,), lease_id=lease_id, until_us=until_us)
        )
    clock.at_us += 61 * SECOND_US
    assert names(await leased(store, lease_id="two", for_s=9_000)) == ["L-2"]
    await store.keep_leads(
        KeepLeads(campaign="sales", lead_ids=(other.lead_id,), lease_id="one", until_us=NOON_US)
    )
    assert await leased(store, lease_id="three") == [], "it is in another lease by now"
    clock.at_us = NOON_US + HOUR_US
    assert names(await leased(store, lease_id="four", for_s=9_000)) == ["L-1"]


async def test_an_attempt_written_down_twice_counts_once(store: Store, clock: Wristwatch) -> None:
    await loaded(store, lead(1))
    [found] = await leased(store)
    record = attempt(found)
    await settled(store, found, NOON_US + HOUR_US, record=record)
    await settled(store, found, None, record=record)
    clock.at_us += 2 * HOUR_US
    [again] = await leased(store, lease_id="two")
    assert (again.attempts, len(again.past)) == (1, 1)


async def test_a_lead_brings_its_attempts_as_far_back_as_any_law_may_ask(
    store: Store, clock: Wristwatch
) -> None:
    await loaded(store, lead(1))
    [found] = await leased(store)
    recent_us = NOON_US - HOURS_MAX * HOUR_US
    old_us = recent_us - 1
    await settled(store, found, NOON_US, record=attempt(found, old_us))
    [found] = await leased(store)
    await settled(store, found, NOON_US, record=attempt(found, recent_us))
    [found] = await leased(store)
    assert [past.at_us for past in found.past] == [recent_us]
    assert found.attempts == 2


async def test_who_shares_a_telephone_shares_its_rest_and_so_does_a_person_in_two_campaigns(
    store: Store,
) -> None:
    other = ListPlan(campaign="debts", name="old")
    same_person = replace_record(lead(2), person_id="L-1")
    same_number = lead(3, "+12025550001")
    await loaded(store, same_person, same_number, lead(4), plan=other)
    await loaded(store, lead(1))
    [found] = await leased(store)
    await settled(store, found, None)
    order = LeaseLeads(campaign="debts", lease_id="d", count=9, until_us=NOON_US + HOUR_US)
    pasts = {of.external_id: len(of.past) for of in await store.lease_leads(order)}
    assert pasts == {"L-2": 1, "L-3": 1, "L-4": 0}


async def test_past_of_a_person_at_a_number_is_that_of_both(store: Store) -> None:
    """Whoever shares a telephone, or has another one: all of it counts, oldest first."""
    await loaded(store, lead(1), lead(2), lead(3))
    ada, ben, cleo = await leased(store)
    await settled(store, ada, None, record=attempt(ada, NOON_US + 3))
    await settled(store, ben, None, record=attempt(ben, NOON_US + 1))
    called = [(ada.person_id, ben.numbers[0].number), (cleo.person_id, cleo.numbers[0].number)]
    both, none = await store.past_of(called)
    assert [(past.at_us, past.number) for past in both] == [
        (NOON_US + 1, ben.numbers[0].number),
        (NOON_US + 3, ada.numbers[0].number),
    ]
    assert none == ()
    assert list(await store.past_of([])) == []


# --- do not call ------------------------------------------------------------------------------------------


async def told_of(store: Store, number: str, campaign: str = "sales") -> tuple[str, ...]:
    (told,) = await store.listings(campaign, [number])
    return told


async def listed(store: Store, number: str, everywhere: bool = True) -> None:
    order = ListNumber(campaign="sales", number=number, reason="asked", everywhere=everywhere)
    await store.list_number(order)


async def test_a_listed_number_is_told_of_from_that_moment(store: Store) -> None:
    await loaded(store, lead(1, "+12025559001"))
    assert await told_of(store, "+12025550001") == ()
    await listed(store, "+12025550001")
    assert await told_of(store, "+12025550001") == ("house",)
    [found] = await leased(store)
    assert [number.listed_on for number in found.numbers] == [("house",), ()]


async def test_a_number_listed_for_one_campaign_is_free_for_the_others(store: Store) -> None:
    await listed(store, "+12025550001", everywhere=False)
    assert await told_of(store, "+12025550001") == ("campaign",)
    assert await told_of(store, "+12025550001", "debts") == ()


@pytest.mark.parametrize(
    ("area", "forbidden"), [("+1202*", True), ("+1*", True), ("+12025550*", True), ("+1203*", False)]
)
async def test_an_area_may_be_listed_as_a_whole(store: Store, area: str, forbidden: bool) -> None:
    await listed(store, area)
    assert bool(await told_of(store, "+12025550001")) is forbidden


async def test_a_new_copy_of_a_register_takes_the_place_of_the_old(store: Store) -> None:
    await store.save_listed("us-national", ["+12025550001", "+12025550002"], NOON_US)
    assert await store.registers_from_us() == {}
    await store.renew_register("us-national", NOON_US)
    await store.save_listed("us-national", ["+12025550002", "+12025550003"], NOON_US + DAY_US)
    await store.renew_register("us-national", NOON_US + DAY_US)
    assert await store.registers_from_us() == {"us-national": NOON_US + DAY_US}
    on = await store.listings("sales", [f"+1202555000{n}" for n in (1, 2, 3)])
    assert list(on) == [(), ("us-national",), ("us-national",)]


# --- lists ------------------------------------------------------------------------------------------------


async def test_loading_the_same_list_again_changes_nothing(store: Store) -> None:
    await loaded(store, lead(1), lead(2))
    first = await leased(store, 1)
    verdicts = [judgement.verdict for judgement in await loaded(store, lead(1), lead(2))]
    assert verdicts == [Verdict.UNCHANGED, Verdict.UNCHANGED]
    assert names(first + await leased(store, lease_id="two")) == ["L-1", "L-2"]


async def test_a_lead_that_changed_keeps_its_attempts_and_its_time(store: Store, clock: Wristwatch) -> None:
    await loaded(store, lead(1, "+12025559001"), lead(2))
    first, _ = await leased(store)
    await settled(store, first, NOON_US + HOUR_US)
    changed = replace_record(lead(1), name="Ada", rank=7)
    assert (await loaded(store, changed, lead(2)))[0] == Judgement(Verdict.UPDATED)
    assert await leased(store, lease_id="two") == []
    clock.at_us += HOUR_US
    [again, other] = await leased(store, lease_id="two")
    assert (again.name, again.attempts, len(again.numbers)) == ("Ada", 1, 1)
    assert other.external_id == "L-2"


async def test_a_list_that_is_loaded_again_takes_no_promise_from_the_agent_who_gave_it(
    store: Store, clock: Wristwatch
) -> None:
    await loaded(store, lead(1, owner="cy"), lead(2, owner="cy"), lead(3, rank=50))
    found = {of.external_id: of for of in await leased(store)}
    await settled(store, found["L-1"], NOON_US + HOUR_US, callback=True, owner="ben")
    await settled(store, found["L-2"], NOON_US + HOUR_US)
    await loaded(store, lead(1, owner="dan", rank=-7), lead(2, owner="dan"))
    clock.at_us += HOUR_US
    assert names(await leased(store, 1, lease_id="two", for_s=9_000)) == ["L-3"], "ben is not there"
    mine, other = await leased(store, lease_id="three", present=("ben",), for_s=9_000)
    assert (mine.external_id, mine.owner, mine.callback) == ("L-1", "ben", True)
    assert (other.external_id, other.owner) == ("L-2", "dan"), "nothing was promised to this one"


async def test_two_attempts_at_one_instant_are_two(store: Store) -> None:
    await loaded(store, lead(1))
    for attempt_id in ("A-1", "A-2"):
        [found] = await leased(store)
        await settled(store, found, NOON_US, record=attempt(found, attempt_id=attempt_id))
    [found] = await leased(store)
    assert found.attempts == len(found.past) == 2


@pytest.mark.parametrize(
    ("scope", "found_in"),
    [
        (Scope.NONE, []),
        (Scope.FILE, []),
        (Scope.LIST, ["spring"]),
        (Scope.CAMPAIGN, ["spring", "autumn"]),
        (Scope.SYSTEM, ["spring", "autumn", "old"]),
    ],
)
async def test_a_number_counts_as_there_already_as_far_as_one_looks(
    store: Store, scope: Scope, found_in: list[str]
) -> None:
    await loaded(store, lead(1))
    await loaded(store, lead(2), plan=ListPlan(campaign="sales", name="autumn"))
    await loaded(store, lead(3), plan=ListPlan(campaign="debts", name="old"))
    twins = [replace_record(lead(n), external_id=f"T-{n}") for n in (1, 2, 3)]
    plan = ListPlan(campaign="sales", name="spring", duplicates=scope)
    foreseen = await store.judge_leads(plan, twins)
    found = await loaded(store, *twins, plan=plan)
    assert list(foreseen) == found
    duplicates = [one.because for one in found if one.verdict is Verdict.DUPLICATE]
    assert [where.split("/")[1].split(":")[0] for where in duplicates] == found_in


async def test_a_list_may_be_judged_before_it_or_its_campaign_is_there(store: Store) -> None:
    plan = ListPlan(campaign="sales", name="autumn", duplicates=Scope.CAMPAIGN)
    assert [one.verdict for one in await store.judge_leads(plan, [lead(1)])] == [Verdict.NEW]
    await loaded(store, lead(1))
    [twin] = await store.judge_leads(plan, [replace_record(lead(1), external_id="T")])
    assert twin == Judgement(Verdict.DUPLICATE, "sales/spring: L-1", Fault.IN_CAMPAIGN)


async def test_who_may_not_be_called_at_any_number_is_not_loaded(store: Store) -> None:
    await listed(store, "+12025550001")
    await listed(store, "+12025550002", everywhere=False)
    await store.save_listed("us-national", ["+12025559001"], NOON_US)
    found = await loaded(store, lead(1), lead(2), lead(3, "+12025559001"), lead(4))
    assert [(one.verdict, one.because) for one in found] == [
        (Verdict.LISTED, "house"),
        (Verdict.LISTED, "campaign"),
        (Verdict.NEW, ""),
        (Verdict.NEW, ""),
    ]
    kept = ListPlan(campaign="sales", name="kept", keeps_listed=True, duplicates=Scope.NONE)
    assert [one.verdict for one in await loaded(store, lead(1), plan=kept)] == [Verdict.NEW]


async def test_judging_writes_nothing(store: Store) -> None:
    await store.judge_leads(SPRING, [lead(1)])
    assert [one.verdict for one in await store.judge_leads(SPRING, [lead(1)])] == [Verdict.NEW]
    assert await leased(store) == []


# --- databases --------------------------------------------------------------------------------------------


async def test_many_who_waited_join_the_line_bit_by_bit(database: Database, clock: Wristwatch) -> None:
    store = SqlLeadStore(database, clock, LeadSettings(put_back_max=3))
    await loaded(store, *(lead(n) for n in range(8)))
    await leased(store, 8)
    clock.at_us += HOUR_US
    counts = [len(await leased(store, 8, lease_id=str(n), for_s=2 * 3_600)) for n in range(4)]
    assert counts == [3, 3, 2, 0]


@pytest.mark.parametrize("database", SQL[1:], indirect=True)
async def test_a_promise_that_is_given_while_its_list_is_loaded_again_holds(
    database: Database, clock: Wristwatch
) -> None:
    store = SqlLeadStore(database, clock)
    await loaded(store, lead(1))
    [found] = await leased(store)
    async with database.writing() as connection:
        await connection.execute(select(LeadRow.id).with_for_update())
        promised = asyncio.ensure_future(settled(store, found, NOON_US, callback=True, owner="ana"))
        await until_waiting(database, 1)
        reloaded = asyncio.ensure_future(loaded(store, lead(1, rank=5, owner="ben"), lead(2, rank=900)))
        await until_waiting(database, 2)
    await asyncio.gather(promised, reloaded)
    mine, other = await leased(store, lease_id="two", present=("ana",))
    assert (mine.external_id, mine.callback, mine.owner) == ("L-1", True, "ana")
    assert other.external_id == "L-2"


async def until_waiting(database: Database, count: int) -> None:
    """Look until so many statements wait for another's lock."""
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    async with database.reading() as connection:
        while (await connection.execute(waiting)).scalar_one() < count:
            pass


async def test_a_batch_that_fails_leaves_nothing(database: Database, clock: Wristwatch) -> None:
    store = SqlLeadStore(database, clock)
    numberless = replace_record(lead(2), name=None)
    with pytest.raises(IntegrityError, match=r"NOT NULL|null value"):
        await store.save_leads(SPRING, [lead(1), numberless])
    assert [one.verdict for one in await store.judge_leads(SPRING, [lead(1)])] == [Verdict.NEW]


async def test_the_next_leads_are_read_off_the_front_of_an_index(tmp_path: Path, clock: Wristwatch) -> None:
    database = Database(DatabaseSettings(url=f"sqlite:///{tmp_path / 'goldline.db'}"))
    await upgrade(database)
    await loaded(SqlLeadStore(database, clock), *(lead(n) for n in range(50)))
    line = part_of(Line(key=1, name="spring", position=1, weight=1))
    asked = {"campaign": 1, "count": 5, "present": ["ana"], "now_us": 0, "put_back_max": 5, **line}
    for statement, index in ((FRONT, "ix_lead_ready"), (LONGEST_DUE, "ix_lead_waiting")):
        query = statement.compile(dialect=sqlite.dialect()).construct_expanded_state(asked)
        explain = f"EXPLAIN QUERY PLAN {query.statement}"
        async with database.reading() as connection:
            explained = await connection.exec_driver_sql(explain, tuple(query.positional_parameters))
            plan = [row.detail for row in explained]
        assert any(f"USING INDEX {index}" in step or f"COVERING INDEX {index}" in step for step in plan), plan
        assert not any("TEMP B-TREE" in step for step in plan), plan
    await database.close()

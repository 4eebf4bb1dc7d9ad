"""Lists of leads and do-not-call lists come to the same in every lead store: memory and SQL."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import IntegrityError

from core.model.lead_orders import ListNumber
from core.model.list_import import Fault
from crm.database import Database, DatabaseSettings
from crm.leads.lines import part_of
from crm.leads.mix import Line
from crm.leads.models import LeadRow
from crm.leads.records import Judgement, ListPlan, Scope, Verdict
from crm.leads.store import FRONT, LONGEST_DUE, LeadSettings, SqlLeadStore
from crm.schema import upgrade
from tests.contract.lead_facts import (
    DAY_US,
    HOUR_US,
    SPRING,
    Store,
    attempt,
    lead,
    leased,
    loaded,
    names,
    replace_record,
    settled,
)
from tests.contract.lead_facts import clock as clock  # the fixtures
from tests.contract.lead_facts import store as store
from tests.services.clocks import NOON_US, Wristwatch
from tests.services.databases import SQL

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

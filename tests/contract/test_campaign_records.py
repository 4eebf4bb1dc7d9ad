"""What people ask about the leads of a campaign is told alike from memory and from a database."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import replace as replace_plan
from pathlib import Path

import pytest

from core.kernel.clock import SECOND_US
from core.kernel.record import replace
from core.model.attempt import AttemptRecord, AttemptState
from core.model.campaign_results import CampaignProgress, Conversion, Grouping, ListStanding
from core.model.lead import LeadNumber
from core.model.lead_orders import LeaseLeads, SettleLead
from core.model.list_import import ListChange
from crm.leads.attempts import write_conversions
from crm.leads.campaign_records import SqlCampaignRecords
from crm.leads.memory import MemoryLeadStore
from crm.leads.memory_records import MemoryCampaignRecords
from crm.leads.number_lists import MemoryNumberLists, SqlNumberLists
from crm.leads.records import LeadRecord, ListPlan, Moved, Verdict
from crm.leads.store import SqlLeadStore
from tests.services.clocks import NOON_US, Wristwatch
from tests.services.databases import SQL, opened

HOUR_US = 3_600 * SECOND_US
SPRING = ListPlan(campaign="sales", name="spring", position=1, weight=3)


class Kept:
    """A store with what is read of it, on one clock."""

    def __init__(self, store, records, numbers, clock: Wristwatch) -> None:  # type: ignore[no-untyped-def]
        self.store, self.records, self.numbers, self.clock = store, records, numbers, clock


@pytest.fixture(params=["memory", *SQL])
async def kept(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Kept]:
    clock = Wristwatch()
    if request.param == "memory":
        store = MemoryLeadStore(clock)
        yield Kept(store, MemoryCampaignRecords(store, clock), MemoryNumberLists(store, "US"), clock)
        return
    async with opened(request, tmp_path) as database:
        sql = SqlLeadStore(database, clock)
        yield Kept(sql, SqlCampaignRecords(database, clock), SqlNumberLists(database, sql, "US"), clock)


def lead(nth: int, **more: object) -> LeadRecord:
    number = LeadNumber(number=f"+1202555{nth:04d}", country="US", zones=("America/New_York",))
    return replace(
        LeadRecord(external_id=f"L-{nth}", person_id=f"P-{nth}", numbers=(number,), name=f"Ada {nth}"), **more
    )


def attempt(nth: int, outcome: AttemptState, **more: object) -> AttemptRecord:
    return replace(
        AttemptRecord(
            attempt_id=f"A-{nth}",
            person_id=f"P-{nth}",
            number=f"+1202555{nth:04d}",
            country="US",
            zones=("America/New_York",),
            list_name="spring",
            mode="predictive",
            dialed_us=NOON_US + nth,
            ended_us=NOON_US + 90 * SECOND_US,
            outcome=outcome,
            disposition=outcome.value,
            nth=1,
            tier="gold" if nth == 1 else "",
        ),
        **more,
    )


async def tried(kept: Kept, record: AttemptRecord, again_us: int | None, **more: object) -> None:
    """Lease who comes next, and settle that with this attempt."""
    order = LeaseLeads(campaign="sales", lease_id="one", count=1, until_us=NOON_US + HOUR_US)
    [leased] = await kept.store.lease_leads(order)
    assert leased.person_id == record.person_id
    await kept.store.settle_lead(
        SettleLead(
            campaign="sales",
            lead_id=leased.lead_id,
            lease_id="one",
            record=record,
            again_us=again_us,
            **more,
        )
    )


async def worked(kept: Kept) -> None:
    """Load four leads; the first buys, the second wants to be called in an hour, the third is busy."""
    leads = [lead(nth) for nth in range(1, 5)]
    leads[3] = lead(4, rank=-1, tier="gold", fields=(("city", "=Rome"),))
    await kept.store.save_leads(SPRING, leads)
    await kept.store.finish_list(SPRING)
    connected = attempt(1, AttemptState.CONNECTED, connected_us=NOON_US + 30 * SECOND_US, disposition="sale")
    await tried(kept, connected, None)
    await tried(kept, attempt(2, AttemptState.CONNECTED), NOON_US + HOUR_US, callback=True, owner="ana")
    await tried(kept, attempt(3, AttemptState.BUSY), NOON_US + 2 * HOUR_US)


async def test_how_far_lists_are_worked_and_what_attempts_came_to(kept: Kept) -> None:
    await worked(kept)
    assert await kept.records.standings("sales") == [
        ListStanding("spring", True, 4, tried=3, done=1, callbacks=1, attempts=3, position=1, weight=3)
    ]
    told = await kept.records.results("sales", Grouping.TIER)
    assert [(one.group, one.disposition, one.attempts, one.talk_us) for one in told] == [
        ("", "busy", 1, 0),
        ("", "connected", 1, 0),
        ("gold", "sale", 1, 60 * SECOND_US),
    ]
    assert await kept.records.people("sales", Grouping.LIST) == {"spring": 3}
    assert await kept.records.people("sales", None, since_us=NOON_US + 3) == {"": 1}
    assert await kept.records.results("debts", Grouping.LIST) == []


async def test_promised_calls_are_told_until_somebody_has_them_in_hand(kept: Kept) -> None:
    await worked(kept)
    [promised] = await kept.records.callbacks("sales", (0, 0), 9)
    assert (promised.external_id, promised.owner, promised.due_us) == ("L-2", "ana", NOON_US + HOUR_US)
    assert await kept.records.callbacks("sales", (promised.due_us, int(promised.lead_id)), 9) == []
    assert await kept.records.progress("sales") == CampaignProgress(leads=4, tried=3, done=1)
    kept.clock.at_us = NOON_US + HOUR_US
    assert (await kept.records.progress("sales")).callbacks_due == 1
    lease = LeaseLeads(campaign="sales", lease_id="two", count=1, until_us=NOON_US * 2, present=("ana",))
    await kept.store.lease_leads(lease)
    assert (await kept.records.progress("sales")).callbacks_due == 0


async def test_promised_calls_of_a_list_that_is_switched_off_are_held_unless_it_keeps_them(
    kept: Kept,
) -> None:
    await worked(kept)
    kept.clock.at_us = NOON_US + HOUR_US
    lease = LeaseLeads(campaign="sales", lease_id="two", count=9, until_us=NOON_US * 2, present=("ana",))
    await kept.store.arrange_list("sales", "spring", ListChange(active=False))
    [promised] = await kept.records.callbacks("sales", (0, 0), 9)
    assert (promised.external_id, promised.held) == ("L-2", True)
    assert not await kept.store.lease_leads(lease)
    assert not await kept.records.ahead("sales", 9)
    await kept.store.arrange_list("sales", "spring", ListChange(keeps_promises=True))
    [promised] = await kept.records.callbacks("sales", (0, 0), 9)
    assert not promised.held
    [one] = await kept.store.lease_leads(lease)
    assert (one.external_id, one.callback) == ("L-2", True), "nobody else of the list is called"


FAIR = ListPlan(campaign="sales", name="fair", position=2)


async def test_a_promised_call_is_made_from_another_list(kept: Kept) -> None:
    await worked(kept)
    await kept.store.save_leads(FAIR, [lead(9)])
    await kept.store.finish_list(FAIR)
    await kept.store.arrange_list("sales", "spring", ListChange(active=False))
    [promised] = await kept.records.callbacks("sales", (0, 0), 9)
    assert await kept.store.move_promise("sales", promised.lead_id, "fair") is Moved.MOVED
    [moved] = await kept.records.callbacks("sales", (0, 0), 9)
    assert (moved.list_name, moved.external_id, moved.due_us) == ("fair", "L-2", promised.due_us)
    assert (moved.owner, moved.held) == ("ana", False)
    told = {one.list_name: (one.leads, one.tried, one.done, one.callbacks) for one in await standings(kept)}
    assert told == {"spring": (4, 3, 2, 0), "fair": (2, 1, 0, 1)}

    kept.clock.at_us = promised.due_us
    await kept.store.save_leads(SPRING, [lead(nth) for nth in range(1, 5)])
    await kept.store.finish_list(SPRING)
    lease = LeaseLeads(campaign="sales", lease_id="two", count=9, until_us=NOON_US * 2, present=("ana",))
    found = await kept.store.lease_leads(lease)
    assert [(one.external_id, one.list_name, one.callback, one.attempts) for one in found] == [
        ("L-2", "fair", True, 1),
        ("L-9", "fair", False, 0),
    ], "and who loads the old list again brings nobody back"
    assert found[0].numbers == lead(2).numbers
    await kept.store.save_leads(FAIR, [lead(10)])
    assert (await standings(kept))[1].leads == 3


async def test_what_cannot_be_moved_stays_where_it_is(kept: Kept) -> None:
    await worked(kept)
    await kept.store.save_leads(FAIR, [lead(2)])
    [promised] = await kept.records.callbacks("sales", (0, 0), 9)
    [ahead] = [one for one in await kept.records.ahead("sales", 9) if one.list_name == "spring"]
    wishes = [
        ("sales", promised.lead_id, "autumn"),
        ("debts", promised.lead_id, "fair"),
        ("sales", ahead.lead_id, "fair"),
        ("sales", promised.lead_id, "fair"),
        ("sales", promised.lead_id, "spring"),
    ]
    assert [await kept.store.move_promise(*wish) for wish in wishes] == [
        Moved.UNKNOWN_LIST,
        Moved.UNKNOWN_LIST,
        Moved.NOT_PROMISED,
        Moved.THERE_ALREADY,
        Moved.THERE_ALREADY,
    ]
    kept.clock.at_us = promised.due_us
    lease = LeaseLeads(campaign="sales", lease_id="two", count=1, until_us=NOON_US * 2, present=("ana",))
    [in_hand] = await kept.store.lease_leads(lease)
    assert in_hand.lead_id == promised.lead_id
    assert await kept.store.move_promise("sales", promised.lead_id, "fair") is Moved.NOT_PROMISED


async def standings(kept: Kept) -> list[ListStanding]:
    return list(await kept.records.standings("sales"))


async def test_who_comes_next_is_told_in_the_order_of_dialing(kept: Kept) -> None:
    await kept.store.save_leads(SPRING, [lead(1), lead(2, rank=5), lead(3)])
    await kept.store.finish_list(SPRING)
    told = await kept.records.ahead("sales", 2)
    assert [(one.nth, one.external_id, one.rank, one.zones) for one in told] == [
        (1, "L-2", 5, ("America/New_York",)),
        (2, "L-1", 0, ("America/New_York",)),
    ]
    assert [one.lead_id for one in told] == [
        found.lead_id
        for found in await kept.store.lease_leads(
            LeaseLeads(campaign="sales", lease_id="one", count=2, until_us=NOON_US + 1)
        )
    ]


async def test_who_comes_next_is_of_the_lists_that_are_switched_on(kept: Kept) -> None:
    fair = ListPlan(campaign="sales", name="fair", weight=2)
    for plan, numbers in ((SPRING, (1, 2)), (fair, (3, 4))):
        await kept.store.save_leads(plan, [lead(n) for n in numbers])
        await kept.store.finish_list(plan)
    await kept.store.arrange_list("sales", "spring", ListChange(position=0, weight=7, active=False))
    assert [one.external_id for one in await kept.records.ahead("sales", 9)] == ["L-3", "L-4"]
    told = await kept.records.standings("sales")
    assert [(one.list_name, one.position, one.weight, one.active) for one in told] == [
        ("spring", 0, 7, False),
        ("fair", 0, 2, True),
    ]


async def test_a_list_goes_out_with_what_became_of_each_lead(kept: Kept) -> None:
    await worked(kept)
    text = b"".join([piece async for piece in kept.records.export("sales", "spring")]).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    told = [(row["external_id"], row["status"], row["disposition"], row["attempts"]) for row in rows]
    assert told == [
        ("L-1", "done", "sale", "1"),
        ("L-2", "waiting", "connected", "1"),
        ("L-3", "waiting", "busy", "1"),
        ("L-4", "ready", "", "0"),
    ]
    assert rows[0]["last_attempt_at"].startswith("2025-06-15T15:06:40")
    assert (rows[3]["phone"], rows[3]["city"], rows[3]["tier"]) == ("'+12025550004", "'=Rome", "gold")
    assert rows[3]["last_attempt_at"] == ""


async def test_numbers_are_forbidden_looked_up_and_allowed_again(kept: Kept) -> None:
    done = await kept.numbers.forbid(["(202) 555-0001", "+1900*"], "", "asked on the phone")
    assert done.entries == ("+12025550001", "+1900*")
    assert (await kept.numbers.forbid(["202 555 0001"], "sales", "again")).entries == ("+12025550001",)
    assert (await kept.numbers.forbid(["+12025550009", "nobody"], "", "")).wrong == ("nobody",)
    listed = [(one.number, one.listing, one.reason) for one in await kept.numbers.listed(("", ""), 9)]
    assert listed == [
        ("+12025550001", "campaign/sales", "again"),
        ("+12025550001", "house", "asked on the phone"),
        ("+1900*", "house", "asked on the phone"),
    ]
    assert len(await kept.numbers.listed(listed[0][:2], 9)) == 2
    assert [one.number for one in await kept.numbers.against("1 900 555 0000")] == ["+1900*"]
    assert await kept.numbers.allow("+1 202 555 0001", "")
    assert not await kept.numbers.allow("+1 202 555 0001", "")
    assert [one.listing for one in await kept.numbers.against("+12025550001")] == ["campaign/sales"]


async def test_what_a_load_given_up_has_left_can_be_forgotten(kept: Kept) -> None:
    await worked(kept)
    await kept.store.save_leads(SPRING, [lead(5), lead(6)])
    autumn = replace_plan(SPRING, name="autumn")
    await kept.store.save_leads(autumn, [lead(7)])
    for plan in (SPRING, autumn):
        await kept.store.forget_held(plan)
    [left] = await kept.records.standings("sales")
    assert (left.list_name, left.leads, left.complete) == ("spring", 4, True)
    [judged] = await kept.store.judge_leads(SPRING, [lead(5)])
    assert judged.verdict is Verdict.NEW


@pytest.mark.parametrize("kept", SQL, indirect=True)
async def test_conversions_of_the_campaign_are_told_in_pages(kept: Kept) -> None:
    await worked(kept)
    told = [Conversion("A-1", "order-7", NOON_US, 12_50), Conversion("A-3", "order-8", NOON_US, 7_50)]
    await write_conversions(kept.records._database, told)
    assert await kept.records.conversions("sales", ("", ""), 1) == told[:1]
    assert await kept.records.conversions("sales", ("A-1", "order-7"), 9) == told[1:]
    assert await kept.records.conversions("debts", ("", ""), 9) == []

"""The dialer's orders to a store of leads that is slow, away, or there again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest

from core.model.attempt import AttemptRecord, AttemptState
from core.model.lead import HOUSE_LIST, Lead, LeadNumber
from core.model.lead_orders import (
    CheckNumbers,
    LeadCommand,
    LeadsLeased,
    LeadsUnavailable,
    LeaseLeads,
    ListingWritten,
    ListNumber,
    NumbersChecked,
    NumbersUnchecked,
    SettleLead,
)
from core.model.message import Event
from crm.leads.memory import MemoryLeadStore
from crm.leads.records import LeadRecord, ListPlan
from goldline import lead_orders
from goldline.lead_orders import QUESTIONS, WRITES, LeadClerk
from goldline.runners import leaves
from tests.services.clocks import NOON_US, Wristwatch

NUMBER = "+12125550101"
LEASE = LeaseLeads(campaign="winter", lease_id="lease-1", count=10, until_us=NOON_US + 3_600_000_000)
CHECK = CheckNumbers(
    campaign="winter",
    check_id="K-1",
    numbers=(NUMBER,),
    person_ids=("bob",),
    attempt_ids=("A-1-1",),
    until_us=NOON_US + 900_000_000,
)
LIMIT_S = 10.0


class Store(MemoryLeadStore):
    """Leads in memory, behind a door that `trouble` can keep shut: it is called before each order."""

    def __init__(self) -> None:
        super().__init__(Wristwatch())
        self.trouble: Callable[[], object] = lambda: None

    async def _pass(self) -> None:
        waiting = self.trouble()
        if asyncio.iscoroutine(waiting):
            await waiting

    async def lease_leads(self, order: LeaseLeads) -> Sequence[Lead]:
        await self._pass()
        return await super().lease_leads(order)

    async def listings(self, campaign: str, numbers: Sequence[str]) -> Sequence[tuple[str, ...]]:
        await self._pass()
        return await super().listings(campaign, numbers)

    async def list_number(self, order: ListNumber) -> None:
        await self._pass()
        await super().list_number(order)

    async def settle_lead(self, order: SettleLead) -> None:
        await self._pass()
        await super().settle_lead(order)


class Office:
    """A clerk with a store of one lead, and what it has told."""

    def __init__(self) -> None:
        self.store = Store()
        self._heard: asyncio.Queue[Event] = asyncio.Queue()
        self.clerk = LeadClerk(self.store, self._heard.put_nowait, Wristwatch())

    async def load(self) -> None:
        plan = ListPlan(campaign="winter", name="list")
        lead = LeadRecord(external_id="a", person_id="bob", numbers=(LeadNumber(number=NUMBER),))
        await self.store.save_leads(plan, [lead])
        await self.store.finish_list(plan)

    async def next(self) -> Event:
        async with asyncio.timeout(LIMIT_S):
            return await self._heard.get()


@pytest.fixture
async def office() -> Office:
    office = Office()
    await office.load()
    return office


def refuse() -> None:
    raise ConnectionError("the database is away")


def settlement() -> SettleLead:
    record = AttemptRecord(
        attempt_id="A-1-1",
        person_id="bob",
        number=NUMBER,
        country="US",
        zones=(),
        mode="predictive",
        dialed_us=NOON_US,
        ended_us=NOON_US,
        outcome=AttemptState.BUSY,
    )
    return SettleLead(campaign="winter", lead_id="0", lease_id="lease-1", record=record, again_us=None)


async def past_of(office: Office) -> int:
    """Return how many attempts the store knows of the lead."""
    found = await office.store.find_lead("winter", LeadNumber(number=NUMBER))
    return len(found.past)


def test_every_order_is_either_a_question_or_something_to_be_written() -> None:
    assert sorted(map(str, leaves(LeadCommand))) == sorted(map(str, [*QUESTIONS, *WRITES]))


async def test_questions_are_answered(office: Office) -> None:
    office.clerk.ask(LEASE)
    leased = await office.next()
    assert isinstance(leased, LeadsLeased)
    assert [lead.person_id for lead in leased.leads] == ["bob"]
    office.clerk.ask(CHECK)
    assert isinstance(await office.next(), NumbersChecked)


async def test_store_that_is_away_is_told_of(office: Office) -> None:
    office.store.trouble = refuse
    office.clerk.ask(LEASE)
    not_leased = await office.next()
    office.clerk.ask(CHECK)
    unchecked = await office.next()
    assert isinstance(not_leased, LeadsUnavailable)
    assert isinstance(unchecked, NumbersUnchecked)
    assert not_leased.reason == unchecked.reason == "away"


async def test_store_that_takes_too_long_is_told_of(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lead_orders, "ANSWER_WITHIN_S", 0.01)
    office.store.trouble = asyncio.Event().wait
    office.clerk.ask(LEASE)
    late = await office.next()
    assert isinstance(late, LeadsUnavailable)
    assert late.reason == "late"


async def test_result_is_written_as_soon_as_the_store_is_there_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lead_orders, "WRITE_AGAIN_S", (0.001,) * 100)
    tries = 0
    written = asyncio.Event()

    def twice() -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            refuse()
        written.set()

    office.store.trouble = twice
    office.clerk.write(settlement())
    async with asyncio.timeout(LIMIT_S):
        await written.wait()
    await office.clerk.close()
    assert await past_of(office) == 1
    assert office.clerk.lost == 0


async def test_result_that_cannot_be_written_is_given_up_and_counted(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lead_orders, "WRITE_AGAIN_S", (0.001,) * 3)
    office.store.trouble = refuse
    office.clerk.write(settlement())
    await office.clerk.close()
    assert office.clerk.lost == 1


async def test_more_results_than_can_wait_are_counted(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lead_orders, "UNWRITTEN_MAX", 2)
    monkeypatch.setattr(lead_orders, "CLOSE_WITHIN_S", 0.01)
    office.store.trouble = refuse
    for _ in range(3):
        office.clerk.write(settlement())
    assert office.clerk.lost == 1
    await office.clerk.close()


async def test_what_is_under_way_at_the_end_is_written_before_it(office: Office) -> None:
    office.clerk.write(settlement())
    await office.clerk.close()
    assert await past_of(office) == 1


async def test_what_cannot_be_written_before_the_end_is_counted(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody asked to be called no more while the database was away: who stops then has to hear of it."""
    monkeypatch.setattr(lead_orders, "CLOSE_WITHIN_S", 0.01)
    office.store.trouble = refuse
    office.clerk.write(settlement())
    await office.clerk.close()
    assert office.clerk.lost == 1


async def test_wish_to_be_called_no_more_is_told_of_when_the_store_has_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lead_orders, "WRITE_AGAIN_S", (0.001,) * 100)
    tries = iter([True, True, False])

    def twice() -> None:
        if next(tries):
            refuse()

    office.store.trouble = twice
    office.clerk.write(ListNumber(campaign="winter", number=NUMBER, reason="asked"))
    told = await office.next()
    assert isinstance(told, ListingWritten)
    assert (told.number, told.at_us) == (NUMBER, NOON_US)
    assert await MemoryLeadStore.listings(office.store, "winter", [NUMBER]) == [(HOUSE_LIST,)]

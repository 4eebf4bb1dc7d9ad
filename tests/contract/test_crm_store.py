"""Whoever calls is recognised in the same way by every CRM store: in memory, SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from core.kernel.clock import SECOND_US
from core.kernel.record import replace
from core.model.attempt import MISSED, OUTCOMES, AttemptRecord, AttemptState
from core.model.attempt_events import AttemptEnded
from core.model.commands import LookUpCustomer
from core.model.contact import ContactState
from core.model.customer import Customer, Interaction
from core.model.events import InteractionRecorded
from core.model.ids import ContactId, CustomerId
from core.model.lead_orders import SettleLead
from core.ports import CrmStore
from crm.leads.records import ListPlan
from crm.leads.store import SqlLeadStore
from crm.ledger import LedgerSettings, SqlLedger
from crm.memory import MemoryCrmStore, MemoryLedger
from crm.pins import hash_pin
from crm.records import AccountRecord, CustomerRecord, CustomerSink, Phone, SaveOutcome
from crm.store import SqlCrmStore, StoreSettings
from tests.services.clocks import NOON_US, Wristwatch
from tests.services.databases import SQL, opened
from web.ports import CustomerRecords

PIN_HASH = hash_pin("2468")
ADA = CustomerRecord(
    external_id=CustomerId("A-17"),
    name="Ada Gold",
    tier="gold",
    language="fr",
    notes="prefers mornings",
    attributes={"city": "Lyon", "annual_revenue": "12000.00"},
    phones=(Phone("+33142685300"), Phone("+33612345678", "mobile")),
    account=AccountRecord(number="700123", pin_hash=PIN_HASH, balance_cents=-1250, currency="EUR"),
)
SETTINGS = StoreSettings(region="FR", interactions_max=2, pin_attempts_max=3, pin_lock_s=60.0)


class Store(CrmStore, CustomerRecords, CustomerSink, Protocol):
    """A store that customers can be put into."""


@pytest.fixture
def clock() -> Wristwatch:
    return Wristwatch()


@dataclass
class Crm:
    """A store, and the ledger and the lead store that past interactions come from."""

    store: Store
    ledger: SqlLedger | MemoryLedger
    leads: SqlLeadStore | None = None

    async def dialed(self, event: AttemptEnded) -> None:
        """Write an attempt of a campaign down, as an engine does."""
        self.ledger.append(event)
        if self.leads is not None:
            await self.leads.save_leads(ListPlan(campaign=event.campaign, name="any"), [])
            order = SettleLead(
                campaign=event.campaign,
                lead_id=event.lead_id,
                lease_id="",
                record=event.record,
                again_us=None,
            )
            await self.leads.settle_lead(order)


@pytest.fixture(params=["memory", *SQL])
async def crm(request: pytest.FixtureRequest, tmp_path: Path, clock: Wristwatch) -> AsyncIterator[Crm]:
    if request.param == "memory":
        memory = MemoryLedger()
        yield Crm(MemoryCrmStore(memory, clock, SETTINGS), memory)
        return
    async with opened(request, tmp_path) as database:
        settings = LedgerSettings(spool_path=tmp_path / "spool", batch_delay_s=0.001)
        ledger = await SqlLedger.open(database, clock, settings)
        yield Crm(SqlCrmStore(database, clock, SETTINGS), ledger, SqlLeadStore(database, clock))
        await ledger.close()


async def saved(crm: Crm, *records: CustomerRecord) -> SaveOutcome:
    return await crm.store.save_customers(records)


async def caller(crm: Crm, number: str) -> Customer | None:
    return await crm.store.find_customer(
        LookUpCustomer(lookup_id="L-1", deadline_us=SECOND_US, caller_number=number)
    )


async def keyed_in(crm: Crm, account: str, pin: str) -> Customer | None:
    return await crm.store.find_customer(
        LookUpCustomer(lookup_id="L-1", deadline_us=SECOND_US, account_number=account, pin=pin)
    )


async def test_a_known_number_brings_up_the_whole_record(crm: Crm) -> None:
    await saved(crm, ADA)
    assert await caller(crm, "+33142685300") == Customer(
        customer_id=CustomerId("A-17"),
        name="Ada Gold",
        tier="gold",
        language="fr",
        account_number="700123",
        balance_cents=-1250,
        currency="EUR",
        notes="prefers mornings",
        attributes=(("city", "Lyon"), ("annual_revenue", "12000.00")),
    )


@pytest.mark.parametrize(
    "number", ["+33142685300", "01 42 68 53 00", "06.12.34.56.78", "sip:+33612345678@trunk"]
)
async def test_every_way_to_write_a_number_finds_its_owner(crm: Crm, number: str) -> None:
    await saved(crm, ADA)
    found = await caller(crm, number)
    assert found is not None
    assert found.name == "Ada Gold"


@pytest.mark.parametrize("number", ["", "anonymous", "<unknown>", "1001", "+33142685399", "9" * 500])
async def test_a_caller_nobody_knows_is_nobody(crm: Crm, number: str) -> None:
    await saved(crm, ADA)
    assert await caller(crm, number) is None


async def test_a_customer_known_before_is_found_by_id_whatever_number_calls(crm: Crm) -> None:
    await crm.store.save_customers([ADA])
    again = LookUpCustomer(lookup_id="1", deadline_us=1, customer_id="A-17", caller_number="+4420000000")
    found = await crm.store.find_customer(again)
    assert found is not None
    assert (found.name, found.account_number) == ("Ada Gold", "700123")
    assert await crm.store.find_customer(replace(again, customer_id="A-18")) is None


async def test_a_shared_number_belongs_to_who_had_it_first(crm: Crm) -> None:
    home = (Phone("+33142685300", "home"),)
    first = CustomerRecord(external_id=CustomerId("Z-1"), name="Zoe", phones=home)
    await saved(crm, first)
    await saved(crm, CustomerRecord(external_id=CustomerId("A-1"), name="Abe", phones=home))
    found = await caller(crm, "+33142685300")
    assert found is not None
    assert found.name == "Zoe"


async def test_a_customer_of_whom_little_is_known_has_sane_defaults(crm: Crm) -> None:
    await saved(crm, CustomerRecord(external_id=CustomerId("B-1"), phones=(Phone("+33142685300"),)))
    assert await caller(crm, "+33142685300") == Customer(customer_id=CustomerId("B-1"), name="", tier="")


async def test_account_and_pin_open_the_record(crm: Crm) -> None:
    await saved(crm, ADA)
    found = await keyed_in(crm, "700123", "2468")
    assert found is not None
    assert (found.customer_id, found.balance_cents) == ("A-17", -1250)


@pytest.mark.parametrize(
    ("account", "pin"),
    [("700123", "2469"), ("700123", ""), ("700124", "2468"), ("700123\0", "2468"), ("x' OR '1'='1", "2468")],
)
async def test_a_wrong_account_or_pin_opens_nothing(crm: Crm, account: str, pin: str) -> None:
    await saved(crm, ADA)
    assert await keyed_in(crm, account, pin) is None


async def test_an_account_without_a_pin_cannot_be_opened_by_one(crm: Crm) -> None:
    await saved(crm, CustomerRecord(external_id=CustomerId("B-1"), account=AccountRecord(number="700200")))
    assert await keyed_in(crm, "700200", "") is None


async def test_too_many_wrong_pins_lock_the_account_for_a_while(crm: Crm, clock: Wristwatch) -> None:
    await saved(crm, ADA)
    for guess in ("1111", "2222", "3333"):
        assert await keyed_in(crm, "700123", guess) is None
    assert await keyed_in(crm, "700123", "2468") is None, "locked: even the right PIN is not looked at"
    clock.at_us += 59 * SECOND_US
    assert await keyed_in(crm, "700123", "2468") is None
    clock.at_us += 1 * SECOND_US
    assert await keyed_in(crm, "700123", "2468") is not None


async def test_the_right_pin_forgives_the_wrong_ones_before_it(crm: Crm) -> None:
    await saved(crm, ADA)
    for _ in range(3):
        assert await keyed_in(crm, "700123", "1111") is None
        assert await keyed_in(crm, "700123", "2222") is None
        assert await keyed_in(crm, "700123", "2468") is not None


async def test_guesses_made_at_the_same_moment_are_all_counted(crm: Crm) -> None:
    await saved(crm, ADA)
    await asyncio.gather(*(keyed_in(crm, "700123", guess) for guess in ("1111", "2222", "3333")))
    assert await keyed_in(crm, "700123", "2468") is None


async def test_a_new_pin_unlocks_and_an_import_without_one_does_not(crm: Crm) -> None:
    await saved(crm, ADA)
    for guess in ("1111", "2222", "3333"):
        await keyed_in(crm, "700123", guess)
    balance = AccountRecord(number="700123", balance_cents=5)
    await saved(crm, CustomerRecord(external_id=ADA.external_id, account=balance))
    assert await keyed_in(crm, "700123", "2468") is None
    new_pin = AccountRecord(number="700123", pin_hash=hash_pin("8642"))
    await saved(crm, CustomerRecord(external_id=ADA.external_id, account=new_pin))
    found = await keyed_in(crm, "700123", "8642")
    assert found is not None
    assert found.balance_cents == 5


async def test_a_record_changes_only_what_it_speaks_of(crm: Crm) -> None:
    await saved(crm, ADA)
    before = await caller(crm, "+33142685300")
    assert before is not None
    outcome = await saved(crm, CustomerRecord(external_id=ADA.external_id, tier="platinum"))
    assert outcome == SaveOutcome(created=0, updated=1)
    assert await caller(crm, "+33142685300") == replace(before, tier="platinum")


async def test_saving_the_same_customers_again_changes_nothing(crm: Crm) -> None:
    bob = CustomerRecord(external_id=CustomerId("B-2"), name="Bob", phones=(Phone("+33142685301"),))
    assert await saved(crm, ADA, bob) == SaveOutcome(created=2, updated=0)
    before = await caller(crm, "+33142685300")
    assert await saved(crm, ADA, bob) == SaveOutcome(created=0, updated=2)
    assert await caller(crm, "+33142685300") == before


async def test_given_phones_replace_the_old_ones(crm: Crm) -> None:
    await saved(crm, ADA)
    moved = (Phone("+33142685311"), Phone("+33142685311", "work"))
    await saved(crm, CustomerRecord(external_id=ADA.external_id, phones=moved))
    assert await caller(crm, "+33142685300") is None
    assert await caller(crm, "+33142685311") is not None


async def test_an_account_number_stays_with_its_owner(crm: Crm) -> None:
    await saved(crm, ADA)
    thief = CustomerRecord(external_id=CustomerId("T-1"), account=AccountRecord(number="700123", pin_hash=""))
    twin = AccountRecord(number="700300")
    first, second = (CustomerRecord(external_id=CustomerId(key), account=twin) for key in ("U-1", "U-2"))
    outcome = await saved(crm, thief, first, second)
    assert outcome == SaveOutcome(created=1, updated=0, refused=(CustomerId("T-1"), CustomerId("U-2")))
    found = await keyed_in(crm, "700123", "2468")
    assert found is not None
    assert found.customer_id == "A-17"


async def test_the_record_shows_the_last_interactions_newest_first(crm: Crm) -> None:
    await saved(crm, ADA)
    for minute in range(3):
        crm.ledger.append(_talked(f"C-1-{minute:06d}", NOON_US + minute * 60 * SECOND_US))
    await crm.ledger.settled()
    found = await caller(crm, "+33142685300")
    assert found is not None
    assert found.last_interactions == tuple(
        Interaction(
            ended_at_us=NOON_US + minute * 60 * SECOND_US,
            queue="sales",
            agent="ana",
            outcome="closed",
            disposition="sold",
            notes="wants a letter",
        )
        for minute in (2, 1)
    )


@pytest.mark.parametrize("outcome", sorted(OUTCOMES))
async def test_a_call_of_a_campaign_that_was_missed_is_shown_to_whoever_is_called_back(
    crm: Crm, outcome: AttemptState
) -> None:
    await saved(crm, ADA)
    crm.ledger.append(_talked("C-1-000001", NOON_US))
    await crm.ledger.settled()
    await crm.dialed(_attempt(outcome))
    found = await caller(crm, "+33142685300")
    assert found is not None
    first, *others = found.last_interactions
    if outcome in MISSED:
        assert first == Interaction(
            ended_at_us=NOON_US + SECOND_US, queue="spring", agent="", outcome=outcome, disposition="tried"
        )
        assert [each.outcome for each in others] == ["closed"]
    else:
        assert (first.outcome, others) == ("closed", []), "its contact tells of it"


def _attempt(outcome: AttemptState) -> AttemptEnded:
    record = AttemptRecord(
        attempt_id="A-1",
        person_id="A-17",
        number="+33142685300",
        country="FR",
        zones=("Europe/Paris",),
        mode="predictive",
        dialed_us=NOON_US + SECOND_US,
        ended_us=NOON_US + 2 * SECOND_US,
        outcome=outcome,
        disposition="tried",
        customer_id="A-17",
    )
    return AttemptEnded(
        at_us=record.ended_us, cause_id="", campaign="spring", lead_id="0", outcome=outcome, record=record
    )


def _talked(contact_id: str, at_us: int) -> InteractionRecorded:
    return InteractionRecorded(
        at_us=at_us,
        contact_id=ContactId(contact_id),
        customer_id="A-17",
        caller_number="+33142685300",
        queue="sales",
        tier="gold",
        outcome=ContactState.CLOSED,
        agent_id="ana",
        disposition="sold",
        ended_by="customer",
        arrived_us=at_us - 90 * SECOND_US,
        ivr_us=10 * SECOND_US,
        queue_us=20 * SECOND_US,
        talk_us=50 * SECOND_US,
        wrap_up_us=10 * SECOND_US,
        offers=1,
        notes="wants a letter",
    )


async def found_by(crm: Crm, sought: str, after: str = "") -> list[str]:
    return [found.customer_id for found in await crm.store.seek_customers(sought, after, 10)]


async def test_a_customer_is_found_by_what_people_type(crm: Crm) -> None:
    bob = CustomerRecord(external_id=CustomerId("B-2"), name="Bob 100% Gold_en")
    await saved(crm, ADA, bob)
    for sought in ("A-17", "700123", "01 42 68 53 00", "ada"):
        assert await found_by(crm, sought) == ["A-17"], sought
    assert await found_by(crm, "gold") == ["A-17", "B-2"]
    assert await found_by(crm, "gold", after="A-17") == ["B-2"]
    assert await found_by(crm, "100% gold_") == ["B-2"]
    assert await found_by(crm, "gold%") == []
    assert await found_by(crm, "\\") == []


async def test_a_found_customer_is_told_without_interactions(crm: Crm) -> None:
    await saved(crm, ADA)
    crm.ledger.append(_talked("C-1-000001", NOON_US))
    await crm.ledger.settled()
    (found,) = await crm.store.seek_customers("A-17", "", 10)
    whole = await caller(crm, "+33142685300")
    assert whole is not None
    assert found == replace(whole, last_interactions=())

"""Lists made from the customers on record: who is chosen, and what their leads bring along."""

from __future__ import annotations

import pytest

from core.kernel.clock import SECOND_US
from core.kernel.errors import ConfigError
from core.model.attempt import AttemptRecord, AttemptState
from core.model.contact import ContactState
from core.model.events import InteractionRecorded
from core.model.ids import ContactId, CustomerId
from core.model.lead import Lead
from core.model.lead_orders import LeaseLeads, SettleLead
from crm.database import Database
from crm.leads.from_crm import import_customers
from crm.leads.loading import ImportResult, ImportSettings
from crm.leads.records import ListPlan, Verdict
from crm.leads.row import RowSettings
from crm.leads.store import SqlLeadStore
from crm.ledger import LedgerSettings, SqlLedger
from crm.records import AccountRecord, CustomerRecord, Phone
from crm.store import SqlCrmStore, StoreSettings
from tests.services.clocks import NOON_US, Wristwatch

DAY_US = 24 * 3_600 * SECOND_US
PLAN = ListPlan(campaign="win-back", name="crm")
ROWS = RowSettings(region="US", tier_ranks={"standard": 0, "gold": 100, "platinum": 200})


def customer(name: str, *numbers: str, tier: str = "standard", **columns: object) -> CustomerRecord:
    record = {
        "external_id": CustomerId(name),
        "name": name.title(),
        "tier": tier,
        "phones": tuple(Phone(number, "mobile") for number in numbers),
        **columns,
    }
    return CustomerRecord(**record)  # type: ignore[arg-type]


@pytest.fixture
async def customers(database: Database) -> None:
    """Put some customers on record."""
    store = SqlCrmStore(database, Wristwatch(), StoreSettings())
    await store.save_customers(
        [
            customer("ada", "+12025550101", "+13055550101", tier="platinum", attributes={"city": "Lyon"}),
            customer(
                "bob", "+12025550102", tier="gold", account=AccountRecord(number="17", balance_cents=-12_50)
            ),
            customer("cleo", "+12025550103", attributes={"city": "Lyon", "score": "7.5"}),
            customer("dan", tier="gold"),
            customer("eve", "+12025550102", tier="gold"),
        ]
    )


async def loaded(
    database: Database, condition: str, *, dry: bool = False, now_us: int = NOON_US
) -> ImportResult:
    store = SqlLeadStore(database, Wristwatch())
    settings = ImportSettings(rows=ROWS, dry=dry)
    return await import_customers(store, database, condition, PLAN, settings, now_us)


async def leads(database: Database) -> list[Lead]:
    order = LeaseLeads(campaign=PLAN.campaign, lease_id="one", count=10, until_us=NOON_US + 1)
    return list(await SqlLeadStore(database, Wristwatch()).lease_leads(order))


async def chosen(database: Database, condition: str, now_us: int = NOON_US) -> list[str]:
    """Return who would be chosen, in the order of the record."""
    await loaded(database, condition, now_us=now_us)
    return sorted(lead.external_id for lead in await leads(database))


async def test_customers_become_leads_with_all_their_numbers_the_most_valuable_first(
    database: Database, customers: None
) -> None:
    result = await loaded(database, 'tier in ("gold", "platinum")')
    assert dict(result.lines) == {Verdict.NEW: 2, Verdict.DUPLICATE: 1, Verdict.REJECTED: 1}
    assert [(one.reason.column, one.reason.value) for one in result.not_loaded] == [
        ("customer_id", "dan"),
        ("phone", "+12025550102"),
    ]
    ada, bob = await leads(database)
    assert (ada.external_id, ada.person_id, ada.customer_id, ada.name) == ("ada", "ada", "ada", "Ada")
    assert (ada.tier, ada.language, ada.fields) == ("platinum", "en", (("city", "Lyon"),))
    assert [(one.number, one.kind, one.regions) for one in ada.numbers] == [
        ("+12025550101", "mobile", ("US-DC",)),
        ("+13055550101", "mobile", ("US-FL",)),
    ]
    assert bob.external_id == "bob"


@pytest.mark.parametrize(
    ("condition", "who"),
    [
        ('attribute.city == "Lyon"', ["ada", "cleo"]),
        ("attribute.score >= 7", ["cleo"]),
        ("balance < 0", ["bob"]),
        ("balance == 0", []),
        ("phones > 1", ["ada"]),
        ('not tier == "gold" and last_contact_days > 90', ["ada", "cleo"]),
        ("last_attempt_days < 30", []),
    ],
)
async def test_a_condition_may_ask_for_whatever_is_on_record(
    database: Database, customers: None, condition: str, who: list[str]
) -> None:
    assert await chosen(database, condition) == who


async def test_whom_we_talked_to_lately_is_left_in_peace(
    database: Database, customers: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    spool = tmp_path_factory.mktemp("ledger") / "spool"
    ledger = SqlLedger(database, 1, LedgerSettings(spool_path=spool))
    ledger.append(called_us("ada", NOON_US - 89 * DAY_US))
    await ledger.settled()
    await ledger.close()
    assert await chosen(database, 'tier == "platinum" and last_contact_days > 90') == []
    later_us = NOON_US + 2 * DAY_US
    assert await chosen(database, 'tier == "platinum" and last_contact_days > 90', later_us) == ["ada"]


def called_us(who: str, at_us: int) -> InteractionRecorded:
    return InteractionRecorded(
        at_us=at_us,
        contact_id=ContactId(f"of-{who}"),
        customer_id=who,
        caller_number="",
        queue="billing",
        tier="",
        outcome=ContactState.CLOSED,
        agent_id="ana",
        disposition="",
        ended_by="customer",
        arrived_us=at_us,
        ivr_us=0,
        queue_us=0,
        talk_us=0,
        wrap_up_us=0,
        offers=1,
    )


@pytest.mark.parametrize(
    ("outcome", "talked_to"), [(AttemptState.CONNECTED, True), (AttemptState.NO_ANSWER, False)]
)
async def test_a_campaigns_call_is_a_contact_only_where_they_talked(
    database: Database, customers: None, outcome: AttemptState, talked_to: bool
) -> None:
    await loaded(database, 'tier == "platinum"')
    [ada] = await leads(database)
    record = AttemptRecord(
        attempt_id="A-1",
        person_id=ada.person_id,
        number=ada.numbers[0].number,
        country="US",
        zones=ada.numbers[0].zones,
        mode="predictive",
        dialed_us=NOON_US,
        ended_us=NOON_US + SECOND_US,
        outcome=outcome,
        customer_id=ada.customer_id,
    )
    settled = SettleLead(
        campaign=PLAN.campaign, lead_id=ada.lead_id, lease_id="one", record=record, again_us=NOON_US
    )
    await SqlLeadStore(database, Wristwatch()).settle_lead(settled)
    tomorrow_us = NOON_US + DAY_US
    for condition, found in (
        ("phones > 1 and last_contact_days > 90", not talked_to),
        ("phones > 1 and last_attempt_days == 1", True),
    ):
        tried = await loaded(database, condition, dry=True, now_us=tomorrow_us)
        assert tried.lines.total() == found, condition


async def test_the_same_condition_again_adds_only_whom_it_adds(database: Database, customers: None) -> None:
    await loaded(database, 'tier == "platinum"')
    again = await loaded(database, 'attribute.city == "Lyon"')
    assert dict(again.lines) == {Verdict.UNCHANGED: 1, Verdict.NEW: 1}


async def test_trying_it_out_writes_nothing(database: Database, customers: None) -> None:
    assert (await loaded(database, "true", dry=True)).lines[Verdict.NEW] == 3
    assert await leads(database) == []


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ("last_contact > 90", "no variable of the customer's record; did you mean last_contact_days"),
        ("waiting > 3", "waiting is no variable of the customer's record"),
        ("tier > 3", "tier is a text"),
        ("tier in gold", "expected"),
    ],
)
async def test_a_condition_that_cannot_be_read_is_refused(
    database: Database, condition: str, reason: str
) -> None:
    with pytest.raises(ConfigError, match=reason):
        await loaded(database, condition)

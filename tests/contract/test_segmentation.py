"""Scoring moves exactly those customers whose facts say so, in either database."""

from __future__ import annotations

from core.model.commands import LookUpCustomer
from core.model.ids import CustomerId
from crm.database import Database
from crm.records import CustomerRecord, Phone
from crm.segmentation import ScoringSettings, TierChange, score_customers
from crm.store import SqlCrmStore, StoreSettings
from tests.services.clocks import Wristwatch


def customer(number: int, tier: str, **attributes: str) -> CustomerRecord:
    return CustomerRecord(
        external_id=CustomerId(f"C-{number:05d}"),
        tier=tier,
        attributes=attributes,
        phones=(Phone(f"+1202555{number:04d}"),),
    )


async def test_scoring_changes_those_whose_facts_changed_and_no_others(database: Database) -> None:
    store = SqlCrmStore(database, Wristwatch(), StoreSettings())
    crowd = [customer(number, "standard", annual_revenue="10") for number in range(2_400)]
    crowd[7] = customer(7, "standard", annual_revenue="30000")
    crowd[1_500] = customer(1_500, "gold", annual_revenue="6000")
    crowd[2_399] = customer(2_399, "platinum")
    await store.save_customers(crowd)
    assert list(await score_customers(database, ScoringSettings())) == [
        TierChange(external_id="C-00007", old="standard", new="gold"),
        TierChange(external_id="C-01500", old="gold", new="silver"),
    ]
    lookup = LookUpCustomer(lookup_id="L", deadline_us=1, caller_number="+12025550007")
    found = await store.find_customer(lookup)
    assert found is not None
    assert found.tier == "gold"
    assert list(await score_customers(database, ScoringSettings())) == []

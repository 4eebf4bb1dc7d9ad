"""The stores of a simulated day: in memory, with the scenario's invented customers and leads in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from core.kernel.clock import Clock, microseconds
from core.model.campaign_requests import StartCampaign
from core.model.lead import LeadNumber
from core.ports import Sink
from crm.leads.memory import MemoryLeadStore
from crm.leads.records import LeadRecord, ListPlan
from crm.memory import MemoryCrmStore, MemoryLedger
from crm.phones import e164
from crm.pins import SIMULATED_COST, hash_pin
from crm.records import AccountRecord, CustomerRecord, Phone
from crm.store import StoreSettings
from goldline.runners import result_at_once
from simulator.callees import Listed, ListedLead
from simulator.customers import CrmRecord
from simulator.lead_lists import LeadList
from simulator.world import World

LeadsByList = Mapping[ListPlan, Sequence[LeadRecord]]
"""The leads of a simulated day, by the lists they are in."""


def memory_store(
    customers: Iterable[CrmRecord], ledger: MemoryLedger, clock: Clock, region: str
) -> MemoryCrmStore:
    """Return a store in memory that holds the scenario's customers."""
    store = MemoryCrmStore(ledger, clock, StoreSettings(region=region))
    result_at_once(store.save_customers([crm_record(found, region) for found in customers]))
    return store


def memory_leads(leads: LeadsByList, clock: Clock) -> MemoryLeadStore:
    """Return a store in memory that holds the leads, ready to come up."""
    store = MemoryLeadStore(clock)
    for plan, records in leads.items():
        result_at_once(store.save_leads(plan, records))
        result_at_once(store.finish_list(plan))
    return store


def load_lists(world: World, store: MemoryLeadStore, sink: Sink) -> None:
    """Let the lists of the scenario be loaded, each when it is time, and their campaigns begin."""
    for listed in world.callees.lists:
        load = partial(_load, world, listed, store, sink)
        if listed.entry.from_s:
            world.exchange.after(microseconds(listed.entry.from_s), load)
        else:
            load()


def _load(world: World, listed: Listed, store: MemoryLeadStore, sink: Sink) -> None:
    plan = ListPlan(campaign=listed.entry.campaign, name=listed.entry.name)
    records = [_lead_record(lead, listed.entry) for lead in listed.leads()]
    result_at_once(store.save_leads(plan, records))
    result_at_once(store.finish_list(plan))
    # One that dials already refuses, and is none the worse for it.
    sink(StartCampaign(at_us=world.exchange.now_us(), campaign=plan.campaign, request_id=plan.name))


def _lead_record(lead: ListedLead, entry: LeadList) -> LeadRecord:
    number = LeadNumber(number=lead.number, country=entry.country, zones=(lead.zone,))
    name = f"{entry.campaign}-{lead.serial}"
    return LeadRecord(external_id=name, person_id=name, numbers=(number,), tier=entry.tier)


def crm_record(found: CrmRecord, region: str) -> CustomerRecord:
    """Return the invented customer as a store takes one."""
    customer = found.customer
    return CustomerRecord(
        external_id=customer.customer_id,
        name=customer.name,
        tier=customer.tier,
        language=customer.language,
        phones=(Phone(e164(found.phone, region)),),
        account=AccountRecord(
            number=customer.account_number,
            pin_hash=hash_pin(found.pin, SIMULATED_COST),
            balance_cents=customer.balance_cents,
            currency=customer.currency,
        ),
    )

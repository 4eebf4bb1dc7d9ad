"""What the routes about campaigns ask, in memory: for sites of tests."""

from __future__ import annotations

from pathlib import Path

from core.kernel.clock import Clock
from crm.imports.memory_book import MemoryImportBook
from crm.imports.office import ListOffice, OfficeSettings
from crm.imports.report import ListRules
from crm.leads.memory import MemoryLeadStore
from crm.leads.memory_records import MemoryCampaignRecords
from crm.leads.number_lists import MemoryNumberLists
from web.ports import CampaignSide

NOWHERE = Path("no-uploads-here")


def campaign_side(clock: Clock, store: MemoryLeadStore | None = None, folder: Path = NOWHERE) -> CampaignSide:
    """Return one for the campaign `sales`; to take lists in its office is to be started, with a folder."""
    store = store or MemoryLeadStore(clock)
    rules = {"sales": ListRules(region="US", tier_ranks={"gold": 100})}
    office = ListOffice(store, MemoryImportBook(), rules, OfficeSettings(folder=folder), clock)
    return CampaignSide(
        records=MemoryCampaignRecords(store, clock), numbers=MemoryNumberLists(store, "US"), lists=office
    )

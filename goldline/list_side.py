"""What the web side asks about campaigns, put together: records, do-not-call lists, the office of lists."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from core.kernel.clock import Clock
from crm.database import Database
from crm.imports.book import ImportBook
from crm.imports.memory_book import MemoryImportBook
from crm.imports.office import ListOffice, OfficeSettings
from crm.imports.report import ListRules
from crm.imports.sql_book import SqlImportBook
from crm.leads.campaign_records import SqlCampaignRecords
from crm.leads.memory import MemoryLeadStore
from crm.leads.memory_records import MemoryCampaignRecords
from crm.leads.number_lists import MemoryNumberLists, SqlNumberLists
from crm.leads.records import LeadSink
from crm.leads.store import SqlLeadStore
from dialer.campaign import CampaignRules
from dialer.law import Law
from goldline.config import Config
from goldline.tier_ranks import tier_ranks
from web.ports import CampaignRecords, CampaignSide, NumberLists


@dataclass(frozen=True, slots=True, kw_only=True)
class ListStores:
    """Where lists are written and read; uploads lie in `folder`, or for as long as the program runs."""

    sink: LeadSink
    book: ImportBook
    records: CampaignRecords
    numbers: NumberLists
    folder: Path | None = None


def sql_list_stores(config: Config, database: Database, leads: SqlLeadStore, clock: Clock) -> ListStores:
    """Return those in a database, of whose leads there is a store already."""
    return ListStores(
        sink=leads,
        book=SqlImportBook(database),
        records=SqlCampaignRecords(database, clock),
        numbers=SqlNumberLists(database, leads, config.crm.region),
        folder=Path(config.web.uploads),
    )


def memory_list_stores(store: MemoryLeadStore, clock: Clock, region: str) -> ListStores:
    """Return those in memory."""
    return ListStores(
        sink=store,
        book=MemoryImportBook(),
        records=MemoryCampaignRecords(store, clock),
        numbers=MemoryNumberLists(store, region),
    )


@asynccontextmanager
async def open_campaign_side(
    config: Config,
    campaigns: Mapping[str, CampaignRules],
    stores: ListStores,
    clock: Clock,
    loaded: Callable[[str], None],
) -> AsyncIterator[CampaignSide]:
    """Give what the routes about campaigns ask; `loaded` hears of campaigns that a list was loaded for."""
    async with AsyncExitStack() as open_things:
        folder = stores.folder or Path(open_things.enter_context(tempfile.TemporaryDirectory()))
        settings = OfficeSettings(folder=folder)
        rules = {name: _list_rules(config, each.law) for name, each in campaigns.items()}
        office = ListOffice(stores.sink, stores.book, rules, settings, clock, loaded)
        await office.start()
        open_things.push_async_callback(office.close)
        yield CampaignSide(records=stores.records, numbers=stores.numbers, lists=office)


def _list_rules(config: Config, law: Law) -> ListRules:
    return ListRules(
        region=config.crm.region,
        tier_ranks=tier_ranks(config),
        covers=lambda country: any(pack.covers(country) for pack in law.packs),
    )

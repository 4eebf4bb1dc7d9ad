"""`goldline campaign import` and `goldline campaign dnc`: lists of leads, and of who may not be called."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path

from core.kernel.clock import SECOND_US
from core.kernel.errors import ConfigError
from core.model.lead_orders import ListNumber
from crm.leads.from_crm import import_customers
from crm.leads.import_leads import import_leads
from crm.leads.listings import is_register, listing_key
from crm.leads.loading import Batch, ImportResult, ImportSettings, NotLoaded
from crm.leads.numbers import NumberReader, entry_of
from crm.leads.records import Judgement, LeadSink, ListPlan, Scope, Verdict
from crm.leads.row import RowSettings
from crm.leads.store import DAY_US, SqlLeadStore
from crm.list_file import open_list
from dialer.law import Law
from goldline.campaign.known import config_for_lists, country_named, list_named
from goldline.config import Config
from goldline.own_packs import law_under
from goldline.progress import progress_bar
from goldline.stores import open_database
from goldline.tier_ranks import tier_ranks
from goldline.wall_clock import WallClock
from simulator.report.blocks import Section
from simulator.report.blocks import Table as FigureTable

REJECTS_SUFFIX = ".rejects.csv"
BATCH_NUMBERS = 5_000
EVERYWHERE = ("house",)
"""The law of a list whose campaign is not configured yet: that of a campaign that names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOrder:
    """What is to be loaded, as it was said on the command line: a `file`, or who meets `from_crm`."""

    campaign: str
    list_name: str
    file: Path | None = None
    from_crm: str = ""
    position: int = 0
    weight: int = 1
    duplicates: str = Scope.LIST.value
    keeps_listed: bool = False
    country: str = ""
    encoding: str = ""
    dry: bool = False
    rejects: Path | None = None


async def import_list(order: ListOrder, config_path: Path) -> ImportResult:
    """Load a list of leads into the configured store, with a progress bar on a terminal.

    What was not loaded, and why, is written to a file of rejects: mend the list and load it again. A dry run
    writes there what would become of every line.
    """
    _check_source(order)
    config = config_for_lists(order.campaign, config_path)
    plan, lawless = _plan(order), _LawlessCount(_law_of(order, config))
    settings = _settings(order, config, lawless)
    clock = WallClock()
    async with open_database(config) as database:
        store = SqlLeadStore(database, clock)
        with progress_bar(f"loading {order.list_name}", wanted=True) as bar:

            def shown(done: int, size: int) -> None:
                bar(done / size if size else 1.0)

            if order.file is not None:
                result = await import_leads(store, order.file, plan, settings, shown)
            else:
                result = await import_customers(
                    store, database, order.from_crm, plan, settings, clock.now_us(), shown
                )
    result.lawless = lawless.leads
    return result


def _check_source(order: ListOrder) -> None:
    if (order.file is None) is (not order.from_crm):
        raise ConfigError("import", order.campaign, "a file, or a condition by --from-crm")
    if order.file is not None and order.file.is_dir():
        raise ConfigError("import", str(order.file), "a file; this is a folder")


def _plan(order: ListOrder) -> ListPlan:
    return ListPlan(
        campaign=order.campaign,
        name=list_named(order.list_name),
        position=order.position,
        weight=order.weight,
        duplicates=_scope(order.duplicates),
        keeps_listed=order.keeps_listed,
    )


def _law_of(order: ListOrder, config: Config) -> Law:
    campaign = config.campaigns.get(order.campaign)
    laws = campaign.laws if campaign is not None else EVERYWHERE
    return law_under(laws, config.packs, f"campaigns.{order.campaign}")


def _settings(order: ListOrder, config: Config, lawless: _LawlessCount) -> ImportSettings:
    return ImportSettings(
        rows=RowSettings(
            region=country_named(order.country) or config.crm.region, tier_ranks=tier_ranks(config)
        ),
        encoding=order.encoding,
        dry=order.dry,
        report=lawless,
        rejects_path=order.rejects or (order.file or Path(order.list_name)).with_suffix(REJECTS_SUFFIX),
    )


class _LawlessCount:
    """Counts the leads of each country that no law of a campaign covers (`crm.leads.loading.Report`)."""

    def __init__(self, law: Law) -> None:
        self._law = law
        self.leads: Counter[str] = Counter()

    async def take(self, batch: Batch, judgements: Sequence[Judgement], refused: Sequence[NotLoaded]) -> None:
        """Count those that were loaded, or would be."""
        for lead, judgement in zip(batch.leads, judgements, strict=True):
            if judgement.verdict not in (Verdict.DUPLICATE, Verdict.LISTED):
                self.leads.update(
                    {number.country for number in lead.numbers if self._is_free(number.country)}
                )

    def _is_free(self, country: str) -> bool:
        return not any(pack.covers(country) for pack in self._law.packs)


def verdict_table(result: ImportResult, dry: bool) -> FigureTable:
    """Return the table of what became of the lines."""
    rows = tuple((verdict.value, f"{result.lines[verdict]:,}") for verdict in Verdict)
    total = ("all lines", f"{result.lines.total():,}")
    return FigureTable(
        title="What would become of the lines" if dry else "What became of the lines",
        headings=("", "lines"),
        sections=(Section(title="", rows=(*rows, total)),),
    )


def _scope(word: str) -> Scope:
    try:
        return Scope(word)
    except ValueError:
        raise ConfigError("duplicates", word, f"one of {', '.join(Scope)}") from None


# --- do not call --------------------------------------------------------------------------------------


@dataclass(slots=True)
class ListedResult:
    """How many entries were listed, and the lines that are none, with their numbers."""

    listed: int = 0
    wrong: list[tuple[int, str]] = field(default_factory=list)


async def list_numbers(numbers: list[str], campaign: str, reason: str, config_path: Path) -> list[str]:
    """Put numbers and areas on the list of the house, or of `campaign`; return them as E.164."""
    config = config_for_lists(campaign, config_path)
    reader = NumberReader(config.crm.region)
    entries = [entry_of(text, reader) for text in numbers]
    for text, entry in zip(numbers, entries, strict=True):
        if not entry:
            raise ConfigError("number", text, "a number, or an area such as +1900*")
    async with open_database(config) as database:
        store = SqlLeadStore(database, WallClock())
        for entry in entries:
            order = ListNumber(campaign=campaign, number=entry, reason=reason, everywhere=not campaign)
            await store.list_number(order)
    return entries


async def import_listed(
    file: Path, campaign: str, register: str, as_of: date | None, config_path: Path
) -> ListedResult:
    """Load a file of numbers and areas onto a do-not-call list, or as the new copy of a register.

    Raises `ConfigError` for a file that can be no such copy, of which the one before stays in force.
    """
    if register and (campaign or as_of is None or not is_register(register)):
        raise ConfigError("register", register, "a register's name, the day it is of, and no campaign")
    config = config_for_lists(campaign, config_path)
    clock = WallClock()
    from_us = clock.now_us() if as_of is None else _midnight_us(as_of)
    if from_us > clock.now_us() + DAY_US:  # it may be tomorrow already where the register is kept
        raise ConfigError("--as-of", str(as_of), "the day of the copy, which is none to come")
    async with open_database(config) as database:
        store = SqlLeadStore(database, clock)
        listing = register or listing_key(campaign)
        result = await _save_listed(store, file, listing, from_us, NumberReader(config.crm.region))
        if register:
            _refuse_half_understood(result, file)
            await store.renew_register(register, from_us)
    return result


def _refuse_half_understood(result: ListedResult, file: Path) -> None:
    """Refuse a copy of a register that is hardly one: everybody it leaves out might be called again."""
    if len(result.wrong) >= result.listed:
        found = f"{result.listed:,} numbers, and {len(result.wrong):,} lines that are none"
        allowed = "whole numbers in the first column; the copy of before stays in force"
        raise ConfigError(file.name, found, allowed)


async def _save_listed(
    store: LeadSink, file: Path, listing: str, from_us: int, reader: NumberReader
) -> ListedResult:
    result = ListedResult()
    with closing(await asyncio.to_thread(open_list, file)) as opened:
        first = opened.header[:1]
        numbered = ((line.number, line.cells[0] if line.cells else "") for line in opened.lines())
        # A bare list of numbers has no header: its first line is one of them.
        batch = [entry for text in first if (entry := entry_of(text, reader))]
        while True:
            lines = await asyncio.to_thread(lambda: list(islice(numbered, BATCH_NUMBERS)))
            for number, text in lines:
                entry = entry_of(text, reader)
                if entry:
                    batch.append(entry)
                else:
                    result.wrong.append((number, text))
            await store.save_listed(listing, batch, from_us)
            result.listed += len(batch)
            batch = []
            if not lines:
                return result


def _midnight_us(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * SECOND_US

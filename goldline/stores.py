"""What a centre remembers with, opened by its configuration: one database, and the stores on it.

async with open_stores(config, clock) as stores:      # the engine: brings the tables up to date
    ...
async with join_database(config) as database:         # a web process apart: the engine's, as it is
    stores = web_stores(config, database, clock)
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from core.kernel.clock import Clock
from core.kernel.errors import ConfigError
from core.ports import CrmStore, LeadStore, Ledger
from crm.database import Database, DatabaseSettings
from crm.history import SqlHistory
from crm.leads.store import SqlLeadStore
from crm.ledger import LedgerSettings, SqlLedger
from crm.ledger_reader import LedgerReader
from crm.people import SqlPeopleStore
from crm.schema import upgrade, why_not_current
from crm.store import SqlCrmStore, StoreSettings
from goldline.config import Config
from goldline.list_side import ListStores, sql_list_stores
from web.ports import CustomerRecords, History, OpenContacts, PeopleStore


@dataclass(frozen=True, slots=True, kw_only=True)
class WebStores:
    """What the web side asks, beside the engine or apart from it: the ports of `web.ports`."""

    people: PeopleStore
    customers: CustomerRecords
    open_contacts: OpenContacts
    history: History
    lists: ListStores


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """What a centre remembers with; `run` is the number of this start of the engine."""

    run: int
    crm: CrmStore
    leads: LeadStore
    ledger: Ledger
    web: WebStores


@asynccontextmanager
async def open_database(config: Config) -> AsyncIterator[Database]:
    """Give the configured database, its tables brought up to date.

    Raises `OSError` naming `crm.url` where it is away. A new SQLite file is for its owner alone.
    """
    database = _configured(config)
    try:
        with _named(config):
            _make_private(database)
            await upgrade(database)
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def join_database(config: Config) -> AsyncIterator[Database]:
    """Give the database that an engine keeps, as it is: whoever works beside one leaves its tables alone.

    Raises `ConfigError` where it is missing or not of this version, `OSError` where it is away.
    """
    database = _configured(config)
    try:
        await _check(database, config)
        yield database
    finally:
        await database.close()


async def _check(database: Database, config: Config) -> None:
    with _named(config):
        reason = await why_not_current(database)
    if reason:
        raise ConfigError("crm.url", _shown(config), reason)


@contextmanager
def _named(config: Config) -> Iterator[None]:
    """Say which database is away."""
    try:
        yield
    except OSError as error:
        raise OSError(f"crm.url: found {_shown(config)!r}; {error}") from error


def _shown(config: Config) -> str:
    return make_url(config.crm.url.get_secret_value()).render_as_string(hide_password=True)


def _make_private(database: Database) -> None:
    """Make the file of a new database: customers, and what signs people in, stand in it."""
    if database.file is not None:
        with suppress(FileExistsError):
            os.close(os.open(database.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _configured(config: Config) -> Database:
    return Database(DatabaseSettings(url=config.crm.url.get_secret_value()))


@asynccontextmanager
async def open_stores(config: Config, clock: Clock) -> AsyncIterator[Stores]:
    """Give the configured stores for one run of the engine; what is unwritten at the end is written."""
    async with open_database(config) as database:
        ledger = await SqlLedger.open(database, clock, LedgerSettings(spool_path=Path(config.crm.spool)))
        customers, leads = customers_in(config, database, clock), SqlLeadStore(database, clock)
        try:
            yield Stores(
                run=ledger.run,
                crm=customers,
                leads=leads,
                ledger=ledger,
                web=_web_stores(config, database, customers, leads, clock),
            )
        finally:
            await ledger.close()


def web_stores(config: Config, database: Database, clock: Clock) -> WebStores:
    """Return what a web process apart asks of `database`."""
    customers, leads = customers_in(config, database, clock), SqlLeadStore(database, clock)
    return _web_stores(config, database, customers, leads, clock)


def customers_in(config: Config, database: Database, clock: Clock) -> SqlCrmStore:
    """Return the customers that `database` has."""
    return SqlCrmStore(database, clock, StoreSettings(region=config.crm.region))


def _web_stores(
    config: Config, database: Database, customers: SqlCrmStore, leads: SqlLeadStore, clock: Clock
) -> WebStores:
    """Return what the web side asks, of the same stores as the engine where there is one."""
    return WebStores(
        people=SqlPeopleStore(database),
        customers=customers,
        open_contacts=LedgerReader(database).open_contacts,
        history=SqlHistory(database),
        lists=sql_list_stores(config, database, leads, clock),
    )

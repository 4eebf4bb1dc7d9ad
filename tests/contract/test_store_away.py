"""A store that hangs or is gone costs a caller the deadline and nothing more, and is as good as new after."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from core.kernel.clock import SECOND_US
from core.model.commands import LookUpCustomer
from core.model.ids import CustomerId
from crm.database import Database, DatabaseSettings
from crm.pins import hash_pin
from crm.records import AccountRecord, CustomerRecord, Phone
from crm.schema import upgrade
from crm.store import SqlCrmStore, StoreSettings
from tests.services.clocks import Wristwatch
from tests.services.postgres import PostgresServer

LIMIT_S = 30.0
DEADLINE_S = 0.2
POOL = 2
ADA = CustomerRecord(
    external_id=CustomerId("A-17"),
    name="Ada Gold",
    phones=(Phone("+12025550123"),),
    account=AccountRecord(number="700123", pin_hash=hash_pin("2468")),
)
BY_PHONE = LookUpCustomer(lookup_id="L-1", deadline_us=SECOND_US // 5, caller_number="+12025550123")
BY_PIN = LookUpCustomer(lookup_id="L-2", deadline_us=SECOND_US // 5, account_number="700123", pin="2468")


@asynccontextmanager
async def store_of(database: Database) -> AsyncIterator[SqlCrmStore]:
    await upgrade(database)
    store = SqlCrmStore(database, Wristwatch(), StoreSettings(pin_attempts_max=100))
    await store.save_customers([ADA])
    yield store
    await database.close()


@asynccontextmanager
async def locked(settings: DatabaseSettings, *statements: str) -> AsyncIterator[None]:
    """Hold a lock on the database from another connection, as a long report or a repair would."""
    other = Database(settings)
    async with other.reading() as connection:
        for statement in statements:
            await connection.execute(text(statement))
        yield
        await connection.execute(text("ROLLBACK"))
    await other.close()


async def late(store: SqlCrmStore, lookup: LookUpCustomer) -> bool:
    """Look up under the deadline, as the runner does, and tell whether it was missed."""
    try:
        async with asyncio.timeout(DEADLINE_S):
            await store.find_customer(lookup)
    except TimeoutError:
        return True
    return False


async def test_a_locked_sqlite_makes_pin_checks_late_and_leaves_the_pool_whole(tmp_path: Path) -> None:
    settings = DatabaseSettings(
        url=f"sqlite:///{tmp_path / 'goldline.db'}",
        readers_max=POOL,
        writers_max=POOL,
        statement_timeout_s=0.5,
    )
    async with asyncio.timeout(LIMIT_S), store_of(Database(settings)) as store:
        async with locked(settings, "BEGIN IMMEDIATE"):
            assert await asyncio.gather(*(late(store, BY_PIN) for _ in range(3 * POOL))) == [True] * 3 * POOL
            assert await store.find_customer(BY_PHONE) is not None, "in WAL mode readers never wait"
        found = await asyncio.gather(*(store.find_customer(BY_PIN) for _ in range(3 * POOL)))
        assert [customer.name for customer in found if customer] == ["Ada Gold"] * 3 * POOL


@pytest.mark.postgres
async def test_a_locked_postgresql_makes_look_ups_late_and_leaves_the_pool_whole(
    postgres_settings: DatabaseSettings,
) -> None:
    settings = replace(postgres_settings, readers_max=POOL, writers_max=POOL)
    async with asyncio.timeout(LIMIT_S), store_of(Database(settings)) as store:
        async with locked(settings, "BEGIN", "LOCK TABLE customer IN ACCESS EXCLUSIVE MODE"):
            assert (
                await asyncio.gather(*(late(store, BY_PHONE) for _ in range(3 * POOL))) == [True] * 3 * POOL
            )
        found = await asyncio.gather(*(store.find_customer(BY_PHONE) for _ in range(3 * POOL)))
        assert [customer.name for customer in found if customer] == ["Ada Gold"] * 3 * POOL


async def test_a_sqlite_locked_for_longer_than_we_wait_is_away(tmp_path: Path) -> None:
    settings = DatabaseSettings(url=f"sqlite:///{tmp_path / 'goldline.db'}", statement_timeout_s=0.05)
    async with asyncio.timeout(LIMIT_S), store_of(Database(settings)) as store:
        async with locked(settings, "BEGIN IMMEDIATE"):
            with pytest.raises(OSError, match="away"):
                await store.find_customer(BY_PIN)
        assert await store.find_customer(BY_PIN) is not None


@pytest.mark.postgres
async def test_a_postgresql_locked_for_longer_than_we_wait_is_late(
    postgres_settings: DatabaseSettings,
) -> None:
    settings = replace(postgres_settings, statement_timeout_s=0.05)
    async with asyncio.timeout(LIMIT_S), store_of(Database(postgres_settings)):
        impatient = Database(settings)
        store = SqlCrmStore(impatient, Wristwatch(), StoreSettings())
        async with locked(postgres_settings, "BEGIN", "LOCK TABLE customer IN ACCESS EXCLUSIVE MODE"):
            with pytest.raises(OSError):  # noqa: PT011 - TimeoutError is one, and the port promises no more
                await store.find_customer(BY_PHONE)
        await impatient.close()


async def test_no_free_connection_in_time_is_late(tmp_path: Path) -> None:
    settings = DatabaseSettings(
        url=f"sqlite:///{tmp_path / 'goldline.db'}", readers_max=1, connection_wait_s=0.05
    )
    database = Database(settings)
    async with asyncio.timeout(LIMIT_S), store_of(database) as store, database.reading():
        with pytest.raises(TimeoutError):
            await store.find_customer(BY_PHONE)


@pytest.mark.postgres
@pytest.mark.slow
async def test_a_stopped_postgresql_is_away_and_found_again_when_it_is_back(
    postgres_server: PostgresServer, postgres_settings: DatabaseSettings
) -> None:
    async with asyncio.timeout(LIMIT_S), store_of(Database(postgres_settings)) as store:
        assert await store.find_customer(BY_PHONE) is not None
        await asyncio.to_thread(postgres_server.stop)
        for lookup in (BY_PHONE, BY_PIN, BY_PHONE):
            with pytest.raises(OSError):  # noqa: PT011 - the port promises no more
                await store.find_customer(lookup)
        await asyncio.to_thread(postgres_server.start)
        assert await store.find_customer(BY_PHONE) is not None
        assert await store.find_customer(BY_PIN) is not None

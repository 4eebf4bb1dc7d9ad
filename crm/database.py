"""The database and how far it may be trusted to answer: engine, pool, time-outs, errors in plain words.

SQLite in WAL mode by default, PostgreSQL by URL (with asyncpg). Whatever says "the store is away" in
either driver comes out as `OSError` or `TimeoutError`, the words of `core.ports`; what says "this row
is wrong" stays an error of SQLAlchemy, since trying again will not help.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from core.kernel import json_text

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}
ROW_ERRORS = (IntegrityError, DataError, ProgrammingError)
"""What a wrong row or statement raises; everything else of a driver means the store is away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSettings:
    """Where the database is and how long to wait for it.

    `url` is `sqlite:///path` or `postgresql://name:password@host/database`; it may hold a password and so
    stays out of the repr. `readers_max` and `writers_max` bound the connections of either kind: look-ups
    have their own, so that no import or ledger batch is ever before them. `connection_wait_s` bounds the
    wait for a free one, `connect_timeout_s` for a new one, `statement_timeout_s` for an answer (on SQLite:
    for the lock of another writer).
    """

    url: str = field(repr=False)
    readers_max: int = 8
    writers_max: int = 4
    connection_wait_s: float = 2.0
    connect_timeout_s: float = 2.0
    statement_timeout_s: float = 5.0


class Database:
    """One database, shared by the store, the ledger and the imports."""

    def __init__(self, settings: DatabaseSettings) -> None:
        # A query is its own transaction, so nothing is begun and nothing reset: half the round trips.
        self._readers = _open_engine(
            settings, pool_size=settings.readers_max, isolation_level="AUTOCOMMIT", pool_reset_on_return=None
        )
        self._writers = _open_engine(settings, pool_size=settings.writers_max)
        self._committers = self._writers.execution_options(isolation_level="AUTOCOMMIT")

    @property
    def dialect(self) -> str:
        """Return `sqlite` or `postgresql`."""
        return self._writers.dialect.name

    @property
    def file(self) -> Path | None:
        """Return the file of an SQLite database, None where it is none."""
        name = self._writers.url.database
        return Path(name) if self.dialect == "sqlite" and name and name != ":memory:" else None

    def reading(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Lend a connection for queries, each its own transaction."""
        return _in_plain_words(self._readers.connect())

    def writing(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Lend a connection in a transaction that commits at the end of the block, or rolls back."""
        return _in_plain_words(self._writers.begin())

    def committing(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Lend a connection for statements that each commit by themselves."""
        return _in_plain_words(self._committers.connect())

    def insert(self, table: Any) -> postgresql.Insert | sqlite.Insert:
        """Return an INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
        return postgresql.insert(table) if self.dialect == "postgresql" else sqlite.insert(table)

    async def close(self) -> None:
        """Close all connections."""
        await self._readers.dispose()
        await self._writers.dispose()


@asynccontextmanager
async def _in_plain_words(
    connecting: AbstractAsyncContextManager[AsyncConnection],
) -> AsyncIterator[AsyncConnection]:
    """Raise `OSError` or `TimeoutError` where the store is away, whatever the driver calls it."""
    try:
        async with connecting as connection:
            yield connection
    except PoolTimeoutError as error:
        raise TimeoutError("no database connection became free in time") from error
    except ROW_ERRORS:
        raise
    except DBAPIError as error:
        raise OSError(f"the database is away: {error.orig}") from error


def _open_engine(settings: DatabaseSettings, **options: Any) -> AsyncEngine:
    url = make_url(settings.url)
    url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
    engine = create_async_engine(
        url,
        max_overflow=0,
        pool_timeout=settings.connection_wait_s,
        connect_args=_connect_arguments(url.get_backend_name(), settings),
        json_serializer=lambda value: json_text.encode(value).decode(),
        json_deserializer=json_text.decode,
        # A bound value may be a number, a name or a PIN; it has no place in an error's text.
        hide_parameters=True,
        **options,
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    return engine


def _connect_arguments(backend: str, settings: DatabaseSettings) -> dict[str, object]:
    if backend == "sqlite":
        return {"timeout": settings.statement_timeout_s}
    return {
        "timeout": settings.connect_timeout_s,
        "command_timeout": settings.statement_timeout_s,
        # A plan for any values compares each row with each of hundreds of them; one for these hashes them.
        "server_settings": {"plan_cache_mode": "force_custom_plan"},
    }


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Set WAL, so that readers never wait for the ledger's writer, and what WAL makes safe to relax."""
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()

"""The databases that the contract suites run against: none (in memory), SQLite, a real PostgreSQL."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import pytest

from crm.database import Database, DatabaseSettings
from crm.schema import upgrade
from tests.services.postgres import PostgresServer, postgres_programs

SQL = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
_numbers = count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Run a PostgreSQL of our own for the whole test run; the tests' markers say who needs it."""
    programs = postgres_programs()
    if programs is None:
        pytest.skip("needs PostgreSQL: initdb and pg_ctl were not found")
    folder = Path(tempfile.mkdtemp(prefix="goldline-postgres-"))
    server = PostgresServer(programs, folder)
    server.start()
    yield server
    if server.running:
        server.stop()
    shutil.rmtree(folder)


@pytest.fixture
def postgres_settings(postgres_server: PostgresServer) -> DatabaseSettings:
    """Return a new empty database on the server, which runs."""
    if not postgres_server.running:
        postgres_server.start()
    return DatabaseSettings(url=postgres_server.create_database(f"crm_{next(_numbers)}"))


def sqlite_settings(folder: Path) -> DatabaseSettings:
    """Return a database file that does not exist yet."""
    return DatabaseSettings(url=f"sqlite:///{folder / 'goldline.db'}")


@pytest.fixture(params=SQL)
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """Open an empty database of each kind, with our tables in it."""
    if request.param == "sqlite":
        settings = sqlite_settings(tmp_path)
    else:
        settings = request.getfixturevalue("postgres_settings")
    database = Database(settings)
    await upgrade(database)
    yield database
    await database.close()

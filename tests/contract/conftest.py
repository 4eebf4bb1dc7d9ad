"""The databases that the contract suites run against: SQLite, and a PostgreSQL of our own."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import pytest

from crm.database import Database, DatabaseSettings
from tests.services.databases import SQL, opened
from tests.services.postgres import PostgresServer, postgres_programs

_numbers = count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Run a PostgreSQL for the whole test run, in a folder that its unprivileged owner can reach."""
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


@pytest.fixture(params=SQL)
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """Open an empty database of each kind."""
    async with opened(request, tmp_path) as database:
        yield database

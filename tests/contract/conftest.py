"""What the contract suites run against: SQLite and a PostgreSQL of our own; telephone systems of three kinds.

`line` is `SimPbx` in virtual time, the Asterisk adapter on the simulated Asterisk over sockets, and the same
adapter on a real Asterisk 22 with sipp for people.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import pytest

from crm.database import Database, DatabaseSettings
from cti.asterisk.dialplan import DialplanSettings, new_secret
from tests.services.asterisk import RealAsterisk, why_no_asterisk
from tests.services.databases import SQL, opened
from tests.services.pbx_lines import ON_ASTERISK, ON_TCP, Line, VirtualLine, real_line, tcp_line
from tests.services.ports import free_tcp_port, free_udp_port
from tests.services.postgres import PostgresServer, postgres_programs

EXTENSIONS = ("1001", "1002", "1003")
UNREGISTERED = "1009"

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


@pytest.fixture(scope="module")
def phone_ports() -> dict[str, int]:
    return {extension: free_udp_port() for extension in EXTENSIONS} | {UNREGISTERED: 0}


@pytest.fixture(scope="module")
def real_asterisk(
    tmp_path_factory: pytest.TempPathFactory, phone_ports: dict[str, int]
) -> Iterator[RealAsterisk]:
    missing = why_no_asterisk()
    if missing:
        pytest.skip(missing)
    dialplan = DialplanSettings(
        agi_token=new_secret(),
        manager_secret=new_secret(),
        phones_secret=new_secret(),
        agi_port=free_tcp_port(),
    )
    with RealAsterisk(tmp_path_factory.mktemp("asterisk"), dialplan, phone_ports) as running:
        yield running


@pytest.fixture(params=["virtual", ON_TCP, ON_ASTERISK])
async def line(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Line]:
    if request.param == "virtual":
        yield VirtualLine()
    elif request.param == "tcp":
        async with tcp_line() as over_tcp:
            yield over_tcp
    else:
        asterisk = request.getfixturevalue("real_asterisk")
        async with real_line(asterisk, request.getfixturevalue("phone_ports"), tmp_path) as on_asterisk:
            yield on_asterisk

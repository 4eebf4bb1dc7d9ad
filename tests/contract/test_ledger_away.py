"""A ledger whose database is away loses nothing, keeps the order, and says what it could not keep."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.model.agent import AgentState
from core.model.events import ContactQueued
from core.model.lead import HOUSE_LIST
from crm.database import Database, DatabaseSettings
from crm.leads.store import SqlLeadStore
from crm.ledger import SqlLedger
from crm.models import InteractionRow, LedgerEventRow
from crm.schema import upgrade
from tests.contract.ledger_facts import ANA, FORBIDDEN, SEVEN, queued, recorded, rows, settings_in, turned
from tests.services.clocks import NOON_US, Wristwatch
from tests.services.full_disk import files_end_at
from tests.services.postgres import PostgresServer

LIMIT_S = 30.0


@pytest.fixture
async def stoppable(postgres_settings: DatabaseSettings) -> AsyncIterator[Database]:
    """Give a database of the newest version on a server that the test may stop."""
    database = Database(postgres_settings)
    await upgrade(database)
    yield database
    await database.close()


async def test_more_than_may_wait_is_counted_as_lost(database: Database, tmp_path: Path) -> None:
    ledger = await SqlLedger.open(database, Wristwatch(), settings_in(tmp_path, waiting_events_max=5))
    for position in range(8):
        ledger.append(queued(position))
    assert ledger.lost == 3
    await ledger.close()
    assert await rows(database, LedgerEventRow) == 5


@pytest.mark.postgres
@pytest.mark.slow
async def test_nothing_is_lost_or_doubled_when_postgresql_stops_and_starts(
    postgres_server: PostgresServer, stoppable: Database, tmp_path: Path
) -> None:
    ledger = await SqlLedger.open(stoppable, Wristwatch(), settings_in(tmp_path, batch_events_max=7))
    told = [queued(position) for position in range(300)]
    async with asyncio.timeout(LIMIT_S):
        await tell(ledger, told[:100])
        await asyncio.to_thread(postgres_server.stop)
        await tell(ledger, told[100:200])
        await ledger.spooling.wait()
        await asyncio.to_thread(postgres_server.start)
        await tell(ledger, told[200:])
        await ledger.settled()
    assert await ledger.history(SEVEN) == told
    assert await rows(stoppable, LedgerEventRow) == 300
    assert (tmp_path / "ledger.spool").stat().st_size == 0
    await ledger.close()


@pytest.mark.postgres
@pytest.mark.slow
async def test_what_was_spooled_is_played_in_by_the_next_run(
    postgres_server: PostgresServer, stoppable: Database, tmp_path: Path
) -> None:
    ledger = await SqlLedger.open(stoppable, Wristwatch(), settings_in(tmp_path))
    ledger.append(turned(ANA, AgentState.READY, NOON_US))
    await ledger.settled()
    await asyncio.to_thread(postgres_server.stop)
    ledger.append(turned(ANA, AgentState.NOT_READY, NOON_US + 1, "lunch"))
    ledger.append(recorded(SEVEN))
    ledger.append(FORBIDDEN)
    await ledger.close()
    with pytest.raises(OSError):  # noqa: PT011 - the port promises no more
        await SqlLedger.open(stoppable, Wristwatch(), settings_in(tmp_path))
    await asyncio.to_thread(postgres_server.start)
    following = await SqlLedger.open(stoppable, Wristwatch(), settings_in(tmp_path))
    assert [agent.reason for agent in await following.last_agent_states()] == ["lunch"]
    assert await rows(stoppable, InteractionRow) == 1
    forbidden = await SqlLeadStore(stoppable, Wristwatch()).listings("spring", [FORBIDDEN.number])
    assert forbidden == [(HOUSE_LIST,)]
    await following.close()


@pytest.mark.postgres
@pytest.mark.slow
async def test_a_full_spool_keeps_the_oldest_and_counts_the_rest(
    postgres_server: PostgresServer, stoppable: Database, tmp_path: Path
) -> None:
    ledger = await SqlLedger.open(stoppable, Wristwatch(), settings_in(tmp_path, spool_bytes_max=2_000))
    await asyncio.to_thread(postgres_server.stop)
    for position in range(100):
        ledger.append(queued(position))
    await ledger.close()
    await asyncio.to_thread(postgres_server.start)
    following = await SqlLedger.open(stoppable, Wristwatch(), settings_in(tmp_path))
    kept = await following.history(SEVEN)
    assert 0 < len(kept) == 100 - ledger.lost
    assert kept == [queued(position) for position in range(len(kept))]
    await following.close()


@pytest.mark.postgres
@pytest.mark.slow
async def test_while_the_spool_s_disk_is_full_events_wait_in_memory(
    postgres_server: PostgresServer, stoppable: Database, tmp_path: Path
) -> None:
    ledger = await SqlLedger.open(stoppable, Wristwatch(), settings_in(tmp_path, batch_events_max=7))
    told = [queued(position) for position in range(300)]
    async with asyncio.timeout(LIMIT_S):
        await asyncio.to_thread(postgres_server.stop)
        with files_end_at(20_000):
            await tell(ledger, told[:200])
            while not ledger.stuck:  # noqa: ASYNC110, nobody is told
                await asyncio.sleep(0.01)
        await asyncio.to_thread(postgres_server.start)
        await tell(ledger, told[200:])
        await ledger.settled()
    assert ledger.lost == 0
    assert await ledger.history(SEVEN) == told
    await ledger.close()


async def test_a_line_of_the_spool_that_nobody_can_read_is_in_nobody_s_way(
    database: Database, tmp_path: Path
) -> None:
    (tmp_path / "ledger.spool").write_bytes(b'{"run": 1, "sequ{"run"\n')
    ledger = await SqlLedger.open(database, Wristwatch(), settings_in(tmp_path))
    ledger.append(queued(1))
    await ledger.close()
    assert (ledger.refused, ledger.lost) == (1, 0)
    assert await rows(database, LedgerEventRow) == 1
    assert (tmp_path / "ledger.spool.refused").read_bytes() == b'{"run": 1, "sequ{"run"\n'


async def tell(ledger: SqlLedger, events: list[ContactQueued]) -> None:
    """Append `events`, giving the writer a turn after each as a live engine does."""
    for event in events:
        ledger.append(event)
        await asyncio.sleep(0)

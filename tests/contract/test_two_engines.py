"""Two engines, each a process, work one campaign: nobody is called twice, a killed one keeps nobody."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections import Counter
from pathlib import Path

import pytest

from core.kernel.clock import SECOND_US
from core.model.lead import LeadNumber
from core.model.lead_orders import LeaseLeads
from crm.database import Database, DatabaseSettings
from crm.leads.records import LeadRecord, ListPlan
from crm.leads.store import SqlLeadStore
from crm.schema import upgrade
from tests.services.clocks import NOON_US, Wristwatch
from tests.services.databases import SQL, settings_of

LEADS, BATCH, LEASE_US = 240, 6, 60 * SECOND_US
PLAN = ListPlan(campaign="sales", name="spring")

ENGINE = """
import asyncio, os, signal, sys
from core.model.attempt import AttemptRecord, AttemptState
from core.model.lead_orders import LeaseLeads, SettleLead
from crm.database import Database, DatabaseSettings
from crm.leads.store import SqlLeadStore
from tests.contract.test_two_engines import BATCH, LEASE_US
from tests.services.clocks import NOON_US, Wristwatch

url, name, killed_at = sys.argv[1], sys.argv[2], int(sys.argv[3])

async def main():
    store = SqlLeadStore(Database(DatabaseSettings(url=url, statement_timeout_s=30)), Wristwatch())
    print("ready", flush=True)
    sys.stdin.readline()
    turn = 0
    while True:
        turn += 1
        lease_id = f"{name}-{turn}"
        leads = await store.lease_leads(
            LeaseLeads(campaign="sales", lease_id=lease_id, count=BATCH, until_us=NOON_US + LEASE_US)
        )
        if turn == killed_at:
            os.kill(os.getpid(), signal.SIGKILL)
        for lead in leads:
            print("dialed", lead.external_id, flush=True)
            record = AttemptRecord(
                attempt_id=f"{name}-{lead.lead_id}", person_id=lead.person_id, number=lead.numbers[0].number,
                country="US", zones=(), mode="predictive", dialed_us=NOON_US, ended_us=NOON_US,
                outcome=AttemptState.BUSY,
            )
            done = SettleLead(
                campaign="sales", lead_id=lead.lead_id, lease_id=lease_id, record=record, again_us=None
            )
            await store.settle_lead(done)
        if not leads:
            return

asyncio.run(main())
"""


@pytest.fixture(params=SQL)
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give a database with one list in it."""
    settings = settings_of(request, tmp_path)
    database = Database(settings)
    await upgrade(database)
    store = SqlLeadStore(database, Wristwatch())
    people = [f"L-{n}" for n in range(LEADS)]
    await store.save_leads(
        PLAN,
        [
            LeadRecord(external_id=who, person_id=who, numbers=(LeadNumber(number=f"+1202555{n:04d}"),))
            for n, who in enumerate(people)
        ],
    )
    await store.finish_list(PLAN)
    await database.close()
    return settings.url


async def engine(url: str, name: str, killed_at: int = 0) -> asyncio.subprocess.Process:
    """Start an engine; it waits for a line before it dials."""
    started = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        ENGINE,
        url,
        name,
        str(killed_at),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert started.stdout is not None
    assert await started.stdout.readline() == b"ready\n"
    return started


async def dialed(process: asyncio.subprocess.Process) -> list[str]:
    """Let it go, and return whom it dialed until its end."""
    out, _ = await process.communicate(b"go\n")
    return [line.split()[1] for line in out.decode().splitlines()]


@pytest.mark.slow
async def test_two_engines_dial_everybody_once(url: str) -> None:
    engines = [await engine(url, "one"), await engine(url, "two")]
    first, second = await asyncio.gather(*map(dialed, engines))
    assert Counter(first + second) == Counter(f"L-{n}" for n in range(LEADS))
    assert min(len(first), len(second)) >= BATCH, "both had their share"


@pytest.mark.slow
async def test_what_a_killed_engine_had_leased_comes_to_the_other(url: str) -> None:
    engines = [await engine(url, "one", killed_at=3), await engine(url, "two")]
    first, second = await asyncio.gather(*map(dialed, engines))
    assert [process.returncode for process in engines] == [-signal.SIGKILL, 0]
    assert len(first) == 2 * BATCH
    left = {f"L-{n}" for n in range(LEADS)} - set(first + second)
    assert (len(first + second), len(left)) == (LEADS - BATCH, BATCH)
    database, clock = Database(DatabaseSettings(url=url)), Wristwatch()
    store = SqlLeadStore(database, clock)
    order = LeaseLeads(campaign="sales", lease_id="later", count=LEADS, until_us=NOON_US + 2 * LEASE_US)
    assert await store.lease_leads(order) == (), "until the lease is over they are nobody's"
    clock.at_us += LEASE_US
    assert {lead.external_id for lead in await store.lease_leads(order)} == left
    await database.close()

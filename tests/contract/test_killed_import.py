"""An import that is killed leaves nothing half there: no lead comes up, and the next one goes on."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from core.model.lead import Lead
from core.model.lead_orders import LeaseLeads
from crm.database import Database, DatabaseSettings
from crm.leads.import_leads import import_leads
from crm.leads.loading import ImportSettings
from crm.leads.records import ListPlan, Verdict
from crm.leads.store import SqlLeadStore
from crm.schema import upgrade
from tests.services.clocks import NOON_US, Wristwatch
from tests.services.databases import SQL, settings_of

ROWS, BATCH = 60, 10
PLAN = ListPlan(campaign="sales", name="spring")

KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from crm.database import Database, DatabaseSettings
from crm.leads import writer
from crm.leads.import_leads import import_leads
from crm.leads.loading import ImportSettings
from crm.leads.records import ListPlan
from crm.leads.store import SqlLeadStore
from tests.services.clocks import Wristwatch

url, path, step, times = sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
real, count = getattr(writer, step), 0

async def until_killed(*arguments, **named):
    global count
    count += 1
    if count == times:
        os.kill(os.getpid(), signal.SIGKILL)
    return await real(*arguments, **named)

setattr(writer, step, until_killed)

async def main():
    store = SqlLeadStore(Database(DatabaseSettings(url=url)), Wristwatch())
    await import_leads(store, path, ListPlan(campaign="sales", name="spring"), ImportSettings(batch_lines=10))

asyncio.run(main())
"""


async def in_line(store: SqlLeadStore) -> list[Lead]:
    order = LeaseLeads(campaign="sales", lease_id="one", count=1_000, until_us=NOON_US + 1)
    return list(await store.lease_leads(order))


@pytest.fixture(params=SQL)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> DatabaseSettings:
    """Tell where a new database is."""
    return settings_of(request, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("times", [1, 4])
async def test_a_list_whose_import_was_killed_is_loaded_by_the_next(
    settings: DatabaseSettings, tmp_path: Path, times: int
) -> None:
    path = tmp_path / "leads.csv"
    lines = "".join(f"L-{row},202555{row:04d}\n" for row in range(ROWS))
    path.write_text(f"external_id,phone\n{lines}")
    database = Database(settings)
    await upgrade(database)
    command = [sys.executable, "-c", KILLED, settings.url, str(path), "_insert_numbers", str(times)]
    killed = await asyncio.to_thread(subprocess.run, command, check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    store = SqlLeadStore(database, Wristwatch())
    assert await in_line(store) == [], "what was loaded before the kill is held back"
    result = await import_leads(store, path, PLAN, ImportSettings(batch_lines=BATCH))
    written = (times - 1) * BATCH
    assert result.lines == Counter({Verdict.NEW: ROWS - written, Verdict.UNCHANGED: written})
    leads = await in_line(store)
    assert [lead.external_id for lead in leads] == [f"L-{row}" for row in range(ROWS)]
    assert all(len(lead.numbers) == 1 for lead in leads), "the batch of the kill was written whole"
    await database.close()

"""The stores on SQLite: look-ups, ledger events taken over and kept, list lines loaded.

    python -m benchmarks.stores [--quick] [--json]

A look-up is measured against the deadline it has in a live engine. "Taken over" is what an event costs the
engine, "kept" what it costs until it is in the database.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.report import options, print_figures
from core.model.commands import LookUpCustomer
from core.model.events import ContactQueued
from core.model.ids import ContactId, QueueName
from crm.database import Database, DatabaseSettings
from crm.import_customers import ImportSettings, import_customers
from crm.ledger import LedgerSettings, SqlLedger
from crm.schema import upgrade
from crm.store import SqlCrmStore, StoreSettings
from goldline.wall_clock import WallClock

FIRST_NUMBER = 12_023_000_000
TURN_EVERY = 500
"""Events appended between two turns of the loop, as in a very busy moment of a live engine."""
WAVE = 50_000
"""Events appended before the database has caught up: half of what may wait in memory."""
DEADLINE_US = 200_000
"""What a look-up may take before the caller goes on as unknown, unless configured otherwise."""
LOOK_UP = "look-ups by caller number, median"


def main() -> None:
    """Print the figures."""
    chosen = options("Measure the CRM store and the ledger on SQLite.")
    customers, events, lookups = (10_000, 50_000, 1_000) if chosen.quick else (100_000, 500_000, 10_000)
    numbers = [f"+{FIRST_NUMBER + 7919 * n % customers}" for n in range(lookups)]
    with tempfile.TemporaryDirectory(prefix="goldline-bench-") as folder:
        write_list(Path(folder) / "customers.csv", customers)
        figures = asyncio.run(measured(Path(folder), customers, events, numbers))
    print_figures(
        f"CRM store and ledger on SQLite, {customers:,} customers",
        [{"what": what, "us each": us} for what, us in figures.items()],
        chosen.as_json,
        {"deadline to look-up": DEADLINE_US / figures[LOOK_UP]},
    )


async def measured(folder: Path, customers: int, events: int, numbers: list[str]) -> dict[str, float]:
    """Return microseconds for each line, event and look-up."""
    database = Database(DatabaseSettings(url=f"sqlite:///{folder / 'goldline.db'}"))
    await upgrade(database)
    store = SqlCrmStore(database, WallClock(), StoreSettings())
    ledger = await SqlLedger.open(database, WallClock(), LedgerSettings(spool_path=folder / "spool"))
    imported = await import_us(store, folder / "customers.csv", customers)
    figures = {"list lines loaded": imported, **await ledger_us(ledger, events)}
    await ledger.close()
    figures[LOOK_UP] = await lookup_us(store, numbers)
    await database.close()
    return figures


def write_list(path: Path, customers: int) -> None:
    """Write a list of `customers` lines."""
    lines = (f"C{n},Customer {n},+{FIRST_NUMBER + n},gold,{n}.50\n" for n in range(customers))
    path.write_text("external_id,name,phone,tier,annual_revenue\n" + "".join(lines))


async def import_us(store: SqlCrmStore, path: Path, customers: int) -> float:
    """Load the list of `customers` lines."""
    started = perf_counter()
    result = await import_customers(store, path, ImportSettings())
    assert result.created == customers, result.rejects
    return (perf_counter() - started) / customers * 1e6


async def ledger_us(ledger: SqlLedger, events: int) -> dict[str, float]:
    """Append `events` and wait until all are in the database, playing no part in when they are written."""
    started = perf_counter()
    waiting_s = 0.0
    for number in range(events):
        ledger.append(queued(number))
        if number % TURN_EVERY == 0:
            left = perf_counter()
            await (asyncio.sleep(0) if number % WAVE else ledger.settled())
            waiting_s += perf_counter() - left
    taken_over_s = perf_counter() - started - waiting_s
    await ledger.settled()
    kept_s = perf_counter() - started
    assert ledger.lost == 0
    return {"events taken over": taken_over_s / events * 1e6, "events kept": kept_s / events * 1e6}


def queued(number: int) -> ContactQueued:
    """Return an event of usual size."""
    return ContactQueued(
        at_us=number,
        cause_id=f"in-{number}",
        contact_id=ContactId(f"C-1-{number:06d}"),
        queue=QueueName("sales"),
        tier="gold",
        key_us=number - 30_000_000,
        position=1,
    )


async def lookup_us(store: SqlCrmStore, numbers: list[str]) -> float:
    """Look up one caller after the other."""
    times = []
    for number in numbers:
        lookup = LookUpCustomer(lookup_id="L", deadline_us=DEADLINE_US, caller_number=number)
        started = perf_counter()
        found = await store.find_customer(lookup)
        times.append(perf_counter() - started)
        assert found is not None
    return median(times) * 1e6


if __name__ == "__main__":
    main()

"""Lists of leads: how fast one is loaded, in how much memory, and how long the next lead takes.

    python -m benchmarks.lists [--rows N] [--quick] [--json]

A list of a million lines, of which one in a hundred is bad, is loaded by a process of its own into SQLite
and into PostgreSQL (where it is installed). Then engines, each a process, lease the leads in batches, one on
SQLite, which is the database of one machine, and two at once on PostgreSQL. They settle each: a third are
done, a third come up again at once, a third later. The time of a lease over the leads in it is what a dialer
waits for the next lead; an engine's first lease, which opens its connections, is told apart. No lead may come
to two engines at once.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from time import perf_counter

from benchmarks.report import parser, print_figures
from core.kernel.clock import SECOND_US
from core.model.attempt import AttemptRecord, AttemptState
from core.model.lead import Lead
from core.model.lead_orders import LeaseLeads, SettleLead
from crm.database import Database, DatabaseSettings
from crm.leads.import_leads import import_leads
from crm.leads.loading import ImportResult, ImportSettings
from crm.leads.records import ListPlan, Verdict
from crm.leads.store import SqlLeadStore
from crm.schema import upgrade
from goldline.wall_clock import WallClock
from tests.services.postgres import PostgresServer, postgres_programs

ROWS = 1_000_000
QUICK_ROWS = 20_000
LEASES = 400
QUICK_LEASES = 100
BATCH = 50
"""Leads of a lease: what a campaign of a hundred agents dials in some seconds."""
BAD_EVERY = 100
AREAS = (201, 206, 212, 213, 214, 303, 305, 312, 314, 404, 407, 412, 415, 503, 512, 602, 615, 617, 702, 713)
PLAN = ListPlan(campaign="bench", name="million")
LEASE_S = 3_600
ENGINES = {"SQLite": 1, "PostgreSQL": 2}
HEADER = "vendor_lead_code,phone_number,first_name,last_name,address1,city,state,postal_code,alt_phone,rank\n"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the process that loaded the list tells of it; `cpu_s` counts all its threads."""

    result: ImportResult
    memory_mb: float
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Worked:
    """What one engine tells: how long each lease took, the first apart, and which leads it held when."""

    lease_s: list[float]
    single_s: list[float]
    held: list[tuple[str, str]]

    @property
    def first_s(self) -> float:
        """Return how long the first lease took, which opens connections and has statements planned."""
        return self.lease_s[0]

    @property
    def later_s(self) -> list[float]:
        """Return how long the others took."""
        return self.lease_s[1:]


def main() -> None:
    """Print the figures."""
    arguments = parser("Measure loading and leasing of lists.")
    arguments.add_argument("--rows", type=int, help="lines of the list")
    chosen = arguments.parse_args()
    rows = chosen.rows or (QUICK_ROWS if chosen.quick else ROWS)
    folder = Path(tempfile.mkdtemp(prefix="goldline-bench-"))
    try:
        write_list(folder / "leads.csv", rows)
        with databases(folder) as urls:
            leases = QUICK_LEASES if chosen.quick else LEASES
            measured = [measure(name, url, folder / "leads.csv", leases) for name, url in urls.items()]
    finally:
        shutil.rmtree(folder)
    print_figures(
        f"A list of {rows:,} leads, engines that lease {BATCH} at a time",
        measured,
        chosen.json,
        {f"leads held twice on {row['database']}": float(str(row["held twice"])) for row in measured},
    )


def write_list(path: Path, rows: int) -> None:
    """Write a list as it comes from a CRM: numbers of twenty area codes, every third lead with two."""
    draw = Random(7)  # det-ok: the same list each time

    def number(area: int) -> str:
        return f"{area}{draw.randrange(2_000_000, 10_000_000)}"

    with path.open("w", encoding="utf-8") as out:
        out.write(HEADER)
        for row in range(rows):
            area = draw.choice(AREAS)
            first = "12345" if row % BAD_EVERY == 0 else number(area)
            second = number(area) if row % 3 == 0 else ""
            out.write(f"V{row},{first},Ann,Lee {row},{row} Main St,Town,,10001,{second},{row % 7}\n")


@contextmanager
def databases(folder: Path) -> Iterator[dict[str, str]]:
    """Give an empty database of each kind there is, by name."""
    urls = {"SQLite": f"sqlite:///{folder / 'leads.db'}"}
    programs = postgres_programs()
    if programs is None:
        yield urls
        return
    home = Path(tempfile.mkdtemp(prefix="goldline-postgres-"))
    server = PostgresServer(programs, home)
    server.start()
    try:
        yield {**urls, "PostgreSQL": server.create_database("leads")}
    finally:
        server.stop()
        shutil.rmtree(home)


def measure(name: str, url: str, path: Path, leases: int) -> dict[str, object]:
    """Load the list into one database, let engines work it, and return the row of figures."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as alone:
        loaded = alone.submit(load, url, path).result()
    engines = ENGINES[name]
    with ProcessPoolExecutor(engines, mp_context=spawn) as working:
        names = [f"engine {number}" for number in range(engines)]
        worked = list(working.map(partial(work, url, leases), names))
    result = loaded.result
    batches = [seconds for engine in worked for seconds in engine.later_s]
    singles = [seconds for engine in worked for seconds in engine.single_s]
    return {
        "database": name,
        "engines": engines,
        "rows/s": result.lines.total() / result.elapsed_s,
        "seconds": result.elapsed_s,
        "cpu s": loaded.cpu_s,
        "numbers %": 100 * result.parsing_s / result.elapsed_s,
        "memory MB": loaded.memory_mb,
        "rejected": result.lines[Verdict.REJECTED],
        "first lease ms": max(engine.first_s for engine in worked) * 1e3,
        "lease p50 ms": quantile(batches, 0.5) * 1e3,
        "lease p99 ms": quantile(batches, 0.99) * 1e3,
        "next lead p50 ms": quantile(batches, 0.5) * 1e3 / BATCH,
        "next lead p99 ms": quantile(batches, 0.99) * 1e3 / BATCH,
        "lease of one p50 ms": quantile(singles, 0.5) * 1e3,
        "lease of one p99 ms": quantile(singles, 0.99) * 1e3,
        "held twice": held_twice(worked),
    }


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of them do not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def held_twice(worked: Sequence[Worked]) -> int:
    """Return how many leads were held twice: none was due again before its lease or pause was over."""
    held = Counter(each for engine in worked for each in engine.held)
    return sum(times > 1 for times in held.values())


# --- the processes ------------------------------------------------------------------------------------


def load(url: str, path: Path) -> Loaded:
    """Load the list."""

    async def loading() -> ImportResult:
        database = Database(DatabaseSettings(url=url, statement_timeout_s=60))
        await upgrade(database)
        result = await import_leads(SqlLeadStore(database, WallClock()), path, PLAN, ImportSettings())
        await database.close()
        return result

    result = asyncio.run(loading())
    used = resource.getrusage(resource.RUSAGE_SELF)
    return Loaded(result, used.ru_maxrss / 1024, used.ru_utime + used.ru_stime)


def work(url: str, leases: int, engine: str) -> Worked:
    """Lease and settle as an engine would."""
    return asyncio.run(_working(url, leases, engine))


async def _working(url: str, leases: int, engine: str) -> Worked:
    database = Database(DatabaseSettings(url=url))
    store = SqlLeadStore(database, WallClock())
    worked = Worked([], [], [])
    numbers = count()
    for size, into in ((BATCH, worked.lease_s), (1, worked.single_s)):
        for turn in range(leases):
            lease_id = f"{engine}-{size}-{turn}"
            order = LeaseLeads(campaign=PLAN.campaign, lease_id=lease_id, count=size, until_us=later_us())
            started = perf_counter()
            leased = await store.lease_leads(order)
            into.append(perf_counter() - started)
            for lead in leased:
                worked.held.append((lead.lead_id, str(lead.attempts)))
                await store.settle_lead(settled(lead, lease_id, f"{engine}-{next(numbers)}"))
    await database.close()
    return worked


def later_us() -> int:
    """Return when a lease runs out."""
    return WallClock().now_us() + LEASE_S * SECOND_US


def settled(lead: Lead, lease_id: str, attempt_id: str) -> SettleLead:
    """Return what an attempt came to: done, again at once, or again in an hour, in turns."""
    now_us = WallClock().now_us()
    again = (None, now_us, now_us + LEASE_S * SECOND_US)[int(lead.lead_id) % 3]
    number = lead.numbers[0]
    record = AttemptRecord(
        attempt_id=attempt_id,
        person_id=lead.person_id,
        number=number.number,
        country=number.country,
        zones=number.zones,
        mode="predictive",
        dialed_us=now_us,
        ended_us=now_us,
        outcome=AttemptState.NO_ANSWER,
    )
    return SettleLead(
        campaign=PLAN.campaign, lead_id=lead.lead_id, lease_id=lease_id, record=record, again_us=again
    )


if __name__ == "__main__":
    main()

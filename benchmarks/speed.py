"""How fast the simulator is, the real engine within it: calls simulated in a second of CPU.

    python -m benchmarks.speed [--quick] [--json]

Fifty agents, 48 calls a minute of a minute each, callers with two minutes of patience; beside it the same
queue in Ciw and in SimPy, which simulate nothing but the queue, and run in turns with it. Then a day of a
centre of 6,000 calls and 82 agents with the skills of a real one, and the memory of its week of 40,000
calls; these two need GOLDLINE_DATA. Where the testbed has PyPy, all but the peers is measured on it as well;
a quick run leaves it out, as it would end before PyPy is warm.
"""

from __future__ import annotations

import platform
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from benchmarks._centre import SEED, centre, centre_folder
from benchmarks._peers import Dealt, in_ciw, in_simpy
from benchmarks._pool import Pool
from benchmarks.report import Row, options, print_figures, run_by
from core.kernel.errors import InvariantBroken
from core.kernel.interpreter import COMPILED
from core.model.contact import ContactState
from core.model.events import InteractionRecorded
from core.model.message import DomainEvent
from core.ports import Journal
from goldline.harness import SimulatedDay
from goldline.journal_file import HashJournal, NoJournal
from goldline.trial import teams_of
from metrics.day import DayFigures
from metrics.frame import Frame
from simulator.erlang import HOUR_S

POOL = Pool(name="erlang-a", per_hour=2_880, handle_s=60, agents=50, patience_s=120)
TARGET_PER_CPU_S = 10_000
WARM_UP_S = 60.0
"""Simulated before the clock runs, for each simulator: it imports what it needs. PyPy gets a whole run."""
LATER_DAYS = 12
"""Simulated before those days of a centre that stand for all but the first of a search or of replications."""
TOLERANCE = 0.03
"""How far the share of abandoned calls may lie from the exact one: a short run begins with empty queues."""

Simulation = Callable[[float, int], Dealt]
"""Simulates so many seconds of the pool from a seed."""


def main() -> None:
    chosen = options((__doc__ or "").splitlines()[0])
    calls, rounds = (5_000, 3) if chosen.quick else (50_000, 5)
    # First: a process begins with the memory of the one it comes from, and the peers bring a lot of it.
    centre_ratios = of_a_centre(rounds=1 if chosen.quick else rounds)
    rates = in_turns(ENGINES | (PEERS if COMPILED else {}), calls, rounds)
    rows = [row(name, measured) for name, measured in rates.items()]
    ratios = against_engine(rates) | centre_ratios
    if COMPILED and not chosen.quick:
        more_rows, more_ratios = run_by("pypy", "benchmarks.speed")
        rows += more_rows
        ratios |= {f"{name}, PyPy": ratio for name, ratio in more_ratios.items()}
    print_figures(f"Simulated calls, {calls:,} a run of a pool of 50 agents", rows, chosen.as_json, ratios)


def row(name: str, measured: Sequence[float]) -> Row:
    """Return the line of one simulator."""
    return {
        "simulator": name,
        "interpreter": platform.python_implementation(),
        "calls a CPU-s, median": round(median(measured)),
        "lowest": round(min(measured)),
        "highest": round(max(measured)),
    }


def against_engine(rates: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Return how the engine does against what is asked of it, and the peers against the engine."""
    engine = median(rates[ENGINE])
    peers = {name: median(rates[name]) / engine for name in PEERS if name in rates}
    return {
        f"engine over the target of {TARGET_PER_CPU_S:,}": engine / TARGET_PER_CPU_S,
        **{f"{name.partition(',')[0]} over the engine": ratio for name, ratio in peers.items()},
    }


# --- a pool of agents --------------------------------------------------------------------------------


class Tally:
    """A fold that counts the contacts that ended, and those that were abandoned."""

    def __init__(self) -> None:
        self.calls = 0
        self.abandoned = 0

    def add(self, event: DomainEvent) -> None:
        """Fold one event in."""
        if isinstance(event, InteractionRecorded):
            self.calls += 1
            self.abandoned += event.outcome is ContactState.ABANDONED


def in_the_engine(
    duration_s: float, seed: int, *, journal: Callable[[], Journal] = NoJournal, checked: bool = False
) -> Dealt:
    """Simulate the pool with the real engine."""
    tally = Tally()
    SimulatedDay(
        POOL.scenario(duration_s),
        POOL.config(),
        seed,
        journal=journal(),
        watchers=[tally.add],
        checked=checked,
    ).run()
    return tally.calls, tally.abandoned


ENGINE = "engine"
ENGINES: dict[str, Simulation] = {
    ENGINE: in_the_engine,
    "engine, journal digested": partial(in_the_engine, journal=HashJournal),
    "engine, journal digested, invariants checked": partial(in_the_engine, journal=HashJournal, checked=True),
}
PEERS: dict[str, Simulation] = {
    "Ciw, the bare queue": partial(in_ciw, POOL),
    "SimPy, the bare queue": partial(in_simpy, POOL),
}


def in_turns(simulations: Mapping[str, Simulation], calls: int, rounds: int) -> dict[str, list[float]]:
    """Return the calls in a second of CPU of each simulation, `rounds` times, taking turns."""
    duration_s = calls / POOL.per_hour * HOUR_S
    rates: dict[str, list[float]] = {name: [] for name in simulations}
    for simulate in simulations.values():
        simulate(WARM_UP_S if COMPILED else duration_s, 0)
    for seed in range(1, rounds + 1):
        for name, simulate in simulations.items():
            started = time.process_time()
            dealt, abandoned = simulate(duration_s, seed)
            rates[name].append(dealt / (time.process_time() - started))
            check(name, dealt, abandoned)
    return rates


def check(name: str, dealt: int, abandoned: int) -> None:
    """Raise `InvariantBroken` where what was simulated cannot be the pool."""
    exact = POOL.exact().abandoned
    if not dealt or abs(abandoned / dealt - exact) > TOLERANCE:
        raise InvariantBroken(f"{name}: {abandoned} of {dealt} calls abandoned, not {exact:.1%}")


# --- a centre ----------------------------------------------------------------------------------------


def of_a_centre(rounds: int) -> dict[str, float]:
    """Return CPU seconds of a day and megabytes of a week; nothing without the figures of a real one."""
    figures = centre_folder()
    if figures is None:
        print("the day and the week of a centre need GOLDLINE_DATA", file=sys.stderr)
        return {}
    first = [in_a_process(figures)[0] for _ in range(rounds)]
    later = in_a_process(figures, times=LATER_DAYS + rounds)[LATER_DAYS:]
    (week,) = in_a_process(figures, days=7)
    day = f"CPU seconds of a day of {first[0].calls:,} calls, 82 agents"
    return {
        f"{day}, the first of its process (goal: 1)": median(cost.cpu_s for cost in first),
        f"{day}, after {LATER_DAYS} others (goal: 1)": median(cost.cpu_s for cost in later),
        f"megabytes of a week of {week.calls:,} calls (goal: 500)": week.peak_mb,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a simulation took: CPU for all from the scenario to its figures, memory at its highest."""

    calls: int
    cpu_s: float
    peak_mb: float


def in_a_process(figures: Path, *, days: int = 1, times: int = 1) -> list[Cost]:
    """Return the cost of so many days of the centre, of each of so many times, in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn" if COMPILED else "fork")) as process:
        return list(process.map(partial(simulate_centre, figures, days), range(SEED, SEED + times)))


def simulate_centre(figures: Path, days: int, seed: int) -> Cost:
    """Simulate the centre to its figures by queue, team and interval."""
    started = time.process_time()
    made = centre(figures, days)
    fold = DayFigures(Frame(duration_s=made.scenario.duration_s), teams_of(made.scenario))
    day = SimulatedDay(made.scenario, made.config, seed, watchers=[fold.add], checked=False, flows=made.flows)
    day.run()
    fold.close(day.runner.now_us())
    cpu_s = time.process_time() - started
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Cost(calls=fold.arrived, cpu_s=cpu_s, peak_mb=peak_kb / 1024)


if __name__ == "__main__":
    main()

"""The formulas of Erlang and the real engine: 30 pools of agents, exact and simulated side by side.

    python -m benchmarks.erlang [--calls N] [--runs N] [--only C1,A6] [--quick] [--json]

The pools and their exact figures are the rows of `erlang_reference.csv` in the folder of GOLDLINE_DATA: 12
of Erlang C, 14 of Erlang A, 4 with a limit of callers. Each is simulated with the calls asked for, or with
more where the pool is slow to forget how full it was; `--quick` leaves those pools out. The exit status is 1
where a figure lies further from the truth than chance explains.
"""

from __future__ import annotations

import csv
import os
import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice
from math import inf
from pathlib import Path

from benchmarks._pool import Pool
from benchmarks._steady import BATCHES, LIMIT, Comparison, Course, Measured, calls_needed, compare, course_of
from benchmarks.report import Row, parser, print_figures
from goldline.progress import counted, progress_bar
from goldline.replications import each_run
from simulator.erlang import ServiceLevels, SteadyState

CALLS, QUICK_CALLS = 1_000_000, 22_000
RUNS = 8
FIRST_SEED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A pool and what it comes to exactly, by the table; `key` is the first word of its name there."""

    key: str
    pool: Pool
    exact: SteadyState


def main() -> int:
    """Print the comparisons and return the exit status."""
    asked = _arguments()
    calls = asked.calls or (QUICK_CALLS if asked.quick else CALLS)
    references = [each for each in read_references() if not asked.only or each.key in asked.only]
    if asked.quick:
        references = [each for each in references if calls_needed(each.pool) <= calls]
    if not references:
        sys.exit("none of the pools is left: see --only, --quick and --calls")
    rows: list[Row] = []
    outside, counts = 0, []
    for reference, batches in simulated(references, calls, asked.runs):
        compared = list(compare(reference.pool, reference.exact, batches))
        rows += [as_row(reference, comparison) for comparison in compared]
        outside += sum(not comparison.agrees for comparison in compared)
        counts.append(sum(batch["P(blocked)"].count for batch in batches))
    print_figures(
        f"{len(references)} pools of agents by theory and through the engine, {calls:,} calls or more each",
        rows,
        asked.json,
        {
            "fewest calls of a pool": min(counts),
            f"figures further than {LIMIT} standard errors from the truth": outside,
        },
    )
    return 1 if outside else 0


def _arguments() -> Namespace:
    options = parser((__doc__ or "").splitlines()[0])
    options.add_argument("--calls", type=int, help=f"simulated of each pool, {CALLS:,} if not given")
    options.add_argument("--runs", type=int, default=RUNS, choices=divisors(BATCHES), help="of each pool")
    options.add_argument("--only", type=lambda keys: keys.split(","), help="some pools, such as C1,A6")
    return options.parse_args()


def divisors(number: int) -> list[int]:
    """Return by what `number` can be divided."""
    return [each for each in range(1, number + 1) if number % each == 0]


# --- the runs ----------------------------------------------------------------------------------------


def simulated(
    references: Sequence[Reference], calls: int, runs: int
) -> Iterator[tuple[Reference, list[Measured]]]:
    """Yield each reference with all batches of its runs; the runs of all are spread over the cores.

    No two runs share a seed: with the same callers everywhere all pools would err to the same side.
    """
    courses = [course_of(each.pool, calls, runs) for each in references for _ in range(runs)]
    planned = list(zip(courses, count(FIRST_SEED), strict=False))
    with progress_bar(f"{len(planned)} runs", wanted=True) as told:
        finished = counted(each_run(run, planned), told, len(planned))
        for reference in references:
            yield reference, [batch for batches in islice(finished, runs) for batch in batches]


def run(planned: tuple[Course, int]) -> list[Measured]:
    """Return the batches of one run."""
    course, seed = planned
    return course(seed)


def as_row(reference: Reference, comparison: Comparison) -> Row:
    """Return a line of the table."""
    return {
        "pool": reference.pool.name,
        "figure": comparison.measure,
        "exact": comparison.exact,
        "simulated": comparison.simulated,
        "standard errors apart": comparison.distance,
        "verdict": "agrees" if comparison.agrees else "OUTSIDE",
    }


# --- the table ---------------------------------------------------------------------------------------


def read_references() -> Iterable[Reference]:
    """Yield the rows of the reference table; end the program where it cannot be found."""
    path = Path(os.environ.get("GOLDLINE_DATA", ""), "erlang_reference.csv")
    if not path.is_file():
        sys.exit(f"needs the reference table: set GOLDLINE_DATA to the folder that holds {path.name}")
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield Reference(key=row["id"].split()[0], pool=_pool(row), exact=_exact(row))


def _pool(row: Mapping[str, str]) -> Pool:
    return Pool(
        name=row["id"],
        per_hour=float(row["lam_per_hour"]),
        handle_s=float(row["aht_s"]),
        agents=int(row["agents"]),
        patience_s=float(row["patience_s"] or inf),
        lines=int(row["capacity"]) if row["capacity"] else None,
        threshold_s=float(row["T_s"]),
    )


def _exact(row: Mapping[str, str]) -> SteadyState:
    return SteadyState(
        blocked=float(row["p_block"]),
        waiting=float(row["p_wait"]),
        abandoned=float(row["p_abandon"]),
        wait_s=float(row["ew_all"]),
        speed_of_answer_s=float(row["asa"]),
        abandoned_after_s=float(row["ew_ab"]),
        service_level=ServiceLevels(
            of_arrivals=float(row["sl_arr"]),
            of_answered=float(row["sl_ans"]),
            excluding_short_abandons=float(row["sl_excl"]),
        ),
        occupancy=float(row["rho"]),
        queue=float(row["eq"]),
    )


if __name__ == "__main__":
    sys.exit(main())

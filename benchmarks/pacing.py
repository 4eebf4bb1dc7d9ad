"""How busy agents are, and how many who answer find nobody: goldline against its peers, and against the best.

Days of eight hours through the whole engine in virtual time, one configuration, nothing tuned per cell; the
peers, each tuned for its cell (`--tune` finds the settings anew), on the light floor; the clairvoyant bound.
A cell is a number of agents and the share of calls that a person answers.

    python -m benchmarks.pacing --quick
    python -m benchmarks.pacing --cells 20@.35 100@.2 --days 8 --keep FILE   goes on where it was stopped
    python -m benchmarks.pacing --part stress   or one-per-cent, optimum, lateness, agreement, campaigns, cost

Two hundred campaigns of thirty days of 20 agents (`--part campaigns --cells 20@.35`) take some three hours of
two cores; a day takes seconds, and minutes from a hundred agents up. All but `optimum` and `lateness` run
on PyPy too (`scripts/pypy -m benchmarks.pacing`), in a third of the time.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import _pacing_campaigns, _pacing_parts
from benchmarks._pacing_parts import Table
from benchmarks._pacing_runs import Cell, Kept
from benchmarks._pacing_tuning import tune
from benchmarks.report import parser, print_figures

AGENTS = (5, 10, 20, 50, 100, 300)
RATES = (0.2, 0.35, 0.5)
CELLS = tuple(Cell(agents, rate) for agents in AGENTS for rate in RATES)
QUICK_CELLS = (Cell(5, 0.35), Cell(20, 0.5))
DAYS, DAYS_QUICK = 8, 2

Part = Callable[[Kept, Sequence[Cell], int, float], Table]
"""Of the kept days, the cells, the number of days and their hours: a title, rows and ratios."""


def _optimum(kept: Kept, chosen: Sequence[Cell], days: int, hours: float) -> Table:
    from benchmarks import _pacing_bounds

    return _pacing_bounds.optimum(kept, chosen, days, hours)


def _lateness(kept: Kept, chosen: Sequence[Cell], days: int, hours: float) -> Table:
    from benchmarks import _pacing_bounds

    return _pacing_bounds.lateness(kept, chosen, days, hours)


PARTS: dict[str, Part] = {
    "cells": _pacing_parts.cells,
    "one-per-cent": _pacing_parts.one_per_cent,
    "stress": _pacing_parts.stress,
    "optimum": _optimum,
    "lateness": _lateness,
    "agreement": _pacing_parts.agreement,
    "cost": _pacing_parts.cost,
    "campaigns": _pacing_campaigns.campaigns,
}


def main() -> None:
    chosen = _arguments()
    kept = Kept(chosen.keep)
    if chosen.tune:
        tune(chosen.cells)
    part = PARTS[chosen.part]
    title, rows, ratios = part(kept, chosen.cells, chosen.days, chosen.hours)
    print_figures(title, rows, chosen.json, ratios)


def _arguments() -> argparse.Namespace:
    arguments = parser((__doc__ or "").splitlines()[0])
    arguments.add_argument("--cells", nargs="+", type=_cell, help="such as 20@.35 (default: all 18)")
    arguments.add_argument("--days", type=int, help=f"days (or campaigns) of each cell (default {DAYS})")
    arguments.add_argument("--hours", type=float, help="hours of a day (default 8)")
    arguments.add_argument("--part", choices=PARTS, default="cells", help="what is measured")
    arguments.add_argument("--keep", type=Path, help="a file for finished days, to go on later")
    arguments.add_argument("--tune", action="store_true", help="find the settings of the peers anew first")
    chosen = arguments.parse_args()
    chosen.cells = chosen.cells or (QUICK_CELLS if chosen.quick else CELLS)
    chosen.days = chosen.days or _usual_count(chosen.part, chosen.quick)
    chosen.hours = chosen.hours or (1.0 if chosen.quick else 8.0)
    return chosen


def _usual_count(part: str, quick: bool) -> int:
    """Return how many days, or campaigns of thirty days, are simulated of each cell."""
    if part == "campaigns":
        return _pacing_campaigns.CAMPAIGNS_QUICK if quick else _pacing_campaigns.CAMPAIGNS
    return DAYS_QUICK if quick else DAYS


def _cell(word: str) -> Cell:
    agents, _, rate = word.partition("@")
    return Cell(int(agents), float(rate))


if __name__ == "__main__":
    main()

"""The tables of `benchmarks.pacing` on the best that can be: apart, for they need numpy, which PyPy lacks."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks._pacing_conditions import LATE_S, Conditions, Constant, Exponential
from benchmarks._pacing_late import HeldBack, ceiling
from benchmarks._pacing_optimum import Memoryless, best_at, frontier
from benchmarks._pacing_ours import Goldline
from benchmarks._pacing_parts import SEEDS_FROM, Table
from benchmarks._pacing_runs import Cell, Kept
from benchmarks._pacing_world import Day, LightWorld
from benchmarks.report import Row
from dialer.pacing import Learned
from dialer.ringing import Ringing

MEMORYLESS_HOURS = 200.0


def optimum(kept: Kept, chosen: Sequence[Cell], days: int, hours: float) -> Table:
    """A world without memory, whose best policies are known."""
    rows: list[Row] = []
    short = []
    for cell in chosen:
        day = _memoryless_day(cell, MEMORYLESS_HOURS * hours / 8.0)
        best = best_at(frontier(Memoryless(cell.agents, cell.answered)), day.share)
        short.append(100 * (best - day.utilisation))
        rows.append(
            {
                "cell": str(cell),
                "goldline %": round(100 * day.utilisation, 2),
                "abandoned %": round(100 * day.share, 2),
                "optimum %": round(100 * best, 2),
                "short of it, points": round(short[-1], 2),
            }
        )
    return "A world without memory: goldline and the optimum", rows, {"most short of it, points": max(short)}


LATE_SHARE = 0.0275
"""About what the days of the steered dialer come to."""
LATE_AGENTS_MAX = 20
"""With more the process has too many states."""


def lateness(kept: Kept, chosen: Sequence[Cell], days: int, hours: float) -> Table:
    """What news that comes two seconds late costs the best of all dialers."""
    rows: list[Row] = []
    costs = []
    for cell in chosen:
        if cell.agents <= LATE_AGENTS_MAX:
            world = Memoryless(cell.agents, cell.answered)
            prompt = best_at(frontier(world), LATE_SHARE)
            late = ceiling(HeldBack(world, LATE_S), LATE_SHARE)
            costs.append(100 * (prompt - late))
            rows.append(
                {
                    "cell": str(cell),
                    "at once %": round(100 * prompt, 2),
                    "2 s late, at most %": round(100 * late, 2),
                    "lost at least, points": round(costs[-1], 2),
                }
            )
    return "A world without memory: what late news costs the best", rows, {"least lost, points": min(costs)}


def _memoryless_day(cell: Cell, hours: float) -> Day:
    conditions = Conditions(
        agents=cell.agents,
        answered=cell.answered,
        hours=hours,
        talk=Exponential(180.0),
        wrap_up=Constant(0.0),
        answer=Exponential(8.0),
        failure=Exponential(8.0),
        patience_s=0.0,
    )
    ours = Goldline(learned=Learned(ringing=Ringing(60)), patience_s=0.0)
    return LightWorld(conditions, ours, SEEDS_FROM).run()

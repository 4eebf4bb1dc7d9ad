"""What the best of all dialers loses by late news."""

from __future__ import annotations

from benchmarks._pacing_late import HeldBack, ceiling
from benchmarks._pacing_optimum import Memoryless, best_at, frontier

WORLD = Memoryless(agents=2, answered=0.5)
SHARE = 0.02


def test_the_later_the_news_the_lower_the_ceiling() -> None:
    best = best_at(frontier(WORLD), SHARE)
    soon, later, late = (ceiling(HeldBack(WORLD, late_s), SHARE) for late_s in (0.5, 1.0, 2.0))
    assert best > soon > later > late
    assert best - soon < 0.01, "who hears nearly at once loses nearly nothing"

"""How far off the last served is, in a small pool of theory's, through the whole engine."""

from __future__ import annotations

import pytest

from benchmarks._pool import Pool
from benchmarks.estimate import PoolErrors
from core.kernel.clock import microseconds
from goldline.harness import SimulatedDay
from metrics.frame import Frame

AGENTS, LOAD, HANDLE_S = 10, 0.95, 100.0
LENGTH_S, WARM_UP_S = 30_000, 3_000


def test_going_by_the_last_served_errs_twice_as_much_as_by_the_line_which_is_the_truth_here() -> None:
    pool = Pool(name="pool", per_hour=LOAD * AGENTS * 3_600 / HANDLE_S, handle_s=HANDLE_S, agents=AGENTS)
    frame = Frame(origin_us=microseconds(WARM_UP_S), duration_s=LENGTH_S, interval_s=LENGTH_S)
    errors = PoolErrors(frame, microseconds(HANDLE_S / AGENTS))
    scenario = pool.scenario(WARM_UP_S + LENGTH_S, WARM_UP_S)
    SimulatedDay(scenario, pool.config(), 1, watchers=[errors.add], checked=False).run()
    assert errors.last_s2[0] / errors.length_s2[0] == pytest.approx(2.0, abs=0.3)

"""The benchmarks of truth and speed measure what they say: the pools of the table, one model everywhere."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import speed
from benchmarks._centre import AGENTS, centre, centre_folder
from benchmarks._peers import Dealt, in_ciw, in_simpy
from benchmarks._pool import Pool
from benchmarks.erlang import divisors, read_references
from core.kernel.errors import InvariantBroken
from simulator.erlang import HOUR_S

ROOT = Path(__file__).parents[3]


@pytest.mark.captures
def test_references_are_the_pools_that_the_exact_figures_belong_to() -> None:
    references = list(read_references())
    assert [each.key for each in references] == [
        *(f"C{number}" for number in range(1, 13)),
        *(f"A{number}" for number in range(1, 15)),
        *(f"K{number}" for number in range(1, 5)),
    ]
    for each in references:
        found, table = each.pool.exact(), each.exact
        assert (found.wait_s, found.blocked, found.service_level.of_answered) == pytest.approx(
            (table.wait_s, table.blocked, table.service_level.of_answered), rel=1e-9
        ), each.key


@pytest.mark.captures
@pytest.mark.slow
def test_comparison_as_a_program() -> None:
    command = [sys.executable, "-m", "benchmarks.erlang", "--only=A1", "--calls=3000", "--runs=2", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["rows"]
    assert [row["figure"] for row in rows][:3] == ["P(wait)", "ASA s", "mean wait s"]
    assert {(row["pool"], row["verdict"]) for row in rows} == {("A1 small patient", "agrees")}
    assert rows[0]["simulated"] == pytest.approx(rows[0]["exact"], rel=0.1)
    assert rows[0]["simulated"] != rows[0]["exact"]


def test_without_the_table_the_benchmark_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GOLDLINE_DATA", raising=False)
    with pytest.raises(SystemExit, match=r"set GOLDLINE_DATA to the folder that holds erlang_reference\.csv"):
        list(read_references())


def test_runs_are_cut_evenly() -> None:
    assert divisors(32) == [1, 2, 4, 8, 16, 32]


@pytest.mark.slow
@pytest.mark.parametrize("simulate", [in_ciw, in_simpy])
def test_peers_simulate_the_same_pool(simulate: Callable[[Pool, float, int], Dealt]) -> None:
    """The exact share of abandoned calls is 3.09 %; its standard error in 50,000 calls is 0.2 points."""
    calls, abandoned = simulate(speed.POOL, 50_000 / speed.POOL.per_hour * HOUR_S, 1)
    assert calls == pytest.approx(50_000, rel=0.02)
    assert abandoned / calls == pytest.approx(speed.POOL.exact().abandoned, abs=0.006)


def test_a_simulation_of_something_else_is_refused() -> None:
    speed.check("engine", 1_000, 31)
    with pytest.raises(InvariantBroken, match=r"engine: 0 of 0 calls"):
        speed.check("engine", 0, 0)
    with pytest.raises(InvariantBroken, match=r"engine: 100 of 1000 calls"):
        speed.check("engine", 1_000, 100)


@pytest.mark.captures
def test_large_centre_has_the_size_of_the_real_one(reference_folder: Path) -> None:
    figures_folder = centre_folder()
    assert figures_folder is not None
    made = centre(figures_folder, days=2)
    calls = sum(sum(arrivals.counts) for arrivals in made.scenario.arrivals)  # type: ignore[union-attr]
    assert calls == pytest.approx(2 * 6_000, rel=0.02)
    assert sum(max(team.counts) for team in made.scenario.teams) == AGENTS
    skills = sum(max(team.counts) * len(team.skills) for team in made.scenario.teams) / AGENTS
    assert 5.5 < skills < 7.5
    assert set(made.flows) == set(made.config.queues)

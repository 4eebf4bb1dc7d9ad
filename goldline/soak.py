"""Many short days full of faults, each under a seed of its own, over the cores of this machine.

A run is a function of its scenario and its seed. What goes wrong in one is told in words: the promise that
was broken, the faults that struck, the last events, and the command that replays the run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from pathlib import Path

from goldline.config import Config
from goldline.harness import SimulatedDay, open_scenario
from goldline.replications import each_run
from simulator.scenario import Scenario, load_scenario

BLOCK = 20
"""Runs that a core does in one go: enough that handing them out costs nothing."""

Run = tuple[str, int]
"""A scenario's file, and a seed."""


def soak(files: Sequence[Path], first: int, runs: int, cores: int = -1) -> Iterator[list[str]]:
    """Yield for each block of `BLOCK` runs what went wrong in it; run i has the seed `first + i`."""
    todo = ((str(files[i % len(files)]), first + i) for i in range(runs))
    blocks = iter(lambda: tuple(islice(todo, BLOCK)), ())
    return each_run(run_block, blocks, cores=cores)


def run_block(block: Sequence[Run]) -> list[str]:
    """Return the failures of the runs of `block`, in words."""
    return [failure for file, seed in block if (failure := failure_of(file, seed))]


def failure_of(file: str, seed: int) -> str:
    """Run the scenario in `file` under `seed`, and return what went wrong, empty where nothing did."""
    scenario, config = _opened(file)
    try:
        SimulatedDay(scenario, config, seed).run()
    except Exception as failure:
        return str(failure) or repr(failure)
    return ""


@cache
def _opened(file: str) -> tuple[Scenario, Config]:
    scenario = load_scenario(Path(file))
    return scenario, open_scenario(scenario)

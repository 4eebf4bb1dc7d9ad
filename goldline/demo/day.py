"""A day in virtual time, from a scenario and a seed to one summary."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from rich.progress import Progress

from goldline.demo import FOLDER
from goldline.harness import SimulatedDay, open_scenario
from goldline.journal_file import HashJournal
from metrics.day import DayFigures
from simulator.scenario import load_scenario

DEMO_SCENARIO = FOLDER / "day.toml"


def run_day(seed: int, progress: bool) -> dict[str, Any]:
    """Run the demonstration's day under `seed` and return its summary."""
    return run_scenario(DEMO_SCENARIO, seed, progress)


def run_scenario(path: Path, seed: int | None, progress: bool) -> dict[str, Any]:
    """Run the scenario at `path` and return its figures; the same seed gives the same figures.

    Raises `ConfigError` for a broken scenario and `InvariantBroken` where the engine broke a promise.
    """
    scenario = load_scenario(path)
    chosen = scenario.seed if seed is None else seed
    figures, journal = DayFigures(), HashJournal()
    day = SimulatedDay(scenario, open_scenario(scenario), chosen, journal=journal, watchers=[figures.add])
    _run(day, scenario.name, progress)
    return {
        "scenario": scenario.name,
        "seed": chosen,
        **figures.summary(day.runner.now_us()),
        "inputs": journal.inputs,
        "journal_hash": journal.digest(),
    }


def _run(day: SimulatedDay, name: str, progress: bool) -> None:
    if not (progress and sys.stderr.isatty()):
        day.run()
        return
    with Progress(transient=True) as bar:
        task = bar.add_task(f"{name} in virtual time", total=1.0)
        day.run(lambda share: bar.update(task, completed=share))

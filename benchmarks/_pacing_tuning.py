"""The best setting of each peer for each cell, found with the number of agents and the answer rate known.

The setting with the highest utilisation whose tuning days abandon 3 % at most in the mean: by bisection where
it is a ratio, by a grid for VICIdial's adaptive mode. They are kept in `pacing_tuned.json`, which
`python -m benchmarks.pacing --tune` writes anew; the days of the benchmark have other seeds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from itertools import product
from pathlib import Path
from statistics import fmean

from benchmarks._pacing_runs import THREE_PER_CENT, Cell, Setting, Task, run_task
from goldline.replications import each_run

PATH = Path(__file__).parent / "pacing_tuned.json"
TUNING_DAYS = {5: 12, 10: 10, 20: 6, 50: 4, 100: 3, 300: 2}
TUNING_SEEDS_FROM = 1
HALVINGS = 9
LEVELS_MAX = (1.05, 1.1, 1.15, 1.2, 1.3, 1.4, 1.6, 1.8, 2.2, 3.0)
TARGETS = (-2.0, -1.0, 0.0, 1.0, 2.0)
TUNED = ("ratio of all", "ratio of idle", "VICIdial adaptive", "Issabel")

Trial = Callable[[Setting], tuple[float, float]]
"""Of a setting, mean utilisation and mean share abandoned of the tuning days."""


def tuned_settings() -> dict[str, dict[str, Setting]]:
    """Return the settings by method and cell, as they were found."""
    found = json.loads(PATH.read_text(encoding="utf-8")) if PATH.exists() else {}
    return {name: {cell: tuple(values) for cell, values in cells.items()} for name, cells in found.items()}


def tune(cells: Iterable[Cell]) -> None:
    """Find the settings of these cells and write them down; the other cells keep theirs."""
    found = tuned_settings()
    pairs = [(name, cell) for cell, name in product(cells, TUNED)]
    for (name, cell), setting in zip(pairs, each_run(_tune_one, pairs), strict=True):
        found.setdefault(name, {})[str(cell)] = setting
        PATH.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def _tune_one(pair: tuple[str, Cell]) -> Setting:
    name, cell = pair
    seeds = range(TUNING_SEEDS_FROM, TUNING_SEEDS_FROM + TUNING_DAYS.get(cell.agents, 4))

    def trial(setting: Setting) -> tuple[float, float]:
        days = [run_task(Task(method=name, cell=cell, seed=seed, setting=setting)) for seed in seeds]
        return fmean(day.utilisation for day in days), fmean(day.share for day in days)

    return _WAYS[name](trial)


def _best(trial: Trial, settings: Iterable[Setting]) -> Setting:
    """Return the setting of the highest utilisation among those that keep to the cap; the first if none."""
    tried = [(setting, *trial(setting)) for setting in settings]
    within = [each for each in tried if each[2] <= THREE_PER_CENT] or tried[:1]
    return max(within, key=lambda each: each[1])[0]


def _boldest(trial: Trial, low: float, high: float, rest: Setting = ()) -> Setting:
    """Return the boldest number between a timid and a bold one that keeps to the cap."""
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if trial((middle, *rest))[1] <= THREE_PER_CENT:
            low = middle
        else:
            high = middle
    return (round(low, 4), *rest)


_WAYS: Mapping[str, Callable[[Trial], Setting]] = {
    "ratio of all": lambda trial: _boldest(trial, 1.0, 3.0),
    "ratio of idle": lambda trial: _boldest(trial, 1.0, 14.0),
    "VICIdial adaptive": lambda trial: _best(trial, product(LEVELS_MAX, TARGETS)),
    # The lower the quantile, the bolder.
    "Issabel": lambda trial: _best(trial, (_boldest(trial, 1.0, 0.0, (over,)) for over in (0.0, 1.0))),
}

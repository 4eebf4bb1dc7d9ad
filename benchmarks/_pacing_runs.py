"""Days to simulate, each a function of its task alone, over all cores; finished ones are kept in a file.

A full run takes hours: with `--keep FILE` every finished day is a line of the file, and the next run with the
same file goes on where the last one ended.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import fmean, stdev
from typing import Any, NamedTuple, Protocol, TypeVar

from benchmarks._kept import KeptRuns
from benchmarks._pacing_conditions import SHAPES, Conditions
from benchmarks._pacing_engine import engine_day
from benchmarks._pacing_ours import Goldline
from benchmarks._pacing_peers import Issabel, Power, VicidialAdaptive, VicidialRatio
from benchmarks._pacing_world import Day, DialingMethod, LightWorld
from dialer.budget import Budget, rules_under

ENGINE = "goldline"
LIGHT = "goldline, light floor"
THREE_PER_CENT = 0.03

Setting = tuple[float, ...]


class Cell(NamedTuple):
    """So many agents, and the share of calls that a person answers."""

    agents: int
    answered: float

    def __str__(self) -> str:
        return f"{self.agents}@{self.answered:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One day: by which method with which setting, in which shape of day, under which seed."""

    method: str
    cell: Cell
    seed: int
    setting: Setting = ()
    shape: str = "usual"
    hours: float = 8.0

    @property
    def key(self) -> str:
        """Name the task."""
        setting = ",".join(f"{value:g}" for value in self.setting)
        return f"{self.method}|{self.cell}|{self.shape}|{self.hours:g}|{setting}|{self.seed}"


METHODS: Mapping[str, Callable[[Setting], DialingMethod]] = {
    LIGHT: lambda setting: Goldline((Budget(rules=rules_under(setting[0] if setting else THREE_PER_CENT)),)),
    "progressive": lambda setting: Power(1.0),
    "ratio of all": lambda setting: VicidialRatio(setting[0]),
    "ratio of idle": lambda setting: Power(setting[0]),
    "VICIdial adaptive": lambda setting: VicidialAdaptive(setting[0], setting[1], limit=0.029),
    "Issabel": lambda setting: Issabel(setting[0], overcommit=bool(setting[1])),
}
"""The dialing methods of the light floor, by their names in the tables."""


def run_task(task: Task) -> Day:
    """Simulate the day of a task."""
    conditions = SHAPES[task.shape](
        Conditions(agents=task.cell.agents, answered=task.cell.answered, hours=task.hours)
    )
    if task.method == ENGINE:
        return engine_day(conditions, task.seed, *task.setting)
    return LightWorld(conditions, METHODS[task.method](task.setting), task.seed).run()


class Keyed(Protocol):
    """Something to simulate, under a name of its own; equal ones have the same name."""

    @property
    def key(self) -> str:
        """Name it."""
        ...


K = TypeVar("K", bound=Keyed)


class Kept:
    """Days that were simulated, by their task."""

    def __init__(self, path: Path | None) -> None:
        self._runs = KeptRuns(path)

    def days(self, tasks: Sequence[Task]) -> list[Day]:
        """Return the day of each task; those that are not kept are simulated."""
        return self.found(run_task, tasks)

    def found(self, run: Callable[[K], Day], tasks: Sequence[K]) -> list[Day]:
        """Return what `run` makes of each task; what is not kept is simulated, and kept from then on."""
        known = set(self._runs.results)
        for key, figures in self._runs.each(partial(_as_json, run), {task.key: task for task in tasks}):
            if key not in known:
                print(f"{key}: {told(Day(**figures))}", file=sys.stderr)
        return [Day(**self._runs.results[task.key]) for task in tasks]


def _as_json(run: Callable[[K], Day], task: K) -> dict[str, Any]:
    return asdict(run(task))


def told(day: Day) -> str:
    """Return a day as utilisation / abandoned, in per cent."""
    return f"{100 * day.utilisation:.1f} / {100 * day.share:.2f}"


class Figures(NamedTuple):
    """What several days came to, in per cent; `worst` is the highest share abandoned of any day."""

    utilisation: float
    utilisation_deviation: float
    share: float
    worst: float
    above_cap: float
    """The share of days above three per cent."""

    def __str__(self) -> str:
        return f"{self.utilisation:.1f}±{self.utilisation_deviation:.1f} / {self.share:.2f}"


def figures(days: Sequence[Day], cap: float = THREE_PER_CENT) -> Figures:
    """Return means and deviations over the days."""
    shares = [100 * day.share for day in days]
    utilisations = [100 * day.utilisation for day in days]
    return Figures(
        fmean(utilisations),
        stdev(utilisations) if len(days) > 1 else 0.0,
        fmean(shares),
        max(shares),
        100 * fmean(share > 100 * cap for share in shares),
    )

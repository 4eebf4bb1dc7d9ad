"""`goldline simulate`: a scenario run in virtual time, once or many times, to figures.

A run is a function of its seed, and the seeds of several runs are `seed`, `seed + 1`, ...: two scenarios
simulated from the same seed meet the same callers run by run, so that their differences are the
scenarios' own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.progress import Progress

from core.kernel.errors import ConfigError
from core.model.ids import AgentId
from goldline.config import Config
from goldline.harness import SimulatedDay, open_scenario
from goldline.journal_file import FileJournal, HashJournal
from goldline.journal_head import head_of_run
from goldline.replications import each_run, over_runs
from metrics.contacts import WAITS_UP_TO_S
from metrics.day import DayFigures
from metrics.frame import USUAL_THRESHOLD_S, Frame
from metrics.summary import Tree, day_summary, plain
from simulator.scenario import Scenario, load_scenario
from simulator.world import agent_profiles

Told = Callable[[float], None]
"""Is told the share of the work that is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a user may choose; a seed of None is the scenario's own."""

    seed: int | None = None
    replications: int = 1
    cores: int = -1
    cluster: str = ""
    interval_s: float = 1_800.0
    threshold_s: float = USUAL_THRESHOLD_S
    journal: Path | None = None
    report: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A scenario made ready to be run: picklable, so that any core of any machine may run it."""

    scenario: Scenario
    config: Config
    frame: Frame

    def __call__(self, seed: int) -> Tree:
        """Return the figures of the run of this seed."""
        return self.run(seed)

    def run(self, seed: int, *, journal: HashJournal | None = None, told: Told | None = None) -> Tree:
        """Run once, every invariant checked at every step; raise `InvariantBroken` where one is."""
        figures = DayFigures(self.frame, teams_of(self.scenario))
        day = SimulatedDay(self.scenario, self.config, seed, journal=journal, watchers=[figures.add])
        day.run(told)
        figures.close(day.runner.now_us())
        return day_summary(figures, tiers=self._tiers(), queues=self.config.queues)

    def _tiers(self) -> set[str]:
        """Return the tiers that callers may be of; who has none on record is of the default one."""
        default = self.config.rules.default_tier
        return {default} | {group.tier or default for group in self.scenario.customers}


def make_trial(scenario: Scenario, interval_s: float, threshold_s: float) -> Trial:
    """Return the trial of a scenario with its engine's configuration; raise `ConfigError`."""
    frame = Frame(
        duration_s=scenario.duration_s,
        warm_up_s=scenario.warm_up_s,
        interval_s=interval_s,
        threshold_s=threshold_s,
    )
    return Trial(scenario=scenario, config=open_scenario(scenario), frame=frame)


def teams_of(scenario: Scenario) -> dict[AgentId, str]:
    """Return the team of each agent of the scenario."""
    return {AgentId(plan.id): plan.team for plan in scenario.staff}


def simulate(path: Path, choices: Choices, progress: bool = False) -> dict[str, Any]:
    """Run the scenario at `path` and return its figures; the same seed gives the same figures.

    Of several runs each figure is its mean with the half width of its 95 % interval. Raises `ConfigError`
    for a broken scenario and `InvariantBroken` where the engine broke a promise.
    """
    trial = make_trial(load_scenario(path), choices.interval_s, choices.threshold_s)
    seed = trial.scenario.seed if choices.seed is None else choices.seed
    with _progress(f"{trial.scenario.name} in virtual time", progress) as told:
        run = _once if choices.replications == 1 else _often
        figures = run(trial, seed, choices, told)
    return _heading(trial, seed, choices) | figures


def _once(trial: Trial, seed: int, choices: Choices, told: Told) -> Tree:
    with _journal(trial, seed, choices.journal) as journal:
        figures: Tree = plain(trial.run(seed, journal=journal, told=told))
    return figures | {"inputs": journal.inputs, "journal_hash": journal.digest()}


@contextmanager
def _journal(trial: Trial, seed: int, path: Path | None) -> Iterator[HashJournal]:
    """Give the journal of a run: a file that can be replayed, if a path is named, else only its hash."""
    if path is None:
        yield HashJournal()
        return
    scenario = trial.scenario
    folder = (scenario.folder / scenario.engine_config).parent
    head = head_of_run(trial.config, folder, agent_profiles(scenario), 1, scenario=scenario.name, seed=seed)
    with closing(FileJournal(path, head)) as journal:
        yield journal


def _often(trial: Trial, seed: int, choices: Choices, told: Told) -> Tree:
    if choices.journal:
        raise ConfigError("--journal", str(choices.journal), "one run, so no --replications")
    runs = []
    seeds = range(seed, seed + choices.replications)
    for run in each_run(trial, seeds, cores=choices.cores, cluster=choices.cluster):
        runs.append(run)
        told(len(runs) / choices.replications)
    return over_runs(runs)


def _heading(trial: Trial, seed: int, choices: Choices) -> dict[str, Any]:
    """Return what the figures are figures of."""
    return {
        "scenario": trial.scenario.name,
        "seed": seed,
        "replications": choices.replications,
        "warm_up_s": trial.frame.warm_up_s,
        "threshold_s": trial.frame.threshold_s,
        "interval_s": trial.frame.interval_s,
        "interval_starts_s": trial.frame.starts_s,
        "waits_up_to_s": list(WAITS_UP_TO_S),
    }


@contextmanager
def _progress(title: str, wanted: bool) -> Iterator[Told]:
    """Give what draws a bar, where somebody looks on."""
    if not (wanted and sys.stderr.isatty()):
        yield lambda share: None
        return
    with Progress(transient=True) as bar:
        task = bar.add_task(title, total=1.0)
        yield lambda share: bar.update(task, completed=share)

"""`goldline simulate`: a scenario run in virtual time, once or many times, to figures.

A run is a function of its seed, and the seeds of several runs are `seed`, `seed + 1`, ...: two scenarios
simulated from the same seed meet the same callers run by run, so that their differences are the
scenarios' own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
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
from goldline.report import simulation_page
from metrics.contacts import WAITS_UP_TO_S
from metrics.day import DayFigures
from metrics.frame import USUAL_THRESHOLD_S, Frame
from metrics.occupancy import Stretch
from metrics.summary import Tree, day_summary, plain
from metrics.time_lines import TimeLines
from simulator.report.page import write_page
from simulator.scenario import Scenario, load_scenario
from simulator.world import agent_profiles

Told = Callable[[float], None]
"""Is told the share of the work that is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a user may choose. None is the scenario's own seed, and intervals of the usual length."""

    seed: int | None = None
    replications: int = 1
    cores: int = -1
    cluster: str = ""
    interval_s: float | None = None
    threshold_s: float = USUAL_THRESHOLD_S
    journal: Path | None = None
    report: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one run came to; `time_lines` are empty unless it is to be pictured."""

    figures: Tree
    time_lines: dict[AgentId, list[Stretch]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A scenario made ready to be run: picklable, so that any core of any machine may run it.

    `pictured` is the seed of the run whose agents' time lines are kept.
    """

    scenario: Scenario
    config: Config
    frame: Frame
    pictured: int | None = None

    def __call__(self, seed: int) -> Run:
        """Return the run of this seed."""
        return self.run(seed)

    def run(self, seed: int, *, journal: HashJournal | None = None, told: Told | None = None) -> Run:
        """Run once, every invariant checked at every step; raise `InvariantBroken` where one is."""
        lines = TimeLines()
        watch_stretch = [lines.add] if seed == self.pictured else []
        figures = DayFigures(self.frame, teams_of(self.scenario), watch_stretch)
        day = SimulatedDay(self.scenario, self.config, seed, journal=journal, watchers=[figures.add])
        day.run(told)
        figures.close(day.runner.now_us())
        callers = day.world.callers
        telephony = {"calls": callers.calls, "busy": callers.blocked, "retrials": callers.retrials}
        tree = day_summary(figures, tiers=self._tiers(), queues=self.config.queues)
        return Run(figures=telephony | tree, time_lines=lines.of)

    def _tiers(self) -> list[str]:
        """Return the tiers that callers may be of, the worthiest first as the configuration has them."""
        default = self.config.rules.default_tier
        found = {default} | {group.tier or default for group in self.scenario.customers}
        return [tier for tier in self.config.tiers if tier in found] or sorted(found)


def make_trial(scenario: Scenario, choices: Choices) -> Trial:
    """Return the trial of a scenario with its engine's configuration; raise `ConfigError`."""
    frame = Frame(
        duration_s=scenario.duration_s,
        warm_up_s=scenario.warm_up_s,
        interval_s=choices.interval_s or usual_interval_s(scenario.duration_s),
        threshold_s=choices.threshold_s,
    )
    pictured = _seed(scenario, choices) if choices.report else None
    return Trial(scenario=scenario, config=open_scenario(scenario), frame=frame, pictured=pictured)


def usual_interval_s(duration_s: float) -> float:
    """Return the length of the intervals that a day is cut into: half hours, or less where it is short."""
    return next((length_s for length_s in (1800.0, 900.0, 300.0) if duration_s >= 6 * length_s), 60.0)


def teams_of(scenario: Scenario) -> dict[AgentId, str]:
    """Return the team of each agent of the scenario."""
    return {AgentId(plan.id): plan.team for plan in scenario.staff}


def simulate(path: Path, choices: Choices, progress: bool = False) -> dict[str, Any]:
    """Run the scenario at `path` and return its figures; the same seed gives the same figures.

    Of several runs each figure is its mean with the half width of its 95 % interval. Raises `ConfigError`
    for a broken scenario and `InvariantBroken` where the engine broke a promise.
    """
    scenario = load_scenario(path)
    trial, seed = make_trial(scenario, choices), _seed(scenario, choices)
    with _progress(f"{scenario.name} in virtual time", progress) as told:
        simulated = _once if choices.replications == 1 else _often
        run = simulated(trial, seed, choices, told)
    result = _heading(trial, seed, choices) | run.figures
    if choices.report:
        reasons = trial.config.rules.not_ready_reasons
        write_page(simulation_page(result, scenario, run.time_lines, reasons), choices.report)
    return result


def _seed(scenario: Scenario, choices: Choices) -> int:
    return scenario.seed if choices.seed is None else choices.seed


def _once(trial: Trial, seed: int, choices: Choices, told: Told) -> Run:
    with _journal(trial, seed, choices.journal) as journal:
        run = trial.run(seed, journal=journal, told=told)
    kept = {"inputs": journal.inputs, "journal_hash": journal.digest()}
    return replace(run, figures=plain(run.figures) | kept)


def _often(trial: Trial, seed: int, choices: Choices, told: Told) -> Run:
    """Return the figures over all runs, and the time lines of the first."""
    if choices.journal:
        raise ConfigError("--journal", str(choices.journal), "one run, so no --replications")
    runs = []
    seeds = range(seed, seed + choices.replications)
    for run in each_run(trial, seeds, cores=choices.cores, cluster=choices.cluster):
        runs.append(run)
        told(len(runs) / choices.replications)
    return replace(runs[0], figures=over_runs([run.figures for run in runs]))


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

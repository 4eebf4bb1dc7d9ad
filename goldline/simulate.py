"""`goldline simulate`: a scenario run in virtual time, once or many times, to figures.

A run is a function of its seed, and the seeds of several runs are `seed`, `seed + 1`, ...: two scenarios
simulated from the same seed meet the same callers run by run, so that their differences are the
scenarios' own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.kernel.errors import ConfigError
from goldline.harness import head_of_day
from goldline.journal_file import FileJournal, HashJournal
from goldline.progress import Told, progress_bar
from goldline.replications import each_run, over_runs
from goldline.report import simulation_page
from goldline.trial import Run, Trial, make_trial
from metrics.contacts import WAITS_UP_TO_S
from metrics.frame import USUAL_THRESHOLD_S
from metrics.summary import plain
from simulator.report.page import write_page
from simulator.scenario import load_scenario


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
    audit: Path | None = None


def simulate(path: Path, choices: Choices, progress: bool = False) -> dict[str, Any]:
    """Run the scenario at `path` and return its figures; the same seed gives the same figures.

    Of several runs each figure is its mean with the half width of its 95 % interval. Raises `ConfigError`
    for a broken scenario and `InvariantBroken` where the engine broke a promise.
    """
    _check(choices)
    scenario = load_scenario(path)
    seed = scenario.seed if choices.seed is None else choices.seed
    trial = make_trial(
        scenario,
        interval_s=choices.interval_s,
        threshold_s=choices.threshold_s,
        pictured=seed if choices.report else None,
    )
    with progress_bar(f"{scenario.name} in virtual time", progress) as told:
        simulated = _once if choices.replications == 1 else _often
        run = simulated(trial, seed, choices, told)
    result = _heading(trial, seed, choices) | run.figures
    if choices.report:
        reasons = trial.config.rules.not_ready_reasons
        write_page(simulation_page(result, scenario, run.time_lines, reasons), choices.report)
    return result


def _check(choices: Choices) -> None:
    """Raise `ConfigError` for what would show only after a long run."""
    if choices.journal and choices.replications > 1:
        raise ConfigError("--journal", str(choices.journal), "a journal is of one run: no --replications")
    if choices.audit and choices.replications > 1:
        raise ConfigError("--audit", str(choices.audit), "audit files are of one run: no --replications")
    if choices.report and not choices.report.parent.is_dir():
        raise ConfigError("--report", str(choices.report), "a file in a folder that is there")


def _once(trial: Trial, seed: int, choices: Choices, told: Told) -> Run:
    with _journal(trial, seed, choices.journal) as journal:
        run = trial.run(seed, journal=journal, told=told, audit=choices.audit)
    kept = {"inputs": journal.inputs, "journal_hash": journal.digest()}
    return replace(run, figures=plain(run.figures) | kept)


def _often(trial: Trial, seed: int, choices: Choices, told: Told) -> Run:
    """Return the figures over all runs, and the time lines of the first."""
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
    head = head_of_day(trial.scenario, trial.config, seed)
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

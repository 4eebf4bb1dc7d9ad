"""A recorded day under other rules: what would have become of the very same callers.

The day is taken apart (`goldline.recorded_day`), and what came of it is run again through the real engine,
twice for each seed: under the rules it was recorded under, and under the others. Both meet the same calls at
the same instants with the same patience, and the same agents with the same breaks; only the rules differ, so
the difference is known far better than either figure. How near the first run comes to what was recorded
tells how far the second may be believed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from math import isfinite
from pathlib import Path
from statistics import fmean
from typing import Any

from core.kernel.errors import ConfigError
from goldline.harness import SimulatedDay
from goldline.journal_head import JournalHead, read_head
from goldline.recorded_day import DayReader, RecordedDay
from goldline.replay import brain_of, changes, replay, turns, under_rules
from goldline.replications import each_run
from goldline.rerun import Completion, rerun_config, rerun_flows, rerun_scenario
from metrics.contacts import ContactFigures
from metrics.day import DayFigures
from metrics.frame import Frame
from metrics.ratio import Ratio
from simulator.confidence import paired

REPLICATIONS = 20
"""Completions of a day, unless asked for otherwise: enough for an interval within a tenth of its width."""

Told = Callable[[float], None]
"""Is told the share of the work that is done."""
Group = tuple[str, str]
"""Whom a figure is about: ("total", ""), ("tiers", name) or ("queues", name)."""
Figures = dict[Group, dict[str, Ratio]]
"""The figures of one run, by group and name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerun:
    """A recorded day, ready to be run again under each of `heads`; picklable, so that any core may do it."""

    day: RecordedDay
    heads: tuple[JournalHead, ...]
    completion: Completion

    def __call__(self, seed: int) -> list[Figures]:
        """Return the figures under each of the heads, of the day as it is completed under `seed`."""
        return [self._under(head, seed) for head in self.heads]

    def _under(self, head: JournalHead, seed: int) -> Figures:
        day = self.day
        scenario = rerun_scenario(day, self.completion.arrivals(day.origin_us, seed), head.agents)
        config, flows = rerun_config(head.config, day.calls), rerun_flows(day.calls)
        figures = DayFigures(Frame(duration_s=scenario.duration_s))
        SimulatedDay(scenario, config, seed, flows=flows, watchers=[figures.add], checked=False).run()
        return figures_of(figures)


def compare(
    journal: Path,
    rules: Path,
    *,
    replications: int = REPLICATIONS,
    seed: int = 1,
    cores: int = -1,
    told: Told = lambda share: None,
) -> dict[str, Any]:
    """Return the figures of the day in `journal`: as recorded, under its rules again, under those of `rules`.

    Raises `ConfigError` for a journal that cannot be read or replayed, and for a wrong configuration.
    """
    head = read_head(journal)
    other = under_rules(head, rules)
    reader = read_day(journal, head)
    day = reader.finish()
    rerun = Rerun(day=day, heads=(head, other), completion=Completion(day.calls))
    runs = []
    for run in each_run(rerun, range(seed, seed + replications), cores=cores):
        runs.append(run)
        told(len(runs) / replications)
    return {
        "journal": journal.name,
        "rules_changed": [asdict(change) for change in changes(head, other)],
        "first_difference": replay(journal, other)["first_difference"],
        "seed": seed,
        "replications": replications,
        "calls": len(day.calls),
        "never_asked_for_a_queue": reader.never_asked,
        "left": sum(call.left for call in day.calls),
        "agents": len(day.shifts),
        "calls_missed": day.misses,
        **_side_by_side(figures_of(reader.figures), runs),
    }


def read_day(journal: Path, head: JournalHead) -> DayReader:
    """Return the day that the journal tells of; raise `ConfigError` where this engine tells another one."""
    reader = None
    for number, turn in enumerate(turns(journal, brain_of(head)), start=1):
        if not turn.as_recorded:
            raise ConfigError(f"{journal}: input {number}", "another decision", "what this version decides")
        if reader is None:
            reader = DayReader(turn.message.at_us)
        reader.take(turn.message, turn.commands)
    if reader is None:
        raise ConfigError(str(journal), "no inputs", "a recorded day")
    return reader


# --- figures ------------------------------------------------------------------------------------------


def figures_of(day: DayFigures) -> Figures:
    """Return what is compared: of everybody, of each tier and of each queue."""
    return {
        ("total", ""): _measures(day.of(), day.frame),
        **{("tiers", tier): _measures(day.of(tier=tier), day.frame) for tier in sorted(day.tiers)},
        **{("queues", queue): _measures(day.of(queue=queue), day.frame) for queue in sorted(day.queues)},
    }


def _measures(contacts: ContactFigures, frame: Frame) -> dict[str, Ratio]:
    return {
        "mean_wait_s": contacts.mean_wait_s,
        "mean_wait_all_s": contacts.mean_wait_all_s,
        "service_level": contacts.service_level(frame),
        "abandoned": Ratio(contacts.abandoned, contacts.offered),
    }


def _side_by_side(recorded: Figures, runs: list[list[Figures]]) -> dict[str, Any]:
    tree: dict[str, Any] = {"total": {}, "tiers": {}, "queues": {}}
    for kind, name in _groups(recorded, runs):
        own = {measure: _compared(recorded, runs, (kind, name), measure) for measure in recorded["total", ""]}
        if name:
            tree[kind][name] = own
        else:
            tree[kind] = own
    return tree


def _groups(recorded: Figures, runs: list[list[Figures]]) -> Iterator[Group]:
    everywhere = [recorded, *(figures for run in runs for figures in run)]
    yield from dict.fromkeys(group for figures in everywhere for group in figures)


def _compared(recorded: Figures, runs: list[list[Figures]], group: Group, measure: str) -> dict[str, Any]:
    """Return one figure as it was, under the same rules again, under the others, and their difference."""
    pairs = [[_value(figures, group, measure) for figures in run] for run in runs]
    known = [(same, other) for same, other in pairs if same is not None and other is not None]
    found = {"recorded": _value(recorded, group, measure)}
    if not known:
        return found | dict.fromkeys(("same_rules", "other_rules", "difference", "half_width"))
    same, other = zip(*known, strict=True)
    difference = paired(same, other)
    half_width = difference.half_width if isfinite(difference.half_width) else None
    return found | {
        "same_rules": fmean(same),
        "other_rules": fmean(other),
        "difference": difference.mean,
        "half_width": half_width,
    }


def _value(figures: Figures, group: Group, measure: str) -> float | None:
    return figures[group][measure].value if group in figures else None

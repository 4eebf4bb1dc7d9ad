"""A recorded day under other rules: what would have become of the very same callers.

The day is taken apart (`goldline.recorded_day`), and what came of it is run again through the real engine,
twice for each seed: under the rules it was recorded under, and under the others. Both meet the same calls at
the same instants with the same patience, and the same agents with the same breaks; only the rules differ, so
the difference is known far better than either figure. How near the first run comes to what was recorded
tells how far the second may be believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from core.kernel.errors import ConfigError
from goldline.comparison import comparison_page
from goldline.harness import SimulatedDay
from goldline.intervals import interval_tree
from goldline.journal_head import JournalHead, read_head
from goldline.progress import progress_bar
from goldline.recorded_day import DayReader, RecordedDay
from goldline.replay import brain_of, changes, replay, turns, under_rules
from goldline.replications import each_run
from goldline.rerun import Completion, rerun_config, rerun_flows, rerun_scenario
from metrics.contacts import ContactFigures
from metrics.day import DayFigures
from metrics.frame import USUAL_THRESHOLD_S, Frame
from metrics.ratio import Ratio
from metrics.summary import Tree, rounded
from simulator.confidence import ratio, ratio_difference
from simulator.report.page import write_page

Group = tuple[str, str]
"""Whom figures are about: everybody, ("tiers", name) or ("queues", name)."""
EVERYBODY: Group = ("all", "")
Figures = dict[Group, dict[str, Ratio]]
"""The figures of one run, by group and name."""
Pair = tuple[Figures, Figures]
"""The figures of one completion of the day under both sets of rules."""
SAME, OTHER = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a user may choose; each replication is another completion of what the recording leaves open."""

    replications: int = 20
    seed: int = 1
    cores: int = -1
    cluster: str = ""
    threshold_s: float = USUAL_THRESHOLD_S
    report: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerun:
    """A recorded day, ready to be run again under both heads; picklable, so that any core may do it."""

    day: RecordedDay
    completion: Completion
    same: JournalHead
    other: JournalHead
    threshold_s: float

    def __call__(self, seed: int) -> Pair:
        """Return the figures under both, of the day as it is completed under `seed`."""
        return self._under(self.same, seed), self._under(self.other, seed)

    def _under(self, head: JournalHead, seed: int) -> Figures:
        day = self.day
        scenario = rerun_scenario(day, self.completion.arrivals(day.origin_us, seed), head.agents)
        config, flows = rerun_config(head.config, day.calls), rerun_flows(day.calls)
        figures = DayFigures(Frame(duration_s=scenario.duration_s, threshold_s=self.threshold_s))
        SimulatedDay(scenario, config, seed, flows=flows, watchers=[figures.add], checked=False).run()
        return figures_of(figures)


def compare(journal: Path, rules: Path, choices: Choices, progress: bool = False) -> Tree:
    """Return the figures of the day in `journal`: as recorded, under its rules again, under those of `rules`.

    Raises `ConfigError` for a journal that cannot be read or replayed, and for a wrong configuration.
    """
    head = read_head(journal)
    other = under_rules(head, rules)
    reader = read_day(journal, head, choices.threshold_s)
    day = reader.finish()
    rerun = Rerun(
        day=day,
        completion=Completion(day.calls),
        same=head,
        other=other,
        threshold_s=choices.threshold_s,
    )
    result = {
        "journal": journal.name,
        "rules_changed": [asdict(change) for change in changes(head, other)],
        "first_difference": replay(journal, other)["first_difference"],
        "seed": choices.seed,
        "replications": choices.replications,
        "threshold_s": choices.threshold_s,
        "calls": len(day.calls),
        "left": sum(call.left for call in day.calls),
        "never_asked_for_a_queue": reader.never_asked,
        "agents": len(day.shifts),
        "missed": sum(call.missed for call in day.calls),
        **_side_by_side(figures_of(reader.figures), _runs(rerun, choices, progress)),
    }
    if choices.report:
        write_page(comparison_page(result), choices.report)
    return result


def _runs(rerun: Rerun, choices: Choices, progress: bool) -> list[Pair]:
    runs = []
    seeds = range(choices.seed, choices.seed + choices.replications)
    with progress_bar("the recorded day again", progress) as told:
        for run in each_run(rerun, seeds, cores=choices.cores, cluster=choices.cluster):
            runs.append(run)
            told(len(runs) / choices.replications)
    return runs


def read_day(journal: Path, head: JournalHead, threshold_s: float) -> DayReader:
    """Return the day that the journal tells of; raise `ConfigError` where this engine tells another one."""
    reader = None
    for number, turn in enumerate(turns(journal, brain_of(head)), start=1):
        if not turn.as_recorded:
            raise ConfigError(f"{journal}: input {number}", "another decision", "what this version decides")
        if reader is None:
            reader = DayReader(Frame(origin_us=turn.message.at_us, threshold_s=threshold_s))
        reader.take(turn.message, turn.commands)
    if reader is None:
        raise ConfigError(str(journal), "no inputs", "a recorded day")
    return reader


# --- figures ------------------------------------------------------------------------------------------


def figures_of(day: DayFigures) -> Figures:
    """Return what is compared: of everybody, of each tier and of each queue."""
    tiers = {("tiers", tier): day.of(tier=tier) for tier in day.tiers}
    queues = {("queues", queue): day.of(queue=queue) for queue in day.queues}
    groups: dict[Group, ContactFigures] = {EVERYBODY: day.of()} | tiers | queues
    return {group: _measures(contacts, day.frame) for group, contacts in groups.items()}


def _measures(contacts: ContactFigures, frame: Frame) -> dict[str, Ratio]:
    return {
        "mean_wait_s": contacts.mean_wait_s,
        "mean_wait_all_s": contacts.mean_wait_all_s,
        "service_level": contacts.service_level(frame),
        "abandoned": Ratio(contacts.abandoned, contacts.offered),
    }


def _side_by_side(recorded: Figures, runs: Sequence[Pair]) -> Tree:
    """Return each figure as it was, under the same rules again, under the others, and the difference."""
    met = [recorded, *(figures for run in runs for figures in run)]
    groups = sorted({group for figures in met for group in figures})
    tree: Tree = {"tiers": {}, "queues": {}}
    for group in groups:
        found = {measure: _compared(recorded, runs, group, measure) for measure in recorded[EVERYBODY]}
        if group == EVERYBODY:
            tree["total"] = found
        else:
            kind, name = group
            tree[kind][name] = found
    return tree


def _compared(recorded: Figures, runs: Sequence[Pair], group: Group, measure: str) -> Tree:
    same, other = (_ratios([run[side] for run in runs], group, measure) for side in (SAME, OTHER))
    return {
        "recorded": rounded(_ratio(recorded, group, measure).value),
        "same_rules": interval_tree(ratio(*same), any(same[1])),
        "other_rules": interval_tree(ratio(*other), any(other[1])),
        "difference": interval_tree(ratio_difference(same, other), any(same[1]) and any(other[1])),
    }


def _ratios(figures: Sequence[Figures], group: Group, measure: str) -> tuple[list[float], list[float]]:
    found = [_ratio(run, group, measure) for run in figures]
    return [one.total for one in found], [one.count for one in found]


def _ratio(figures: Figures, group: Group, measure: str) -> Ratio:
    return figures[group][measure] if group in figures else Ratio(0, 0)

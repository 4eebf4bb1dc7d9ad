"""`goldline compare`: two policies of a queue that were in force by turns, and how sure their difference is.

Each pair of blocks gives one difference under nearly the same load, whatever the day was like; their spread
gives the interval. So the comparison needs no second centre, and no day without one of the policies.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from core.kernel.clock import microseconds, seconds
from core.kernel.errors import ConfigError
from core.kernel.schema import NOTHING
from core.model.commands import AppendToLedger
from core.model.events import ContactQueued
from crm.ledger_pages import END_OF_TIME_US, read_events, read_span
from goldline.config import Config, load_config
from goldline.config_routing import CompareSection
from goldline.harness import SimulatedDay
from goldline.intervals import interval_tree
from goldline.journal_file import read_journal
from goldline.journal_head import read_head
from goldline.progress import progress_bar
from goldline.replay import brain_of, turns_as_recorded
from goldline.replications import each_run
from goldline.stores import open_database
from goldline.trial import Trial, make_trial
from goldline.valuation import valuation_of
from metrics.contacts import ContactFigures
from metrics.frame import USUAL_THRESHOLD_S, Frame
from metrics.ratio import Ratio
from metrics.summary import Tree
from metrics.turns import Pairs, TurnFigures
from simulator.confidence import ratio, ratio_difference
from simulator.scenario import load_scenario

PAIRS_LEAST = 2
"""With fewer pairs of blocks nothing is known of how much they differ by chance."""
EVERYBODY = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a user may choose. `since` and `until` are of the ledger, in UTC; the next three of a scenario."""

    queue: str
    config: Path = Path("goldline.toml")
    since: datetime | None = None
    until: datetime | None = None
    replications: int = 20
    seed: int | None = None
    cores: int = -1
    threshold_s: float = USUAL_THRESHOLD_S

    @property
    def since_us(self) -> int:
        """The first instant of the ledger that counts."""
        return 0 if self.since is None else _instant_us(self.since)

    @property
    def until_us(self) -> int:
        """The first instant of the ledger that counts no more."""
        return END_OF_TIME_US if self.until is None else _instant_us(self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The pairs of everybody and of each tier, and how many contacts were too near a change."""

    pairs: Mapping[str | None, Pairs]
    left_out: int


def compare_turns(source: Path | None, choices: Choices, progress: bool = False) -> Tree:
    """Return what the policies of a queue came to, in a scenario, in a journal, or else in the ledger.

    Raises `ConfigError` where the queue has no policies in turns, or not two pairs of blocks passed.
    """
    if source is None:
        config = load_config(choices.config)
        days = [asyncio.run(_from_ledger(config, choices))]
    elif source.suffix == ".toml":
        config, days = _from_scenario(source, choices, progress)
    else:
        config = read_head(source).config
        days = [_from_journal(source, config, choices)]
    return _result(config, choices, days)


def _instant_us(at: datetime) -> int:
    return microseconds((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())


# --- where the events come from ------------------------------------------------------------------------


async def _from_ledger(config: Config, choices: Choices) -> Compared:
    async with open_database(config) as database:
        span = await read_span(database, ContactQueued, choices.since_us, choices.until_us)
        if span is None:
            raise ConfigError("the ledger", "no contact", "contacts that were queued in that time")
        figures = _figures(config, choices, *span)
        events = read_events(database, figures.told_by, choices.since_us, choices.until_us)
        async for event in events:
            figures.add(event)
    return _compared(figures)


def _from_journal(journal: Path, config: Config, choices: Choices) -> Compared:
    instants = [message.at_us for message, _ in read_journal(journal)]
    if not instants:
        raise ConfigError(str(journal), "no inputs", "a recorded day")
    figures = _figures(config, choices, instants[0], instants[-1])
    for turn in turns_as_recorded(journal, brain_of(read_head(journal))):
        for command in turn.commands:
            if isinstance(command, AppendToLedger):
                figures.add(command.event)
    return _compared(figures)


def _from_scenario(path: Path, choices: Choices, progress: bool) -> tuple[Config, list[Compared]]:
    scenario = load_scenario(path)
    trial = make_trial(scenario, threshold_s=choices.threshold_s)
    first_seed = scenario.seed if choices.seed is None else choices.seed
    seeds = range(first_seed, first_seed + choices.replications)
    days = []
    with progress_bar(f"{scenario.name}, policies by turns", progress) as told:
        for day in each_run(TurnDay(trial=trial, choices=choices), seeds, cores=choices.cores):
            days.append(day)
            told(len(days) / choices.replications)
    return trial.config, days


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnDay:
    """A simulated day with policies by turns; picklable, called with its seed."""

    trial: Trial
    choices: Choices

    def __call__(self, seed: int) -> Compared:
        """Return the pairs of the day. All days begin at midnight, so who begins is drawn from the seed."""
        trial, queue = self.trial, self.choices.queue
        drawn = _section(trial.config, queue).model_copy(update={"seed": seed})
        section = trial.config.queues[queue].model_copy(update={"compare": drawn})
        queues = {**trial.config.queues, queue: section}
        config = trial.config.model_copy(update={"queues": queues})
        scenario = trial.scenario
        figures = _figures(config, self.choices, scenario.warm_up_us, microseconds(scenario.duration_s))
        SimulatedDay(scenario, config, seed, flows=trial.flows, watchers=[figures.add], checked=False).run()
        return _compared(figures)


def _figures(config: Config, choices: Choices, first_us: int, last_us: int) -> TurnFigures:
    """Return the fold for the whole pairs of blocks between two instants."""
    section = _section(config, choices.queue)
    block_us = microseconds(section.block_s)
    pair_us = 2 * block_us
    origin_us, end_us = -(-first_us // pair_us) * pair_us, last_us // pair_us * pair_us
    if end_us <= origin_us:
        found = f"{seconds(last_us - first_us):g} s"
        raise ConfigError("the time to compare", found, f"whole pairs of blocks of {section.block_s:g} s")
    return TurnFigures(
        choices.queue,
        section.policies,
        block_us=block_us,
        warm_up_us=microseconds(section.warm_up_s),
        frame=Frame(
            origin_us=origin_us,
            duration_s=seconds(end_us - origin_us),
            interval_s=seconds(pair_us),
            threshold_s=choices.threshold_s,
        ),
        valuation=valuation_of(config),
    )


def _section(config: Config, queue: str) -> CompareSection:
    if queue not in config.queues:
        raise ConfigError("--queue", queue, f"one of the queues: {', '.join(sorted(config.queues))}")
    section = config.queues[queue].compare
    if section is None:
        raise ConfigError(f"queues.{queue}.compare", NOTHING, "two policies by turns")
    return section


def _compared(figures: TurnFigures) -> Compared:
    groups = [EVERYBODY, *figures.tiers]
    return Compared(pairs={tier: figures.pairs(tier) for tier in groups}, left_out=figures.left_out)


# --- the figures -------------------------------------------------------------------------------------------


def _result(config: Config, choices: Choices, days: Sequence[Compared]) -> Tree:
    section = _section(config, choices.queue)
    frame = Frame(threshold_s=choices.threshold_s)
    tiers = sorted({tier for day in days for tier in day.pairs if tier is not EVERYBODY})
    total = group_figures(days, EVERYBODY, frame)
    return {
        "queue": choices.queue,
        "policies": list(section.policies),
        "block_s": section.block_s,
        "warm_up_s": section.warm_up_s,
        "threshold_s": choices.threshold_s,
        "left_out": sum(day.left_out for day in days),
        "total": total,
        "tiers": {tier: group_figures(days, tier, frame) for tier in tiers},
    }


def group_figures(days: Sequence[Compared], tier: str | None, frame: Frame) -> Tree:
    """Return every figure of a group under both policies, and by how much the second is beyond the first."""
    pairs = [pair for day in days if tier in day.pairs for pair in zip(*day.pairs[tier], strict=True)]
    met = [pair for pair in pairs if any(figures.offered for figures in pair)]
    if tier is EVERYBODY and len(met) < PAIRS_LEAST:
        raise ConfigError("pairs of blocks with contacts", len(met), f"at least {PAIRS_LEAST}")
    sides = ([pair[0] for pair in met], [pair[1] for pair in met])
    found: Tree = {"pairs": len(met), "offered": [sum(one.offered for one in side) for side in sides]}
    for name, measure in MEASURES.items():
        found[name] = _measured([[measure(one, frame) for one in side] for side in sides])
    return found


def _measured(sides: Sequence[Sequence[Ratio]]) -> Tree:
    first, second = (([one.total for one in side], [one.count for one in side]) for side in sides)
    is_known = any(first[1]) and any(second[1])
    return {
        "policies": [interval_tree(ratio(*side), any(side[1])) for side in (first, second)],
        "difference": interval_tree(ratio_difference(first, second), is_known),
    }


MEASURES: Mapping[str, Callable[[ContactFigures, Frame], Ratio]] = {
    "mean_wait_s": lambda contacts, _: contacts.mean_wait_s,
    "mean_wait_all_s": lambda contacts, _: contacts.mean_wait_all_s,
    "service_level": lambda contacts, frame: contacts.service_level(frame),
    "abandoned": lambda contacts, _: Ratio(contacts.abandoned, contacts.offered),
    "mean_handle_s": lambda contacts, _: contacts.mean_handle_s,
    "resolved": lambda contacts, _: contacts.resolved_share,
    "value": lambda contacts, _: contacts.value_share,
}
"""What is compared, for everybody and for each tier."""

"""Days of the bank replayed by the engine, and what is measured of a day, real or replayed, in one way.

Measured are the calls that reached the agents' queue. Each has a wait: from the queue to the agent, or to
the hang-up, and 0 where an agent was free. The bank's clock counts whole seconds, so a replayed wait of
less than half a second is none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from statistics import correlation, fmean
from typing import NamedTuple

from core.kernel.clock import seconds
from core.model.contact import ContactState
from core.model.events import InteractionRecorded
from core.model.message import DomainEvent
from goldline.harness import SimulatedDay, open_scenario
from goldline.replications import each_run
from simulator.bank.calls import BankDay, read_month
from simulator.bank.replay import Replay

CENTRE = Path(__file__).parent.parent / "examples" / "bank"
IN_TIME_S = 20
HOUR_S = 3600
MONTH_DAYS = 100
"""A run's number times this, plus the day of the month, is the seed of a day: no two days share draws."""


class Outcome(NamedTuple):
    """What became of one call; `hour` is that of its arrival."""

    hour: int
    waited_s: float
    abandoned: bool


Outcomes = Sequence[Outcome]


class Task(NamedTuple):
    """One run of one day."""

    month: Path
    date: date
    wrap_up_s: float
    run: int


@cache
def replay_of(month: Path) -> Replay:
    """Return the month in the file, read once in each process."""
    return Replay(read_month(month), CENTRE)


def real(day: BankDay) -> Outcomes:
    """Return what became of the day's calls in truth."""
    return [Outcome(call.at_s // HOUR_S, call.waited_s, call.abandoned) for call in day.calls]


def replayed(task: Task) -> Outcomes:
    """Return what becomes of the day's calls in the engine's hands."""
    replay = replay_of(task.month)
    day = next(day for day in replay.month.days if day.date == task.date)
    seed = task.run * MONTH_DAYS + task.date.day
    scenario = replay.scenario(day, task.wrap_up_s, seed)
    outcomes: list[Outcome] = []

    def note(event: DomainEvent) -> None:
        if isinstance(event, InteractionRecorded):
            outcomes.append(_outcome(event))

    SimulatedDay(scenario, open_scenario(scenario), seed, watchers=(note,), checked=False).run()
    return outcomes


def _outcome(record: InteractionRecorded) -> Outcome:
    waited_s = seconds(record.queue_us)
    return Outcome(
        hour=int(seconds(record.arrived_us)) // HOUR_S,
        waited_s=waited_s if waited_s >= 0.5 else 0.0,
        abandoned=record.outcome is ContactState.ABANDONED,
    )


def all_replayed(
    month: Path, days: Iterable[BankDay], wrap_up_s: float, runs: Sequence[int]
) -> dict[date, Outcomes]:
    """Return what becomes of each day in all the runs together; they go over all cores."""
    tasks = [Task(month, day.date, wrap_up_s, run) for day in days for run in runs]
    outcomes: dict[date, list[Outcome]] = defaultdict(list)
    for task, found in zip(tasks, each_run(replayed, tasks), strict=True):
        outcomes[task.date].extend(found)
    return dict(outcomes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A set of days in figures; shares are of all calls, means by day and by hour of the day."""

    calls: int
    waited: float
    mean_wait_s: float
    abandoned: float
    in_time: float
    by_day_s: tuple[float, ...]
    by_hour_s: dict[int, float]


def figures(days: Sequence[Outcomes]) -> Figures:
    """Return what the days come to."""
    calls = [call for day in days for call in day]
    by_hour: dict[int, list[float]] = defaultdict(list)
    for call in calls:
        by_hour[call.hour].append(call.waited_s)
    return Figures(
        calls=len(calls),
        waited=fmean(call.waited_s > 0 for call in calls),
        mean_wait_s=fmean(call.waited_s for call in calls),
        abandoned=fmean(call.abandoned for call in calls),
        in_time=fmean(call.waited_s <= IN_TIME_S and not call.abandoned for call in calls),
        by_day_s=tuple(fmean(call.waited_s for call in day) for day in days),
        by_hour_s={hour: fmean(by_hour[hour]) for hour in sorted(by_hour)},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The same days in truth and in replay."""

    real: Figures
    replayed: Figures

    @property
    def wait_off(self) -> float:
        """Return by which share the replay waits longer than was real."""
        return self.replayed.mean_wait_s / self.real.mean_wait_s - 1

    @property
    def points_off(self) -> float:
        """Return by how many points of a hundred the replay loses more callers than was real."""
        return 100 * (self.replayed.abandoned - self.real.abandoned)

    @property
    def daily(self) -> float:
        """Return how the days' mean waits correlate."""
        return correlation(self.real.by_day_s, self.replayed.by_day_s)

    @property
    def hourly(self) -> float:
        """Return how the mean waits by hour of the day correlate."""
        real, replayed = self.real.by_hour_s, self.replayed.by_hour_s
        return correlation(list(real.values()), [replayed[hour] for hour in real])


def compared(days: Sequence[BankDay], replays: dict[date, Outcomes]) -> Comparison:
    """Hold replays of `days` against what happened on them."""
    return Comparison(
        real=figures([real(day) for day in days]),
        replayed=figures([replays[day.date] for day in days]),
    )

"""Days of a scenario under another staffing: one task for each seed, and what a planner reads off it.

Day number d of a staffing is simulated from seed + d, whatever the staffing: common random numbers, so
that two staffings meet the very same callers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from core.model.contact import VOICE, ContactState
from core.model.events import InteractionRecorded
from core.model.ids import AgentId
from core.model.message import DomainEvent
from goldline.config import Config
from goldline.harness import SimulatedDay
from goldline.replications import each_run
from goldline.whatif.question import Question
from metrics.contacts import ContactFigures
from metrics.day import DayFigures
from metrics.frame import Frame
from simulator.planning import Target
from simulator.scenario import Scenario
from simulator.staffing_measure import Counted, Staffing


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueDay:
    """What one queue saw on a day. `carried` is how many contacts each team handled."""

    offered: tuple[int, ...]
    answered: int
    abandoned: int
    waited_us: int
    handled: int
    handled_us: int
    carried: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffedDay:
    """What one day showed: service levels by target, demand by queue, and how the agents' time went."""

    levels: tuple[tuple[Counted, ...], ...]
    queues: dict[str, QueueDay]
    handling_us: tuple[int, ...]
    ready_us: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffedTask:
    """A scenario under one staffing, made ready to be run from any seed on any core."""

    scenario: Scenario
    config: Config
    frame: Frame
    targets: tuple[Target, ...]

    def __call__(self, seed: int) -> StaffedDay:
        """Return what the day of this seed shows."""
        team_of = {AgentId(plan.id): plan.team for plan in self.scenario.staff}
        figures, carried = DayFigures(self.frame, team_of), Carried(team_of)
        watchers = (figures.add, carried.add)
        day = SimulatedDay(self.scenario, self.config, seed, watchers=watchers, checked=False)
        day.run()
        figures.close(day.runner.now_us())
        time = figures.time.everybody()
        return StaffedDay(
            levels=tuple(self._levels(figures, target) for target in self.targets),
            queues={queue: _queue_day(figures, carried, queue) for queue in self.config.queues},
            handling_us=tuple(time.handling_us),
            ready_us=tuple(time.ready_us),
        )

    def _levels(self, figures: DayFigures, target: Target) -> tuple[Counted, ...]:
        frame = replace(self.frame, threshold_s=target.within_s)
        intervals = figures.by_interval(queue=target.queue or None, tier=target.tier or None)
        return tuple(_counted(contacts, frame) for contacts in intervals)


class Carried:
    """A fold that tells how many contacts of each queue each team handled."""

    def __init__(self, team_of: dict[AgentId, str]) -> None:
        self.by_queue: dict[str, Counter[str]] = {}
        self._team_of = team_of

    def add(self, event: DomainEvent) -> None:
        """Fold one event in."""
        if not isinstance(event, InteractionRecorded) or event.channel != VOICE:
            return
        if event.outcome is ContactState.CLOSED and event.agent_id:
            teams = self.by_queue.setdefault(event.queue, Counter())
            teams[self._team_of[AgentId(event.agent_id)]] += 1


def staffed_days(
    question: Question, staffing: Staffing, seeds: range, *, cores: int = -1, cluster: str = ""
) -> Iterator[StaffedDay]:
    """Yield what the days of `seeds` show under a staffing, in their order."""
    task = StaffedTask(
        scenario=question.staffed(staffing),
        config=question.config,
        frame=question.frame,
        targets=question.targets,
    )
    return each_run(task, seeds, cores=cores, cluster=cluster)


def _counted(contacts: ContactFigures, frame: Frame) -> Counted:
    counts = contacts.counts(frame)
    return Counted(counts.in_time, counts.answered + counts.abandoned)


def _queue_day(figures: DayFigures, carried: Carried, queue: str) -> QueueDay:
    contacts = figures.of(queue=queue)
    return QueueDay(
        offered=tuple(each.offered for each in figures.by_interval(queue=queue)),
        answered=contacts.answered,
        abandoned=contacts.abandoned,
        waited_us=sum(contacts.answered_us) + sum(contacts.abandoned_us),
        handled=contacts.handled,
        handled_us=contacts.handled_us,
        carried=dict(carried.by_queue.get(queue, {})),
    )

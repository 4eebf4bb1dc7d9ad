"""The answer of the Erlang formulas, which the search begins from and is shown beside.

They know one pool of equal agents in the long run: no menus, no skills, no tiers, no queue carried over.
So each queue is taken for itself, in each interval for itself, with the target that the most of its
contacts come under, and the agents are split among the teams as those share the work of the queue now.
Demand is read off simulated days of the scenario as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, inf

from core.kernel.clock import SECOND_US, seconds
from core.kernel.errors import ConfigError
from goldline.whatif.days import QueueDay, StaffedDay
from goldline.whatif.question import HOUR_S, Question
from simulator.erlang import agents_for
from simulator.planning import Target
from simulator.staffing_measure import Staffing


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueDemand:
    """One queue: calls by interval and hour, means of handling (with the ring) and of patience, in seconds.

    `work_share` tells which share of its contacts each team handles.
    """

    per_hour: tuple[float, ...]
    handle_s: float
    patience_s: float
    work_share: Mapping[str, float]

    @property
    def erlangs(self) -> tuple[float, ...]:
        """Return the offered load of each interval: calls at a time, would all be answered at once."""
        return tuple(per_hour * self.handle_s / HOUR_S for per_hour in self.per_hour)


def demand_of(question: Question, days: Sequence[StaffedDay]) -> dict[str, QueueDemand]:
    """Return the demand of each queue that anybody called, as the days showed it."""
    busy_us = sum(sum(day.handling_us) for day in days)
    talk_us = sum(queue.handled_us for day in days for queue in day.queues.values())
    with_ring = busy_us / talk_us if talk_us else 1.0
    names = [name for name in question.config.queues if any(any(day.queues[name].offered) for day in days)]
    return {name: _demand(question, name, [day.queues[name] for day in days], with_ring) for name in names}


def erlang_staffing(question: Question, demand: Mapping[str, QueueDemand], *, patient: bool) -> Staffing:
    """Return the staffing by Erlang C (`patient`: nobody hangs up) or by Erlang A."""
    wanted = [[0.0] * question.frame.intervals for _ in question.team_names]
    for queue, calls in demand.items():
        agents = _agents(question.targets, queue, calls, patient)
        for counts, team in zip(wanted, question.team_names, strict=True):
            for place, count in enumerate(agents):
                counts[place] += count * calls.work_share.get(team, 0.0)
    return tuple(
        tuple(max(terms.at_least, round(count)) for count in counts)
        for counts, terms in zip(wanted, question.terms, strict=True)
    )


def _agents(targets: Iterable[Target], queue: str, calls: QueueDemand, patient: bool) -> list[int]:
    """Return the agents of each interval; where nothing is promised, just enough to carry the load."""
    target = widest_target(targets, queue)
    if target is None:
        return [ceil(load) for load in calls.erlangs]
    return [
        agents_for(
            target.share,
            per_hour=per_hour,
            handle_s=calls.handle_s,
            patience_s=inf if patient else calls.patience_s,
            threshold_s=target.within_s,
        )
        for per_hour in calls.per_hour
    ]


def widest_target(targets: Iterable[Target], queue: str) -> Target | None:
    """Return the target that covers most of a queue's contacts, None where none does."""
    covering = [target for target in targets if target.queue in ("", queue)]
    return min(covering, key=lambda target: (target.tier != "", target.queue == ""), default=None)


def _demand(question: Question, queue: str, days: Sequence[QueueDay], with_ring: float) -> QueueDemand:
    lengths_us = question.frame.lengths_us()
    offered = [sum(counts) / len(days) for counts in zip(*(day.offered for day in days), strict=True)]
    handled, abandoned = sum(day.handled for day in days), sum(day.abandoned for day in days)
    if not handled:
        raise ConfigError(
            "teams", f"nobody answers {queue}", "counts to begin with, and skills, that answer it"
        )
    handled_us, waited_us = sum(day.handled_us for day in days), sum(day.waited_us for day in days)
    carried = {team: sum(day.carried.get(team, 0) for day in days) for team in question.team_names}
    return QueueDemand(
        per_hour=tuple(
            count * HOUR_S * SECOND_US / length_us
            for count, length_us in zip(offered, lengths_us, strict=True)
        ),
        handle_s=seconds(handled_us) / handled * with_ring,
        # Waiting time by each who hung up: the maximum-likelihood mean of exponential patience.
        patience_s=seconds(waited_us) / abandoned if abandoned else inf,
        work_share={team: count / max(1, sum(carried.values())) for team, count in carried.items()},
    )

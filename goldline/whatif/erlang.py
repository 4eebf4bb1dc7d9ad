"""The answer of the Erlang formulas, which the search begins from and is shown beside.

They know one pool of equal agents in the long run: no menus, no skills, no tiers, no queue carried over.
So queues whose callers reach the same agents are taken as one pool, each interval for itself, with the
target that covers the most, and the agents of a pool are split among the teams as those share its work now.
Demand is read off simulated days of the scenario as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import ceil, inf

from core.kernel.clock import SECOND_US, seconds
from core.kernel.errors import ConfigError
from goldline.whatif.days import QueueDay, StaffedDay
from goldline.whatif.question import Question
from simulator.erlang import HOUR_S, agents_for
from simulator.planning import Target
from simulator.staffing_measure import Staffing

SHARING = 0.01
"""A team that handles at least this share of a queue's contacts joins it with its other queues."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Queues that share agents: their calls by interval and hour, mean handling (with the ring) and patience.

    `work_share` tells which share of the work each team does.
    """

    queues: tuple[str, ...]
    per_hour: tuple[float, ...]
    handle_s: float
    patience_s: float
    work_share: Mapping[str, float]

    @property
    def erlangs(self) -> tuple[float, ...]:
        """Return the offered load of each interval: how many would be busy if nobody ever waited."""
        return tuple(per_hour * self.handle_s / HOUR_S for per_hour in self.per_hour)


def pools_of(question: Question, days: Sequence[StaffedDay]) -> tuple[Pool, ...]:
    """Return the pools of queues that anybody called, as the days showed them.

    Raises `ConfigError` where nobody ever answers one of them.
    """
    busy_us = sum(sum(day.handling_us) for day in days)
    talk_us = sum(queue.handled_us for day in days for queue in day.queues.values())
    with_ring = busy_us / talk_us if talk_us else 1.0
    return tuple(_pool(question, queues, days, with_ring) for queues in _groups(days))


def erlang_staffing(question: Question, pools: Iterable[Pool], *, patient: bool) -> Staffing:
    """Return the staffing by Erlang C (`patient`: nobody hangs up) or by Erlang A."""
    counts = [[0] * question.frame.intervals for _ in question.team_names]
    for pool in pools:
        shares = [pool.work_share.get(name, 0.0) for name in question.team_names]
        for place, agents in enumerate(_agents(question.targets, pool, patient)):
            for team, count in enumerate(_split(agents, shares)):
                counts[team][place] += count
    return tuple(
        tuple(terms.bounded(count) for count in team)
        for team, terms in zip(counts, question.terms, strict=True)
    )


def widest_target(targets: Iterable[Target], queues: Sequence[str]) -> Target | None:
    """Return the target that covers the most of some queues, None where none covers any."""
    covering = [target for target in targets if target.queue in ("", *queues)]
    return min(covering, key=lambda target: (target.tier != "", target.queue != ""), default=None)


def _agents(targets: Iterable[Target], pool: Pool, patient: bool) -> Iterator[int]:
    """Yield the agents of each interval; where nothing is promised, just enough to carry the load."""
    target = widest_target(targets, pool.queues)
    for per_hour, load in zip(pool.per_hour, pool.erlangs, strict=True):
        if target is None:
            yield ceil(load)
        else:
            yield agents_for(
                target.share,
                per_hour=per_hour,
                handle_s=pool.handle_s,
                patience_s=inf if patient else pool.patience_s,
                threshold_s=target.within_s,
            )


def _split(agents: int, shares: Sequence[float]) -> Iterator[int]:
    """Yield whole numbers in about these shares, which sum up to all the agents."""
    ends = accumulate((agents * share for share in shares), initial=0.0)
    return (until - begun for begun, until in pairwise(map(round, ends)))


def _groups(days: Sequence[StaffedDay]) -> list[tuple[str, ...]]:
    """Return the queues that were called, those together that some team answers together."""
    groups: list[tuple[set[str], set[str]]] = []
    for queue in days[0].queues:
        queue_days = [day.queues[queue] for day in days]
        if not any(any(day.offered) for day in queue_days):
            continue
        carried = _carried(queue_days)
        if not carried:
            raise ConfigError("teams", f"nobody answers {queue}", "counts and skills that answer it")
        teams = {team for team, count in carried.items() if count >= SHARING * sum(carried.values())}
        queues = {queue}
        for group in [group for group in groups if group[1] & teams]:
            groups.remove(group)
            queues |= group[0]
            teams |= group[1]
        groups.append((queues, teams))
    return [tuple(sorted(queues)) for queues, _ in groups]


def _pool(question: Question, queues: tuple[str, ...], days: Sequence[StaffedDay], with_ring: float) -> Pool:
    queue_days = [day.queues[queue] for day in days for queue in queues]
    offered = [sum(counts) / len(days) for counts in zip(*(day.offered for day in queue_days), strict=True)]
    handled_s = seconds(sum(day.handled_us for day in queue_days)) / sum(day.handled for day in queue_days)
    abandoned = sum(day.abandoned for day in queue_days)
    carried = _carried(queue_days)
    return Pool(
        queues=queues,
        per_hour=tuple(
            count * HOUR_S * SECOND_US / length_us
            for count, length_us in zip(offered, question.frame.lengths_us(), strict=True)
        ),
        handle_s=handled_s * with_ring,
        # All the waiting over all who gave up: the likeliest mean of exponential patience.
        patience_s=seconds(sum(day.waited_us for day in queue_days)) / abandoned if abandoned else inf,
        work_share={team: count / sum(carried.values()) for team, count in carried.items()},
    )


def _carried(queue_days: Sequence[QueueDay]) -> dict[str, int]:
    """Return how many contacts each team handled."""
    teams = {team for day in queue_days for team in day.carried}
    return {team: sum(day.carried.get(team, 0) for day in queue_days) for team in sorted(teams)}

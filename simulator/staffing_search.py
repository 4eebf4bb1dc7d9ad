"""The search for the cheapest staffing whose service levels meet their targets in every interval.

Pure: days come from an `evaluate` function, under common random numbers (day 17 brings the same callers
whatever the staffing), so the search knows neither engine nor scenario and is tested on staffings whose
best is known. It looks at whole days, since a queue carries over from one interval into the next:

1. raise: wherever a target is missed, add agents, in all such intervals at once; where several teams could
   help, try each and take the one that lifts the missed shares most for its cost;
2. lower: take agents away, or swap one for a cheaper one, in many intervals at once but never in two
   neighbours, so that a miss can be blamed on one move; keep the moves that nothing is blamed on;
3. raise again, which settles what the joint moves may have left.

Days are spent where they decide: few at first, more while the interval of a share holds its target. On the
last look the doubt goes against the staffing: a narrower interval must lie above the target. A guess first,
then simulation, is how research does it (Atlason, Epelman & Henderson 2008; Cezik & L'Ecuyer 2008); the
joint moves with their blame take the place of cutting planes.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations_with_replacement, product
from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

from simulator.confidence import LEVEL
from simulator.staffing_measure import DayLevels, Measured, Staffing

Crew = tuple[int, ...]
"""Agents at work in one interval, by team: a column of a staffing."""

Evaluate = Callable[[Staffing, range], Iterable[DayLevels]]
"""Return what each of the numbered days shows under a staffing."""

_NORMAL = NormalDist()
_SHARE_MIN, _SHARE_MAX = 0.01, 0.99
"""How far a share counts for the size of a step."""


class Margin(NamedTuple):
    """By how much shares exceed their targets: the least of the low ends, of the means, of the high ends."""

    low: float
    mean: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffingProblem:
    """What is asked, and of whom.

    `targets` are shares from 0 to 1, `costs` what one agent of each team costs for one interval, `at_least`
    and `at_most` how many of each team there may be in an interval.
    """

    intervals: int
    targets: tuple[float, ...]
    costs: tuple[float, ...]
    at_least: tuple[int, ...]
    at_most: tuple[int, ...]

    def cost(self, staffing: Staffing) -> float:
        """Return what a day under the staffing costs."""
        return sum(cost * sum(counts) for cost, counts in zip(self.costs, staffing, strict=True))

    def margin(self, measured: Measured, interval: int, level: float = LEVEL) -> Margin:
        """Return by how much the shares of an interval exceed their targets, at the worst."""
        shares = [measured.share(target, interval, level) for target in range(len(self.targets))]
        exceeding = [
            (share.low - asked, share.mean - asked, share.high - asked)
            for share, asked in zip(shares, self.targets, strict=True)
        ]
        return Margin(*map(min, zip(*exceeding, strict=True)))

    def cheaper_crews(self, crew: Crew, step: int) -> list[Crew]:
        """Return crews that cost less, the cheapest first.

        They have up to `step` agents of a team fewer, or one or two agents exchanged for others.
        """
        teams = range(len(crew))
        one = [(team,) for team in teams]
        two = list(combinations_with_replacement(teams, 2))
        fewer = [((team,) * count, ()) for team in teams for count in _halvings(step)]
        exchanges = [*product(one, [*one, *two]), *product(two, one)]
        crews = {_exchanged(crew, leaving, entering) for leaving, entering in [*fewer, *exchanges]}
        cost_now = self._crew_cost(crew)
        allowed = (other for other in crews if self._allows(other) and self._crew_cost(other) < cost_now)
        return sorted(allowed, key=lambda other: (self._crew_cost(other), other))

    def _crew_cost(self, crew: Crew) -> float:
        return sum(cost * count for cost, count in zip(self.costs, crew, strict=True))

    def _allows(self, crew: Crew) -> bool:
        bounds = zip(self.at_least, crew, self.at_most, strict=True)
        return all(least <= count <= most for least, count, most in bounds)

    def step(self, measured: Measured, staffing: Staffing, interval: int) -> int:
        """Return about how many agents lie between the worst share and its target, at least 1.

        By the square-root rule a share moves along a normal curve whose unit is the root of the staff;
        half of that is a step which seldom goes too far.
        """
        shares = (measured.share(target, interval).mean for target in range(len(self.targets)))
        gap = max(
            _NORMAL.inv_cdf(asked) - _NORMAL.inv_cdf(min(max(share, _SHARE_MIN), _SHARE_MAX))
            for share, asked in zip(shares, self.targets, strict=True)
        )
        return max(1, int(abs(gap) * sqrt(sum(counts[interval] for counts in staffing)) / 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """On how many days a staffing is looked at, look by look, and the most days in all.

    `sure` is the level of the interval that decides a look, `enough` that of the last one.
    """

    looks: tuple[int, ...] = (25, 50, 100, 200)
    days_max: int = 6_000
    sure: float = 0.95
    enough: float = 0.8


class Verdict(StrEnum):
    """What the days so far say of the targets of an interval."""

    MET = "met"
    MISSED = "missed"
    OPEN = "open"


class StaffingSearch:
    """One search. `told` hears of each simulated day: how many so far, and to what end."""

    def __init__(
        self,
        problem: StaffingProblem,
        evaluate: Evaluate,
        effort: Effort | None = None,
        told: Callable[[int, str], None] = lambda days, doing: None,
    ) -> None:
        self.problem = problem
        self.days = 0
        self.unattainable: set[int] = set()
        self._evaluate = evaluate
        self._effort = effort or Effort()
        self._told = told
        self._doing = ""
        self._measured: dict[Staffing, Measured] = {}
        # Crews that missed a target in an interval; so does every crew that is smaller in each team.
        self._too_small: dict[int, list[Crew]] = {place: [] for place in range(problem.intervals)}

    @property
    def spent(self) -> bool:
        """Tell whether the search has used all the days it may take."""
        return self.days >= self._effort.days_max

    def run(self, first: Staffing) -> Staffing:
        """Return the cheapest staffing found that meets the targets, beginning from a guess.

        Intervals in which no staffing allowed meets them are in `unattainable` afterwards.
        """
        return self.raised(self.lowered(self.raised(first)))

    def measure(self, staffing: Staffing, days: int) -> Measured:
        """Return what at least `days` days under the staffing showed; no day is simulated twice."""
        measured = self._measured.get(staffing)
        if measured is None:
            measured = Measured()
            self._measured[staffing] = measured
        for day in self._evaluate(staffing, range(measured.days, days)):
            measured.add(day)
            self.days += 1
            self._told(self.days, self._doing)
        return measured

    def _verdict(self, measured: Measured, interval: int) -> Verdict:
        last = measured.days >= self._effort.looks[-1]
        margin = self.problem.margin(measured, interval, self._effort.enough if last else self._effort.sure)
        if margin.low >= 0:
            return Verdict.MET
        return Verdict.MISSED if last or margin.high < 0 else Verdict.OPEN

    def _attainable(self) -> list[int]:
        return [place for place in range(self.problem.intervals) if place not in self.unattainable]

    # --- raise ---------------------------------------------------------------------------------------

    def raised(self, staffing: Staffing) -> Staffing:
        """Return the staffing with agents added until every attainable target is met."""
        self._doing = "adding where targets are missed"
        while (missed := self._missed(staffing)) and not self.spent:
            staffing = self._reinforced(staffing, missed)
        return staffing

    def _missed(self, staffing: Staffing) -> list[int]:
        """Return where the staffing seems too small, as soon as it surely is somewhere."""
        for days in self._effort.looks:
            measured = self.measure(staffing, days)
            verdicts = {interval: self._verdict(measured, interval) for interval in self._attainable()}
            if Verdict.MISSED in verdicts.values():
                return [
                    interval
                    for interval, verdict in verdicts.items()
                    if verdict is Verdict.MISSED or self.problem.margin(measured, interval).mean < 0
                ]
            if Verdict.OPEN not in verdicts.values():
                break
        return []

    def _reinforced(self, staffing: Staffing, missed: Sequence[int]) -> Staffing:
        """Return the staffing with more agents in the missed intervals, of the team that helps most there."""
        added_by_team = [self._possible(staffing, team, missed) for team in range(len(staffing))]
        lifts = [self._lifts(staffing, team, added) for team, added in enumerate(added_by_team)]
        changes = []
        for interval in missed:
            open_to = [team for team, added in enumerate(added_by_team) if interval in added]
            if open_to:
                team = max(open_to, key=lambda team: lifts[team][interval])
                changes.append((team, interval, added_by_team[team][interval]))
            else:
                self.unattainable.add(interval)
        return changed(staffing, changes)

    def _possible(self, staffing: Staffing, team: int, missed: Sequence[int]) -> dict[int, int]:
        """Return how many agents of the team would be added where, so far as there are any left."""
        measured = self._measured[staffing]
        wanted = {interval: self.problem.step(measured, staffing, interval) for interval in missed}
        room = {interval: self.problem.at_most[team] - staffing[team][interval] for interval in missed}
        return {interval: min(wanted[interval], room[interval]) for interval in missed if room[interval] > 0}

    def _lifts(self, staffing: Staffing, team: int, added: Mapping[int, int]) -> dict[int, float]:
        """Return what the missed shares would gain for each unit of cost, by interval."""
        if len(staffing) == 1 or not added:
            return dict.fromkeys(added, 0.0)  # no choice, so no need to look
        days = self._effort.looks[0]
        before = self.measure(staffing, days)
        after = self.measure(changed(staffing, ((team, i, count) for i, count in added.items())), days)
        return {
            interval: (self._shortfall(before, interval) - self._shortfall(after, interval))
            / (count * self.problem.costs[team])
            for interval, count in added.items()
        }

    def _shortfall(self, measured: Measured, interval: int) -> float:
        """Return what lacks to the targets in an interval and in the next, which inherits its queue."""
        reached = range(interval, min(interval + 2, self.problem.intervals))
        return sum(
            max(0.0, asked - measured.share(target, place).mean)
            for target, asked in enumerate(self.problem.targets)
            for place in reached
        )

    # --- lower ---------------------------------------------------------------------------------------

    def lowered(self, staffing: Staffing) -> Staffing:
        """Return the staffing after every move that lowers the cost and misses no target."""
        self._doing = "taking away where targets allow"
        seen = self.measure(staffing, self._effort.looks[0])
        while (crews := self._smaller_crews(staffing, seen)) and not self.spent:
            trial = with_crews(staffing, crews)
            blamed = self._blamed(trial, crews)
            seen = self._measured[trial]
            for interval in blamed:
                self._too_small[interval].append(crews[interval])
            staffing = with_crews(staffing, {place: crews[place] for place in crews if place not in blamed})
        return staffing

    def _smaller_crews(self, staffing: Staffing, seen: Measured) -> dict[int, Crew]:
        """Return an untried cheaper crew for each interval that has one, most slack first, no neighbours."""
        chosen: dict[int, Crew] = {}
        slack = {interval: self.problem.margin(seen, interval).mean for interval in self._attainable()}
        for interval in sorted(slack, key=slack.__getitem__, reverse=True):
            if interval - 1 in chosen or interval + 1 in chosen:
                continue
            step = self.problem.step(seen, staffing, interval)
            crews = self.problem.cheaper_crews(crew_at(staffing, interval), step)
            crew = next((crew for crew in crews if not self._is_hopeless(crew, interval)), None)
            if crew is not None:
                chosen[interval] = crew
        return chosen

    def _is_hopeless(self, crew: Crew, interval: int) -> bool:
        return any(
            all(count <= enough for count, enough in zip(crew, small, strict=True))
            for small in self._too_small[interval]
        )

    def _blamed(self, trial: Staffing, crews: Mapping[int, Crew]) -> set[int]:
        """Return the intervals whose smaller crew a missed target is blamed on."""
        blamed: set[int] = set()
        for days in self._effort.looks:
            measured = self.measure(trial, days)
            undecided = False
            for interval in self._attainable():
                culprit = _culprit(crews, interval)
                if culprit is None or culprit in blamed:
                    continue
                verdict = self._verdict(measured, interval)
                if verdict is Verdict.MISSED:
                    blamed.add(culprit)
                undecided |= verdict is Verdict.OPEN
            if not undecided:
                break
        return blamed


def changed(staffing: Staffing, changes: Iterable[tuple[int, int, int]]) -> Staffing:
    """Return the staffing after changes of (team, interval, agents more or fewer)."""
    counts = [list(row) for row in staffing]
    for team, interval, by in changes:
        counts[team][interval] += by
    return tuple(map(tuple, counts))


def crew_at(staffing: Staffing, interval: int) -> Crew:
    """Return who is at work in an interval."""
    return tuple(counts[interval] for counts in staffing)


def with_crews(staffing: Staffing, crews: Mapping[int, Crew]) -> Staffing:
    """Return the staffing with other crews in some intervals."""
    columns = [crews.get(interval, crew) for interval, crew in enumerate(zip(*staffing, strict=True))]
    return tuple(zip(*columns, strict=True))


def _exchanged(crew: Crew, leaving: tuple[int, ...], entering: tuple[int, ...]) -> Crew:
    return tuple(count - leaving.count(team) + entering.count(team) for team, count in enumerate(crew))


def _halvings(count: int) -> Iterator[int]:
    while count > 0:
        yield count
        count //= 2


def _culprit(moved: Container[int], interval: int) -> int | None:
    """Return which moved interval a miss is blamed on: itself, else the one before, whose queue it inherits,
    else the next, whose agents answer its last callers."""
    return next((place for place in (interval, interval - 1, interval + 1) if place in moved), None)

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
from simulator.staffing_measure import (
    Crew,
    DayLevels,
    Experience,
    Known,
    Measured,
    Shares,
    Staffing,
    crews_of,
    with_crews,
)

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
    and `at_most` how many of each team there may be in an interval. `covers` are pairs of teams of which
    the first can do all the work of the second.
    """

    intervals: int
    targets: tuple[float, ...]
    costs: tuple[float, ...]
    at_least: tuple[int, ...]
    at_most: tuple[int, ...]
    covers: frozenset[tuple[int, int]] = frozenset()

    def cost(self, staffing: Staffing) -> float:
        """Return what a day under the staffing costs."""
        return sum(cost * sum(counts) for cost, counts in zip(self.costs, staffing, strict=True))

    def margin(self, shares: Shares, interval: int, level: float = LEVEL) -> Margin:
        """Return by how much the shares of an interval exceed their targets, at the worst."""
        found = [shares.share(target, interval, level) for target in range(len(self.targets))]
        exceeding = [
            (share.low - asked, share.mean - asked, share.high - asked)
            for share, asked in zip(found, self.targets, strict=True)
        ]
        return Margin(*map(min, zip(*exceeding, strict=True)))

    def cheaper_crews(self, crew: Crew, step: int) -> list[Crew]:
        """Return crews that cost less, the cheapest first.

        Up to `step` agents of a team leave; or one leaves for one or two others; or two leave for one who
        covers both.
        """
        teams = range(len(crew))
        one = [(team,) for team in teams]
        two = list(combinations_with_replacement(teams, 2))
        fewer = [((team,) * count, ()) for team in teams for count in _halvings(step)]
        merged = [
            (leaving, entering)
            for leaving, entering in product(two, one)
            if all((entering[0], team) in self.covers for team in leaving)
        ]
        exchanges = [*product(one, [*one, *two]), *merged]
        crews = {exchanged(crew, leaving, entering) for leaving, entering in [*fewer, *exchanges]}
        cost_now = self.crew_cost(crew)
        allowed = (other for other in crews if self._allows(other) and self.crew_cost(other) < cost_now)
        return sorted(allowed, key=lambda other: (self.crew_cost(other), other))

    def crew_cost(self, crew: Crew) -> float:
        """Return what a crew costs for one interval."""
        return sum(cost * count for cost, count in zip(self.costs, crew, strict=True))

    def _allows(self, crew: Crew) -> bool:
        bounds = zip(self.at_least, crew, self.at_most, strict=True)
        return all(least <= count <= most for least, count, most in bounds)

    def step(self, shares: Shares, crew: Crew, interval: int) -> int:
        """Return about how many agents lie between the worst share and its target, at least 1.

        By the square-root rule a share moves along a normal curve whose unit is the root of the staff;
        half of that is a step which seldom goes too far.
        """
        found = (shares.share(target, interval).mean for target in range(len(self.targets)))
        gap = max(
            _NORMAL.inv_cdf(asked) - _NORMAL.inv_cdf(min(max(share, _SHARE_MIN), _SHARE_MAX))
            for share, asked in zip(found, self.targets, strict=True)
        )
        return max(1, int(abs(gap) * sqrt(sum(crew)) / 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How many days a look takes, how many a doubtful crew is looked at, and how many the whole search.

    `sure` is the level of the interval that decides before that, `enough` that of the last verdict.
    """

    look: int = 25
    doubtful: int = 200
    days_max: int = 6_000
    sure: float = 0.9
    enough: float = 0.8


class Verdict(StrEnum):
    """What the days so far say of the targets of an interval."""

    MET = "met"
    MISSED = "missed"
    OPEN = "open"


class Helper(NamedTuple):
    """The team whose agents were added in an interval last, and by how much its worst share was off then."""

    team: int
    margin_before: float


class Phase(StrEnum):
    """What a search is at, in words."""

    RAISE = "adding agents where targets are missed"
    LOWER = "taking agents away where targets allow"
    SETTLE = "making sure"


class StaffingSearch:
    """One search. `told` hears after each simulated day of the phase, and the share of it that is done."""

    def __init__(
        self,
        problem: StaffingProblem,
        evaluate: Evaluate,
        effort: Effort | None = None,
        told: Callable[[Phase, float], None] = lambda phase, share: None,
    ) -> None:
        self.problem = problem
        self.days = 0
        self.unattainable: set[int] = set()
        self.tried: dict[Staffing, Measured] = {}
        self._evaluate = evaluate
        self._effort = effort or Effort()
        self._told = told
        self._at = (Phase.RAISE, 0.0)
        self._experience = Experience()
        # Crews that missed a target in an interval; so does every crew that is smaller in each team.
        self._too_small: dict[int, list[Crew]] = {place: [] for place in range(problem.intervals)}
        self._helpers: dict[int, Helper] = {}

    @property
    def spent(self) -> bool:
        """Tell whether the search has used all the days it may take."""
        return self.days >= self._effort.days_max

    def run(self, first: Staffing) -> Staffing:
        """Return the cheapest staffing found that meets the targets, beginning from a guess.

        Intervals in which no staffing allowed meets them are in `unattainable` afterwards.
        """
        staffing = self.settled(self.lowered(self.raised(first)))
        while not self.spent and (lower := self.lowered(staffing)) != staffing:
            staffing = self.settled(lower)
        return staffing

    def _look(self, staffing: Staffing) -> Known:
        """Simulate some more days under a staffing and return what is known of it by now."""
        for _ in self._simulated(staffing, self._next_days()):
            pass
        return self._experience.of(staffing)

    def _next_days(self) -> range:
        return range(self.days, self.days + self._effort.look)

    def _simulated(self, staffing: Staffing, days: range) -> Iterator[DayLevels]:
        tried = self.tried.setdefault(staffing, Measured())
        for day in self._evaluate(staffing, days):
            tried.add(day)
            self._experience.add(staffing, day)
            self.days += 1
            self._told(*self._at)
            yield day

    def _verdict(self, known: Known, interval: int) -> Verdict:
        if not known.days(interval):
            return Verdict.OPEN
        last = known.days(interval) >= self._effort.doubtful
        margin = self.problem.margin(known, interval, self._effort.enough if last else self._effort.sure)
        if margin.low >= 0:
            return Verdict.MET
        return Verdict.MISSED if last or margin.high < 0 else Verdict.OPEN

    def _attainable(self) -> list[int]:
        return [place for place in range(self.problem.intervals) if place not in self.unattainable]

    # --- raise ---------------------------------------------------------------------------------------

    def raised(self, staffing: Staffing) -> Staffing:
        """Return the staffing with agents added until no target seems to be missed."""
        self._at = Phase.RAISE, 0.0
        while not self.spent:
            known = self._look(staffing)
            missed = [place for place in self._attainable() if self.problem.margin(known, place).mean < 0]
            if not missed:
                break
            self._at = Phase.RAISE, 1 - len(missed) / self.problem.intervals
            staffing = self.reinforced(staffing, missed, known)
        return staffing

    def settled(self, staffing: Staffing) -> Staffing:
        """Return the staffing with agents added until every target is sure to be met."""
        while not self.spent:
            known = self._experience.of(staffing)
            verdicts = {place: self._verdict(known, place) for place in self._attainable()}
            missed = [place for place, verdict in verdicts.items() if verdict is Verdict.MISSED]
            met = sum(verdict is Verdict.MET for verdict in verdicts.values())
            self._at = Phase.SETTLE, met / self.problem.intervals
            if missed:
                for place in missed:
                    self._too_small[place].append(crews_of(staffing)[place])
                staffing = self.reinforced(staffing, missed, known)
            elif Verdict.OPEN in verdicts.values():
                self._look(staffing)
            else:
                break
        return staffing

    def reinforced(self, staffing: Staffing, missed: Sequence[int], seen: Shares) -> Staffing:
        """Return the staffing with more agents in the missed intervals, where there may be more.

        They are of the team that helped there the last time; where none did, all are compared.
        """
        grown = {place: self._grown(crews_of(staffing)[place], place, seen) for place in missed}
        self.unattainable.update(place for place, choices in grown.items() if not choices)
        margins = {place: self.problem.margin(seen, place).mean for place in missed if grown[place]}
        helped = [place for place, margin in margins.items() if self._helped(place, margin, grown[place])]
        best = self._best_teams(staffing, {place: grown[place] for place in margins if place not in helped})
        crews = {}
        for place, margin in margins.items():
            team = self._helpers[place].team if place in helped else best[place]
            self._helpers[place] = Helper(team, margin)
            crews[place] = grown[place][team]
        return with_crews(staffing, crews)

    def _grown(self, crew: Crew, interval: int, seen: Shares) -> dict[int, Crew]:
        """Return, for each team that has agents left, the crew with more of them."""
        wanted = self.problem.step(seen, crew, interval)
        added = {team: min(wanted, most - crew[team]) for team, most in enumerate(self.problem.at_most)}
        return {team: exchanged(crew, entering=(team,) * count) for team, count in added.items() if count > 0}

    def _helped(self, interval: int, margin: float, choices: Container[int]) -> bool:
        """Tell whether the agents added last are known to have helped, and there are more of their team."""
        helper = self._helpers.get(interval)
        return helper is not None and margin > helper.margin_before and helper.team in choices

    def _best_teams(self, staffing: Staffing, grown: Mapping[int, Mapping[int, Crew]]) -> dict[int, int]:
        """Return the team that lifts the worst share of an interval most for its cost, on the same days."""
        if all(len(choices) == 1 for choices in grown.values()):
            return {place: team for place, choices in grown.items() for team in choices}
        days, crews = self._next_days(), crews_of(staffing)
        before = Measured(self._simulated(staffing, days))
        lifts: dict[int, dict[int, float]] = {place: {} for place in grown}
        for team in range(len(staffing)):
            larger = {place: choices[team] for place, choices in grown.items() if team in choices}
            after = Measured(self._simulated(with_crews(staffing, larger), days))
            for place, crew in larger.items():
                lift = self.problem.margin(after, place).mean - self.problem.margin(before, place).mean
                cost = self.problem.crew_cost(crew) - self.problem.crew_cost(crews[place])
                lifts[place][team] = lift / cost
        return {place: max(by_team, key=by_team.__getitem__) for place, by_team in lifts.items()}

    # --- lower ---------------------------------------------------------------------------------------

    def lowered(self, staffing: Staffing) -> Staffing:
        """Return the staffing after every change of a crew that lowers the cost and misses no target."""
        on_trial: dict[int, Crew] = {}
        while not self.spent:
            untried = self._untried(staffing)
            on_trial |= _apart(untried, on_trial)
            if not on_trial:
                break
            self._at = Phase.LOWER, 1 - len(untried) / self.problem.intervals
            known = self._look(with_crews(staffing, on_trial))
            for place, crew in sorted(on_trial.items()):
                verdict = self._verdict_of_trial(known, place)
                if verdict is Verdict.OPEN:
                    continue
                del on_trial[place]
                if verdict is Verdict.MET:
                    staffing = with_crews(staffing, {place: crew})
                else:
                    self._too_small[place].append(crew)
        return staffing

    def _verdict_of_trial(self, known: Known, interval: int) -> Verdict:
        """Return the worse of the verdicts of an interval and of the next, which inherits its queue."""
        reached = [place for place in (interval, interval + 1) if place in self._attainable()]
        verdicts = [self._verdict(known, place) for place in reached]
        return next((worst for worst in (Verdict.MISSED, Verdict.OPEN) if worst in verdicts), Verdict.MET)

    def _untried(self, staffing: Staffing) -> dict[int, Crew]:
        """Return the next cheaper crew to be tried in each interval that has one, most slack first."""
        known, crews = self._experience.of(staffing), crews_of(staffing)
        slack = {place: self.problem.margin(known, place).mean for place in self._attainable()}
        untried = {}
        for place in sorted(slack, key=slack.__getitem__, reverse=True):
            step = self.problem.step(known, crews[place], place) if known.days(place) else 1
            cheaper = self.problem.cheaper_crews(crews[place], step)
            crew = next((crew for crew in cheaper if not self._is_hopeless(crew, place)), None)
            if crew is not None:
                untried[place] = crew
        return untried

    def _is_hopeless(self, crew: Crew, interval: int) -> bool:
        return any(
            all(count <= too_few for count, too_few in zip(crew, small, strict=True))
            for small in self._too_small[interval]
        )


def exchanged(crew: Crew, leaving: Sequence[int] = (), entering: Sequence[int] = ()) -> Crew:
    """Return the crew without an agent of each team in `leaving` and with one of each in `entering`."""
    return tuple(count - leaving.count(team) + entering.count(team) for team, count in enumerate(crew))


def _apart(untried: Mapping[int, Crew], on_trial: Container[int]) -> dict[int, Crew]:
    """Return crews of intervals of which none is beside another, or beside one that is on trial."""
    chosen: dict[int, Crew] = {}
    for place, crew in untried.items():
        if not any(near in on_trial or near in chosen for near in (place - 1, place, place + 1)):
            chosen[place] = crew
    return chosen


def _halvings(count: int) -> Iterator[int]:
    while count > 0:
        yield count
        count //= 2

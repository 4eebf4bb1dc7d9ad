"""The search for the cheapest staffing whose service levels meet their targets in every interval.

Pure: days come from an `evaluate` function, under common random numbers (day 17 brings the same callers
whatever the staffing), so the search knows neither engine nor scenario and is tested on staffings whose
best is known. It looks at whole days, since a queue carries over from one interval into the next:

1. raise: wherever a target seems to be missed, add agents, in all such intervals at once; where several
   teams could help, try each on the same days and take the one that lifts the worst share most for its cost;
2. lower: try smaller or cheaper crews, in many intervals at once but never in two neighbours, so that a
   miss can be blamed on one of them; keep those that nothing is blamed on;
3. settle: look until every target is sure to be met, adding agents where one is not.

Days are spent where they decide. What they show is kept by interval with its crew and the crew before, so
every day of any staffing tells of all intervals whose crews are the same (`Experience`): a crew on trial is
looked at until the interval of its share excludes the target, while trials elsewhere come and go. On the
last look the doubt goes against the staffing: a narrower interval must lie above the target.

A guess first, then simulation, is how research does it (Atlason, Epelman & Henderson 2008; Cezik & L'Ecuyer
2008); trials apart from each other, with their blame, take the place of cutting planes.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

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
from simulator.staffing_problem import StaffingProblem, exchanged

Evaluate = Callable[[Staffing, range], Iterable[DayLevels]]
"""Return what each of the numbered days shows under a staffing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How many days a look takes, how many what is doubtful is looked at, and how many the whole search.

    A crew on trial is decided in half of the doubtful days: settling looks again. `sure` is the level of the
    interval that decides before that, `enough` that of the last verdict.
    """

    look: int = 20
    doubtful: int = 160
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
        # Crews that missed a target in an interval; so does every crew that is no stronger.
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

    def _verdict(self, known: Known, interval: int, days: int) -> Verdict:
        """Return what is known of an interval, a last verdict where so many days or more tell of it."""
        if not known.days(interval):
            return Verdict.OPEN
        last = known.days(interval) >= days
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
            verdicts = {
                place: self._verdict(known, place, self._effort.doubtful) for place in self._attainable()
            }
            missed = [place for place, verdict in verdicts.items() if verdict is Verdict.MISSED]
            met = sum(verdict is Verdict.MET for verdict in verdicts.values())
            self._at = Phase.SETTLE, met / self.problem.intervals
            if missed:
                # Who misses after another has missed may have inherited no more than its queue.
                first = [place for place in missed if place - 1 not in missed]
                for place in first:
                    self._too_small[place].append(crews_of(staffing)[place])
                staffing = self.reinforced(staffing, first, known)
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
        """Return the verdict on an interval, or a miss of the next, which inherits its queue."""
        days = self._effort.doubtful // 2
        following = interval + 1
        if following in self._attainable() and self._verdict(known, following, days) is Verdict.MISSED:
            return Verdict.MISSED
        return self._verdict(known, interval, days)

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
        return any(self.problem.is_no_stronger(crew, small) for small in self._too_small[interval])


def _apart(untried: Mapping[int, Crew], on_trial: Container[int]) -> dict[int, Crew]:
    """Return crews of intervals of which none is beside another, or beside one that is on trial."""
    chosen: dict[int, Crew] = {}
    for place, crew in untried.items():
        if not any(near in on_trial or near in chosen for near in (place - 1, place, place + 1)):
            chosen[place] = crew
    return chosen

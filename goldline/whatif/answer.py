"""From question to answer: demand, the formulas' guess, the search, the proof on fresh days, the curve.

Everything is a function of question and seed. The search sees days `seed`, `seed + 1`, ..; what it found
is verified on days it never saw, and where that shows a miss, staffed once more and verified on others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from goldline.whatif.days import StaffedDay, staffed_days
from goldline.whatif.erlang import QueueDemand, demand_of, erlang_staffing
from goldline.whatif.question import HOUR_S, Question
from simulator.staffing_measure import Crew, DayLevels, Measured, Staffing, crews_of
from simulator.staffing_search import Effort, StaffingProblem, StaffingSearch

FRESH = 1_000_000
"""How far the seeds of one proof are from those of the search, and of the next proof."""
SHIFTS = (-2, -1, 1, 2)
"""The curve: how many agents more or fewer than found, in every team and interval."""

Told = Callable[[str, int], None]
"""Hears what is being done, and how many days have been simulated for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a user may choose; a seed of None is the scenario's own.

    `replications` is on how many days a doubtful staffing is looked at; the proof takes twice as many.
    """

    seed: int | None = None
    replications: int = 200
    cores: int = -1
    cluster: str = ""

    @property
    def look(self) -> int:
        """Return how many days one look at a staffing takes."""
        return max(2, self.replications // 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A staffing and what simulated days under it showed."""

    staffing: Staffing
    days: tuple[StaffedDay, ...]
    measured: Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """The proof showed a miss in an interval; agents were added, and the proof made again on other days."""

    interval: int
    before: Crew
    after: Crew


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Everything that was found out.

    `plans` has the scenario's own staffing, the Erlang ones, and `found`, by name; `shifted` the staffings
    around the found one by how many agents they have more. `looked_at` are all the search tried: its
    staffing, and its shares over the day. `unattainable` are intervals in which nothing allowed was enough.
    """

    question: Question
    seed: int
    demand: dict[str, QueueDemand]
    plans: dict[str, Plan]
    shifted: dict[int, Plan]
    looked_at: tuple[tuple[Staffing, Measured], ...]
    repairs: tuple[Repair, ...]
    unattainable: tuple[int, ...]
    exhausted: bool
    days: int

    @property
    def found(self) -> Plan:
        """Return the plan that was asked for."""
        return self.plans["found"]


class Planner:
    """Works one question out."""

    def __init__(self, question: Question, choices: Choices, told: Told = lambda doing, days: None) -> None:
        self._question = question
        self._choices = choices
        self._told = told
        self._seed = question.scenario.seed if choices.seed is None else choices.seed
        self._days = 0

    def answer(self) -> Answer:
        """Return the answer; raise `ConfigError` where the scenario's own teams leave a queue unanswered."""
        question, look = self._question, self._choices.look
        own = self._plan("the staffing of the scenario", question.own_staffing, look, 0)
        demand = demand_of(question, own.days)
        erlang_a = erlang_staffing(question, demand, patient=False)
        erlang_c = erlang_staffing(question, demand, patient=True)
        search = self._search(erlang_c)
        found, repairs = self._proved(search, search.run(erlang_a))
        plans = {
            name: self._plan(name, staffing, 2 * look, FRESH)
            for name, staffing in (
                ("own", question.own_staffing),
                ("erlang_c", erlang_c),
                ("erlang_a", erlang_a),
            )
        }
        return Answer(
            question=question,
            seed=self._seed,
            demand=demand,
            plans=plans | {"found": found},
            shifted={
                by: self._plan("the curve", _shifted(search.problem, found.staffing, by), 2 * look, FRESH)
                for by in SHIFTS
            },
            looked_at=tuple(search.tried.items()),
            repairs=repairs,
            unattainable=tuple(sorted(search.unattainable)),
            exhausted=search.spent,
            days=self._days,
        )

    def _search(self, guess: Staffing) -> StaffingSearch:
        question = self._question
        hours = question.interval_s / HOUR_S
        most = [2 * max(counts) + 5 for counts in guess]
        problem = StaffingProblem(
            intervals=question.frame.intervals,
            targets=tuple(target.share for target in question.targets),
            costs=tuple(terms.cost * hours for terms in question.terms),
            at_least=tuple(terms.at_least for terms in question.terms),
            at_most=tuple(
                ample if terms.at_most is None else terms.at_most
                for terms, ample in zip(question.terms, most, strict=True)
            ),
        )
        effort = Effort(look=self._choices.look, doubtful=self._choices.replications)
        return StaffingSearch(problem, self._levels, effort, lambda _, doing: self._told(doing, self._days))

    def _proved(self, search: StaffingSearch, staffing: Staffing) -> tuple[Plan, tuple[Repair, ...]]:
        """Return the plan as fresh days show it, and what had to be repaired on the way."""
        days = 2 * self._choices.replications
        plan = self._plan("the proof on fresh days", staffing, days, FRESH)
        missed = [
            place
            for place in range(search.problem.intervals)
            if place not in search.unattainable and search.problem.margin(plan.measured, place).mean < 0
        ]
        if not missed:
            return plan, ()
        repaired = search.reinforced(staffing, missed, plan.measured)
        before, after = crews_of(staffing), crews_of(repaired)
        repairs = tuple(Repair(interval=place, before=before[place], after=after[place]) for place in missed)
        return self._plan("the proof of what was repaired", repaired, days, 2 * FRESH), repairs

    def _plan(self, doing: str, staffing: Staffing, days: int, fresh: int) -> Plan:
        shown, measured = [], Measured()
        for day in self._simulated(staffing, range(fresh, fresh + days)):
            shown.append(day)
            measured.add(day.levels)
            self._told(doing, self._days)
        return Plan(staffing=staffing, days=tuple(shown), measured=measured)

    def _levels(self, staffing: Staffing, days: range) -> Iterator[DayLevels]:
        return (day.levels for day in self._simulated(staffing, days))

    def _simulated(self, staffing: Staffing, days: range) -> Iterator[StaffedDay]:
        seeds = range(self._seed + days.start, self._seed + days.stop)
        choices = self._choices
        for day in staffed_days(
            self._question, staffing, seeds, cores=choices.cores, cluster=choices.cluster
        ):
            self._days += 1
            yield day


def _shifted(problem: StaffingProblem, staffing: Staffing, by: int) -> Staffing:
    """Return the staffing with as many agents more in every team and interval, within the bounds."""
    return tuple(
        tuple(min(max(count + by, least), most) for count in counts)
        for counts, least, most in zip(staffing, problem.at_least, problem.at_most, strict=True)
    )

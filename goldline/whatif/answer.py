"""From question to answer: demand, the formulas' guess, the search, the proof on fresh days, the curve.

Everything is a function of question and seed. The search sees days `seed`, `seed + 1`, ..; what it found
is proved on days it never saw, and where that shows a miss, staffed once more and proved on others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from goldline.progress import Told
from goldline.whatif.days import StaffedDay, staffed_days
from goldline.whatif.erlang import Pool, erlang_staffing, pools_of
from goldline.whatif.question import Question
from simulator.erlang import HOUR_S
from simulator.staffing_measure import Crew, DayLevels, Measured, Staffing, crews_of, with_crews
from simulator.staffing_problem import StaffingProblem, exchanged
from simulator.staffing_search import Effort, Phase, StaffingSearch

FRESH = 1_000_000
"""How far the seeds of one proof are from those of the search, and of the next proof."""
REPAIRS_MAX = 2
"""How often what a proof shows to be missed is staffed anew and proved again."""
SHIFTS = (-2, -1, 1, 2)
"""The curve: how many agents more or fewer than found, in every interval that has any."""

_OWN, _PROOF, _OTHERS = "looking at the scenario", "proving it on fresh days", "looking around it"
_SPANS = {
    _OWN: (0.0, 0.02),
    Phase.RAISE: (0.02, 0.12),
    Phase.LOWER: (0.12, 0.6),
    Phase.SETTLE: (0.6, 0.7),
    _PROOF: (0.7, 0.85),
    _OTHERS: (0.85, 1.0),
}
"""What is done in which part of the whole work, for the progress bar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a user may choose; a seed of None is the scenario's own.

    `replications` is on how many days a close call is decided; the proof takes half as many again.
    """

    seed: int | None = None
    replications: int = 160
    cores: int = -1
    cluster: str = ""

    @property
    def look(self) -> int:
        """Return how many days one look at a staffing takes."""
        return self.replications // 8

    @property
    def proof(self) -> int:
        """Return how many fresh days prove what was found."""
        return self.replications * 3 // 2


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
    pools: tuple[Pool, ...]
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

    def __init__(
        self, question: Question, choices: Choices, told: Told = lambda share, doing="": None
    ) -> None:
        self._question = question
        self._choices = choices
        self._told = told
        self._seed = question.scenario.seed if choices.seed is None else choices.seed
        self._days = 0
        self._fresh = FRESH
        self._share = 0.0

    def answer(self) -> Answer:
        """Return the answer; raise `ConfigError` where the scenario's own teams leave a queue unanswered."""
        question = self._question
        own = self._plan(_OWN, question.own_staffing, self._choices.look, 0)
        pools = pools_of(question, own.days)
        erlang_a = erlang_staffing(question, pools, patient=False)
        erlang_c = erlang_staffing(question, pools, patient=True)
        search = self._search(erlang_c)
        found, repairs = self._proved(search, search.run(erlang_a))
        others = {"own": question.own_staffing, "erlang_c": erlang_c, "erlang_a": erlang_a}
        return Answer(
            question=question,
            seed=self._seed,
            pools=pools,
            plans={name: self._beside(staffing, 2) for name, staffing in others.items()} | {"found": found},
            shifted={by: self._beside(_shifted(found.staffing, by), 1) for by in SHIFTS},
            looked_at=tuple(search.tried.items()),
            repairs=repairs,
            unattainable=tuple(sorted(search.unattainable)),
            exhausted=search.spent,
            days=self._days,
        )

    def _search(self, guess: Staffing) -> StaffingSearch:
        question = self._question
        hours = question.interval_s / HOUR_S
        problem = StaffingProblem(
            intervals=question.frame.intervals,
            targets=tuple(target.share for target in question.targets),
            costs=tuple(terms.cost * hours for terms in question.terms),
            at_least=tuple(terms.at_least for terms in question.terms),
            at_most=tuple(
                2 * max(counts) + 5 if terms.at_most is None else terms.at_most
                for terms, counts in zip(question.terms, guess, strict=True)
            ),
            covers=question.covers,
        )
        effort = Effort(look=self._choices.look, doubtful=self._choices.replications)
        return StaffingSearch(problem, self._levels, effort, self._done)

    def _proved(self, search: StaffingSearch, staffing: Staffing) -> tuple[Plan, tuple[Repair, ...]]:
        """Return the plan as fresh days show it, and what had to be repaired on the way."""
        plan = self._plan(_PROOF, staffing, self._choices.proof, self._fresh)
        repairs: list[Repair] = []
        for _ in range(REPAIRS_MAX):
            missed = _missed(search, plan)
            if not missed:
                break
            repaired = search.reinforced(plan.staffing, missed, plan.measured)
            before, after = crews_of(plan.staffing), crews_of(repaired)
            repairs += (Repair(interval=place, before=before[place], after=after[place]) for place in missed)
            self._fresh += FRESH
            plan = self._plan(_PROOF, repaired, self._choices.proof, self._fresh)
        return plan, tuple(repairs)

    def _beside(self, staffing: Staffing, looks: int) -> Plan:
        """Return what a staffing shows on the first days of the proof."""
        return self._plan(_OTHERS, staffing, looks * self._choices.look, self._fresh)

    def _plan(self, doing: str, staffing: Staffing, days: int, fresh: int) -> Plan:
        shown, measured = [], Measured()
        for day in self._simulated(staffing, range(fresh, fresh + days)):
            shown.append(day)
            measured.add(day.levels)
            self._done(doing, len(shown) / days)
        return Plan(staffing=staffing, days=tuple(shown), measured=measured)

    def _done(self, doing: str, share: float) -> None:
        begin, end = _SPANS[doing]
        self._share = max(self._share, begin + share * (end - begin))
        self._told(self._share, doing)

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


def _missed(search: StaffingSearch, plan: Plan) -> list[int]:
    """Return the intervals in which the plan misses a target that can be met."""
    return [
        place
        for place in range(search.problem.intervals)
        if place not in search.unattainable and search.problem.margin(plan.measured, place).mean < 0
    ]


def _shifted(staffing: Staffing, by: int) -> Staffing:
    """Return the staffing with so many agents more, or fewer, wherever anybody works."""
    crews = {place: _resized(crew, by) for place, crew in enumerate(crews_of(staffing)) if any(crew)}
    return with_crews(staffing, crews)


def _resized(crew: Crew, by: int) -> Crew:
    """Return the crew with agents more or fewer, one by one of the team that is largest by then."""
    for _ in range(abs(by)):
        largest = [crew.index(max(crew))]
        crew = exchanged(crew, entering=largest) if by > 0 else exchanged(crew, leaving=largest)
    return tuple(max(count, 0) for count in crew)

"""How many numbers to dial now: the pure heart of the dialer.

For each of the next seconds the pacer knows the law of a count: people who will have answered by then, plus
agents who will still not be free. The next call, if somebody answers it, finds nobody when that count is at
the number of agents. It is dialed while the chance of that, averaged over when it may be answered, is within
what the abandonment budget allows (`dialer.budget`). Calls that ring are never cancelled to correct this.

Why this rule: it is the first-order condition of serving the most for a given share of abandoned calls, so a
constant bound is the right shape and the bound is the only thing to steer.

Pure: the clock is an argument, nothing is drawn, equal inputs give equal numbers.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from operator import mul

from dialer.answering import AnswerRates, Rates, Segment
from dialer.crowding import Chances, Crowd, chances_of, crowd_of
from dialer.lifetimes import Lifetimes
from dialer.ringing import Ringing, RungFor

GRID_S = (1.0, 2.5, 4.0, 5.5, 7.0, 8.5, 10.0, 12.0, 14.0, 16.0, 18.0, 20.0, 22.5, 25.0)
"""The instants looked at, seconds from now: finer than a ring time, coarser than a decision."""
TALK_STEP_S = 2.0
"""How finely the end of a talk is resolved where a wrap-up follows it."""
PROBING_CALLS = 25.0
"""Outcomes to know before more is dialed than agents are idle: a wrong belief could spend a day's budget."""
AT_ONCE_PER_AGENT = 2
"""Calls that one decision dials for each agent at most: how they go is seen before the next dials as many."""
RINGING_PER_AGENT = 10
"""Calls that ring for each agent at most. Where one in fifty answers, agents with talks of three minutes and
rings of 25 s are kept busy by seven: who believes to need more is more likely mistaken about the rate."""
ANEW_AT_ONCE = 12
"""Sorts of busy agents that one decision looks up anew: all of 300 agents, at once, take it a millisecond."""
FRESH = -1
"""In place of the whole seconds that a call has rung: it is dialed now."""


def _age_bins() -> tuple[float, ...]:
    """Return where bins of ages begin, in seconds: three seconds wide at first, then a twelfth of the age."""
    edges = [0.0]
    while edges[-1] < 3600.0:
        edges.append(edges[-1] + max(3.0, edges[-1] / 12.0))
    return tuple(edges)


AGES_S = _age_bins()
"""Ages within a bin are alike: hazards move slowly, and each sort of agent costs time at every decision."""
SURELY = chances_of([1.0] * len(GRID_S))


class Phase(StrEnum):
    """What a busy agent does."""

    TALK = "talk"
    WRAP_UP = "wrap_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """The agents and calls of one campaign at an instant; ages in seconds.

    `busy` are phases with their ages, without agents who leave the campaign after what they do now;
    `waiting` people who have answered and nobody has yet, `ringing` segments with their ages.
    """

    idle: int
    busy: Sequence[tuple[Phase, float]] = ()
    waiting: int = 0
    ringing: Sequence[tuple[Segment, float]] = ()

    @property
    def agents(self) -> int:
        """All who will take a call sooner or later."""
        return self.idle + len(self.busy)

    @property
    def spare(self) -> int:
        """Idle agents for whom nobody is dialed yet; negative where more ring and wait than are idle."""
        return self.idle - self.waiting - len(self.ringing)


@dataclass(slots=True, kw_only=True)
class Learned:
    """What experience has taught of one campaign; stored, so that the next morning starts warm."""

    talk: Lifetimes = field(default_factory=lambda: Lifetimes(120.0))
    wrap_up: Lifetimes = field(default_factory=lambda: Lifetimes(30.0))
    ringing: Ringing = field(default_factory=lambda: Ringing(25))
    rates: Rates = field(default_factory=AnswerRates)


class Pacer:
    """Decides for one campaign. `patience_s` is how long the law lets an answered person wait."""

    def __init__(self, learned: Learned, patience_s: float = 2.0) -> None:
        self._learned = learned
        self._patience_s = patience_s
        self._busy: dict[tuple[Phase, int], Chances] = {}
        self.refresh()

    def refresh(self) -> None:
        """Look the learned laws up anew; asked for every 15 to 30 seconds, for they move slowly."""
        learned = self._learned
        self._busy_before, self._busy = self._busy, {}
        self._rung: dict[int, RungFor] = {FRESH: learned.ringing.rung_for(0.0, GRID_S)}
        self._answers: dict[tuple[Segment, int], tuple[float, Chances]] = {}
        within = self._rung[FRESH].answered_within
        self._answered_at = [now - before for before, now in pairwise((0.0, *within))]
        steps = int((GRID_S[-1] + self._patience_s) // TALK_STEP_S) + 1
        self._talk_steps_s = [TALK_STEP_S * step for step in range(steps + 1)]
        middles_s = [TALK_STEP_S * (step + 0.5) for step in range(steps)]
        wrapped_up = learned.wrap_up.ended_within_each(0.0, middles_s)
        self._free_again = [_free_by(at_s + self._patience_s, wrapped_up) for at_s in GRID_S]

    def calls(self, floor: Floor, next_up: Iterable[Segment], boldness: float, limit: int) -> int:
        """Return how many of `next_up`, in that order, to dial now; `limit` is what the lines allow.

        However few are believed to answer, they are no more than agents could have to do with.
        """
        if not floor.agents:
            return 0
        limit = min(limit, self._most(floor))
        crowd = self._crowd(floor)
        dialed = 0
        for segment in next_up:
            if dialed >= limit or self._risk(crowd) > boldness:
                break
            crowd.add(self._answering(segment, FRESH))
            dialed += 1
        return dialed

    def _most(self, floor: Floor) -> int:
        """Return how many to dial at most; one for each idle agent while next to nothing is known."""
        if self._learned.rates.known < PROBING_CALLS:
            return floor.spare
        return min(AT_ONCE_PER_AGENT * floor.agents, RINGING_PER_AGENT * floor.agents - len(floor.ringing))

    def risk(self, floor: Floor) -> float:
        """Return the chance that a call dialed now finds nobody, if it is answered."""
        return self._risk(self._crowd(floor))

    def _risk(self, crowd: Crowd) -> float:
        """Return P(nobody is free) at the instant of the answer, over when the answer may come."""
        risk: float = sum(map(mul, self._answered_at, crowd.reaches()))
        return risk

    # --- the law of the count at each instant of the grid ------------------------------------------

    def _crowd(self, floor: Floor) -> Crowd:
        """Count, at each instant, people who will have answered by then, and agents not free yet."""
        busy = Counter([(phase, bisect_right(AGES_S, age_s) - 1) for phase, age_s in floor.busy])
        ringing = Counter([(segment, int(age_s)) for segment, age_s in floor.ringing])
        sorts = self._not_free_each(busy)
        sorts += [self._answering(*call) for call in ringing]
        crowd = crowd_of(floor.agents, len(GRID_S))
        crowd.add_all([*sorts, SURELY], [*busy.values(), *ringing.values(), floor.waiting])
        return crowd

    def _answering(self, segment: Segment, rung_s: int) -> Chances:
        """Return the chances that a call of a segment has been answered, reckoned anew when its rate is."""
        rate, call = self._learned.rates.cautious(segment), (segment, rung_s)
        known = self._answers.get(call)
        if known is None or known[0] != rate:
            known = self._answers[call] = rate, chances_of(self._rung_for(rung_s).answers(rate))
        return known[1]

    def _not_free_each(self, sorts: Iterable[tuple[Phase, int]]) -> list[Chances]:
        """Return the chances of each sort; those of before `refresh` do until it is their turn."""
        turns, found = ANEW_AT_ONCE, []
        for sort in sorts:
            chances = self._busy.get(sort) or (self._busy_before.get(sort) if turns <= 0 else None)
            if chances is None:
                chances = self._not_free(sort)
                turns -= 1
            found.append(chances)
        return found

    def _not_free(self, sort: tuple[Phase, int]) -> Chances:
        """Return the chances that an agent is not free when somebody who answers then has lost patience."""
        phase, bin_ = sort
        free_by = self._free_from_talk if phase is Phase.TALK else self._free_from_wrap_up
        age_s = (AGES_S[bin_] + AGES_S[min(bin_ + 1, len(AGES_S) - 1)]) / 2
        chances = self._busy[sort] = chances_of([1.0 - free for free in free_by(age_s)])
        return chances

    def _free_from_wrap_up(self, age_s: float) -> Sequence[float]:
        return self._learned.wrap_up.ended_within_each(age_s, [at_s + self._patience_s for at_s in GRID_S])

    def _free_from_talk(self, age_s: float) -> Sequence[float]:
        """Return the chances that talk and wrap-up are both over: the wrap-up begins where the talk ends."""
        ended = self._learned.talk.ended_within_each(age_s, self._talk_steps_s)
        ends = [after - before for before, after in pairwise(ended)]
        return [sum(map(mul, ends, wrapped_up)) for wrapped_up in self._free_again]

    def _rung_for(self, rung_s: int) -> RungFor:
        if rung_s not in self._rung:
            self._rung[rung_s] = self._learned.ringing.rung_for(rung_s + 0.5, GRID_S)
        return self._rung[rung_s]


def _free_by(at_s: float, wrapped_up: Sequence[float]) -> list[float]:
    """Return, for each step in which a talk may end, the chance that the wrap-up is over by `at_s` as well.

    `wrapped_up` are the chances that a wrap-up takes no longer than to the middle of each step.
    """
    step, rest = divmod(at_s / TALK_STEP_S, 1.0)
    steps = len(wrapped_up)
    before, after = (
        [*reversed(wrapped_up[:ended]), *[0.0] * (steps - ended)]
        for ended in (int(step), min(int(step) + 1, steps))
    )
    return [early + rest * (late - early) for early, late in zip(before, after, strict=True)]

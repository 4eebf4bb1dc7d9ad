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

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from dialer.answering import AnswerRates, Segment
from dialer.crowding import ExactCrowd, NormalCrowd, crowd_of
from dialer.lifetimes import Lifetimes
from dialer.ringing import Ringing

GRID_S = (1.0, 2.5, 4.0, 5.5, 7.0, 8.5, 10.0, 12.0, 14.0, 16.0, 18.0, 20.0, 22.5, 25.0)
"""The instants looked at, seconds from now: finer than a ring time, coarser than a decision."""
TABLE_STEP_S = 3.0
"""Ages of talks are rounded down to this when their ends are looked up."""
TALK_STEP_S = 2.0
"""How finely the end of a talk is resolved where a wrap-up follows it."""


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


@dataclass(slots=True, kw_only=True)
class Learned:
    """What experience has taught of one campaign; stored, so that the next morning starts warm."""

    talk: Lifetimes = field(default_factory=lambda: Lifetimes(120.0))
    wrap_up: Lifetimes = field(default_factory=lambda: Lifetimes(30.0))
    ringing: Ringing = field(default_factory=lambda: Ringing(25))
    rates: AnswerRates = field(default_factory=AnswerRates)


class Pacer:
    """Decides for one campaign. `patience_s` is how long the law lets an answered person wait."""

    def __init__(self, learned: Learned, patience_s: float = 2.0) -> None:
        self._learned = learned
        self._patience_s = patience_s
        self._free_by: dict[tuple[Phase, int], tuple[float, ...]] = {}

    def refresh(self) -> None:
        """Look the learned laws up anew; asked for every 15 to 30 seconds, for they move slowly."""
        self._free_by.clear()

    def calls(self, floor: Floor, next_up: Iterable[Segment], boldness: float, limit: int) -> int:
        """Return how many of `next_up`, in that order, to dial now; `limit` is what the lines allow."""
        if not floor.agents:
            return 0
        crowds = self._crowds(floor)
        dialed = 0
        for segment in next_up:
            if dialed >= limit or self._risk(crowds) > boldness:
                break
            self._add_new(crowds, segment)
            dialed += 1
        return dialed

    def risk(self, floor: Floor) -> float:
        """Return the chance that a call dialed now finds nobody, if it is answered."""
        return self._risk(self._crowds(floor))

    # --- the law of the count at each instant of the grid ------------------------------------------

    def _crowds(self, floor: Floor) -> list[ExactCrowd | NormalCrowd]:
        crowds = [crowd_of(floor.agents) for _ in GRID_S]
        for chances, count in self._chances(floor):
            for crowd, chance in zip(crowds, chances, strict=True):
                for _ in range(count):
                    crowd.add(chance)
        return crowds

    def _chances(self, floor: Floor) -> Iterator[tuple[Sequence[float], int]]:
        """Yield, for each sort of busy agent and ringing call, its chances over the grid and how many."""
        yield from _counted(((phase, int(age_s // TABLE_STEP_S)) for phase, age_s in floor.busy), self._busy)
        yield from _counted(((segment, int(age_s)) for segment, age_s in floor.ringing), self._ringing)
        if floor.waiting:
            yield (1.0,) * len(GRID_S), floor.waiting

    def _busy(self, sort: tuple[Phase, int]) -> tuple[float, ...]:
        """Return the chances that an agent is not free when somebody who answers then has lost patience."""
        if sort not in self._free_by:
            free_by = self._free_from_talk if sort[0] is Phase.TALK else self._free_from_wrap_up
            age_s = (sort[1] + 0.5) * TABLE_STEP_S
            self._free_by[sort] = tuple(1.0 - free_by(age_s, at_s + self._patience_s) for at_s in GRID_S)
        return self._free_by[sort]

    def _free_from_wrap_up(self, age_s: float, more_s: float) -> float:
        return self._learned.wrap_up.ended_within(age_s, more_s)

    def _free_from_talk(self, age_s: float, more_s: float) -> float:
        """Return the chance that talk and wrap-up both end within `more_s`."""
        talk, wrap_up = self._learned.talk, self._learned.wrap_up
        free, ended_before, at_s = 0.0, 0.0, 0.0
        while at_s < more_s:
            step_s = min(TALK_STEP_S, more_s - at_s)
            ended = talk.ended_within(age_s, at_s + step_s)
            free += (ended - ended_before) * wrap_up.ended_within(0.0, more_s - at_s - step_s / 2)
            ended_before, at_s = ended, at_s + step_s
        return free

    def _ringing(self, sort: tuple[Segment, int]) -> tuple[float, ...]:
        segment, rung_s = sort
        rate = self._learned.rates.cautious(segment)
        return tuple(self._learned.ringing.answers_within(rate, rung_s + 0.5, at_s) for at_s in GRID_S)

    # --- the next call -------------------------------------------------------------------------------

    def _risk(self, crowds: Sequence[ExactCrowd | NormalCrowd]) -> float:
        """Return P(nobody is free) at the instant of the answer, over when the answer may come."""
        until = self._learned.ringing.answers.until
        risk, answered_before = 0.0, 0.0
        for at_s, crowd in zip(GRID_S, crowds, strict=True):
            answered = until(at_s)
            risk += (answered - answered_before) * crowd.reaches()
            answered_before = answered
        return risk

    def _add_new(self, crowds: Sequence[ExactCrowd | NormalCrowd], segment: Segment) -> None:
        rate, until = self._learned.rates.cautious(segment), self._learned.ringing.answers.until
        for at_s, crowd in zip(GRID_S, crowds, strict=True):
            crowd.add(rate * until(at_s))


S = TypeVar("S")


def _counted(
    sorts: Iterable[S], chances_of: Callable[[S], tuple[float, ...]]
) -> Iterator[tuple[tuple[float, ...], int]]:
    """Yield the chances of each sort once, with how many there are of it."""
    counts: dict[S, int] = {}
    for sort in sorts:
        counts[sort] = counts.get(sort, 0) + 1
    for sort, count in counts.items():
        yield chances_of(sort), count

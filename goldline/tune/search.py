"""The search for the point with the greatest score, where scores are noisy and days are dear.

Pure: days come from an `evaluate` function under common random numbers (day 17 brings the same callers
whatever the point), so the search knows neither engine nor rules and is tried on functions whose best is
known. It goes in generations. Each is a race over days that nobody has seen, by sequential halving (Karnin,
Koren & Somekh 2013): all points get a day, the better half another, their better half more, and so on. Those
left are the parents of the next generation: they have to win anew, against children that differ from them in
some coordinates, by steps that shorten as the days run out. The last days are for a race of all winners.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, log2
from random import Random  # only for its type: the stream is seeded
from statistics import fmean
from typing import Generic, TypeVar

Point = tuple[float, ...]
"""A coordinate from 0 to 1 for each thing that can be chosen."""
Trial = tuple[Point, int]
"""A point and the number of a day."""
Shown = TypeVar("Shown")
"""What a day shows of a point."""
Told = Callable[[float, Point], bool]
"""Hears of the share of days spent and of the best point by now; returns whether there is time for more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How many days in all, and how they are spent.

    `crowd` points begin a race, twice as many the first; `parents` are left of it. A child has the share
    `changed` of its coordinates off its parent's by a normal step, `step_first` at the beginning and
    `step_last` at the end, and the share `crossed` from another parent. Of all days the share `kept` is for
    the last race.
    """

    days: int = 300
    crowd: int = 16
    parents: int = 3
    changed: float = 0.35
    crossed: float = 0.2
    step_first: float = 0.25
    step_last: float = 0.04
    kept: float = 0.25


class Search(Generic[Shown]):
    """A search from `start`.

    `evaluate` returns what each of several trials shows, in their order; `score` says how good a point is by
    what some days showed, greater is better.
    """

    def __init__(
        self,
        start: Point,
        evaluate: Callable[[Sequence[Trial]], Iterable[Shown]],
        score: Callable[[Sequence[Shown]], float],
        chance: Random,
        effort: Effort,
        told: Told = lambda share, best: True,
    ) -> None:
        self._start = start
        self._evaluate = evaluate
        self._score = score
        self._chance = chance
        self._effort = effort
        self._told = told
        self._spent = 0
        self._next_day = 0
        self._has_time = True

    def best(self) -> Point:
        """Return the best point that was found."""
        effort = self._effort
        points = [self._start, *(self._anywhere() for _ in range(2 * effort.crowd - 1))]
        winners = {self._start: None}
        while True:
            parents = self._race(points, keep=effort.parents, days_a_round=effort.crowd // 2)
            winners[parents[0]] = None
            if not self._has_time or self._spent >= effort.days * (1 - effort.kept):
                return self._last_race(list(winners))
            points = [*parents, *self._children(parents, effort.crowd - len(parents))]

    # --- races -----------------------------------------------------------------------------------

    def _last_race(self, winners: Sequence[Point]) -> Point:
        """Return the best of those who won a generation, on as many days as were kept of those spent."""
        days = self._spent * self._effort.kept / (1 - self._effort.kept)
        rounds = max(1, ceil(log2(len(winners))))
        (best,) = self._race(winners, keep=1, days_a_round=int(days / rounds), to_the_end=True)
        return best

    def _race(
        self, points: Sequence[Point], *, keep: int, days_a_round: int, to_the_end: bool = False
    ) -> list[Point]:
        """Return the best `keep` of the points, the best first; each round drops half of them.

        Where time runs out the race ends as it stands, unless it has to be run `to_the_end`.
        """
        shown: dict[Point, list[Shown]] = {point: [] for point in points}
        left = list(shown)
        while len(left) > keep and (self._has_time or to_the_end):
            self._run(left, max(1, days_a_round // len(left)), shown)
            scores = {point: self._score(shown[point]) for point in left}
            left.sort(key=lambda point: scores[point], reverse=True)
            left = left[: max(keep, len(left) // 2)]
            self._has_time = self._told(self._spent / self._effort.days, left[0])
        return left[:keep]

    def _run(self, points: Sequence[Point], days: int, shown: dict[Point, list[Shown]]) -> None:
        """Let all points have the same new days."""
        numbers = range(self._next_day, self._next_day + days)
        trials = [(point, number) for point in points for number in numbers]
        for (point, _), day in zip(trials, self._evaluate(trials), strict=True):
            shown[point].append(day)
        self._next_day += days
        self._spent += len(trials)

    # --- points ----------------------------------------------------------------------------------

    def _anywhere(self) -> Point:
        return tuple(self._chance.random() for _ in self._start)

    def _children(self, parents: Sequence[Point], count: int) -> Iterator[Point]:
        effort = self._effort
        done = min(1.0, self._spent / (effort.days * (1 - effort.kept)))
        step = effort.step_first * (effort.step_last / effort.step_first) ** done
        yield tuple(map(fmean, zip(*parents, strict=True)))  # chance misleads it least
        for _ in range(count - 1):
            yield self._child(self._chance.choice(parents), self._chance.choice(parents), step)

    def _child(self, parent: Point, other: Point, step: float) -> Point:
        """Return a child of `parent` with some coordinates of `other`, and some changed."""
        chance = self._chance
        child = [
            theirs if chance.random() < self._effort.crossed else mine
            for mine, theirs in zip(parent, other, strict=True)
        ]
        changed = [place for place in range(len(child)) if chance.random() < self._effort.changed]
        for place in changed or [chance.randrange(len(child))]:
            child[place] = _within(chance.gauss(child[place], step))
        return tuple(child)


def _within(x: float) -> float:
    """Return a coordinate that went over an edge reflected into the range."""
    x = abs(x) % 2.0
    return 2.0 - x if x > 1.0 else x

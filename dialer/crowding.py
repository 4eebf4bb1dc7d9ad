"""The chance that a count of independent events reaches a bound: who answers, and who is not free yet.

A crowd holds such a count at each of several instants: `add` and `add_all` count events by their chances
there, and `reaches` tells P(count >= bound) at each. Up to `EXACT_MAX` the distribution is kept exactly
(Poisson binomial); beyond, three moments are kept and the tail is a normal one with Edgeworth's correction
for skewness, taken half a count early (continuity).

Here a decision of the pacer spends its time. So sums go over whole columns at once: a loop over agents and
instants takes twice as long.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import erfc, exp, pi, sqrt
from operator import add
from typing import NamedTuple, Protocol

EXACT_MAX = 12
"""Agents up to which the exact law is worth its cost: beyond, days come out the same with both."""

_ROOT_TWO = sqrt(2.0)
_ROOT_TWO_PI = sqrt(2.0 * pi)


class Chances(NamedTuple):
    """The chance of an event at each instant, and its moments: all means, all variances, all third ones."""

    each: tuple[float, ...]
    moments: tuple[float, ...]


def chances_of(each: Iterable[float]) -> Chances:
    """Return the chances of one event, ready to be added to a crowd."""
    chances = tuple(each)
    spreads = [chance * (1.0 - chance) for chance in chances]
    thirds = [spread * (1.0 - 2.0 * chance) for spread, chance in zip(spreads, chances, strict=True)]
    return Chances(chances, (*chances, *spreads, *thirds))


class Crowd(Protocol):
    """A count of independent events at each of several instants."""

    def add(self, chances: Chances) -> None:
        """Count one more event, which has these chances."""
        ...

    def add_all(self, sorts: Sequence[Chances], counts: Sequence[int]) -> None:
        """Count more events: of each sort so many."""
        ...

    def reaches(self) -> list[float]:
        """Return the probability that the count is at the bound or above, at each instant."""
        ...


class ExactCrowd:
    """The whole distribution below the bound."""

    def __init__(self, bound: int, instants: int) -> None:
        nobody = [1.0] + [0.0] * (bound - 1) if bound else []
        self._below = [nobody] * instants

    def add(self, chances: Chances) -> None:
        """Count one more event; see `Crowd`."""
        self._below = [_one_more(*both) for both in zip(self._below, chances.each, strict=True)]

    def add_all(self, sorts: Sequence[Chances], counts: Sequence[int]) -> None:
        """Count more events; see `Crowd`."""
        for chances, count in zip(sorts, counts, strict=True):
            for _ in range(count):
                self.add(chances)

    def reaches(self) -> list[float]:
        """Return P(count >= bound)."""
        return [1.0 - sum(below) for below in self._below]


def _one_more(below: list[float], chance: float) -> list[float]:
    rest = 1.0 - chance
    return [here * rest + before * chance for here, before in zip(below, (0.0, *below), strict=False)]


class NormalCrowd:
    """Mean, variance and third central moment."""

    def __init__(self, bound: int, instants: int) -> None:
        self._early_bound = bound - 0.5
        self._instants = instants
        self._moments = [0.0] * (3 * instants)

    def add(self, chances: Chances) -> None:
        """Count one more event; see `Crowd`."""
        self._moments = list(map(add, self._moments, chances.moments))

    def add_all(self, sorts: Sequence[Chances], counts: Sequence[int]) -> None:
        """Count more events; see `Crowd`."""
        weighed = [
            # Most sorts have one event, and most of a decision goes by here.
            chances.moments if count == 1 else [count * moment for moment in chances.moments]
            for chances, count in zip(sorts, counts, strict=True)
        ]
        self._moments = list(map(sum, zip(self._moments, *weighed, strict=True)))

    def reaches(self) -> list[float]:
        """Return P(count >= bound), about."""
        bound, until = self._early_bound, self._instants
        means, variances, thirds = (self._moments[each * until : (each + 1) * until] for each in range(3))
        return [_tail(bound, *moments) for moments in zip(means, variances, thirds, strict=True)]


def _tail(early_bound: float, mean: float, variance: float, third: float) -> float:
    if variance < 1e-12:
        return 1.0 if mean >= early_bound else 0.0
    spread = sqrt(variance)
    z = (early_bound - mean) / spread
    normal = 0.5 * erfc(z / _ROOT_TWO)
    skew = third / (6.0 * variance * spread) * (z * z - 1.0) * exp(-0.5 * z * z) / _ROOT_TWO_PI
    chance = normal + skew
    return 0.0 if chance < 0.0 else 1.0 if chance > 1.0 else chance


def crowd_of(bound: int, instants: int) -> Crowd:
    """Return an empty count held against `bound`, exact where that is cheap."""
    return (ExactCrowd if bound <= EXACT_MAX else NormalCrowd)(bound, instants)

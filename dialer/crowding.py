"""The chance that a count of independent events reaches a bound: who answers, and who is not free yet.

A crowd holds such a count at each of several instants: `add` counts events by their chances there, and
`reaches` tells P(count >= bound) at each. Up to `EXACT_MAX` the distribution is kept exactly (Poisson
binomial); beyond, three moments are kept and the tail is a normal one with Edgeworth's correction for
skewness, taken half a count early (continuity).
"""

from __future__ import annotations

from collections.abc import Iterable
from math import erfc, exp, pi, sqrt
from operator import add
from typing import NamedTuple, Protocol

EXACT_MAX = 12
"""Agents up to which the exact law is worth its cost: beyond, days come out the same with both."""

_ROOT_TWO = sqrt(2.0)
_ROOT_TWO_PI = sqrt(2.0 * pi)


class Chances(NamedTuple):
    """The chance of an event at each instant, and what it adds there to variance and third moment."""

    each: tuple[float, ...]
    spreads: tuple[float, ...]
    thirds: tuple[float, ...]


def chances_of(each: Iterable[float]) -> Chances:
    """Return the chances of one event, ready to be added to a crowd."""
    chances = tuple(each)
    spreads = tuple([chance * (1.0 - chance) for chance in chances])
    thirds = tuple([spread * (1.0 - 2.0 * chance) for spread, chance in zip(spreads, chances, strict=True)])
    return Chances(chances, spreads, thirds)


class Crowd(Protocol):
    """A count of independent events at each of several instants."""

    def add(self, chances: Chances, count: int = 1) -> None:
        """Count `count` more events, each of which has these chances."""
        ...

    def reaches(self) -> list[float]:
        """Return the probability that the count is at the bound or above, at each instant."""
        ...


class ExactCrowd:
    """The whole distribution below the bound."""

    def __init__(self, bound: int, instants: int) -> None:
        nobody = [1.0] + [0.0] * (bound - 1) if bound else []
        self._below = [nobody] * instants

    def add(self, chances: Chances, count: int = 1) -> None:
        """Count more events; see `Crowd`."""
        for _ in range(count):
            self._below = [_one_more(*both) for both in zip(self._below, chances.each, strict=True)]

    def reaches(self) -> list[float]:
        """Return P(count >= bound)."""
        return [1.0 - sum(below) for below in self._below]


def _one_more(below: list[float], chance: float) -> list[float]:
    rest = 1.0 - chance
    return [here * rest + before * chance for here, before in zip(below, (0.0, *below), strict=False)]


class NormalCrowd:
    """Mean, variance and third central moment."""

    def __init__(self, bound: int, instants: int) -> None:
        self._bound = bound
        self._means = self._variances = self._thirds = [0.0] * instants

    def add(self, chances: Chances, count: int = 1) -> None:
        """Count more events; see `Crowd`."""
        means, spreads, thirds = chances
        if count > 1:
            means = tuple([count * chance for chance in means])
            spreads = tuple([count * spread for spread in spreads])
            thirds = tuple([count * third for third in thirds])
        self._means = list(map(add, self._means, means))
        self._variances = list(map(add, self._variances, spreads))
        self._thirds = list(map(add, self._thirds, thirds))

    def reaches(self) -> list[float]:
        """Return P(count >= bound), about."""
        moments = zip(self._means, self._variances, self._thirds, strict=True)
        return [_tail(self._bound, *at_instant) for at_instant in moments]


def _tail(bound: int, mean: float, variance: float, third: float) -> float:
    if variance < 1e-12:
        return 1.0 if mean >= bound - 0.5 else 0.0
    spread = sqrt(variance)
    z = (bound - 0.5 - mean) / spread
    normal = 0.5 * erfc(z / _ROOT_TWO)
    skew = third / (6.0 * variance * spread) * (z * z - 1.0) * exp(-0.5 * z * z) / _ROOT_TWO_PI
    return min(1.0, max(0.0, normal + skew))


def crowd_of(bound: int, instants: int) -> Crowd:
    """Return an empty count held against `bound`, exact where that is cheap."""
    return (ExactCrowd if bound <= EXACT_MAX else NormalCrowd)(bound, instants)

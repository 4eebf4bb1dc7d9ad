"""The chance that a count of independent events reaches a bound: who answers, and who is not free yet.

`Crowd` holds one such count: events are added by their probabilities and `reaches(n)` tells P(count >= n).
Up to `EXACT_MAX` the distribution is kept exactly (Poisson binomial); beyond, three moments are kept and
the tail is a normal one with Edgeworth's correction for skewness, taken half a count early (continuity).
"""

from __future__ import annotations

from math import erfc, exp, pi, sqrt
from typing import Protocol

EXACT_MAX = 12
"""Agents up to which the exact law is worth its cost: beyond, days come out the same with both."""

_ROOT_TWO = sqrt(2.0)
_ROOT_TWO_PI = sqrt(2.0 * pi)


class Crowd(Protocol):
    """A count of independent events."""

    def add(self, chance: float, count: int = 1) -> None:
        """Count `count` more events, each of which happens with `chance`."""
        ...

    def reaches(self) -> float:
        """Return the probability that the count is at the bound or above."""
        ...

    def reaches_with(self, chance: float) -> float:
        """Return what `reaches` would be with one more event, without adding it."""
        ...


class ExactCrowd:
    """The whole distribution below the bound."""

    __slots__ = ("_below",)

    def __init__(self, bound: int) -> None:
        self._below = [1.0] + [0.0] * (bound - 1) if bound else []

    def add(self, chance: float, count: int = 1) -> None:
        """Count `count` more events; see `Crowd`."""
        if not chance:
            return
        rest = 1.0 - chance
        for _ in range(count):
            below = self._below
            self._below = [
                here * rest + before * chance for here, before in zip(below, (0.0, *below), strict=False)
            ]

    def reaches(self) -> float:
        """Return P(count >= bound)."""
        return 1.0 - sum(self._below)

    def reaches_with(self, chance: float) -> float:
        """Return P(count >= bound) with one more event: the one at the brink may fall."""
        return self.reaches() + (self._below[-1] * chance if self._below else 0.0)


class NormalCrowd:
    """Mean, variance and third central moment."""

    __slots__ = ("_bound", "_mean", "_third", "_variance")

    def __init__(self, bound: int) -> None:
        self._bound = bound
        self._mean = self._variance = self._third = 0.0

    def add(self, chance: float, count: int = 1) -> None:
        """Count `count` more events; see `Crowd`."""
        spread = chance * (1.0 - chance) * count
        self._mean += chance * count
        self._variance += spread
        self._third += spread * (1.0 - 2.0 * chance)

    def reaches(self) -> float:
        """Return P(count >= bound), about."""
        return _tail(self._bound, self._mean, self._variance, self._third)

    def reaches_with(self, chance: float) -> float:
        """Return P(count >= bound) with one more event, about."""
        spread = chance * (1.0 - chance)
        third = self._third + spread * (1.0 - 2.0 * chance)
        return _tail(self._bound, self._mean + chance, self._variance + spread, third)


def _tail(bound: int, mean: float, variance: float, third: float) -> float:
    if variance < 1e-12:
        return 1.0 if mean >= bound - 0.5 else 0.0
    spread = sqrt(variance)
    z = (bound - 0.5 - mean) / spread
    normal = 0.5 * erfc(z / _ROOT_TWO)
    skew = third / (6.0 * variance * spread) * (z * z - 1.0) * exp(-0.5 * z * z) / _ROOT_TWO_PI
    return min(1.0, max(0.0, normal + skew))


def crowd_of(bound: int) -> ExactCrowd | NormalCrowd:
    """Return an empty count held against `bound`, exact where that is cheap."""
    return ExactCrowd(bound) if bound <= EXACT_MAX else NormalCrowd(bound)

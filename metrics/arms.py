"""Whether one share is larger than another: the two-proportion test, and how much larger it may be. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

LEVEL = 0.95
"""How often the interval holds the true difference."""
EXPECTED_MIN = 5
"""Successes and failures to be expected in each arm, below which the test promises too much (Cochran)."""


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    successes: int
    trials: int

    @property
    def value(self) -> float:
        """The share itself, 0 of nothing."""
        return self.successes / self.trials if self.trials else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How a share stands beside another: the difference, its interval, and the test.

    `p_value` is how often chance alone would part two equal arms at least so far. `enough` says whether there
    are cases enough for the test to mean what it says.
    """

    difference: float
    low: float
    high: float
    z: float
    p_value: float
    enough: bool


def compare(share: Share, beside: Share) -> Verdict | None:
    """Return the two-sided test of two independent shares with pooled variance; None where one is of nothing.

    The interval is Newcombe's, of the two score intervals of Wilson, which holds for small arms too
    (Newcombe 1998, Statistics in Medicine 17:873-890, method 10).
    """
    if not (share.trials and beside.trials):
        return None
    pooled = (share.successes + beside.successes) / (share.trials + beside.trials)
    error = sqrt(pooled * (1 - pooled) * (1 / share.trials + 1 / beside.trials))
    difference = share.value - beside.value
    z = difference / error if error else 0.0
    low, high = _newcombe(share, beside)
    fewest = min(share.trials, beside.trials)
    return Verdict(
        difference=difference,
        low=low,
        high=high,
        z=z,
        p_value=2 * NormalDist().cdf(-abs(z)),
        enough=min(pooled, 1 - pooled) * fewest >= EXPECTED_MIN,
    )


def _newcombe(share: Share, beside: Share) -> tuple[float, float]:
    (low, high), (other_low, other_high) = wilson(share), wilson(beside)
    difference = share.value - beside.value
    return (
        difference - sqrt((share.value - low) ** 2 + (other_high - beside.value) ** 2),
        difference + sqrt((high - share.value) ** 2 + (beside.value - other_low) ** 2),
    )


def wilson(share: Share) -> tuple[float, float]:
    """Return the score interval of one share."""
    z, trials = NormalDist().inv_cdf((1 + LEVEL) / 2), share.trials
    middle = (share.value + z * z / (2 * trials)) / (1 + z * z / trials)
    spread = (
        z * sqrt(share.value * (1 - share.value) / trials + z * z / (4 * trials**2)) / (1 + z * z / trials)
    )
    return middle - spread, middle + spread

"""How far a simulated figure can be trusted: means with two-sided Student-t intervals.

`interval` takes one figure from each of several independent replications, `paired` the same replications
under two sets of rules (with common random numbers, so that the difference is known far better than either
figure). `ratio` and `ratio_difference` are the same for means per contact, where replications hold different
numbers of contacts. `batch_means` takes one long run, cut into pieces long enough to be all but independent.
Pure arithmetic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import atan, cos, exp, fsum, inf, lgamma, log1p, pi, sin, sqrt
from statistics import NormalDist, fmean, stdev

from core.kernel.errors import ConfigError

LEVEL = 0.95
"""How often an interval holds the truth, unless asked for otherwise."""
Ratios = tuple[Sequence[float], Sequence[float]]
"""Totals and counts, both by replication."""
_MANY = 10_000
"""Degrees of freedom from which one term of correction to the normal quantile leaves an error below 1e-8."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean of `count` values and how far the truth may lie from it on either side.

    A single value tells nothing of its spread: its half width is infinite.
    """

    mean: float
    half_width: float
    count: int

    @property
    def low(self) -> float:
        """The lower end."""
        return self.mean - self.half_width

    @property
    def high(self) -> float:
        """The upper end."""
        return self.mean + self.half_width

    def contains(self, x: float) -> bool:
        """Tell whether `x` lies within, ends included."""
        return self.low <= x <= self.high


def interval(values: Sequence[float], level: float = LEVEL) -> Interval:
    """Return the interval of the mean of independent values; raise `ConfigError` without any."""
    _check_level(level)
    if not values:
        raise ConfigError("values", 0, "at least one replication")
    return _around(fmean(values), standard_error(values), len(values), level)


def paired(first: Sequence[float], second: Sequence[float], level: float = LEVEL) -> Interval:
    """Return the interval of the mean of second less first, replication by replication."""
    if len(first) != len(second):
        raise ConfigError("second", len(second), f"as many values as the first: {len(first)}")
    return interval([other - one for one, other in zip(first, second, strict=True)], level)


def ratio(totals: Sequence[float], counts: Sequence[float], level: float = LEVEL) -> Interval:
    """Return the interval of the sum of `totals` over the sum of `counts`, both by replication.

    The mean of the replications' own ratios would be biased towards the quiet ones. Where nothing was
    counted the ratio is 0 and its half width infinite.
    """
    _check_level(level)
    mean, _ = _ratio(totals, counts)
    return _around(mean, ratio_error(totals, counts), len(totals), level)


def ratio_error(totals: Sequence[float], counts: Sequence[float]) -> float:
    """Return the standard error of the ratio of `ratio`."""
    _, pulls = _ratio(totals, counts)
    return standard_error(pulls)


def ratio_difference(first: Ratios, second: Ratios, level: float = LEVEL) -> Interval:
    """Return the interval of the second ratio less the first, replication by replication.

    Each ratio is as `ratio` has it. Where nothing was counted on either side the half width is infinite.
    """
    _check_level(level)
    if len(first[0]) != len(second[0]):
        raise ConfigError("second", len(second[0]), f"as many values as the first: {len(first[0])}")
    (one, one_pulls), (other, other_pulls) = _ratio(*first), _ratio(*second)
    pulls = [b - a for a, b in zip(one_pulls, other_pulls, strict=False)]
    return _around(other - one, standard_error(pulls), len(first[0]), level)


def batch_means(values: Sequence[float], batches: int, level: float = LEVEL) -> Interval:
    """Return the interval of the mean of one run in its order, by the means of `batches` equal pieces.

    What is left over is left out at the beginning, where the run still remembers its start.
    """
    size = len(values) // batches if batches >= 2 else 0
    if size == 0:
        raise ConfigError("batches", batches, f"from 2 to the number of values: {len(values)}")
    first = len(values) - size * batches
    return interval([fmean(values[at : at + size]) for at in range(first, len(values), size)], level)


def standard_error(values: Sequence[float]) -> float:
    """Return the standard error of the mean of independent values, infinite for less than two."""
    return stdev(values) / sqrt(len(values)) if len(values) > 1 else inf


@cache
def student_t(level: float, freedom: int) -> float:
    """Return how many standard errors hold `level` of Student's t on both sides, to nine digits.

    Newton's method from the normal quantile: the distribution is concave above 0, so it climbs to the
    answer from below. Raises `ConfigError` for a level outside (0, 1) or no degree of freedom.
    """
    _check_level(level)
    if freedom < 1:
        raise ConfigError("freedom", freedom, "at least 1 degree of freedom")
    normal = NormalDist().inv_cdf((1 + level) / 2)
    if freedom >= _MANY:
        return normal + (normal**3 + normal) / (4 * freedom)  # Abramowitz & Stegun 26.7.5
    quantile, step = normal, inf
    while step > 1e-12 * quantile:
        step = (level - _within(quantile, freedom)) / (2 * _density(quantile, freedom))
        quantile += step
    return quantile


# --- Student's t -------------------------------------------------------------------------------------


def _within(t: float, freedom: int) -> float:
    """Return the share of Student's t from -t to t: a finite sum (Abramowitz & Stegun 26.7.3 and .4)."""
    angle = atan(t / sqrt(freedom))
    shrink = cos(angle) ** 2
    odd = freedom % 2
    term = cos(angle) if odd else 1.0
    total = 0.0
    for step in range(1 + odd, freedom, 2):
        total += term
        term *= shrink * step / (step + 1)
    return 2 / pi * (angle + sin(angle) * total) if odd else sin(angle) * total


def _density(t: float, freedom: int) -> float:
    scale = lgamma((freedom + 1) / 2) - lgamma(freedom / 2)
    return exp(scale - (freedom + 1) / 2 * log1p(t * t / freedom)) / sqrt(freedom * pi)


def _ratio(totals: Sequence[float], counts: Sequence[float]) -> tuple[float, list[float]]:
    """Return the pooled ratio, and by how much each replication pulls at it; none where nothing counts."""
    if len(totals) != len(counts):
        raise ConfigError("counts", len(counts), f"as many values as totals: {len(totals)}")
    counted = fsum(counts)
    if not counted:
        return 0.0, []
    mean, usual = fsum(totals) / counted, counted / len(counts)
    return mean, [(total - mean * count) / usual for total, count in zip(totals, counts, strict=True)]


def _around(mean: float, error: float, count: int, level: float) -> Interval:
    half_width = error * student_t(level, count - 1) if count > 1 else inf
    return Interval(mean, half_width, count)


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise ConfigError("level", level, "a share between 0 and 1, such as 0.95")

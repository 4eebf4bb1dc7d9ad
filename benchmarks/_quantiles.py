"""Quantiles of the gamma distribution, for days drawn evenly over a day factor's distribution.

The distribution function is the series of the incomplete gamma function (Abramowitz & Stegun 6.5.29), and
the quantile is found by bisection: a few microseconds beside the seconds of a simulated day.
"""

from __future__ import annotations

from math import exp, lgamma, log

BISECTIONS = 60
"""Enough to halve any interval down to the spacing of floats."""
LEAST_TERM = 1e-16


def gamma_share(shape: float, x: float) -> float:
    """Return the probability that a gamma variable of this shape and scale 1 is at most `x`."""
    if x <= 0:
        return 0.0
    term = total = 1 / shape
    place = shape
    while term > total * LEAST_TERM:
        place += 1
        term *= x / place
        total += term
    return total * exp(shape * log(x) - x - lgamma(shape))


def gamma_quantile(shape: float, mean: float, share: float) -> float:
    """Return the value that a gamma variable of this shape and mean is below in `share` of all cases."""
    low, high = 0.0, shape
    while gamma_share(shape, high) < share:
        high *= 2
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        if gamma_share(shape, middle) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2 * mean / shape

"""Shares of counted calls and how sure they are."""

from __future__ import annotations

from math import sqrt

Z_95 = 1.959964
"""Beyond so many standard deviations on either side lie 5 % of a normal law."""


def upper_bound(events: float, trials: float) -> float:
    """Return what a share is below with 97.5 in 100 certainty, by Wilson's score; 1 without any trial."""
    if not trials:
        return 1.0
    square = Z_95 * Z_95
    spread = sqrt(events * (trials - events) / trials + square / 4)
    return min(1.0, (events + square / 2 + Z_95 * spread) / (trials + square))

"""Shares and percentiles of waiting, by the definitions the field uses."""

from __future__ import annotations

import math
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least `share` (0 to 1) of `values` do not exceed; 0 where empty.

    This is the nearest-rank definition: always one of the values, never interpolated.
    """
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def mean(values: Sequence[float]) -> float:
    """Return the arithmetic mean, 0 where there are no values."""
    return sum(values) / len(values) if values else 0.0


def share_within(answered_waits: Sequence[float], abandoned: int, threshold: float) -> float:
    """Return the service level "all count": answered within `threshold` over answered and abandoned.

    1.0 where nobody called: an empty quarter of an hour missed no target.
    """
    offered = len(answered_waits) + abandoned
    return sum(1 for wait in answered_waits if wait <= threshold) / offered if offered else 1.0

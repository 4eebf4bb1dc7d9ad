"""Shares and percentiles of waiting, by the definitions the field uses."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from metrics.ratio import Ratio


class ServiceLevelPolicy(StrEnum):
    """Which contacts a service level is a share of; vendors differ, so a figure names its policy."""

    ALL_COUNT = "all_count"
    """Of everybody answered or abandoned: who left was not served in time."""
    ABANDONED_EXCLUDED = "abandoned_excluded"
    """Of those answered."""
    SHORT_ABANDONS_EXCLUDED = "short_abandons_excluded"
    """Of everybody answered or abandoned, but for those who left almost at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitCounts:
    """How many waits ended how: `in_time` of the answered, `short` of the abandoned."""

    answered: int
    in_time: int
    abandoned: int
    short: int


_COUNTED: Mapping[ServiceLevelPolicy, Callable[[WaitCounts], int]] = {
    ServiceLevelPolicy.ALL_COUNT: lambda counts: counts.answered + counts.abandoned,
    ServiceLevelPolicy.ABANDONED_EXCLUDED: lambda counts: counts.answered,
    ServiceLevelPolicy.SHORT_ABANDONS_EXCLUDED: lambda counts: (
        counts.answered + counts.abandoned - counts.short
    ),
}


def service_level(counts: WaitCounts, policy: ServiceLevelPolicy) -> Ratio:
    """Return the share answered in time by the `policy`."""
    return Ratio(counts.in_time, _COUNTED[policy](counts))


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least `share` (0 to 1) of `values` do not exceed; 0 where empty.

    This is the nearest-rank definition: always one of the values, never interpolated.
    """
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]

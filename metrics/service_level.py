"""Shares and percentiles of waiting, by the definitions the field uses."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
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
    LATE_ABANDONS_ONLY = "late_abandons_only"
    """Of those answered, and those who left after the time that is promised."""
    EARLY_ABANDONS_MET = "early_abandons_met"
    """Of everybody answered or abandoned; who left within the time that is promised was served in it."""


@dataclass(slots=True, kw_only=True)
class WaitCounts:
    """How many waits ended how: `in_time` of the answered; of the abandoned `early` within the same time, and
    `short` almost at once.
    """

    answered: int = 0
    in_time: int = 0
    abandoned: int = 0
    short: int = 0
    early: int = 0

    @property
    def ended(self) -> int:
        """Return how many were answered or left."""
        return self.answered + self.abandoned

    def __iadd__(self, other: WaitCounts) -> WaitCounts:
        self.answered += other.answered
        self.in_time += other.in_time
        self.abandoned += other.abandoned
        self.short += other.short
        self.early += other.early
        return self


_SHARES: Mapping[ServiceLevelPolicy, Callable[[WaitCounts], Ratio]] = {
    ServiceLevelPolicy.ALL_COUNT: lambda counts: Ratio(counts.in_time, counts.ended),
    ServiceLevelPolicy.ABANDONED_EXCLUDED: lambda counts: Ratio(counts.in_time, counts.answered),
    ServiceLevelPolicy.SHORT_ABANDONS_EXCLUDED: lambda counts: Ratio(
        counts.in_time, counts.ended - counts.short
    ),
    ServiceLevelPolicy.LATE_ABANDONS_ONLY: lambda counts: Ratio(counts.in_time, counts.ended - counts.early),
    ServiceLevelPolicy.EARLY_ABANDONS_MET: lambda counts: Ratio(counts.in_time + counts.early, counts.ended),
}


def service_level(counts: WaitCounts, policy: ServiceLevelPolicy) -> Ratio:
    """Return the share served in time by the `policy`."""
    return _SHARES[policy](counts)


def service_levels(counts: WaitCounts) -> dict[str, float | None]:
    """Return the share by each policy, None where there was nothing to count."""
    return {policy.value: service_level(counts, policy).value for policy in ServiceLevelPolicy}


def abandoned_share(counts: WaitCounts) -> Ratio:
    """Return the share of those who left, but for those who left almost at once, of all other waits."""
    return Ratio(counts.abandoned - counts.short, counts.ended - counts.short)


def count_waits(
    answered_us: Iterable[int], abandoned_us: Iterable[int], *, in_time_us: int, short_us: int
) -> WaitCounts:
    """Return what service levels are made of: up to `in_time_us` is in time, below `short_us` short."""
    counts = WaitCounts()
    for wait_us in answered_us:
        counts.answered += 1
        counts.in_time += wait_us <= in_time_us
    for wait_us in abandoned_us:
        counts.abandoned += 1
        counts.short += wait_us < short_us
        counts.early += wait_us <= in_time_us
    return counts


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least `share` (0 to 1) of `values` do not exceed; 0 where empty.

    This is the nearest-rank definition: always one of the values, never interpolated.
    """
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]

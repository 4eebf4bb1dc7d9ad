"""What metrics are filled with: values with their labels, taken at the moment somebody asks."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from web.ops.catalogue import METRICS


class Distribution:
    """How many values lie in each class of a histogram, and their sum."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = tuple(bounds)
        self.counts = [0] * (len(self.bounds) + 1)
        self.total = 0.0

    def add(self, value: float) -> None:
        """Count one value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def copy(self) -> Distribution:
        """Return the same, which counts no further."""
        other = Distribution(self.bounds)
        other.counts, other.total = self.counts.copy(), self.total
        return other


@dataclass(frozen=True, slots=True)
class Total:
    """Of a summary: how many there were, and their sum."""

    count: int
    total: float


@dataclass(frozen=True, slots=True)
class Reading:
    """The value of one metric for one set of labels, in the order in which the catalogue names them."""

    name: str
    value: float | Distribution | Total
    labels: tuple[str, ...] = ()

    def kept(self) -> Reading:
        """Return it as it is now, whatever its source counts from now on."""
        return replace(self, value=self.value.copy()) if isinstance(self.value, Distribution) else self


Source = Callable[[], Iterable[Reading]]
"""Tells its readings when asked; blocks for nothing."""


def distribution_of(name: str) -> Distribution:
    """Return an empty distribution with the classes that the catalogue gives the metric."""
    return Distribution(METRICS[name].bounds)

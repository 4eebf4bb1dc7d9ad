"""Ridge regression in plain Python: sums over samples, then one system of equations. Pure.

Samples are taken in one by one and are not kept: of k features only their k x k products are. The features
are standardised before they are held down, so that the penalty does not depend on their units.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum, sqrt
from operator import add, mul

PENALTY = 1e-3
"""What holds the weights down, as a share of the samples: enough for features that say nearly the same."""
BATCH = 2_048
"""Samples whose products are added up at a time, column by column."""
ROUNDING = 1e-9
"""A feature that varies by less than this, beside its size, is the same everywhere and tells nothing."""

Matrix = list[list[float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A linear function of the features, and from how many samples it was learned."""

    intercept: float
    weights: tuple[float, ...]
    samples: int


class Regression:
    """The sums of one regression."""

    def __init__(self, features: int) -> None:
        self.samples = 0
        self._batch: list[tuple[float, ...]] = []
        # The products of each column with itself and those after it; the target is the last column.
        self._products: Matrix = [[0.0] * (features + 1 - place) for place in range(features + 1)]
        self._sums = [0.0] * (features + 1)

    def add(self, features: Sequence[float], target: float) -> None:
        """Take one sample in."""
        self._batch.append((*features, target))
        self.samples += 1
        if len(self._batch) == BATCH:
            self._add_up()

    def __iadd__(self, other: Regression) -> Regression:
        self._add_up()
        other._add_up()
        self.samples += other.samples
        self._sums = list(map(add, self._sums, other._sums))
        self._products = [list(map(add, *rows)) for rows in zip(self._products, other._products, strict=True)]
        return self

    def fit(self, penalty: float = PENALTY) -> Fit:
        """Return the best linear function so far; without samples that is 0."""
        self._add_up()
        count = max(self.samples, 1)
        means = [total / count for total in self._sums]
        spread = [sqrt(max(self._covariance(place, place), 0.0)) for place in range(len(means))]
        told = [j for j in range(len(means) - 1) if spread[j] > ROUNDING * (1 + abs(means[j]))]
        target = len(means) - 1
        system = [
            [self._covariance(i, j) / (spread[i] * spread[j]) + penalty * (i == j) for j in told]
            for i in told
        ]
        right = [self._covariance(i, target) / spread[i] for i in told]
        weights = [0.0] * target
        for place, weight in zip(told, solved(system, right), strict=True):
            weights[place] = weight / spread[place]
        shift = fsum(map(mul, weights, means))
        return Fit(intercept=means[target] - shift, weights=tuple(weights), samples=self.samples)

    def _add_up(self) -> None:
        columns = list(zip(*self._batch, strict=True))
        self._batch.clear()
        for place, column in enumerate(columns):
            self._sums[place] += fsum(column)
            row = self._products[place]
            for offset, other in enumerate(columns[place:]):
                row[offset] += sum(map(mul, column, other))

    def _covariance(self, i: int, j: int) -> float:
        i, j = min(i, j), max(i, j)
        count = max(self.samples, 1)
        return self._products[i][j - i] / count - self._sums[i] / count * (self._sums[j] / count)


def solved(matrix: Matrix, right: Sequence[float]) -> list[float]:
    """Return x of `matrix` x = `right`; the matrix is symmetric and positive definite (Cholesky)."""
    lower = _cholesky(matrix)
    forward: list[float] = []
    for row, value in zip(lower, right, strict=True):
        forward.append((value - _dot(row, forward)) / row[-1])
    solution = [0.0] * len(forward)
    for place in reversed(range(len(forward))):
        below = (lower[after][place] * solution[after] for after in range(place + 1, len(forward)))
        solution[place] = (forward[place] - fsum(below)) / lower[place][place]
    return solution


def _cholesky(matrix: Matrix) -> Matrix:
    """Return the lower triangle whose square is `matrix`, row by row up to the diagonal."""
    lower: Matrix = []
    for i, row in enumerate(matrix):
        found: list[float] = []
        for j in range(i):
            found.append((row[j] - _dot(found, lower[j])) / lower[j][j])
        found.append(sqrt(row[i] - _dot(found, found)))
        lower.append(found)
    return lower


def _dot(left: Iterable[float], right: Iterable[float]) -> float:
    """Return the products of what both have, added up."""
    return fsum(map(mul, left, right))

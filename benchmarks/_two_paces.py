"""Agents of two paces as theory knows them: the mean wait under fastest first, and a bound for every rule.

Calls come at random, talks are exponential, and who has to wait waits without end: the inverted V of Armony
(2005). While everybody is busy all rules clear the queue alike, so a rule decides nothing but how often all
are busy: the mean wait is the chance of that over the spare capacity.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import fsum

Row = dict[int, float]
"""A sparse row of equations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoPaces:
    """So many agents of each pace, who finish so many talks in a unit of time; `load` is a share of that."""

    agents: int
    quick: float
    slow: float
    load: float

    @property
    def capacity(self) -> float:
        """Talks that all of them finish in a unit of time."""
        return self.agents * (self.quick + self.slow)

    @property
    def arrivals(self) -> float:
        """Calls in a unit of time."""
        return self.load * self.capacity

    def fastest_first(self) -> float:
        """Return the mean wait where a call goes to a quick agent whenever one is idle."""
        return self._mean_wait(_stationary(self._rates(), (self.agents + 1) ** 2))

    def at_best(self) -> float:
        """Return a mean wait that no rule can go below.

        It is that of fastest first where a slow agent hands the caller over as soon as a quick one is idle.
        """
        weights = [1.0]
        for busy in range(1, 2 * self.agents + 1):
            quick = min(busy, self.agents)
            weights.append(weights[-1] * self.arrivals / (quick * self.quick + (busy - quick) * self.slow))
        return self._mean_wait(weights)

    def _mean_wait(self, weights: list[float]) -> float:
        """Return the mean wait by the weights of the states without a queue; in the last all are busy."""
        all_busy = weights[-1] / (1 - self.load)
        return all_busy / (fsum(weights[:-1]) + all_busy) / (self.capacity - self.arrivals)

    def _rates(self) -> list[tuple[int, int, float]]:
        """Return from which state, to which, how often: states count the quick and the slow who are busy."""
        width = self.agents + 1
        rates = []
        for quick, slow in product(range(width), repeat=2):
            here = quick * width + slow
            if quick < self.agents:
                rates.append((here, here + width, self.arrivals))
            elif slow < self.agents:
                rates.append((here, here + 1, self.arrivals))
            if quick:
                rates.append((here, here - width, quick * self.quick))
            if slow:
                rates.append((here, here - 1, slow * self.slow))
        return rates


def _stationary(rates: list[tuple[int, int, float]], states: int) -> list[float]:
    """Return the weights of the states, the last of which is 1: Gaussian elimination without pivots.

    The matrix is that of a chain, diagonally dominant by columns, for which that is stable.
    """
    last = states - 1
    rows: list[Row] = [{place: 0.0} for place in range(states)]
    for here, there, rate in rates:
        rows[there][here] = rows[there].get(here, 0.0) + rate
        rows[here][here] -= rate
    inflow = [-row.pop(last, 0.0) for row in rows[:last]]
    below: list[list[int]] = [[] for _ in range(states)]
    for place, row in enumerate(rows[:last]):
        for column in row:
            if column < place:
                below[column].append(place)
    for place in range(last):
        _eliminate(place, rows, inflow, below)
    weights = [0.0] * last + [1.0]
    for place in reversed(range(last)):
        known = fsum(value * weights[column] for column, value in rows[place].items() if column > place)
        weights[place] = (inflow[place] - known) / rows[place][place]
    return weights


def _eliminate(place: int, rows: list[Row], inflow: list[float], below: list[list[int]]) -> None:
    """Take the unknown of `place` out of the equations below its own."""
    pivot = rows[place]
    for lower in below[place]:
        row = rows[lower]
        factor = row.pop(place) / pivot[place]
        inflow[lower] -= factor * inflow[place]
        for column, value in pivot.items():
            if column > place:
                if column not in row and column < lower:
                    below[column].append(lower)
                row[column] = row.get(column, 0.0) - factor * value

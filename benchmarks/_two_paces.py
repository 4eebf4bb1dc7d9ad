"""Agents of two paces as theory knows them: the mean wait under fastest first, and a bound for every rule.

Calls come at random, talks are exponential, and who has to wait waits without end: the inverted V of Armony
(2005). While everybody is busy all rules clear the queue alike, so a rule decides nothing but how often all
are busy: the mean wait is the chance of that over the spare capacity.

So of a rule that was run it is enough to see how many of the busy were quick, by how many were busy
(`AtWork`). The mean wait that follows (`by_level`) is known far better, its variance being a thousandth, than
from the waits of the same calls, which come in long lines or not at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from math import comb, factorial, fsum

from benchmarks._theory import team_of
from core.model.agent import BUSY_STATES
from core.model.events import AgentStateChanged
from core.model.message import DomainEvent

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
        return self.by_level({busy: min(busy, self.agents) for busy in range(1, 2 * self.agents + 1)})

    def longest_idle(self) -> float:
        """Return the mean wait where a call goes to whoever has been idle the longest, or to any idle agent.

        Agents go round between talks and the line of the idle, from which calls take the first: a closed
        network of product form (Baskett, Chandy, Muntz and Palacios 1975), and so it is where any is taken.
        """
        idle = sorted(product(range(self.agents + 1), repeat=2), reverse=True)
        return self._mean_wait([self._weight_of_idle(quick, slow) for quick, slow in idle])

    def by_level(self, quick_busy: Mapping[int, float]) -> float:
        """Return the mean wait under a rule by which so many of the busy are quick, by how many are busy.

        From each number of the busy to the next calls lead up as often as ends of talks lead down, whatever
        the rule. Numbers that are not there, the lowest, never occur.
        """
        weights = [1.0]
        for busy, quick in sorted(quick_busy.items()):
            weights.append(weights[-1] * self.arrivals / (quick * self.quick + (busy - quick) * self.slow))
        return self._mean_wait(weights)

    def _weight_of_idle(self, quick: int, slow: int) -> float:
        """Return the weight of so many idle of each pace, beside that of nobody idle and no queue."""
        ways = comb(self.agents, quick) * comb(self.agents, slow) * factorial(quick + slow)
        return ways * (self.quick / self.arrivals) ** quick * (self.slow / self.arrivals) ** slow

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


@dataclass(slots=True)
class AtWork:
    """A fold: for how long how many agents were busy, from `warm_us` to `end_us`, and of those of `team`."""

    team: str
    warm_us: int
    end_us: int
    busy_us: Counter[int] = field(default_factory=Counter)
    of_team_us: Counter[int] = field(default_factory=Counter)
    _busy: int = 0
    _of_team: int = 0
    _since_us: int = 0

    def add(self, event: DomainEvent) -> None:
        """Take one event in."""
        if not isinstance(event, AgentStateChanged):
            return
        change = (event.new in BUSY_STATES) - (event.old in BUSY_STATES)
        if change:
            self._pass(event.at_us)
            self._busy += change
            self._of_team += change * (team_of(event.agent_id) == self.team)

    def _pass(self, now_us: int) -> None:
        """Count the time until now; within one instant, as from one call to the next, none has passed."""
        lasted_us = min(now_us, self.end_us) - max(self._since_us, self.warm_us)
        if lasted_us > 0:
            self.busy_us[self._busy] += lasted_us
            self.of_team_us[self._busy] += lasted_us * self._of_team
        self._since_us = now_us

    def by_level(self) -> dict[int, float]:
        """Return how many of the busy were of the team, in the mean, by how many were busy."""
        return {busy: self.of_team_us[busy] / lasted_us for busy, lasted_us in self.busy_us.items() if busy}


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

"""The best that any dialer can do in a world without memory, and how near ours comes to it.

Talks, rings and nothing else, all exponential: what is known of the floor is how many agents are busy and how
many calls ring. There the most busy time for a given share of abandoned calls is the solution of a Markov
decision process with a price on each abandoned call (policy iteration: with a few hundred states exact and
quick). Sweeping the price gives the frontier; between two of its points the best is to mix both policies.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
"""One value for each number of busy agents (rows) and of ringing calls (columns)."""

Targets = NDArray[np.int64]
"""Of each state how many calls should ring."""

PRICES = tuple(0.04 * 1.4**step for step in range(20))
"""What an abandoned call costs, in talks: from careless to timid."""
HARDLY = 1e-7
"""Agents' seconds that are not worth another policy."""


@dataclass(frozen=True, slots=True)
class Memoryless:
    """A world of exponential talks (wrap-up included) and rings; nobody waits for an agent."""

    agents: int
    answered: float
    talk_s: float = 180.0
    ring_s: float = 8.0

    @property
    def lines(self) -> int:
        """The most calls that ever need to ring at once."""
        return ceil(0.4 * self.agents / self.answered) + 8


class Point(NamedTuple):
    """A policy's busy share of agents and abandoned share of answers."""

    utilisation: float
    share: float


def frontier(world: Memoryless) -> list[Point]:
    """Return the best policies of the price sweep, by their share of abandoned calls."""
    busy, ringing = _states(world)
    targets = np.maximum(ringing, world.agents - busy).astype(np.int64)
    found = []
    for price in PRICES:
        targets = _solve(world, price * world.talk_s, targets)
        found.append(_judge(world, targets))
    return sorted(set(found), key=lambda point: point.share)


def best_at(points: Sequence[Point], share: float) -> float:
    """Return the best utilisation at a share of abandoned calls, mixing the two policies around it."""
    place = bisect_left([point.share for point in points], share)
    if place == 0 or place == len(points):
        raise ValueError(f"no policy of the sweep comes near a share of {share:.4f}")
    low, high = points[place - 1], points[place]
    part = (share - low.share) / (high.share - low.share)
    return low.utilisation + part * (high.utilisation - low.utilisation)


# --- the decision process ------------------------------------------------------------------------------


def _solve(world: Memoryless, price_s: float, targets: Targets) -> Targets:
    """Return the best policy where an abandoned call costs `price_s` of an agent's time (Howard 1960).

    A policy says of each state in which calls should ring how many shall: at least those that do.
    """
    busy, ringing = _states(world)
    gain = busy - price_s * world.answered * ringing / world.ring_s * (busy == world.agents)
    while True:
        values = _worth(_rates(world, targets), gain)
        better = _best(values, targets)
        if np.array_equal(better, targets):
            return targets
        targets = better


def _worth(rates: Values, gain: Values) -> Values:
    """Return how much better it is to be in each state than in the last, in agents' seconds."""
    flow = rates - np.diag(rates.sum(axis=1))
    # The last state's value is 0; in its place the mean gain is looked for.
    flow[:, -1] = -1.0
    values: Values = np.asarray(np.linalg.solve(flow, -gain.ravel()), np.float64)
    values[-1] = 0.0
    return values.reshape(gain.shape)


def _best(values: Values, targets: Targets) -> Targets:
    """Return how many calls should ring in each state; as before where another number is hardly better."""
    columns = values.shape[1]
    best = targets.copy()
    for ringing in range(columns):
        wanted = ringing + np.argmax(values[:, ringing:], axis=1)
        rows = np.arange(len(values))
        gained = values[rows, wanted] - values[rows, targets[:, ringing]]
        best[:, ringing] = np.where(gained > HARDLY, wanted, targets[:, ringing])
    return best


def _rates(world: Memoryless, targets: Targets) -> Values:
    """Return the rates between states, as they are just after a decision."""
    columns = world.lines + 1
    rates = np.zeros((targets.size, targets.size))

    def after(row: int, calls: int) -> int:
        return row * columns + int(targets[row, calls])

    for row in range(world.agents + 1):
        for calls in range(columns):
            state = row * columns + calls
            if row:
                rates[state, after(row - 1, calls)] += row / world.talk_s
            if calls:
                over, met = calls / world.ring_s, min(row + 1, world.agents)
                rates[state, after(row, calls - 1)] += over * (1.0 - world.answered)
                rates[state, after(met, calls - 1)] += over * world.answered
    # Nobody dials and nobody talks: no policy stays there, but the equations want a way out.
    rates[0, 1] += 1.0 / world.ring_s
    return rates


def _judge(world: Memoryless, targets: Targets) -> Point:
    """Return what a policy comes to in the long run."""
    busy, ringing = _states(world)
    shares = _long_run(_rates(world, targets), start=int(targets[0, 0])).reshape(busy.shape)
    answers = float((shares * ringing).sum())
    return Point(
        utilisation=float((shares * busy).sum()) / world.agents,
        share=float((shares * ringing)[-1].sum()) / answers,
    )


def _long_run(rates: Values, start: int) -> Values:
    """Return the share of time in each state, of those that can be reached from `start`."""
    reached, ahead = {start}, [start]
    while ahead:
        for state in np.flatnonzero(rates[ahead.pop()]):
            if int(state) not in reached:
                reached.add(int(state))
                ahead.append(int(state))
    states = sorted(reached)
    flow = rates[np.ix_(states, states)]
    flow = flow - np.diag(flow.sum(axis=1))
    flow[:, -1] = 1.0
    known = np.zeros(len(states))
    known[-1] = 1.0
    shares = np.zeros(len(rates))
    shares[states] = np.linalg.solve(flow.T, known)
    return shares


def _states(world: Memoryless) -> tuple[Values, Values]:
    busy, ringing = np.meshgrid(
        np.arange(world.agents + 1, dtype=np.float64),
        np.arange(world.lines + 1, dtype=np.float64),
        indexing="ij",
    )
    return busy, ringing

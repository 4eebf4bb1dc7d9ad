"""What late news costs the best of all dialers, in a world without memory.

Who hears of everything two seconds late, and knows what was ordered since, stands where somebody does who
hears at once and has every order held back for two seconds: the same is known, and the same comes of it. So
nobody does better with late news than the best does with orders held back. That is a decision process with
three counts: busy agents, ringing calls, orders held back (each for a time without memory, as all is here).

Its best policy under a cap on abandoned calls is not looked for, but bounded from above. Whatever the price
of calls abandoned beyond the cap, who keeps to it does not pay; so the most that anybody earns at that price
is a bound, and the least of these holds. It is no more than the largest step of value iteration (Odoni 1969).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp

import numpy as np

from benchmarks._pacing_optimum import Memoryless, Values

LOG_PRICES = (-2.5, 1.5)
"""Between these lies the price, as a logarithm, in talks."""
THIRDS = 9
"""How often the interval is cut by a third."""
CLOSE = 2e-4
"""Value iteration ends where its bounds are as close, in busy agents for each that there is."""


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A world without memory in which each order is held back, for `held_s` in the mean."""

    world: Memoryless
    held_s: float

    @property
    def most(self) -> int:
        """The most orders that are ever held back at once."""
        return ceil(self.world.lines * self.held_s / self.world.ring_s) + 8


def ceiling(held: HeldBack, share: float) -> float:
    """Return a busy share of agents that no dialer passes while at most `share` of answers are abandoned."""
    steps, bounds = _Steps(held), []
    low, high = LOG_PRICES
    for _ in range(THIRDS):
        first, second = low + (high - low) / 3, high - (high - low) / 3
        pair = [steps.bound(share, exp(price)) for price in (first, second)]
        bounds += pair
        low, high = (low, second) if pair[0] < pair[1] else (first, high)
    return min(bounds) / held.world.agents


class _Steps:
    """The process in steps so short that at most one thing happens in each."""

    def __init__(self, held: HeldBack) -> None:
        world = self._world = held.world
        shape = world.agents + 1, world.lines + 1, held.most + 1
        self._busy, self._ringing, waiting = np.indices(shape, dtype=np.float64)
        self._a_second = world.agents / world.talk_s + world.lines / world.ring_s + held.most / held.held_s
        self._talk_over = self._busy / world.talk_s / self._a_second
        self._ring_over = self._ringing / world.ring_s / self._a_second
        self._let_go = waiting / held.held_s / self._a_second
        self._nothing = 1.0 - self._talk_over - self._ring_over - self._let_go
        self._values: Values = np.zeros(shape)

    def bound(self, share: float, price: float) -> float:
        """Return busy agents that no policy passes; `price` talks for each call abandoned too many.

        With a share s abandoned of all answers, s / (1 - s) are for each that finds an agent.
        """
        world = self._world
        allowed = share / (1.0 - share)
        lost = world.answered * self._ringing / world.ring_s * (self._busy == world.agents)
        gain = self._busy * (1.0 + price * allowed) - price * world.talk_s * lost
        while True:
            after = gain / self._a_second + self._after(_decided(self._values))
            steps = (after - self._values) * self._a_second
            self._values = after - after.flat[0]
            if steps.max() - steps.min() < CLOSE * world.agents:
                return float(steps.max())

    def _after(self, values: Values) -> Values:
        """Return what a step leads to, of what each state is worth once it is decided there."""
        answered = self._world.answered
        moved: Values = (
            self._nothing * values
            + self._talk_over * _beside(values, busy=-1)
            + self._ring_over * (1.0 - answered) * _beside(values, ringing=-1)
            + self._ring_over * answered * _beside(values, busy=1, ringing=-1)
            + self._let_go * _beside(values, ringing=1, held=-1)
        )
        return moved


def _decided(values: Values) -> Values:
    """Return the worth of each state where as many more orders may be given as are good."""
    best: Values = np.maximum.accumulate(values[:, :, ::-1], axis=2)[:, :, ::-1]
    return best


def _beside(values: Values, *, busy: int = 0, ringing: int = 0, held: int = 0) -> Values:
    """Return the worth of the state beside each: at the edges of the world it is the state itself."""
    for axis, by in enumerate((busy, ringing, held)):
        if by:
            places = np.arange(values.shape[axis]) + by
            values = np.take(values, places.clip(0, values.shape[axis] - 1), axis)
    return values

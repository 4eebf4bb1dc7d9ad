"""Pools of agents who share nothing but the trunk lines, exactly.

Each pool alone is a birth-death chain, and so reversible; cutting the states off in which there would be more
calls than lines leaves the weights of the others what they were: the product of those of the pools (Kelly
1979, Reversibility and Stochastic Networks, section 1.6). What is asked for are sums of such products.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from itertools import accumulate, repeat

from simulator.erlang import HOUR_S

Weights = list[float]
"""How likely 0, 1, 2, ... calls are, but for a factor common to all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedLines:
    """The share of callers who find no line, and how long the others wait on average."""

    blocked: float
    wait_s: float


def shared_lines(*, pools: int, per_hour: float, handle_s: float, agents: int, lines: int) -> SharedLines:
    """Return the figures of `pools` equal pools in the long run, each of `agents` with `per_hour` calls."""
    load = per_hour * handle_s / HOUR_S
    steps = (load / min(inside, agents) for inside in range(1, lines + 1))
    pool = list(accumulate(steps, lambda weight, step: weight * step, initial=1.0))
    waiting = [max(0, inside - agents) * weight for inside, weight in enumerate(pool)]
    others = reduce(_together, repeat(pool, pools - 1), [1.0] + [0.0] * lines)
    inside = _together(others, pool)
    blocked = inside[lines] / sum(inside)
    queue = sum(_together(others, waiting)) / sum(inside)
    return SharedLines(blocked=blocked, wait_s=queue / (per_hour * (1 - blocked)) * HOUR_S)


def _together(one: Weights, other: Weights) -> Weights:
    """Return the weights of how many calls two have together."""
    return [sum(one[place] * other[both - place] for place in range(both + 1)) for both in range(len(one))]

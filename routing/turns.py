"""Policies in turns: which of two is in force when, so that what they bring can be compared. Pure.

Time is cut into blocks, and two blocks that follow each other are a pair: one for each policy, under nearly
the same load. Which of the two comes first alternates from pair to pair and from day to day, so that no
policy always has the first half of the hour; or it is drawn from a seed, where a regular change might meet a
rhythm of the business. `metrics.turns` pairs what came of it.
"""

from __future__ import annotations

from hashlib import blake2b

from core.kernel.clock import SECOND_US
from routing.rules import QueueRules, Turns

DAY_US = 86_400 * SECOND_US


def policy_at(queue: QueueRules, at_us: int) -> str:
    """Return the policy of `queue` that is in force at `at_us`, empty for the standing rules."""
    return queue.policy if queue.compare is None else policy_in_turn(queue.compare, at_us)


def policy_in_turn(turns: Turns, at_us: int) -> str:
    """Return whose turn it is at `at_us`."""
    pair, half = divmod(at_us // turns.block_us, 2)
    return turns.policies[half ^ _swapped(turns, pair)]


def _swapped(turns: Turns, pair: int) -> int:
    """Return 1 where the second policy has the first block of the pair, else 0."""
    if turns.seed is not None:
        return blake2b(f"{turns.seed}:{pair}".encode(), digest_size=1).digest()[0] & 1
    day = pair * 2 * turns.block_us // DAY_US
    return (pair + day) & 1

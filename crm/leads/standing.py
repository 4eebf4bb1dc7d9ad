"""Where a lead stands in the line of its list, as one number: the smaller, the sooner. An index is the line.

From the highest bits down: not a callback, the rank upside down, tried before, and last the turn: for the
untried the place in the list, for the tried the second in which they fall due. How the lines of several lists
are mixed is in `crm.leads.mix`.
"""

from __future__ import annotations

from typing import NamedTuple

from core.kernel.clock import SECOND_US

RANK_MAX = 9_999
"""Ranks go from minus this to this."""
_TURN_BITS = 38
_RANK_BITS = 15
_FREE_BITS = 8
"""Between rank and tried: the position of the list stood there when all lists were one line."""
_RANK_SHIFT = _TURN_BITS + 1 + _FREE_BITS
RANK_PART = (1 << _RANK_BITS) - 1 << _RANK_SHIFT
"""The bits of a standing that say its rank: those that no attempt changes."""
_TURN_MAX = (1 << _TURN_BITS) - 1
PROMISED_BEFORE = 1 << _RANK_SHIFT + _RANK_BITS
"""Every callback stands before that, and nothing else does."""
STANDING_END = 2 * PROMISED_BEFORE - 1
"""No lead stands there or behind: it is the most that a column of 64 bits holds."""


class Parts(NamedTuple):
    """What a standing is made of, as far as lists are mixed by it; `rank` says of callbacks too."""

    rank: int
    is_tried: bool
    turn: int


def standing_of(*, rank: int, turn: int, tried: bool, callback: bool) -> int:
    """Return where a lead stands; `turn` is its place in the list, or comes from `turn_when_due`."""
    line = 0 if callback else 1
    line = line << _RANK_BITS | _upside_down(rank)
    line = line << _FREE_BITS + 1 | tried
    return line << _TURN_BITS | max(0, min(turn, _TURN_MAX))


def parts_of(standing: int) -> Parts:
    """Return what decides the turn of a lead beside those of other lists; the smaller, the sooner."""
    return Parts(standing >> _RANK_SHIFT, bool(standing >> _TURN_BITS & 1), standing & _TURN_MAX)


def with_rank(standing: int, rank: int) -> int:
    """Return where a lead stands whose rank has changed, and nothing else."""
    return standing & ~RANK_PART | rank_part(rank)


def rank_part(rank: int) -> int:
    """Return what a rank is of a standing, in its place within `RANK_PART`."""
    return _upside_down(rank) << _RANK_SHIFT


def tried_part(due_us: int, callback: bool) -> int:
    """Return what an attempt makes of the bits beside `RANK_PART`: the lead is due again at `due_us`."""
    tried = standing_of(rank=0, turn=turn_when_due(due_us), tried=True, callback=callback)
    return tried & ~RANK_PART


def turn_when_due(due_us: int) -> int:
    """Return the turn of a tried lead that falls due at this instant."""
    return due_us // SECOND_US


def _upside_down(rank: int) -> int:
    return RANK_MAX - max(-RANK_MAX, min(rank, RANK_MAX))

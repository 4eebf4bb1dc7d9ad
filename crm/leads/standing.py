"""Where a lead stands in line, as one number: the smaller, the sooner. An index over it is the line.

From the highest bits down: not a callback, the rank upside down, the place of the list among lists, tried
before, and last the turn. That is for the untried where the list had come to it had every list been dialed
in proportion to its weight, and for the tried the second in which they fall due.
"""

from __future__ import annotations

from core.kernel.clock import SECOND_US

RANK_MAX = 9_999
"""Ranks go from minus this to this."""
POSITION_MAX = 255
WEIGHT_MAX = 100
_TURN_BITS = 38
_RANK_BITS, _POSITION_BITS = 15, 8
_RANK_SHIFT = _TURN_BITS + 1 + _POSITION_BITS
RANK_PART = (1 << _RANK_BITS) - 1 << _RANK_SHIFT
"""The bits of a standing that say its rank."""
LASTING_PART = RANK_PART | (1 << _POSITION_BITS) - 1 << _TURN_BITS + 1
"""Those that no attempt changes: the rank of the lead and the place of its list."""
_TURN_MAX = (1 << _TURN_BITS) - 1
_TURNS_PER_LEAD = 1_000
"""Turns a list of weight 1 passes with each lead: small enough for a list of a hundred million."""


def standing_of(*, rank: int, position: int, turn: int, tried: bool, callback: bool) -> int:
    """Return where a lead stands; `turn` comes from `turn_in_mix` or from `turn_when_due`."""
    line = 0 if callback else 1
    line = line << _RANK_BITS | _upside_down(rank)
    line = line << _POSITION_BITS | max(0, min(position, POSITION_MAX))
    line = line << 1 | tried
    return line << _TURN_BITS | max(0, min(turn, _TURN_MAX))


def with_rank(standing: int, rank: int) -> int:
    """Return where a lead stands whose rank has changed, and nothing else."""
    return standing & ~RANK_PART | rank_part(rank)


def rank_part(rank: int) -> int:
    """Return what a rank is of a standing, in its place within `RANK_PART`."""
    return _upside_down(rank) << _RANK_SHIFT


def tried_part(due_us: int, callback: bool) -> int:
    """Return what an attempt makes of the bits beside `LASTING_PART`: the lead is due again at `due_us`."""
    tried = standing_of(rank=0, position=0, turn=turn_when_due(due_us), tried=True, callback=callback)
    return tried & ~LASTING_PART


def turn_in_mix(place: int, weight: int) -> int:
    """Return the turn of the untried lead at `place` of a list of this weight."""
    return place * _TURNS_PER_LEAD // weight


def turn_when_due(due_us: int) -> int:
    """Return the turn of a tried lead that falls due at this instant."""
    return due_us // SECOND_US


def _upside_down(rank: int) -> int:
    return RANK_MAX - max(-RANK_MAX, min(rank, RANK_MAX))

"""In which order the lists of a campaign come up: each has a line of its own, and their fronts are mixed.

Promised callbacks come first, then the highest rank, then lists by their position, the untried before the
tried, and those in the order in which they fall due. The untried of lists of one position come in proportion
to the lists' weights: a list has a ruler with marks one over its weight apart, whose beginning is cast as a
lot for each lease, and the lead at the nearest mark of all rulers is next. So each list has its part of every
lease, and exactly that over many; nothing has to be kept for it, and a weight that was changed, or a list
that was put in or taken out, is reckoned with from the next lease on.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from core.kernel.lots import lot
from crm.leads.standing import PROMISED_BEFORE, STANDING_END, parts_of

MARK = 1 << 20
"""How finely the rulers are marked for a list of weight 1."""
LOOKING = ""
"""The lease of whoever only looks how lists are mixed."""


class Line(NamedTuple):
    """The line of one list; `key` tells lists apart. With `promised_only` nobody else of it is in turn."""

    key: int
    name: str
    position: int
    weight: int
    promised_only: bool = False

    @property
    def ends_before(self) -> int:
        """The first standing that is not in turn any more: promised calls stand before all others."""
        return PROMISED_BEFORE if self.promised_only else STANDING_END


class Stood(NamedTuple):
    """A lead in the line of its list: `crm.leads.standing` says by what."""

    standing: int
    key: int


_Turn = tuple[tuple[int, int, bool, int, int], Line, Stood]


def in_turn(fronts: Iterable[tuple[Line, Iterable[Stood]]], lease_id: str) -> Iterator[tuple[Line, Stood]]:
    """Go through the leads of all lines in the order in which the lease `lease_id` has them.

    Each line comes in its own order, and no more of it is looked at than has its turn, and one.
    """
    for _, line, lead in heapq.merge(*(_turns(line, leads, lease_id) for line, leads in fronts)):
        yield line, lead


def _turns(line: Line, leads: Iterable[Stood], lease_id: str) -> Iterator[_Turn]:
    """Yield the leads of a line, each with what decides its turn among those of other lines."""
    begins = lot(lease_id, line.name, of=MARK)
    rank_before, nth = -1, 0
    for lead in leads:
        rank, is_tried, turn = parts_of(lead.standing)
        if not is_tried:
            nth = nth + 1 if rank == rank_before else 0
            turn = (nth * MARK + begins) // line.weight
        rank_before = rank
        yield (rank, line.position, is_tried, turn, line.key), line, lead

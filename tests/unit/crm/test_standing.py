"""One number keeps the whole order of the line."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from core.kernel.clock import SECOND_US
from crm.leads.standing import (
    RANK_MAX,
    RANK_PART,
    standing_of,
    tried_part,
    turn_when_due,
    with_rank,
)

DATABASE_MAX = 2**63 - 1


class Place(NamedTuple):
    """What a lead stands by, the first of these first."""

    callback: bool
    rank: int
    tried: bool
    turn: int

    def sooner(self) -> tuple[int, int, int, int]:
        return (not self.callback, -self.rank, self.tried, self.turn)

    def standing(self) -> int:
        return standing_of(**self._asdict())


places = st.builds(
    Place,
    callback=st.booleans(),
    rank=st.integers(-RANK_MAX, RANK_MAX),
    tried=st.booleans(),
    turn=st.integers(0, 100_000_000) | st.integers(0, 4_000_000_000),
)


@given(places, places)
def test_standings_compare_as_what_they_are_made_of(one: Place, other: Place) -> None:
    assert (one.standing() < other.standing()) == (one.sooner() < other.sooner())
    assert 0 <= one.standing() <= DATABASE_MAX


@given(places, st.integers(-RANK_MAX, RANK_MAX))
def test_a_new_rank_changes_nothing_else(place: Place, rank: int) -> None:
    assert with_rank(place.standing(), rank) == place._replace(rank=rank).standing()


@given(places, st.booleans(), st.integers(0, 4_000_000_000))
def test_an_attempt_changes_all_but_the_rank(place: Place, callback: bool, due_s: int) -> None:
    standing = place.standing() & RANK_PART | tried_part(due_s * SECOND_US, callback)
    assert standing == place._replace(tried=True, callback=callback, turn=due_s).standing()


def test_the_turns_of_our_century_fit() -> None:
    year_2100_us = 4_102_444_800 * SECOND_US
    soon = Place(callback=False, rank=0, tried=True, turn=turn_when_due(year_2100_us))
    assert soon.standing() < soon._replace(turn=soon.turn + 1).standing()

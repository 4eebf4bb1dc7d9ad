"""The chance that nobody is free, held against counting every outcome."""

from __future__ import annotations

from itertools import cycle, islice, product
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.crowding import EXACT_MAX, ExactCrowd, NormalCrowd, crowd_of

CHANCES = st.lists(st.floats(min_value=0, max_value=1), max_size=8)


def by_hand(chances: list[float], bound: int) -> float:
    """Return P(count >= bound) by going through every outcome."""
    outcomes = product((0, 1), repeat=len(chances))
    return sum(
        prod(chance if happened else 1 - chance for chance, happened in zip(chances, outcome, strict=True))
        for outcome in outcomes
        if sum(outcome) >= bound
    )


@given(CHANCES, st.integers(min_value=1, max_value=9))
def test_exact_law_is_that_of_every_outcome(chances: list[float], bound: int) -> None:
    crowd = ExactCrowd(bound)
    for chance in chances:
        crowd.add(chance)
    assert crowd.reaches() == pytest.approx(by_hand(chances, bound), abs=1e-9)


@given(CHANCES, st.floats(min_value=0, max_value=1), st.integers(min_value=1, max_value=9))
def test_looking_at_one_more_is_as_good_as_adding_it(chances: list[float], more: float, bound: int) -> None:
    for crowd in (ExactCrowd(bound), NormalCrowd(bound)):
        for chance in chances:
            crowd.add(chance)
        expected = crowd.reaches_with(more)
        crowd.add(more)
        assert crowd.reaches() == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("bound", [15, 25, 60, 200])
def test_normal_tail_is_close_where_decisions_are_made(bound: int) -> None:
    """Decisions are made where the risk is about two per cent: there a tenth of a point is close enough."""
    exact, normal = ExactCrowd(bound), NormalCrowd(bound)
    for chance in islice(cycle((0.95, 0.4, 0.08, 0.7)), 20 * bound):
        if exact.reaches() >= 0.02:
            break
        exact.add(chance)
        normal.add(chance)
    assert normal.reaches() == pytest.approx(exact.reaches(), abs=0.003)


def test_few_agents_get_the_exact_law_and_many_the_quick_one() -> None:
    assert isinstance(crowd_of(EXACT_MAX), ExactCrowd)
    assert isinstance(crowd_of(EXACT_MAX + 1), NormalCrowd)


def test_bound_of_nobody_is_always_reached() -> None:
    assert ExactCrowd(0).reaches() == 1.0
    assert ExactCrowd(0).reaches_with(0.5) == 1.0


def test_sure_events_leave_no_doubt() -> None:
    crowd = NormalCrowd(20)
    crowd.add(1.0, 19)
    assert crowd.reaches() == 0.0
    crowd.add(1.0)
    assert crowd.reaches() == 1.0

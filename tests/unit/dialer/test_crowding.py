"""The chance that nobody is free, held against counting every outcome."""

from __future__ import annotations

from itertools import cycle, islice, product
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.crowding import EXACT_MAX, ExactCrowd, NormalCrowd, chances_of, crowd_of

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
    crowd = ExactCrowd(bound, 1)
    for chance in chances:
        crowd.add(chances_of([chance]))
    assert crowd.reaches() == [pytest.approx(by_hand(chances, bound), abs=1e-9)]


@given(CHANCES, st.integers(min_value=1, max_value=4), st.integers(min_value=1, max_value=9))
def test_several_at_once_count_as_one_by_one(chances: list[float], count: int, bound: int) -> None:
    for kind in (ExactCrowd, NormalCrowd):
        at_once, one_by_one = kind(bound, 1), kind(bound, 1)
        for chance in chances:
            at_once.add_all([chances_of([chance])], [count])
            for _ in range(count):
                one_by_one.add(chances_of([chance]))
        assert at_once.reaches() == [pytest.approx(one_by_one.reaches()[0], abs=1e-9)]


@pytest.mark.parametrize("kind", [ExactCrowd, NormalCrowd])
def test_each_instant_has_a_count_of_its_own(kind: type[ExactCrowd | NormalCrowd]) -> None:
    both, first, second = kind(2, 2), kind(2, 1), kind(2, 1)
    for early, late in ((0.1, 0.9), (0.4, 0.6), (0.0, 0.5)):
        both.add(chances_of([early, late]))
        first.add(chances_of([early]))
        second.add(chances_of([late]))
    assert both.reaches() == [*first.reaches(), *second.reaches()]


@pytest.mark.parametrize("bound", [15, 25, 60, 200])
def test_normal_tail_is_close_where_decisions_are_made(bound: int) -> None:
    """Decisions are made where the risk is about two per cent: there a tenth of a point is close enough."""
    exact, normal = ExactCrowd(bound, 1), NormalCrowd(bound, 1)
    for chance in islice(cycle((0.95, 0.4, 0.08, 0.7)), 20 * bound):
        if exact.reaches()[0] >= 0.02:
            break
        exact.add(chances_of([chance]))
        normal.add(chances_of([chance]))
    assert normal.reaches() == [pytest.approx(exact.reaches()[0], abs=0.003)]


def test_few_agents_get_the_exact_law_and_many_the_quick_one() -> None:
    assert isinstance(crowd_of(EXACT_MAX, 1), ExactCrowd)
    assert isinstance(crowd_of(EXACT_MAX + 1, 1), NormalCrowd)


def test_bound_of_nobody_is_always_reached() -> None:
    assert ExactCrowd(0, 1).reaches() == [1.0]


def test_sure_events_leave_no_doubt() -> None:
    crowd, sure = NormalCrowd(20, 1), chances_of([1.0])
    crowd.add_all([sure], [19])
    assert crowd.reaches() == [0.0]
    crowd.add(sure)
    assert crowd.reaches() == [1.0]

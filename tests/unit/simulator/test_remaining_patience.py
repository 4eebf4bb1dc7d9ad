"""How much longer somebody waits who is still there."""

from __future__ import annotations

from collections import Counter

import pytest

from core.kernel.rng import KeyedDraws
from simulator.survival import SurvivalCurve, product_limit

DRAWS = 20_000
SECOND_US = 1_000_000


def remaining(curve: SurvivalCurve, waited_us: int) -> list[int]:
    """Return many patiences of callers who have waited so long already."""
    draws = KeyedDraws(3, "patience")
    return [curve.draw_us(draws.of(number), waited_us) for number in range(DRAWS)]


def test_who_is_still_there_leaves_at_the_instants_that_are_left() -> None:
    four = product_limit([(seconds * SECOND_US, True) for seconds in (10, 20, 30, 40)])
    drawn = Counter(remaining(four, 20 * SECOND_US))
    assert set(drawn) == {30 * SECOND_US, 40 * SECOND_US}
    assert drawn[30 * SECOND_US] == pytest.approx(DRAWS / 2, rel=0.05)


@pytest.mark.parametrize("waited_s", [0, 9, 10, 15, 25, 300])
def test_patience_is_longer_than_the_wait_so_far(waited_s: int) -> None:
    curve = product_limit([(10 * SECOND_US, True), (20 * SECOND_US, True), (25 * SECOND_US, False)])
    assert min(remaining(curve, waited_s * SECOND_US)) > waited_s * SECOND_US


def test_beyond_the_last_who_left_patience_forgets_how_long_it_has_lasted() -> None:
    curve = product_limit([(10 * SECOND_US, True), (50 * SECOND_US, False)])  # one left in 60 s of waiting
    more_us = [patience_us - 200 * SECOND_US for patience_us in remaining(curve, 200 * SECOND_US)]
    assert sum(more_us) / DRAWS == pytest.approx(60 * SECOND_US, rel=0.05)


def test_somebody_who_has_not_waited_yet_may_leave_at_once() -> None:
    curve = product_limit([(0, True), (10 * SECOND_US, True)])
    draws = KeyedDraws(3, "patience")
    drawn = Counter(curve.draw_us(draws.of(number)) for number in range(DRAWS))
    assert drawn[0] == pytest.approx(DRAWS / 2, rel=0.05)
    assert set(remaining(curve, 0)) == {10 * SECOND_US}

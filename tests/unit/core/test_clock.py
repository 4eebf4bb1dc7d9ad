"""Seconds, as people write them, become whole microseconds and come back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.clock import microseconds, seconds


@pytest.mark.parametrize(
    ("written", "kept"), [(0, 0), (20, 20_000_000), (0.2, 200_000), (1e-6, 1), (-1.5, -1_500_000)]
)
def test_seconds_become_whole_microseconds(written: float, kept: int) -> None:
    assert microseconds(written) == kept


@given(st.integers(min_value=0, max_value=4_102_444_800_000_000))
def test_every_instant_of_this_century_survives_the_way_through_seconds(instant_us: int) -> None:
    assert microseconds(seconds(instant_us)) == instant_us

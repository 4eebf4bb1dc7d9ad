"""Intervals: against printed tables of Student's t, by hand, and by how often they hold the truth."""

from __future__ import annotations

from math import inf
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.errors import ConfigError
from core.kernel.rng import Streams
from simulator.confidence import Interval, batch_means, interval, paired, ratio, ratio_difference, student_t


@pytest.mark.parametrize(
    ("level", "freedom", "printed"),
    [
        (0.95, 1, 12.706204736),
        (0.95, 2, 4.302652730),
        (0.95, 9, 2.262157163),
        (0.95, 10, 2.228138852),
        (0.95, 30, 2.042272456),
        (0.95, 1_000, 1.962339081),
        (0.90, 4, 2.131846786),
        (0.99, 10, 3.169272673),
        (0.999, 5, 6.868826626),
        (0.999, 120, 3.373453769),
    ],
)
def test_student_t_is_that_of_the_tables(level: float, freedom: int, printed: float) -> None:
    assert student_t(level, freedom) == pytest.approx(printed, abs=1e-8)


def test_student_t_tends_to_the_normal_law_without_a_jump() -> None:
    assert student_t(0.95, 9_999) == pytest.approx(student_t(0.95, 10_000), abs=1e-7)
    assert student_t(0.95, 10**9) == pytest.approx(NormalDist().inv_cdf(0.975), abs=1e-8)


@given(level=st.floats(0.01, 0.9999), freedom=st.integers(1, 12_000))
def test_fewer_degrees_of_freedom_make_wider_intervals(level: float, freedom: int) -> None:
    assert student_t(level, freedom) > student_t(level, freedom + 1) * (1 - 1e-9)


def test_interval_by_hand() -> None:
    found = interval([1.0, 2.0, 3.0, 4.0])
    assert (found.mean, found.count) == (2.5, 4)
    # The standard deviation is the root of 5/3.
    assert found.half_width == pytest.approx(3.1824463 * (5 / 3) ** 0.5 / 2)
    assert found.contains(found.low)
    assert found.contains(found.high)
    assert not found.contains(found.high + 1e-9)
    assert interval([1.0, 2.0, 3.0, 4.0], level=0.99).half_width > found.half_width


def test_one_replication_promises_nothing() -> None:
    found = interval([7.0])
    assert found == Interval(7.0, inf, 1)
    assert found.contains(-1e9)


def test_paired_difference_is_second_less_first_without_what_they_share() -> None:
    busy_days = [10.0, 50.0, 30.0, 90.0]
    found = paired(busy_days, [wait - 2 for wait in busy_days])
    assert (found.mean, found.half_width, found.count) == (-2, 0, 4)


def test_ratio_weighs_each_contact_alike() -> None:
    """A quiet day of one long wait and a busy one of many short: the mean wait is per caller."""
    found = ratio(totals=[100.0, 90.0], counts=[1, 9])
    assert found.mean == 19
    # Residuals are +81 and -81, their standard error 81, over 5 callers a day.
    assert found.half_width == pytest.approx(12.706204736 * 81 / 5)
    assert ratio([0.0, 0.0], [0, 0]) == Interval(0.0, inf, 2)


def test_difference_of_ratios_is_that_of_the_pooled_ones() -> None:
    first, second = ([100.0, 90.0, 10.0], [1, 9, 5]), ([130.0, 80.0, 10.0], [2, 9, 5])
    found = ratio_difference(first, second)
    assert found.mean == pytest.approx(ratio(*second).mean - ratio(*first).mean)
    assert ratio_difference(first, first) == Interval(0.0, 0.0, 3)


def test_difference_of_ratios_over_equal_counts_is_the_paired_difference() -> None:
    one, other = [3.0, 5.0, 8.0, 2.0], [4.0, 5.5, 9.5, 1.0]
    by_ratio = ratio_difference(
        ([6 * value for value in one], [6] * 4), ([6 * value for value in other], [6] * 4)
    )
    by_mean = paired(one, other)
    assert (by_ratio.mean, by_ratio.half_width) == pytest.approx((by_mean.mean, by_mean.half_width))


def test_difference_from_nothing_is_not_known() -> None:
    assert ratio_difference(([0.0, 0.0], [0, 0]), ([1.0, 2.0], [1, 1])).half_width == inf


def test_ratio_over_equal_counts_is_the_mean() -> None:
    values = [3.0, 1.0, 4.0, 1.0, 5.0]
    by_ratio, by_mean = ratio([8 * value for value in values], [8] * 5), interval(values)
    assert (by_ratio.mean, by_ratio.half_width) == pytest.approx((by_mean.mean, by_mean.half_width))


def test_batch_means_leave_out_the_beginning() -> None:
    assert batch_means([1e6, 1, 3, 5, 7], batches=2) == interval([2.0, 6.0])


def test_batch_means_see_that_neighbours_are_alike() -> None:
    """In a walk that forgets slowly, intervals of single values would be much too narrow."""
    noise = Streams(5).stream("noise")
    walk, value = [], 0.0
    for _ in range(20_000):
        value = 0.98 * value + noise.gauss(0, 1)
        walk.append(value)
    batched = batch_means(walk, batches=20)
    assert batched.half_width > 4 * interval(walk).half_width
    assert batched.contains(0)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    noise = Streams(3).stream("noise")
    samples = [[noise.gauss(10, 3) for _ in range(6)] for _ in range(4_000)]
    held = sum(interval(sample, level=0.9).contains(10) for sample in samples) / len(samples)
    # The standard error of a share of 0.9 in 4,000 is 0.0047.
    assert held == pytest.approx(0.9, abs=0.016)


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
def test_level_is_a_share(level: float) -> None:
    for ask in (lambda: interval([1.0, 2.0], level), lambda: ratio([1.0], [1.0], level)):
        with pytest.raises(ConfigError, match=r"level: found .*between 0 and 1"):
            ask()


def test_what_cannot_be_estimated_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match="values: found 0; at least one"):
        interval([])
    with pytest.raises(ConfigError, match="second: found 1; as many values as the first: 2"):
        paired([1.0, 2.0], [1.0])
    with pytest.raises(ConfigError, match="counts: found 1"):
        ratio([1.0, 2.0], [1.0])
    with pytest.raises(ConfigError):
        ratio_difference(([1.0, 2.0], [1.0, 1.0]), ([1.0], [1.0]))
    for batches in (0, 1, 4):
        with pytest.raises(ConfigError, match=r"batches: found .*from 2 to the number of values: 3"):
            batch_means([1.0, 2.0, 3.0], batches)
    with pytest.raises(ConfigError, match="freedom: found 0"):
        student_t(0.95, 0)

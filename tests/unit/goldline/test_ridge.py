"""The regression, against functions it must find and systems solved by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.rng import Streams
from goldline.estimate.ridge import BATCH, Regression, solved


def drawn(seed: int, count: int) -> list[tuple[list[float], float]]:
    """Return samples of 5 + 2 x - 3 y and a little noise; beside x and y stand a 7 and what tells nothing."""
    stream = Streams(seed).stream("samples")
    samples = []
    for _ in range(count):
        x, y, nothing = (stream.random() * 100 for _ in range(3))
        samples.append(([x, y, 7.0, nothing], 5 + 2 * x - 3 * y + stream.random() - 0.5))
    return samples


def learned(samples: list[tuple[list[float], float]]) -> Regression:
    regression = Regression(4)
    for features, target in samples:
        regression.add(features, target)
    return regression


def test_linear_function_is_found_and_what_tells_nothing_weighs_nothing() -> None:
    fit = learned(drawn(1, BATCH + 500)).fit(prior_samples=1e-6)
    assert fit.samples == BATCH + 500
    assert fit.weights == pytest.approx((2, -3, 0, 0), abs=2e-3)
    assert fit.weights[2] == 0
    assert fit.intercept == pytest.approx(5, abs=0.1)


def test_sums_of_two_parts_are_those_of_the_whole() -> None:
    samples = drawn(2, 3_000)
    part, rest = learned(samples[:1_000]), learned(samples[1_000:])
    part += rest
    assert part.fit().weights == pytest.approx(learned(samples).fit().weights, rel=1e-9)


def test_few_samples_are_believed_less_than_many() -> None:
    few, many = (learned(drawn(3, count)).fit().weights[0] for count in (100, 10_000))
    assert 0 < few < 1 < many < 2


def test_same_feature_twice_is_no_trouble_and_shares_the_weight() -> None:
    regression = Regression(2)
    for x in range(100):
        regression.add([float(x), float(x)], 4.0 * x)
    assert regression.fit(prior_samples=0.1).weights == pytest.approx((2, 2), rel=1e-2)


def test_nothing_learned_is_nothing_foretold() -> None:
    fit = Regression(3).fit()
    assert (fit.intercept, fit.weights, fit.samples) == (0, (0, 0, 0), 0)


@given(st.lists(st.lists(st.floats(-10, 10), min_size=3, max_size=3), min_size=3, max_size=3))
def test_solution_solves_the_system(rows: list[list[float]]) -> None:
    matrix = [
        [sum(a * b for a, b in zip(one, other, strict=True)) + (one is other) for other in rows]
        for one in rows
    ]
    right = [1.0, -2.0, 3.0]
    solution = solved(matrix, right)
    back = [sum(a * x for a, x in zip(row, solution, strict=True)) for row in matrix]
    assert back == pytest.approx(right, abs=1e-6)

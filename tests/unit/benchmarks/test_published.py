"""Published examples through the engine: a few days of two of them, and the arithmetic around them."""

from __future__ import annotations

from math import log
from statistics import fmean

import pytest

from benchmarks._published import Figure
from benchmarks._quantiles import gamma_quantile
from benchmarks._theory import opened
from benchmarks.published import BY_NAME, DAYS, Days, stratified_ratio, verdict, with_busyness
from simulator.confidence import Interval


@pytest.mark.parametrize(
    ("shape", "share", "quantile"),
    [(1.0, 0.5, log(2)), (1.0, 0.99, -log(0.01)), (5.0, 0.95, 18.307 / 2), (0.5, 0.95, 3.8415 / 2)],
    ids=["exponential", "its tail", "chi square, ten degrees", "chi square, one degree"],
)
def test_quantiles_of_the_gamma_distribution(shape: float, share: float, quantile: float) -> None:
    assert gamma_quantile(shape, shape, share) == pytest.approx(quantile, rel=1e-4)


def test_strata_keep_the_mean_of_the_busyness() -> None:
    scenario, _ = opened("call-centre-day")
    days = [with_busyness(scenario, (place + 0.5) / 500) for place in range(500)]
    factors = [day.day_factors["busyness"].value for day in days]  # type: ignore[union-attr]
    assert factors == sorted(factors)
    assert fmean(factors) == pytest.approx(1.0, abs=1e-3)


def test_interval_of_strata_does_not_count_what_lies_between_them() -> None:
    totals = [10.0, 11.0, 20.0, 21.0, 30.0, 31.0]
    ours = stratified_ratio(totals, [1.0] * 6)
    assert ours.mean == 20.5
    assert ours.half_width == pytest.approx(3.182 * 3**0.5 / 6, rel=1e-3)


@pytest.mark.parametrize(
    ("mean", "days", "said"),
    [(1.5, DAYS, "inside"), (2.05, DAYS, "OUTSIDE"), (2.05, 100, "inside"), (2.2, 100, "OUTSIDE")],
)
def test_only_few_days_may_reach_into_the_published_interval(mean: float, days: int, said: str) -> None:
    figure = Figure(name="any", total=lambda day: 1.0, low=1.0, high=2.0)
    assert verdict(figure, Interval(mean, 0.1, days), days) == said


def test_what_lies_outside_for_another_rule_is_not_called_wrong() -> None:
    figure = Figure(name="any", total=lambda day: 1.0, low=1.0, high=2.0)
    assert verdict(figure, Interval(3.0, 0.1, DAYS), DAYS, "at random") == "other rule: at random"
    assert verdict(figure, Interval(1.5, 0.1, DAYS), DAYS, "at random") == "inside"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["MMCAb", "SimpleMSK"])
def test_an_ordinary_day_falls_near_the_published_figures(name: str) -> None:
    ordinary_day = Days(name=name, count=100, stratified=True)(50)
    for figure, (total, count) in zip(BY_NAME[name].figures, ordinary_day, strict=True):
        assert figure.low * 0.75 < total / count < figure.high * 1.25, figure.name

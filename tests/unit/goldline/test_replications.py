"""Many runs: in the order of their seeds, and laid over one another rightly."""

from __future__ import annotations

from math import factorial

import pytest

from goldline import replications
from goldline.replications import each_run, over_runs
from metrics.ratio import Ratio
from simulator.confidence import interval, ratio


@pytest.fixture(params=[True, False], ids=["as on CPython", "as on PyPy"])
def interpreter(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replications, "COMPILED", request.param)


@pytest.mark.slow
@pytest.mark.usefixtures("interpreter")
def test_results_come_in_the_order_of_the_seeds() -> None:
    assert list(each_run(factorial, range(20), cores=2)) == [factorial(number) for number in range(20)]


@pytest.mark.slow
@pytest.mark.usefixtures("interpreter")
@pytest.mark.parametrize("cores", [1, 2])
def test_error_of_a_run_is_ours(cores: int) -> None:
    with pytest.raises(ValueError, match="not defined for negative values"):
        list(each_run(factorial, [1, -1], cores=cores))


def test_figure_of_several_runs_is_its_mean_with_half_of_its_interval() -> None:
    found = interval([10, 12, 17])
    assert over_runs([{"offered": 10}, {"offered": 12}, {"offered": 17}]) == {
        "offered": {"mean": 13.0, "half_width": round(found.half_width, 4)}
    }


def test_ratio_of_several_runs_is_that_of_their_sums() -> None:
    busy, quiet = Ratio(900.0, 90), Ratio(0.0, 10)
    pooled = ratio([900.0, 0.0], [90, 10])
    assert pooled.mean == 9.0, "the mean of the two means would be 5"
    assert over_runs([{"wait": busy}, {"wait": quiet}])["wait"]["mean"] == 9.0


def test_columns_stay_columns() -> None:
    laid = over_runs([{"length": [1, None, Ratio(0, 0)]}, {"length": [3, 2.5, Ratio(0, 0)]}])["length"]
    assert laid["mean"] == [2.0, 2.5, None]
    assert laid["half_width"][1:] == [None, None], "one run, or none, tells nothing of the spread"


def test_tier_that_only_some_runs_have_was_nobody_in_the_others() -> None:
    gold = {"offered": 4, "wait": Ratio(8.0, 4), "column": [4, 0]}
    laid = over_runs([{"tiers": {}}, {"tiers": {"gold": gold}}])["tiers"]["gold"]
    assert laid["offered"]["mean"] == 2.0
    assert laid["wait"]["mean"] == 2.0
    assert laid["column"]["mean"] == [2.0, 0.0]

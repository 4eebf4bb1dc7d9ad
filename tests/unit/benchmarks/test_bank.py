"""The bank's days replayed: figures are made alike of truth and replay, and the two are close."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from benchmarks._bank import Comparison, Figures, Outcome, all_replayed, compared, figures, replay_of
from benchmarks.bank import verdict_of, wrap_up_for
from simulator.bank.calls import LeftOut

WRAP_UP_S = 34.0
"""As fitted on February's odd days by `python -m benchmarks.bank`."""


def test_figures_are_shares_of_all_calls_and_means_by_day_and_hour() -> None:
    quiet = [Outcome(8, 0.0, abandoned=False), Outcome(8, 20.0, abandoned=False)]
    busy = [Outcome(8, 100.0, abandoned=False), Outcome(9, 10.0, abandoned=True)]
    found = figures([quiet, busy])
    assert (found.calls, found.waited, found.abandoned, found.in_time) == (4, 0.75, 0.25, 0.5)
    assert (found.mean_wait_s, found.by_day_s, found.by_hour_s) == (32.5, (10.0, 55.0), {8: 40.0, 9: 10.0})


def days_of(mean_wait_s: float, abandoned: float, by_day_s: tuple[float, ...]) -> Figures:
    return Figures(
        calls=100,
        waited=0.5,
        mean_wait_s=mean_wait_s,
        abandoned=abandoned,
        in_time=0.5,
        by_day_s=by_day_s,
        by_hour_s={8: 1.0, 9: 2.0},
    )


TRUTH = days_of(40, 0.11, (20, 40, 60))


@pytest.mark.parametrize(
    ("replay", "verdict"),
    [
        (days_of(43, 0.12, (25, 45, 59)), "good"),
        (days_of(44.1, 0.11, (20, 40, 60)), "OFF"),
        (days_of(35.9, 0.11, (20, 40, 60)), "OFF"),
        (days_of(40, 0.123, (20, 40, 60)), "OFF"),
        (days_of(40, 0.097, (20, 40, 60)), "OFF"),
        (days_of(40, 0.11, (20, 61, 39)), "OFF"),
    ],
)
def test_a_replay_is_off_where_one_of_the_three_figures_is(replay: Figures, verdict: str) -> None:
    assert verdict_of(Comparison(real=TRUTH, replayed=replay), leniency=1) == verdict


@pytest.mark.parametrize("wrap_up_s", [8.0, 34.0, 70.0])
def test_the_wrap_up_is_found_that_a_mean_wait_belongs_to(wrap_up_s: float) -> None:
    def mean_wait_s(tried_s: float) -> float:
        return 10 + 0.6 * tried_s + 0.004 * tried_s**2  # the longer the wrap-up, the more each second costs

    assert wrap_up_for(mean_wait_s(wrap_up_s), mean_wait_s) == pytest.approx(wrap_up_s, abs=0.3)


@pytest.mark.captures
def test_the_month_has_the_calls_it_is_known_to_have(reference_folder: Path) -> None:
    month = replay_of(reference_folder / "bank_1999" / "calls_1999_02.csv.gz").month
    left_out = sum((Counter(day.left_out) for day in month.days), Counter())
    assert len(month.calls) + left_out[LeftOut.NOBODY_SERVED] == 31_125
    assert left_out[LeftOut.PHANTOM] == 278


@pytest.mark.captures
@pytest.mark.slow
def test_three_real_days_wait_as_long_as_they_did(reference_folder: Path) -> None:
    path = reference_folder / "bank_1999" / "calls_1999_02.csv.gz"
    month = replay_of(path).month
    days = [day for day in month.days if day.date.day in (2, 8, 16)]
    found = compared(days, all_replayed(path, days, WRAP_UP_S, runs=[1]))
    assert found.replayed.calls == found.real.calls
    assert abs(found.wait_off) < 0.2
    assert abs(found.points_off) < 2.5
    assert found.daily > 0.9

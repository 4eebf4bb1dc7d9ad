"""Calls come when the scenario says they come."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from random import Random
from statistics import fmean, pstdev
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from core.kernel.clock import SECOND_US, microseconds
from core.kernel.errors import ConfigError
from simulator.arrivals import TimedArrivals, planned_arrivals
from simulator.demand import Arrivals
from simulator.trace import Arrival

ARRIVALS: TypeAdapter[TimedArrivals] = TypeAdapter(Arrivals)


def entry(folder: Path = Path(), **keys: Any) -> TimedArrivals:
    return ARRIVALS.validate_python({"dialed_number": "800"} | keys, context={"folder": folder})


def calls(arrivals: TimedArrivals, duration_s: float = 3600, factor: float = 1.0) -> list[Arrival]:
    return list(planned_arrivals(arrivals, duration_s, {"": 1.0, "day": factor}, Random(5)))


def in_intervals(arrivals: list[Arrival], interval_s: float, count: int) -> list[int]:
    places = [call.at_us // microseconds(interval_s) for call in arrivals]
    return [places.count(place) for place in range(count)]


def test_poisson_arrivals_have_their_rate_and_its_spread() -> None:
    came = calls(entry(kind="poisson", per_hour=360), duration_s=100_000)
    gaps = [after.at_us - before.at_us for before, after in pairwise(came)]
    assert len(came) == pytest.approx(10_000, abs=300)
    assert pstdev(gaps) / fmean(gaps) == pytest.approx(1, abs=0.03)


def test_interval_arrivals_follow_their_counts_from_their_own_beginning() -> None:
    arrivals = entry(kind="intervals", interval_s=1800, counts=[400, 0, 100], from_s=1800)
    by_interval = in_intervals(calls(arrivals, duration_s=7200), 1800, 4)
    assert by_interval == [0, pytest.approx(400, abs=60), 0, pytest.approx(100, abs=30)]


def test_day_factor_multiplies_every_rate() -> None:
    poisson = entry(kind="poisson", per_hour=36_000, factor="day")
    intervals = entry(kind="intervals", interval_s=3600, counts=[36_000], factor="day")
    renewal = entry(kind="renewal", between={"kind": "constant", "value_s": 0.1}, factor="day")
    for arrivals in (poisson, intervals, renewal):
        assert len(calls(arrivals, factor=1.5)) == pytest.approx(54_000, rel=0.02)


def test_nobody_calls_on_a_day_of_factor_nothing() -> None:
    renewal = entry(kind="renewal", between={"kind": "constant", "value_s": 60}, factor="day")
    assert calls(renewal, factor=0) == []


def test_renewal_arrivals_are_as_far_apart_as_drawn() -> None:
    arrivals = entry(kind="renewal", between={"kind": "constant", "value_s": 600}, from_s=100)
    assert [call.at_us // SECOND_US for call in calls(arrivals)] == [700, 1300, 1900, 2500, 3100]


def test_calls_come_within_their_window_only() -> None:
    came = calls(entry(kind="poisson", per_hour=3600, from_s=600, until_s=1200))
    assert min(came).at_us >= microseconds(600)
    assert max(came).at_us < microseconds(1200)
    assert len(came) == pytest.approx(600, abs=80)


def test_trace_is_sorted_and_cut_at_the_end(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text("at_s,who\n20.5,a\n3,b\n9000,c\n")
    came = calls(entry(tmp_path, kind="file", path="calls.csv"))
    assert [call.at_us for call in came] == [3_000_000, 20_500_000]


def test_trace_gives_what_its_columns_say_and_no_more(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text(
        "at_s,dialed_number,customers,customer,patience_s,talk_s,wrap_up_s\n"
        "1,801,gold,3,60.5,120,0\n"
        "2,,,,,,\n"
    )
    given, open_call = calls(entry(tmp_path, kind="file", path="calls.csv"))
    assert given == Arrival(
        1_000_000,
        dialed_number="801",
        customers="gold",
        customer=3,
        patience_us=60_500_000,
        talk_us=120_000_000,
        wrap_up_us=0,
        line=2,
    )
    assert open_call == Arrival(2_000_000, line=3)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("soon,800,1,60", "at_s"),
        ("-1,800,1,60", "at_s"),
        (",800,1,60", "at_s"),
        ("nan,800,1,60", "at_s"),
        ("5,eight,1,60", "dialed_number"),
        ("5,800,-1,60", "customer"),
        ("5,800,1,inf", "talk_s"),
    ],
)
def test_bad_row_of_a_trace_is_named_by_file_line_and_column(tmp_path: Path, row: str, column: str) -> None:
    (tmp_path / "calls.csv").write_text(f"at_s,dialed_number,customer,talk_s\n3,800,0,9\n{row}\n")
    with pytest.raises(ConfigError) as refused:
        entry(tmp_path, kind="file", path="calls.csv")
    assert refused.value.where == f"{tmp_path / 'calls.csv'}: line 3: {column}"


def test_trace_without_instants_is_refused(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text("when\n3\n")
    with pytest.raises(ConfigError, match=r"line 1.*a column named at_s"):
        entry(tmp_path, kind="file", path="calls.csv")


def test_missing_trace_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match=r"a file beside the scenario.*nowhere\.csv"):
        entry(tmp_path, kind="file", path="nowhere.csv")


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        (
            {"kind": "poisson", "per_hour": 60, "from_s": 600, "until_s": 600},
            "until_s: found 600.0; more than from_s",
        ),
        ({"kind": "renewal", "between": {"kind": "constant", "value_s": 0}}, "between: found a mean of 0"),
        ({"kind": "poisson", "per_hour": 60, "colour": "red"}, "colour"),
        ({"kind": "file", "path": "calls.csv", "factor": "day"}, "factor"),
    ],
)
def test_arrivals_that_make_no_sense_are_refused(keys: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        entry(**keys)

"""What is drawn has the distribution that the scenario names."""

from __future__ import annotations

from collections import Counter
from math import exp, log, sqrt
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from core.kernel.clock import SECOND_US
from core.kernel.errors import ConfigError
from core.kernel.rng import KeyedDraws
from simulator.draws import Duration

DURATION: TypeAdapter[Any] = TypeAdapter(Duration)
DRAWS = 40_000

EXPONENTIAL = {"kind": "exponential", "mean_s": 200}
KINDS = [
    {"kind": "constant", "value_s": 12.5},
    EXPONENTIAL,
    {"kind": "uniform", "low_s": 30, "high_s": 90},
    {"kind": "lognormal", "mean_s": 200, "deviation_s": 250},
    {"kind": "gamma", "mean_s": 160, "shape": 0.755},
    {"kind": "gamma", "mean_s": 160, "shape": 28.7},
    {"kind": "empirical", "values_s": [1, 2, 2, 300]},
    {"kind": "balking", "share": 0.1, "otherwise": EXPONENTIAL},
]


def duration(folder: Path = Path(), **keys: Any) -> Any:
    return DURATION.validate_python(keys, context={"folder": folder})


def drawn_s(duration: Any, seed: int = 5) -> list[float]:
    draws = KeyedDraws(seed, "a test")
    return [duration.draw_us(draws.of(number)) / SECOND_US for number in range(DRAWS)]


@pytest.mark.parametrize("keys", KINDS)
def test_draws_have_the_mean_they_claim(keys: dict[str, Any]) -> None:
    drawn = drawn_s(duration(**keys))
    mean = sum(drawn) / DRAWS
    spread = sqrt(sum((value - mean) ** 2 for value in drawn) / DRAWS)
    assert mean == pytest.approx(duration(**keys).mean_s, abs=4 * spread / sqrt(DRAWS) + 1e-6)


@pytest.mark.parametrize(
    ("keys", "at_s", "below"),
    [
        (EXPONENTIAL, 200, 1 - exp(-1)),
        ({"kind": "lognormal", "mean_s": 200, "deviation_s": 250}, 200 / sqrt(1 + 1.25**2), 0.5),
        ({"kind": "gamma", "mean_s": 100, "shape": 2}, 100, 1 - 3 * exp(-2)),
        ({"kind": "uniform", "low_s": 30, "high_s": 90}, 45, 0.25),
        ({"kind": "balking", "share": 0.1, "otherwise": EXPONENTIAL}, 200, 0.1 + 0.9 * (1 - exp(-1))),
    ],
)
def test_draws_have_their_quantiles(keys: dict[str, Any], at_s: float, below: float) -> None:
    drawn = drawn_s(duration(**keys))
    share = sum(value <= at_s for value in drawn) / DRAWS
    assert share == pytest.approx(below, abs=4 * sqrt(below * (1 - below) / DRAWS))


def test_empirical_draws_only_what_was_seen(tmp_path: Path) -> None:
    (tmp_path / "talks.csv").write_text("call,talk_s\na,10\nb,20\nc,20\nd,40\n")
    seen = Counter(drawn_s(duration(tmp_path, kind="empirical", path="talks.csv", column="talk_s")))
    assert sorted(seen) == [10, 20, 40]
    assert seen[20] / DRAWS == pytest.approx(0.5, abs=0.01)


HAND_COMPUTED = "waited_s,abandoned\n10,1\n20,0\n30,1\n30,0\n60,0\n60,1\n90,0\n120,0\n"
"""At risk 8, 6, 4: the share still there falls to 7/8, then by 1/6 to 35/48, then by 1/4 to 35/64.

420 s were waited and 3 hung up: beyond 60 s people leave after 140 s more on average.
"""


def test_patience_of_waits_cut_short_is_the_product_limit(tmp_path: Path) -> None:
    (tmp_path / "waits.csv").write_text(HAND_COMPUTED)
    patience = duration(tmp_path, kind="kaplan_meier", path="waits.csv")
    drawn = Counter(drawn_s(patience))
    for at_s, share in ((10, 1 / 8), (30, 7 / 8 - 35 / 48), (60, 35 / 48 - 35 / 64)):
        assert drawn[at_s] / DRAWS == pytest.approx(share, abs=0.01)
    beyond = [at_s - 60 for at_s in drawn.elements() if at_s > 60]
    assert len(beyond) / DRAWS == pytest.approx(35 / 64, abs=0.01)
    assert sum(beyond) / len(beyond) == pytest.approx(140, rel=0.03)
    assert patience.mean_s == pytest.approx(10 + 7 / 8 * 20 + 35 / 48 * 30 + 35 / 64 * 140)


def test_censored_waits_of_an_exponential_patience_give_it_back(tmp_path: Path) -> None:
    stream = Random(3)
    waits = [(stream.expovariate(1 / 300), stream.expovariate(1 / 300)) for _ in range(20_000)]
    rows = [f"{min(pair):.3f},{int(pair[0] < pair[1])}" for pair in waits]
    (tmp_path / "waits.csv").write_text("\n".join(["waited_s,abandoned", *rows]))
    patience = duration(tmp_path, kind="kaplan_meier", path="waits.csv")
    assert patience.mean_s == pytest.approx(300, rel=0.05)
    median = sorted(drawn_s(patience))[DRAWS // 2]
    assert median == pytest.approx(300 * log(2), rel=0.05)


@pytest.mark.parametrize(
    ("table", "where"),
    [
        ("waited_s,abandoned\n10,1\n20,yes\n", "line 3: abandoned"),
        ("waited_s,abandoned\n-10,1\n", "line 2: waited_s"),
        ("waited_s\n10\n", "line 1"),
        ("waited_s,abandoned\n10,0\n", "abandoned"),
        ("", "line 1"),
    ],
)
def test_bad_table_of_waits_is_named_by_file_and_line(tmp_path: Path, table: str, where: str) -> None:
    (tmp_path / "waits.csv").write_text(table)
    with pytest.raises(ConfigError) as refused:
        duration(tmp_path, kind="kaplan_meier", path="waits.csv")
    assert refused.value.where == f"{tmp_path / 'waits.csv'}: {where}"


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ({"kind": "uniform", "low_s": 5, "high_s": 1}, "high_s: found 1.0; at least low_s"),
        ({"kind": "empirical"}, "found neither; one of the two"),
        ({"kind": "empirical", "values_s": []}, "found neither; one of the two"),
        ({"kind": "empirical", "values_s": [1], "column": "b"}, "path and column go together"),
        ({"kind": "gamma", "mean_s": 5}, "shape"),
        ({"kind": "balking", "share": 1.5, "otherwise": EXPONENTIAL}, "less than or equal to 1"),
        ({"kind": "weibull", "mean_s": 5}, "weibull"),
    ],
)
def test_distribution_that_makes_no_sense_is_refused(keys: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        duration(**keys)

"""A scenario file is checked whole, and what is wrong with it is said exactly."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from core.kernel.clock import SECOND_US, microseconds
from core.kernel.errors import ConfigError
from simulator.arrivals import arrival_instants, poisson_instants
from simulator.draws import Exponential, LogNormal
from simulator.scenario import load_scenario, read_scenario

SMALL = Path(__file__).parents[3] / "examples" / "scenarios" / "small.toml"


def table(**changes: Any) -> dict[str, Any]:
    return {
        "schema": 1,
        "engine_config": "goldline.toml",
        "duration_s": 3600,
        "arrivals": [{"kind": "poisson", "dialed_number": "800", "per_hour": 60}],
        "customers": [{"weight": 1}],
        "service": [
            {
                "talk": {"kind": "constant", "value_s": 60},
                "wrap_up": {"kind": "constant", "value_s": 5},
            }
        ],
        "agents": [{"id": "ann", "extension": "PJSIP/1001"}],
    } | changes


def test_example_scenario_is_sound() -> None:
    scenario = load_scenario(SMALL)
    assert scenario.name == "small"
    assert scenario.folder == SMALL.parent
    assert [agent.id for agent in scenario.agents][:2] == ["alice", "bruno"]
    assert scenario.service_of("loans", "platinum", scenario.agents[0]).talk.mean_s == 240
    assert scenario.service_of("loans", "gold", scenario.agents[0]).talk.mean_s == 180


@pytest.mark.parametrize(
    ("changes", "where", "found"),
    [
        ({"colour": "red"}, "colour", "red"),
        ({"duration_s": 0}, "duration_s", 0),
        ({"schema": 2}, "schema", 2),
        ({"agents": [{"id": "ann", "extension": "1001"}]}, "agents.0.extension", "1001"),
        (
            {"agents": [{"id": "ann", "extension": "PJSIP/1", "skills": {"a": 11}}]},
            "agents.0.skills.a",
            11,
        ),
        ({"journeys": [{"keys": ["1", "press two"]}]}, "journeys.0.keys.1", "press two"),
        ({"customers": []}, "customers", []),
        (
            {"agents": [{"id": "a", "extension": "PJSIP/1"}, {"id": "b", "extension": "PJSIP/1"}]},
            "agents.1.extension",
            "PJSIP/1",
        ),
        (
            {"faults": [{"extension": "PJSIP/7", "reach": "busy", "until_s": 5}]},
            "faults.0.extension",
            "PJSIP/7",
        ),
    ],
)
def test_error_names_the_key_and_what_was_found(changes: dict[str, Any], where: str, found: object) -> None:
    with pytest.raises(ConfigError) as caught:
        read_scenario(table(**changes))
    assert caught.value.where.endswith(where)
    assert caught.value.found == found


def test_file_that_is_not_toml_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("schema = = 1")
    with pytest.raises(ConfigError, match=r"broken\.toml"):
        load_scenario(broken)


def test_poisson_arrivals_have_their_rate() -> None:
    instants = list(poisson_instants(0, 100_000 * SECOND_US, 0.1, Random(5)))
    assert instants == sorted(instants)
    assert 9_600 < len(instants) < 10_400


def test_interval_arrivals_follow_their_counts() -> None:
    arrivals = {"kind": "intervals", "dialed_number": "800", "interval_s": 1800, "counts": [400, 0, 100]}
    scenario = read_scenario(table(duration_s=5400, arrivals=[arrivals]))
    instants = list(arrival_instants(scenario.arrivals[0], scenario, Random(5)))
    by_interval = [sum(1 for at_us in instants if at_us // microseconds(1800) == i) for i in range(3)]
    assert 340 < by_interval[0] < 460
    assert by_interval[1] == 0
    assert 70 < by_interval[2] < 130


def test_arrivals_from_a_file_are_sorted_and_cut_at_the_end(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text("at_s,who\n20.5,a\n3,b\n9000,c\n")
    arrivals = {"kind": "file", "dialed_number": "800", "path": "calls.csv"}
    scenario = read_scenario(table(arrivals=[arrivals]), tmp_path / "s.toml")
    instants = arrival_instants(scenario.arrivals[0], scenario, Random(5))
    assert list(instants) == [3_000_000, 20_500_000]


@pytest.mark.parametrize("line", ["soon", "-1", ""])
def test_arrival_that_is_no_instant_is_refused_with_its_line(tmp_path: Path, line: str) -> None:
    (tmp_path / "calls.csv").write_text(f"at_s,who\n3,b\n{line},x\n")
    arrivals = {"kind": "file", "dialed_number": "800", "path": "calls.csv"}
    scenario = read_scenario(table(arrivals=[arrivals]), tmp_path / "s.toml")
    with pytest.raises(ConfigError, match="line 3"):
        arrival_instants(scenario.arrivals[0], scenario, Random(5))


def test_draws_have_their_means() -> None:
    stream = Random(5)
    lognormal = LogNormal(kind="lognormal", mean_s=200, deviation_s=250)
    exponential = Exponential(kind="exponential", mean_s=200)
    for duration in (lognormal, exponential):
        mean_us = sum(duration.draw_us(stream) for _ in range(40_000)) / 40_000
        assert mean_us == pytest.approx(200 * SECOND_US, rel=0.04)

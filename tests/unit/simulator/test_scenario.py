"""A scenario file is checked whole, and what is wrong with it is said exactly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.kernel.errors import ConfigError
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

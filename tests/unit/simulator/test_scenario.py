"""A scenario file is checked whole, and what is wrong with it is said exactly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from simulator.scenario import load_scenario

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

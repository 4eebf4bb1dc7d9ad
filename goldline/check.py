"""`goldline check-config`: a configuration or a scenario, checked as a run would check it."""

from __future__ import annotations

import tomllib
from pathlib import Path

from goldline.app import build_brain, configured_agents
from goldline.config import load_config
from goldline.flows import load_flows
from goldline.harness import open_scenario
from simulator.scenario import load_scenario


def check_file(path: Path) -> str:
    """Return what the file holds, where all is well with it; raise `ConfigError` where not."""
    return _check_scenario(path) if _is_scenario(path) else _check_config(path)


def _is_scenario(path: Path) -> bool:
    try:
        return "engine_config" in tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return False  # whoever reads it as a configuration says what is wrong


def _check_config(path: Path) -> str:
    config = load_config(path)
    flows = load_flows(config, path.parent)
    build_brain(config, flows, configured_agents(config), run=1)
    return f"{len(config.queues)} queues, {len(config.agents)} agents, {len(flows)} flows"


def _check_scenario(path: Path) -> str:
    scenario = load_scenario(path)
    queues = open_scenario(scenario).queues
    return (
        f"{len(scenario.arrivals)} streams of calls, {len(scenario.customers)} groups of customers, "
        f"{len(scenario.staff)} agents in {len(scenario.teams)} teams or alone, {len(queues)} queues"
    )

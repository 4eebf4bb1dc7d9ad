"""`goldline check-config`: a configuration or a scenario, checked as a run would check it."""

from __future__ import annotations

import tomllib
from collections.abc import Sized
from pathlib import Path
from typing import NamedTuple

from goldline.app import build_brain, configured_agents
from goldline.config import load_config
from goldline.flows import load_flows
from goldline.harness import open_scenario
from goldline.rules_check import check_config_rules
from goldline.scenario_fit import check_fit
from goldline.secrets_check import check_secrets
from routing.checks.finding import Finding
from simulator.scenario import load_scenario


class Checked(NamedTuple):
    """What a sound file holds, and what its rules are warned of."""

    holds: str
    warnings: list[Finding]


def check_file(path: Path) -> Checked:
    """Return what the file holds; raise `ConfigError` where a run would not start with it."""
    return _check_scenario(path) if _is_scenario(path) else _check_config(path)


def _is_scenario(path: Path) -> bool:
    try:
        return "engine_config" in tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return False  # whoever reads it as a configuration says what is wrong


def _check_config(path: Path) -> Checked:
    config = load_config(path)
    flows = load_flows(config, path.parent)
    agents = configured_agents(config)
    build_brain(config, flows, agents, run=1)
    warnings = check_config_rules(config, flows, agents, path) + check_secrets(config, path)
    holds = f"{_count(config.queues, 'queue')}, {_count(agents, 'agent')}, {_count(flows, 'flow')}"
    return Checked(holds, warnings)


def _check_scenario(path: Path) -> Checked:
    scenario = load_scenario(path)
    config = open_scenario(scenario)
    streams, groups = _count(scenario.arrivals, "stream"), _count(scenario.customers, "group")
    agents, teams = _count(scenario.staff, "agent"), _count(scenario.teams, "team")
    holds = (
        f"{streams} of calls, {groups} of customers, {agents} in {teams} or alone, "
        f"{_count(config.queues, 'queue')}"
    )
    return Checked(holds, check_fit(scenario, config))


def _count(things: Sized, name: str) -> str:
    """Return how many there are, such as `1 queue` or `1,200 agents`."""
    return f"{len(things):,} {name}{'' if len(things) == 1 else 's'}"

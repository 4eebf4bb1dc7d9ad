"""`goldline check-config`: a configuration, a scenario or a flow, checked as a run would check it."""

from __future__ import annotations

from collections.abc import Sized
from pathlib import Path
from typing import NamedTuple

from core.kernel.errors import ConfigError
from core.kernel.toml import parse_toml
from goldline.app import build_brain, configured_agents
from goldline.config import load_config
from goldline.flows import load_flows
from goldline.harness import open_scenario
from goldline.rules_check import check_config_rules
from goldline.scenario_fit import check_fit
from goldline.secrets_check import check_secrets
from ivr.loader import load_flow
from routing.checks.finding import Finding
from simulator.scenario import load_scenario


class Checked(NamedTuple):
    """What a sound file holds, and what its rules are warned of."""

    holds: str
    warnings: list[Finding]


def check_file(path: Path) -> Checked:
    """Return what the file holds; raise `ConfigError` where a run would not start with it."""
    keys = _keys(path)
    check = next((check for key, check in _TOLD_BY.items() if key in keys), _check_config)
    return check(path)


def _keys(path: Path) -> frozenset[str]:
    try:
        return frozenset(parse_toml(path.read_bytes(), str(path)))
    except (OSError, ConfigError):
        return frozenset()  # whoever reads it as a configuration says what is wrong


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


def _check_flow(path: Path) -> Checked:
    """Check what a flow says by itself; whether there are the queues it names, its configuration tells."""
    flow = load_flow(path)
    return Checked(f"flow {flow.name}: {_count(flow.nodes, 'node')}", [])


_TOLD_BY = {"engine_config": _check_scenario, "nodes": _check_flow}
"""What a file is, by a key that no other kind has."""


def _count(things: Sized, name: str) -> str:
    """Return how many there are, such as `1 queue` or `1,200 agents`."""
    return f"{len(things):,} {name}{'' if len(things) == 1 else 's'}"

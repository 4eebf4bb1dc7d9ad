"""A floor of three hundred agents in twenty queues, eight calls a second, and agents for what is probed."""

from __future__ import annotations

from typing import Any

from core.model.ids import AgentId, QueueName
from goldline.config import Config, parse_config
from goldline.flows import parse_flows
from ivr.flow import Flow
from simulator.scenario import Scenario, read_scenario

QUEUE_COUNT = 20
AGENTS_OF_QUEUE = 15
CALLS_PER_HOUR = 1_440
"""Of each queue: eight calls a second in all."""
TALK_S, WRAP_UP_S = 20, 3
TIERS = ("platinum", "gold", "silver", "standard")
CUSTOMERS_OF_TIER = 500
PROBED = QueueName("probed")
PROBES = tuple(AgentId(f"probe-{number}") for number in range(8))
"""Agents beside those of the scenario, ready for the work by which routing is timed."""
QUEUES = tuple(f"queue-{number:02}" for number in range(QUEUE_COUNT))
_NUMBERS = {f"80{number:02}": name for number, name in enumerate(QUEUES)}
_FLOW = """
schema = 1
name = "{queue}"
languages = ["en"]
start = "answer"
[nodes.answer]
kind = "answer"
next = "who"
[nodes.who]
kind = "lookup"
next = "line"
[nodes.line]
kind = "queue"
queue = "{queue}"
"""


def busy_config() -> Config:
    """Return the configuration: each number leads to a queue, and nobody is asked for anything."""
    queues = {name: {"requirements": {name: 1}, "wrap_up_limit_s": 10} for name in (*QUEUES, PROBED)}
    tables: dict[str, Any] = {
        "schema": 1,
        "tiers": {tier: {} for tier in TIERS},
        "queues": queues,
        "work": {"capacity": {"task": 2}},
        "ivr": {"flows": [f"{name}.toml" for name in QUEUES], "default": QUEUES[0], "numbers": _NUMBERS},
    }
    return parse_config(tables, "busy floor")


def busy_flows(config: Config) -> dict[str, Flow]:
    """Return the menus."""
    return parse_flows(config, {f"{name}.toml": _FLOW.format(queue=name) for name in QUEUES})


def busy_scenario() -> Scenario:
    """Return who calls and who works."""
    table: dict[str, Any] = {
        "schema": 1,
        "engine_config": "none.toml",
        "duration_s": 36_000,
        "arrivals": [
            {"kind": "poisson", "dialed_number": number, "per_hour": CALLS_PER_HOUR} for number in _NUMBERS
        ],
        "customers": [{"tier": tier, "count": CUSTOMERS_OF_TIER, "weight": 1} for tier in TIERS],
        "journeys": [{}],
        "service": [
            {
                "talk": {"kind": "exponential", "mean_s": TALK_S},
                "wrap_up": {"kind": "exponential", "mean_s": WRAP_UP_S},
            }
        ],
        "teams": [{"name": name, "skills": {name: 5}, "counts": [AGENTS_OF_QUEUE]} for name in QUEUES],
    }
    return read_scenario(table)

"""Every choice among idle agents of a whole day, against the strategy's definition read off the ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from core.model.agent import AgentState
from core.model.events import AgentStateChanged, ContactConnected, DecisionMade, OfferMade, QualityLearned
from core.model.ids import AgentId
from core.model.message import DomainEvent
from goldline.config import parse_config
from goldline.flows import parse_flows
from goldline.harness import SimulatedDay
from routing.rules import Strategy
from simulator.scenario import Scenario, read_scenario

LEVEL_S = 40
MENU = """
schema = 1
name = "menu"
start = "line"
nodes.line = { kind = "queue", queue = "cards" }
"""
WORKING = {AgentState.RESERVED, AgentState.ON_CONTACT, AgentState.WRAP_UP}


@dataclass(slots=True)
class Person:
    """An agent, as whoever reads the ledger knows them."""

    level: int
    pace: float = 1.0
    state: AgentState = AgentState.LOGGED_OUT
    since_us: int = 0
    came_us: int = 0
    offered_us: int = 0
    contacts: int = 0
    spent_us: dict[AgentState, int] = field(default_factory=dict)

    @property
    def occupancy(self) -> float:
        worked = sum(self.spent_us.get(state, 0) for state in WORKING)
        present = worked + self.spent_us.get(AgentState.READY, 0)
        return worked / present if present else 0.0


BEST: dict[Strategy, Callable[[Person], float]] = {
    Strategy.LONGEST_IDLE: lambda person: 0,
    Strategy.HIGHEST_LEVEL: lambda person: person.level,
    Strategy.LOWEST_LEVEL: lambda person: -person.level,
    Strategy.WEIGHTED_LEVEL: lambda person: person.level * LEVEL_S * 1e6 - person.since_us,
    Strategy.LEAST_OCCUPIED: lambda person: -int(person.occupancy * 1e6),
    Strategy.FEWEST_CONTACTS: lambda person: -person.contacts,
    Strategy.ROUND_ROBIN: lambda person: -max(person.offered_us, person.came_us),
    Strategy.FASTEST: lambda person: -person.pace,
}


class Reader:
    """Reads the ledger, and at each choice among idle agents says who should have been chosen."""

    def __init__(self, scenario: Scenario, strategy: Strategy) -> None:
        self.choices = 0
        self._best = BEST[strategy]
        self._people = {AgentId(plan.id): Person(plan.skills["cards"]) for plan in scenario.staff}

    def add(self, event: DomainEvent) -> None:
        match event:
            case AgentStateChanged():
                self._moved(self._people[event.agent_id], event)
            case OfferMade():
                self._people[event.agent_id].offered_us = event.at_us
            case ContactConnected():
                self._people[event.agent_id].contacts += 1
            case QualityLearned():
                self._people[event.agent_id].pace = event.skills[0].quality.pace_ppm / 1e6
            case DecisionMade(asked="agent"):
                self._chosen(event)

    def _moved(self, person: Person, event: AgentStateChanged) -> None:
        if event.new is person.state:
            return
        if person.state is AgentState.LOGGED_OUT:
            person.came_us, person.offered_us, person.contacts = event.at_us, 0, 0
            person.spent_us.clear()
        else:
            person.spent_us[person.state] = (
                person.spent_us.get(person.state, 0) + event.at_us - person.since_us
            )
        person.state, person.since_us = event.new, event.at_us

    def _chosen(self, decision: DecisionMade) -> None:
        idle = {name: one for name, one in self._people.items() if one.state is AgentState.READY}
        order = sorted(idle, key=lambda name: (-self._best(idle[name]), idle[name].since_us))
        assert decision.candidates == len(idle)
        assert decision.winner.agent_id == order[0]
        if decision.runner_up is not None:
            self.choices += 1
            assert decision.runner_up.agent_id == order[1]
            assert decision.winner.score_us >= decision.runner_up.score_us


def read_day(strategy: Strategy) -> Reader:
    """Let two hours pass under a strategy, and return who has read all of it."""
    tables = {
        "schema": 1,
        "tiers": {"standard": {"choose": strategy.value, "weights": {"level_s": LEVEL_S}}},
        "quality": {"pace": [1.0]},
        "queues": {"cards": {"requirements": {"cards": 1}}},
        "ivr": {"flows": ["menu.toml"], "default": "menu"},
    }
    config = parse_config(tables, "rules")
    flows = parse_flows(config, {"menu.toml": MENU})
    exponential = {"kind": "exponential", "mean_s": 100}
    scenario = read_scenario(
        {
            "schema": 1,
            "engine_config": "rules.toml",
            "duration_s": 7200,
            "arrivals": [{"kind": "poisson", "dialed_number": "8000", "per_hour": 220}],
            "customers": [{"weight": 1}],
            "callers": {"patience": {"kind": "exponential", "mean_s": 300}},
            "service": [{"talk": exponential, "wrap_up": {"kind": "constant", "value_s": 10}}],
            "workforce": {"misses": 0.05},
            "teams": [
                {"name": "novice", "skills": {"cards": 1}, "counts": [4, 2], "interval_s": 3600, "pace": 1.3},
                {"name": "adept", "skills": {"cards": 4}, "counts": [3]},
                {"name": "expert", "skills": {"cards": 8}, "counts": [1, 3], "interval_s": 3600, "pace": 0.7},
            ],
        }
    )
    reader = Reader(scenario, strategy)
    SimulatedDay(scenario, config, 1, watchers=[reader.add], flows=flows).run()
    return reader


@pytest.mark.slow
@pytest.mark.parametrize("strategy", BEST)
def test_every_choice_of_a_day_is_that_of_the_strategy(strategy: Strategy) -> None:
    assert read_day(strategy).choices > 100

"""Teams by headcount through the engine: who comes, who goes, and that never too many take new work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.kernel.clock import SECOND_US
from core.model.agent import AgentState
from core.model.events import AgentStateChanged, InteractionRecorded, OfferMade
from core.model.message import DomainEvent
from goldline.harness import SimulatedDay, open_scenario
from simulator.scenario import Scenario, read_scenario
from simulator.staffing import Team

THEORY = Path(__file__).parents[3] / "examples" / "theory"


def constant(value_s: float) -> dict[str, Any]:
    return {"kind": "constant", "value_s": value_s}


def scenario(**changes: Any) -> Scenario:
    """A pool whose phones, agents and telephone system take no time; four calls of 100 s at 0, 1, 2, 3 s."""
    table = {
        "schema": 1,
        "engine_config": "goldline.toml",
        "duration_s": 1000,
        "telephony": {"command_s": 0, "bridge_s": 0, "ring_s": 0},
        "arrivals": [{"kind": "renewal", "dialed_number": "8000", "between": constant(1), "until_s": 4.5}],
        "customers": [{"weight": 1}],
        "callers": {"patience": constant(10_000)},
        "service": [{"talk": constant(100), "wrap_up": constant(0)}],
        "workforce": {"answers": constant(0), "settles_in": constant(0)},
        "teams": [{"name": "pool", "interval_s": 60, "counts": [3]}],
    }
    return read_scenario(table | changes, THEORY / "teams.toml")


def events_of(day: Scenario) -> list[DomainEvent]:
    """Run the day, checked at every step, and return its ledger."""
    events: list[DomainEvent] = []
    SimulatedDay(day, open_scenario(day), seed=1, watchers=[events.append]).run()
    return events


def changes(events: list[DomainEvent], state: AgentState) -> list[tuple[str, float]]:
    """Return who entered the state, and when in seconds."""
    told = (event for event in events if isinstance(event, AgentStateChanged))
    return [(event.agent_id, event.at_us / SECOND_US) for event in told if event.new is state]


def connected_s(events: list[DomainEvent]) -> list[float]:
    """Return when each contact was connected, in seconds."""
    records = (event for event in events if isinstance(event, InteractionRecorded))
    return sorted((record.arrived_us + record.queue_us) / SECOND_US for record in records)


def test_members_are_numbered_and_have_phones_of_their_own() -> None:
    team = Team(name="cards", skills={"cards": 4}, pace=0.8, counts=(1, 2))
    first, second = team.members()
    assert (first.id, first.extension, first.team, first.pace) == (
        "cards-001",
        "PJSIP/cards-001",
        "cards",
        0.8,
    )
    assert second.skills == {"cards": 4}


def test_headcount_changes_only_where_the_counts_do() -> None:
    team = Team(name="cards", from_s=600, interval_s=60, counts=(0, 2, 2, 1))
    assert team.changes() == [(660, 2), (780, 1)]


def test_who_comes_takes_a_call_at_the_very_boundary() -> None:
    events = events_of(scenario(teams=[{"name": "pool", "interval_s": 60, "counts": [0, 2]}]))
    assert changes(events, AgentState.READY)[:2] == [("pool-001", 60), ("pool-002", 60)]
    assert connected_s(events) == [60, 60, 160, 160]


def test_an_idle_agent_who_answers_at_once_lets_nobody_wait() -> None:
    events = events_of(scenario(teams=[{"name": "pool", "counts": [4]}]))
    waits_us = [event.queue_us for event in events if isinstance(event, InteractionRecorded)]
    assert waits_us == [0, 0, 0, 0]


def test_idle_members_of_the_highest_numbers_go_first() -> None:
    day = scenario(teams=[{"name": "pool", "interval_s": 60, "counts": [6, 4]}])
    gone = changes(events_of(day), AgentState.LOGGED_OUT)
    assert gone == [("pool-006", 60), ("pool-005", 60)]


def test_busy_members_go_when_done_and_never_more_than_the_count_take_new_work() -> None:
    day = scenario(teams=[{"name": "pool", "interval_s": 60, "counts": [3, 1]}])
    events = events_of(day)
    assert changes(events, AgentState.LOGGED_OUT) == [("pool-001", 101), ("pool-002", 102)]
    offered = [event.agent_id for event in events if isinstance(event, OfferMade)]
    assert offered == ["pool-001", "pool-002", "pool-003", "pool-003"]
    assert connected_s(events)[-1] == 103


def test_who_wished_to_go_stays_when_the_count_rises_again() -> None:
    day = scenario(teams=[{"name": "pool", "interval_s": 45, "counts": [3, 1, 3]}])
    events = events_of(day)
    assert changes(events, AgentState.LOGGED_OUT) == []
    assert connected_s(events)[-1] == 101


def test_the_last_count_holds_to_the_end() -> None:
    day = scenario(
        teams=[{"name": "pool", "interval_s": 60, "counts": [1, 2]}],
        arrivals=[{"kind": "renewal", "dialed_number": "8000", "between": constant(300)}],
    )
    assert changes(events_of(day), AgentState.LOGGED_OUT) == []


@pytest.mark.parametrize(("pace", "talk_s"), [(0.5, 50), (1.0, 100), (2.0, 200)])
def test_pace_multiplies_the_talk(pace: float, talk_s: int) -> None:
    day = scenario(teams=[{"name": "pool", "counts": [4], "pace": pace}])
    records = [event for event in events_of(day) if isinstance(event, InteractionRecorded)]
    assert [record.talk_us for record in records] == [talk_s * SECOND_US] * 4


def test_a_service_may_belong_to_a_team_or_to_one_agent() -> None:
    service = [
        {"agent": "pool-001", "talk": constant(10), "wrap_up": constant(0)},
        {"agent": "pool", "talk": constant(20), "wrap_up": constant(0)},
        {"talk": constant(30), "wrap_up": constant(0)},
    ]
    agents = [{"id": "ann", "extension": "PJSIP/1001", "from_s": 2.5}]
    day = scenario(teams=[{"name": "pool", "counts": [2]}], service=service, agents=agents)
    records = [event for event in events_of(day) if isinstance(event, InteractionRecorded)]
    talks = {(record.agent_id, record.talk_us // SECOND_US) for record in records}
    assert talks == {("pool-001", 10), ("pool-002", 20), ("ann", 30)}

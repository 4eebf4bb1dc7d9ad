"""A dialer from outside reaches people while agents are idle."""

from __future__ import annotations

from typing import Any

import pytest

from core.model.agent import AgentState
from core.model.events import DialogueOpened, LegEnded
from tests.unit.simulator.small_day import Day

DIALER = {
    "kind": "dialer",
    "dialed_number": "900",
    "agents": ["ann"],
    "per_idle": 2,
    "reach": [1.0],
    "patience": {"kind": "constant", "value_s": 5},
}


def blended(stage: Any, **keys: Any) -> Day:
    return Day(stage, arrivals=[DIALER | keys])


def reached(day: Day) -> int:
    return len(day.take(DialogueOpened))


def test_dialer_calls_two_for_each_agent_who_becomes_idle(stage: Any) -> None:
    day = blended(stage)
    day.time.advance(10)
    assert reached(day) == 0
    day.show(AgentState.READY)
    day.time.advance(0)
    assert [event.dialed_number for event in day.take(DialogueOpened)] == ["900", "900"]


def test_dialer_waits_for_enough_idle_agents(stage: Any) -> None:
    day = blended(stage, idle_min=2)
    day.show(AgentState.READY)
    day.time.advance(1)
    assert reached(day) == 0


def test_dialer_looks_only_within_its_hours(stage: Any) -> None:
    day = blended(stage, from_s=100, until_s=200)
    day.show(AgentState.READY)
    day.time.advance(99)
    assert reached(day) == 0
    day.time.advance(1)
    assert reached(day) == 2
    day.time.advance(100)
    day.show(AgentState.READY)
    day.time.advance(1)
    assert reached(day) == 0


def test_numbers_that_still_ring_are_not_dialed_over(stage: Any) -> None:
    day = blended(stage, answers={"kind": "constant", "value_s": 10})
    for _ in range(3):
        day.show(AgentState.READY)
        day.time.advance(1)
        day.show(AgentState.NOT_READY)
    day.time.advance(8)
    assert (day.world.dialers[0].tried, reached(day)) == (2, 2)


def test_a_share_is_reached_and_the_rest_is_only_tried(stage: Any) -> None:
    day = blended(stage, per_idle=1000, reach=[0.28])
    day.show(AgentState.READY)
    day.time.advance(0)
    dialer = day.world.dialers[0]
    assert dialer.tried == 1000
    assert reached(day) == dialer.reached == pytest.approx(280, abs=50)


def test_reach_changes_with_the_interval_and_the_last_holds(stage: Any) -> None:
    day = blended(stage, reach=[0.0, 1.0], interval_s=60)
    for expected in (0, 2, 2):
        day.show(AgentState.READY)
        day.time.advance(60)
        assert reached(day) == expected


def test_people_who_were_called_lose_patience_and_do_not_call_back(stage: Any) -> None:
    habits = {"retry_share": 1.0, "retry_after": {"kind": "constant", "value_s": 10}}
    day = Day(stage, arrivals=[DIALER], callers=habits)
    day.show(AgentState.READY)
    day.time.advance(0)
    for opened in day.take(DialogueOpened):
        day.hold(opened.leg_id)
    day.time.advance(60)
    assert len(day.take(LegEnded)) == 2
    assert day.world.callers.retrials == 0

"""The example of rules is a day on which every kind of them has work to do, and all promises hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.model.destination import DestinationKind
from core.model.events import (
    AgentPreferred,
    ContactConnected,
    ContactDiverted,
    ContactQueued,
    PlaceResumed,
    StandingChanged,
)
from core.model.message import Event
from goldline.harness import SimulatedDay, open_scenario
from simulator.scenario import load_scenario

DAY = Path(__file__).parents[3] / "examples" / "rules" / "day.toml"


@pytest.mark.slow
def test_every_kind_of_rule_acts_on_the_day_of_the_example() -> None:
    scenario = load_scenario(DAY)
    events: list[Event] = []
    SimulatedDay(scenario, open_scenario(scenario), scenario.seed, watchers=(events.append,)).run()
    needs = {event.need for event in events if isinstance(event, ContactQueued)}
    changes = {event.reason for event in events if isinstance(event, StandingChanged)}
    ways = {event.to for event in events if isinstance(event, ContactDiverted)}
    preferred = {event.because for event in events if isinstance(event, AgentPreferred)}
    of_one_agent = {e.agent_id for e in events if isinstance(e, ContactConnected) and e.queue == "accounts"}
    assert {"billing >= 3 and en >= 2", "billing >= 3 and zh >= 2", "sales >= 2"} <= needs
    assert {"needs", "step", "expired", "reserve_over", "hold_over"} <= changes
    assert {DestinationKind.QUEUE, DestinationKind.CALLBACK, DestinationKind.FLOW} <= ways
    assert preferred == {"last"}
    assert of_one_agent == {"mei"}
    assert any(isinstance(event, PlaceResumed) for event in events)

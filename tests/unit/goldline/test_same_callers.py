"""Under another staffing the very same people call, wait and talk: the promise of common random numbers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from core.kernel.clock import SECOND_US
from core.model.contact import ContactState
from core.model.events import InteractionRecorded
from core.model.message import DomainEvent
from goldline.harness import SimulatedDay, open_scenario
from simulator.scenario import Scenario, load_scenario

ENGINE = """
schema = 1
[queues.sales]
requirements = {}
announce_first_s = 0
[ivr]
flows = ["sales.toml"]
default = "sales"
"""
FLOW = """
schema = 1
name = "sales"
start = "wait"
[nodes.wait]
kind = "queue"
queue = "sales"
"""
SCENARIO = """
schema = 1
engine_config = "goldline.toml"
duration_s = 3600
[[arrivals]]
kind = "poisson"
dialed_number = "8000"
per_hour = 240
[[customers]]
weight = 1
[callers]
patience = { kind = "exponential", mean_s = 60 }
retry_share = 0.5
retry_after = { kind = "exponential", mean_s = 300 }
[[service]]
talk = { kind = "lognormal", mean_s = 120, deviation_s = 120 }
wrap_up = { kind = "exponential", mean_s = 20 }
[[teams]]
name = "sales"
skills = {}
interval_s = 3600
counts = [10]
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    for name, text in (("goldline", ENGINE), ("sales", FLOW), ("scenario", SCENARIO)):
        (tmp_path / f"{name}.toml").write_text(text)
    return load_scenario(tmp_path / "scenario.toml")


def records_of(scenario: Scenario, agents: int) -> dict[int, InteractionRecorded]:
    """Return what became of each call of a day with so many agents, by its instant of arrival."""
    records: dict[int, InteractionRecorded] = {}

    def keep(event: DomainEvent) -> None:
        if isinstance(event, InteractionRecorded):
            records[event.arrived_us] = event

    staffed = replace(scenario, teams=(replace(scenario.teams[0], counts=(agents,)),))
    SimulatedDay(staffed, open_scenario(scenario), seed=7, watchers=[keep]).run()
    return records


def test_two_staffings_meet_the_very_same_callers(scenario: Scenario) -> None:
    few, many = records_of(scenario, 5), records_of(scenario, 9)
    first_calls = [at_us for at_us in few if at_us in many]
    assert len(first_calls) > 200
    assert [few[at_us].caller_number for at_us in first_calls] == [
        many[at_us].caller_number for at_us in first_calls
    ]


@pytest.mark.parametrize(
    ("outcome", "length"),
    [
        (ContactState.CLOSED, "talk_us"),
        (ContactState.CLOSED, "wrap_up_us"),
        (ContactState.ABANDONED, "queue_us"),
    ],
)
def test_calls_that_end_alike_are_equally_long(
    scenario: Scenario, outcome: ContactState, length: str
) -> None:
    few, many = records_of(scenario, 5), records_of(scenario, 7)
    alike = [
        (getattr(few[at_us], length), getattr(many[at_us], length))
        for at_us in few
        if at_us in many and few[at_us].outcome is many[at_us].outcome is outcome
    ]
    assert len(alike) > 10
    for one, other in alike:
        assert one == pytest.approx(other, abs=SECOND_US / 100)

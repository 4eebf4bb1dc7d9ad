"""A whole morning of preferred agents, resumed places and callbacks, each promise checked at each step."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TypeVar

import pytest

from core.kernel.clock import microseconds
from core.model.callback_events import CallbackBooked, CallbackClosed, CallbackDialed, CallbackEvent
from core.model.contact import ContactState
from core.model.events import (
    AgentPreferred,
    ContactArrived,
    ContactConnected,
    InteractionRecorded,
    PlaceResumed,
)
from core.model.ids import ContactId
from core.model.message import DomainEvent
from goldline.harness import SimulatedDay, open_scenario
from goldline.journal_file import HashJournal
from metrics.day import DayFigures
from metrics.frame import Frame
from simulator.scenario import load_scenario

E = TypeVar("E", bound=DomainEvent)

MORNING = Path(__file__).parents[3] / "examples" / "continuity" / "morning.toml"
SPACING_US = microseconds(600)


class Morning:
    """One morning: what the ledger was told, and the hash of its journal."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        scenario = load_scenario(MORNING)
        self.told: list[DomainEvent] = []
        journal = HashJournal()
        self.figures = DayFigures(Frame(duration_s=scenario.duration_s))
        day = SimulatedDay(
            scenario,
            open_scenario(scenario),
            seed,
            journal=journal,
            watchers=[self.told.append, self.figures.add],
        )
        day.run()
        self.hash = journal.digest()

    def of(self, kind: type[E]) -> list[E]:
        """Return the events of one class, in order."""
        return [event for event in self.told if isinstance(event, kind)]


@pytest.fixture(scope="module", params=[5, 6])
def morning(request: pytest.FixtureRequest) -> Morning:
    return Morning(request.param)


def test_every_contact_is_recorded_once_calls_and_callbacks(morning: Morning) -> None:
    began = [event.contact_id for event in morning.told if isinstance(event, ContactArrived | CallbackBooked)]
    recorded = [event.contact_id for event in morning.of(InteractionRecorded)]
    assert sorted(recorded) == sorted(began)


def test_each_callback_comes_of_a_call_that_ended_as_one(morning: Morning) -> None:
    ended = [e.contact_id for e in morning.of(InteractionRecorded) if e.outcome is ContactState.CALLBACK]
    booked = [event.of_contact_id for event in morning.of(CallbackBooked)]
    assert sorted(booked) == sorted(ended)
    assert len(booked) > 20


def test_nobody_is_dialed_more_often_or_sooner_than_the_rules_say(morning: Morning) -> None:
    number_of = {event.contact_id: event.number for event in morning.of(CallbackBooked)}
    last_us: dict[str, int] = {}
    for dialed in morning.of(CallbackDialed):
        number = number_of[dialed.contact_id]
        assert dialed.attempt <= 3
        if dialed.attempt > 1:
            assert dialed.at_us - last_us[number] >= SPACING_US
        last_us[number] = dialed.at_us


def test_nobody_has_two_callbacks_at_once(morning: Morning) -> None:
    number_of: dict[ContactId, str] = {}
    for event in morning.of(CallbackEvent):
        if isinstance(event, CallbackBooked):
            assert event.number not in number_of.values()
            number_of[event.contact_id] = event.number
        elif isinstance(event, CallbackClosed):
            del number_of[event.contact_id]
    assert not number_of


def test_figures_of_callbacks_are_apart_and_add_up(morning: Morning) -> None:
    callbacks, contacts = morning.figures.callbacks, morning.figures.of()
    outcomes = Counter(event.outcome for event in morning.of(CallbackClosed))
    assert callbacks.ended == outcomes
    assert callbacks.booked == outcomes.total() == contacts.elsewhere
    assert callbacks.dialed == len(morning.of(CallbackDialed))
    talks = len(morning.of(ContactConnected))
    assert talks == contacts.answered + outcomes["reached"]


def test_places_are_resumed_and_known_agents_preferred(morning: Morning) -> None:
    assert len(morning.of(PlaceResumed)) > 20
    assert len(morning.of(AgentPreferred)) > 5


def test_same_morning_twice_is_the_same_byte_for_byte(morning: Morning) -> None:
    assert Morning(morning.seed).hash == morning.hash

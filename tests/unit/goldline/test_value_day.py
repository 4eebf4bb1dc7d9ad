"""A day of value routing: it replays byte for byte, and its decisions say what they weighed."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from core.model.events import DecisionMade, QualityLearned
from core.model.message import DomainEvent
from goldline.experience import experience
from goldline.flows import load_flows
from goldline.harness import SimulatedDay, head_of_day, open_scenario
from goldline.journal_file import FileJournal
from goldline.replay import replay_journal
from simulator.scenario import Scenario, load_scenario

pytestmark = pytest.mark.slow

CENTRE = Path(__file__).parents[3] / "examples" / "value" / "centre.toml"


def short_centre() -> Scenario:
    """The example's centre for half an hour."""
    return replace(load_scenario(CENTRE), duration_s=1_800.0, warm_up_s=0.0)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[DomainEvent]]:
    """A short day after another one from which the engine has learned: its journal and its ledger."""
    centre = short_centre()
    config = open_scenario(centre)
    learned = experience(centre, config, load_flows(config, CENTRE.parent), days=1)
    path = tmp_path_factory.mktemp("value") / "day.journal"
    events: list[DomainEvent] = []
    with closing(FileJournal(path, head_of_day(centre, config, 1))) as journal:
        day = SimulatedDay(centre, config, 1, journal=journal, watchers=[events.append], recalled=learned)
        day.run()
    return path, events


def decisions(events: Iterable[DomainEvent]) -> list[DecisionMade]:
    return [event for event in events if isinstance(event, DecisionMade)]


def test_what_was_learned_and_decided_replays_byte_for_byte(
    recorded: tuple[Path, list[DomainEvent]],
) -> None:
    path, events = recorded
    assert sum(isinstance(event, QualityLearned) for event in events) > 100
    assert replay_journal(path)["first_difference"] is None


def test_every_decision_is_the_sum_of_its_terms(recorded: tuple[Path, list[DomainEvent]]) -> None:
    made = decisions(recorded[1])
    assert {decision.asked for decision in made} == {"agent", "contact"}
    for decision in made:
        for candidate in filter(None, (decision.winner, decision.runner_up)):
            assert sum(term.us for term in candidate.terms) == candidate.score_us
        if decision.runner_up is not None:
            assert decision.winner.score_us >= decision.runner_up.score_us


def test_decisions_tell_what_was_weighed(recorded: tuple[Path, list[DomainEvent]]) -> None:
    names = {term.name for decision in decisions(recorded[1]) for term in decision.winner.terms}
    assert names == {"waited", "head_start", "resolution", "pace", "needed_elsewhere"}

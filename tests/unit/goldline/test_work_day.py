"""A morning with mails and cases beside the calls: all of it is done, and the same way each time."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from core.model.contact import VOICE, ContactState
from core.model.events import InteractionRecorded, OfferFailed
from core.model.message import DomainEvent
from goldline.harness import SimulatedDay, head_of_day, open_scenario
from goldline.journal_file import FileJournal, HashJournal
from goldline.replay import replay_journal
from scripts.tree import ROOT
from simulator.scenario import Scenario, load_scenario


def morning() -> Scenario:
    return load_scenario(ROOT / "examples" / "tasks" / "morning.toml")


def lived(seed: int, journal: HashJournal | None = None) -> tuple[SimulatedDay, list[DomainEvent]]:
    """Live one morning, every promise checked at every step."""
    told: list[DomainEvent] = []
    scenario = morning()
    day = SimulatedDay(scenario, open_scenario(scenario), seed, journal=journal, watchers=[told.append])
    day.run()
    return day, told


@pytest.mark.slow
def test_calls_mails_and_cases_are_worked_off_side_by_side() -> None:
    day, told = lived(3)
    records = [event for event in told if isinstance(event, InteractionRecorded)]
    done = Counter(record.channel for record in records if record.outcome is ContactState.CLOSED)
    assert done[VOICE] > 50
    assert done["mail"] > 50
    assert done["case"] > 20
    assert day.world.work.brought == sum(record.channel != VOICE for record in records)
    assert any(isinstance(event, OfferFailed) for event in told), "some of the work was turned down at first"
    served = {record.agent_id for record in records if record.channel == VOICE}
    assert "daniel" not in served, "who has no room for calls has none"


@pytest.mark.slow
def test_replayed_from_its_journal_the_day_goes_the_same(tmp_path: Path) -> None:
    scenario, path = morning(), tmp_path / "day.journal"
    journal = FileJournal(path, head_of_day(scenario, open_scenario(scenario), 5))
    lived(5, journal)
    journal.close()
    assert replay_journal(path)["first_difference"] is None


@pytest.mark.slow
def test_the_same_seed_writes_the_same_journal() -> None:
    digests = []
    for _ in range(2):
        journal = HashJournal()
        lived(4, journal)
        digests.append(journal.digest())
    assert digests[0] == digests[1]

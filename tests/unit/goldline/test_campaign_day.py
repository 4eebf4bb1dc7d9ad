"""A morning of a campaign in virtual time, in memory and over the wire: nothing lost, nothing twice."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from statistics import median
from typing import TypeVar

import pytest

from core.kernel.clock import SECOND_US
from core.model.attempt import AttemptRecord, AttemptState
from core.model.attempt_events import AttemptDialed, AttemptEnded
from core.model.campaign_events import CampaignLearned
from core.model.events import ContactConnected, InteractionRecorded
from core.model.message import DomainEvent
from goldline.harness import SimulatedDay, head_of_day, open_scenario
from goldline.journal_file import FileJournal
from goldline.replay import replay_journal
from scripts.tree import ROOT
from simulator.scenario import load_scenario

E = TypeVar("E", bound=DomainEvent)
SEED = 7

RULES = """\
schema = 1
[queues.sales]
requirements = { sales = 1 }
wrap_up_limit_s = 600
announce_first_s = 0
[campaigns.winter]
queue = "sales"
laws = ["house"]
safe_harbour = "sorry"
starts = true
[ivr]
flows = ["sorry.toml"]
default = "sorry"
"""
SORRY = """\
schema = 1
name = "sorry"
languages = ["en"]
start = "message"
[nodes.message]
kind = "menu"
prompt = "hello"
options = { 9 = "opt_out" }
retries = 0
timeout_s = 3
exhausted = "bye"
[nodes.opt_out]
kind = "hang_up"
[nodes.bye]
kind = "hang_up"
"""
DAY = """\
schema = 1
engine_config = "goldline.toml"
duration_s = 1500
[[leads]]
campaign = "winter"
count = 600
zones = ["UTC"]
reach = [0.5]
busy = 0.05
invalid = 0.05
opts_out = 0.5
[[customers]]
weight = 1
[[teams]]
name = "sales"
skills = { sales = 5 }
standing = true
counts = [8]
[workforce]
answers = { kind = "constant", value_s = 1.5 }
[[service]]
talk = { kind = "lognormal", mean_s = 60, deviation_s = 40 }
wrap_up = { kind = "lognormal", mean_s = 10, deviation_s = 5 }
"""


class Morning:
    """The day as it was played: what the ledger was told, and the file of the journal."""

    def __init__(self, folder: Path, *, wire: bool = False, faults: str = "", seed: int = SEED) -> None:
        telephony = "[telephony]\nwire = true\n" if wire else ""
        for name, text in (("goldline", RULES), ("sorry", SORRY), ("day", DAY + telephony + faults)):
            (folder / f"{name}.toml").write_text(text, encoding="utf-8")
        scenario = load_scenario(folder / "day.toml")
        config = open_scenario(scenario)
        self.told: list[DomainEvent] = []
        self.journal = folder / "day.journal"
        journal = FileJournal(self.journal, head_of_day(scenario, config, seed))
        day = SimulatedDay(scenario, config, seed, journal=journal, watchers=[self.told.append])
        day.run()
        journal.close()

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.told if isinstance(event, kind)]

    @property
    def records(self) -> list[AttemptRecord]:
        return [event.record for event in self.of(AttemptEnded)]

    def check_that_each_call_ends_once(self) -> None:
        dialed = [event.attempt_id for event in self.of(AttemptDialed)]
        assert len(set(dialed)) == len(dialed) > 100
        assert sorted(dialed) == sorted(record.attempt_id for record in self.records)


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Morning:
    return Morning(tmp_path_factory.mktemp("morning"))


@pytest.fixture(scope="module")
def over_the_wire(tmp_path_factory: pytest.TempPathFactory) -> Morning:
    return Morning(tmp_path_factory.mktemp("wire"), wire=True)


@pytest.mark.parametrize("played", ["morning", "over_the_wire"])
def test_every_call_ends_once_with_an_outcome(played: str, request: pytest.FixtureRequest) -> None:
    day: Morning = request.getfixturevalue(played)
    day.check_that_each_call_ends_once()
    found = Counter(record.outcome for record in day.records)
    assert found[AttemptState.BUSY] > 0
    assert found[AttemptState.FAILED] > 0
    assert found[AttemptState.CONNECTED] == len(day.of(ContactConnected)) > 100
    assert found[AttemptState.DROPPED] <= 0.05 * found[AttemptState.CONNECTED]
    reached = found[AttemptState.CONNECTED] + found[AttemptState.DROPPED]
    assert len(day.of(InteractionRecorded)) == reached


def test_nobody_is_dialed_twice_at_once_or_too_often(morning: Morning) -> None:
    until_us: dict[str, int] = {}
    times: Counter[str] = Counter()
    for record in sorted(morning.records, key=lambda each: each.dialed_us):
        assert record.dialed_us >= until_us.get(record.number, 0)
        until_us[record.number] = record.ended_us
        times[record.number] += 1
    assert max(times.values()) <= 3  # the house's rule


def test_whoever_is_connected_hears_the_agent_at_once(morning: Morning) -> None:
    waits = [
        record.connected_us - record.answered_us
        for record in morning.records
        if record.connected_us is not None and record.answered_us is not None
    ]
    assert max(waits) <= 2 * SECOND_US
    assert median(waits) < SECOND_US // 10


def test_day_replays_byte_for_byte(morning: Morning) -> None:
    assert len(morning.of(CampaignLearned)) >= 2
    assert replay_journal(morning.journal)["first_difference"] is None


@pytest.mark.parametrize("wire", [False, True], ids=["in memory", "over the wire"])
@pytest.mark.parametrize("seed", [1, 4])
def test_every_call_ends_once_whatever_strikes(tmp_path: Path, seed: int, wire: bool) -> None:
    """Links are cut, Asterisk is restarted, the store goes away, events are lost: the soak's own faults."""
    soak = ROOT / "examples" / "soak" / ("soak-wire.toml" if wire else "soak.toml")
    _, first, others = soak.read_text("utf-8").partition("[[random_faults]]")
    Morning(tmp_path, wire=wire, faults=first + others, seed=seed).check_that_each_call_ends_once()

"""The journal of a live run over TCP, replayed to the byte, and asked what other rules would have done."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from core.model.events import LegJoined
from core.model.message import Command, Event
from goldline.counterfactual import Choices, compare
from goldline.demo import FOLDER
from goldline.demo.day import DEMO_SCENARIO
from goldline.demo.show import ShowSettings, open_show
from goldline.harness import head_of_day, open_scenario
from goldline.journal_file import FileJournal
from goldline.journal_head import HELD_BACK, JournalHead, read_head
from goldline.replay import replay_journal
from simulator.scenario import load_scenario

pytestmark = pytest.mark.slow

SETTINGS = ShowSettings(speed=100, morning_s=0, web_port=0)
LIMIT_S = 60
JOINS = 50
"""Legs that entered a bridge until we stop: two for each talk."""


class LiveJournal(FileJournal):
    """A journal that says when enough has happened."""

    def __init__(self, path: Path, head: JournalHead) -> None:
        super().__init__(path, head)
        self.enough = asyncio.Event()
        self._joins = 0

    def write(self, sequence: int, message: Event, commands: Iterable[Command]) -> None:
        super().write(sequence, message, commands)
        self._joins += isinstance(message, LegJoined)
        if self._joins >= JOINS:
            self.enough.set()


async def live_run(path: Path) -> None:
    """Record some minutes of the demonstration, which ends in the middle of talks."""
    scenario = load_scenario(DEMO_SCENARIO)
    config = open_scenario(scenario)
    # As the demonstration has it: phones are answered from the desk.
    pbx = config.pbx.model_copy(update={"phones_secret": SecretStr("known-to-asterisk-alone")})
    head = replace(head_of_day(scenario, config.model_copy(update={"pbx": pbx}), 7), scenario="", seed=None)
    journal = LiveJournal(path, head)
    async with open_show(SETTINGS, journal, load_scenario(DEMO_SCENARIO)):
        async with asyncio.timeout(LIMIT_S):
            await journal.enough.wait()
    journal.close()


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("live") / "run-000001.journal"
    asyncio.run(live_run(path))
    return path


def test_live_run_is_decided_the_same_again(journal: Path) -> None:
    result = replay_journal(journal)
    assert result["first_difference"] is None
    assert result["inputs"] > JOINS


def test_live_run_under_other_rules(journal: Path, tmp_path: Path) -> None:
    rules = tmp_path / "goldline.toml"
    text = (FOLDER / "goldline.toml").read_text("utf-8").replace("head_start_s = 180", "head_start_s = 0")
    rules.write_text(text + '\n[pbx]\nphones_secret = "of another day"\n', "utf-8")
    for flow in ("bank.toml", "sorry.toml"):
        (tmp_path / flow).write_bytes((FOLDER / flow).read_bytes())
    result = compare(journal, rules, Choices(replications=2, cores=1))
    assert [change["key"] for change in result["rules_changed"]] == ["tiers.platinum.head_start_s"]
    assert result["calls"] >= JOINS // 2
    assert result["agents"] > 5
    wait = result["total"]["mean_wait_s"]
    assert wait["same_rules"]["mean"] == pytest.approx(wait["recorded"], abs=1)


def test_journal_tells_that_there_is_a_secret_and_never_the_secret(journal: Path) -> None:
    head = journal.read_text("utf-8").partition("\n")[0]
    assert read_head(journal).config.pbx.phones_secret.get_secret_value() == HELD_BACK
    assert "known-to-asterisk-alone" not in head

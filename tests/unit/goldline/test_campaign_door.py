"""Campaigns started, stopped and looked at from outside: with an engine that runs, and without one."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from core.kernel.errors import RequestRefused
from core.model.attempt import AttemptRecord
from core.model.campaign_requests import AnswerCampaign
from core.model.message import Event
from dialer.audit_file import read_entries
from goldline.app import Brain, build_brain, configured_agents
from goldline.campaign.door import pace, pace_as_configured, start, status, stop
from goldline.campaign.tables import caps_table, standing_line
from goldline.config import load_config
from goldline.flows import load_flows
from goldline.journal_file import NoJournal
from goldline.live import LiveCentre
from goldline.stores import open_database, open_stores
from goldline.wall_clock import WallClock
from tests.services.clocks import Wristwatch
from tests.services.ports import free_tcp_port
from tests.unit.goldline.test_command_line import Run, goldline
from web.work_client import NoAnswer, ask
from web.work_link import WorkServer, WorkSettings

__all__ = ["goldline"]  # the fixture

EXAMPLE = Path(__file__).parents[3] / "examples" / "campaign"
TOKEN = "only-for-this-test"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The example's configuration, in a folder of its own."""
    for path in EXAMPLE.iterdir():
        shutil.copy(path, tmp_path / path.name)
    file = tmp_path / "goldline.toml"
    file.write_text(file.read_text().replace("campaign.sqlite3", f"{tmp_path}/campaign.sqlite3"))
    return file


class RunningEngine:
    """The engine of a configuration behind the door for other programs, without any telephone."""

    def __init__(self, config: Path) -> None:
        parsed = load_config(config)
        flows = load_flows(parsed, config.parent)
        self.brain: Brain = build_brain(parsed, flows, configured_agents(parsed), run=1)
        self.door = WorkServer(WorkSettings(port=0, token=TOKEN), self._hear, Wristwatch())

    def _hear(self, wish: Event) -> None:
        for command in self.brain.engine.handle(wish):
            if isinstance(command, AnswerCampaign):
                self.door.answer(command)


def add(config: Path, section: str) -> None:
    config.write_text(f"{config.read_text()}\n{section}")


@pytest.fixture
async def running(config: Path) -> AsyncIterator[Path]:
    """The configuration of an engine that runs."""
    engine = RunningEngine(config)
    port = await engine.door.start()
    add(config, f'[work_door]\nport = {port}\ntoken = "{TOKEN}"\n')
    yield config
    await engine.door.close()


# --- with an engine that runs ---------------------------------------------------------------------------


async def test_the_engine_that_runs_is_asked(running: Path) -> None:
    assert await start("spring", running) == {"campaign": "spring", "runs": True, "state": "dialing"}
    told = await status("spring", running)
    assert (told["runs"], told["state"], told["agents"], told["calls"]) == (True, "dialing", 0, 0)
    assert standing_line(told).startswith("spring: dialing (telephone system away")
    (row,) = caps_table(told["caps"]).sections[0].rows
    assert (row[0], row[1], row[6]) == ("house-abandonment", "day", "3.00%")
    assert (await stop("spring", running))["state"] == "paused"
    assert (await status("spring", running))["state"] == "paused"


async def test_its_refusals_are_told(running: Path) -> None:
    with pytest.raises(RequestRefused, match="spring is stopped"):
        await stop("spring", running)


async def test_it_paces_otherwise_from_now_on(running: Path) -> None:
    await pace("spring", running, {"mode": "power", "lines_max": 7})
    with pytest.raises(RequestRefused, match="lines_max: -1 is not within 1 to 10000"):
        await pace("spring", running, {"lines_max": -1})
    told = await status("spring", running)
    assert (told["pacing"]["lines_max"], told["at_work"]["pacing"]["mode"]) == (7, "power")
    await pace_as_configured("spring", running)
    assert (await status("spring", running))["pacing"]["mode"] == "predictive"


async def test_an_engine_that_is_started_again_paces_as_the_one_before_was_told(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two runs on one database, without a telephone system."""
    monkeypatch.chdir(config.parent)
    add(config, f"[pbx]\nport = {free_tcp_port()}\n")
    for door in ("agi", "desk", "work_door"):
        add(config, f'[{door}]\nport = {free_tcp_port()}\ntoken = "{TOKEN}"\n')
    async with live_engine(config):
        await start("spring", config)
        await pace("spring", config, {"mode": "power", "lines_max": 7})
    async with live_engine(config):
        told = await status("spring", config)
    assert (told["pacing"]["mode"], told["pacing"]["lines_max"]) == ("power", 7)
    assert told["at_work"]["pacing"]["share_max_ppm"] is None, "the rest is as configured"


@asynccontextmanager
async def live_engine(config: Path) -> AsyncIterator[None]:
    """Run the engine of a configuration as `goldline serve` does, pages apart."""
    parsed, clock = load_config(config), WallClock()
    flows, agents = load_flows(parsed, config.parent), configured_agents(parsed)
    async with open_stores(parsed, clock) as stores:
        centre = LiveCentre(parsed, flows, agents, stores, clock, folder=config.parent)
        try:
            await centre.start(NoJournal())
            yield
        finally:
            await centre.close()


async def test_who_shows_another_token_learns_nothing(running: Path) -> None:
    door = load_config(running).work_door
    with pytest.raises(NoAnswer, match="lets nobody in"):
        await ask(f"ws://{door.host}:{door.port}/work", "guess", "DescribeCampaign", campaign="spring")


# --- where none runs -------------------------------------------------------------------------------------


def test_the_ledger_keeps_the_word_for_the_next_engine(goldline: Run, config: Path) -> None:
    assert goldline("campaign", "start", "spring", "-c", config).out == (
        "spring dials as soon as an engine runs\n"
    )
    assert "spring: dialing; no engine runs" in goldline("campaign", "status", "spring", "-c", config).out
    goldline("campaign", "stop", "spring", "-c", config)
    told = json.loads(goldline("campaign", "status", "spring", "-c", config, "--json").out)
    assert told == {"campaign": "spring", "lists": {}, "runs": False, "state": "paused"}


async def test_a_campaign_is_not_said_to_dial_where_nothing_takes_that_down(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(config.parent)
    async with open_database(load_config(config)) as database, database.writing() as connection:
        await connection.execute(
            text("CREATE TRIGGER no AFTER INSERT ON ledger_event BEGIN SELECT RAISE(ABORT, 'no'); END")
        )
    with pytest.raises(OSError, match="spring is not dialing"):
        await start("spring", config)


def test_a_campaign_that_is_not_there_is_refused_with_those_that_are(goldline: Run, config: Path) -> None:
    refused = goldline("campaign", "start", "autumn", "-c", config)
    assert refused.status == 2
    assert "one of the campaigns: spring" in refused.err


def test_nothing_is_rehearsed_before_a_campaign_was_started(goldline: Run, config: Path) -> None:
    refused = goldline("campaign", "rehearse", config.parent / "day.toml", "--starts", "2026-11-23T14:00")
    assert refused.status == 2
    assert "goldline campaign start NAME" in refused.err


def test_a_day_begins_at_an_instant(goldline: Run, config: Path) -> None:
    refused = goldline("campaign", "rehearse", config.parent / "day.toml", "--starts", "monday")
    assert "an instant such as 2026-11-23T09:00-05:00" in refused.err


def an_attempt(folder: Path) -> str:
    """Return the identity of an attempt, as an audit file tells it."""
    with next((folder / "out" / "audit").iterdir()).open("rb") as file:
        records = (entry for entry in read_entries(file) if isinstance(entry, AttemptRecord))
        return next(records).attempt_id


# --- a short day ------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_rehearsed_quarter_of_an_hour_is_kept_like_a_real_one(
    goldline: Run, config: Path, tmp_path: Path
) -> None:
    day = tmp_path / "day.toml"
    day.write_text(day.read_text().replace("duration_s = 18000", "duration_s = 900"))
    goldline("campaign", "import", "spring", tmp_path / "leads.csv", "-c", config)
    goldline("campaign", "start", "spring", "-c", config)
    starts = ("--starts", "2026-11-23T09:00-05:00")
    told = json.loads(goldline("campaign", "rehearse", day, *starts, "--json").out)
    attempts = sum(told["campaigns"]["spring"].values())
    assert attempts > 20
    results = json.loads(goldline("campaign", "results", "spring", "-c", config, "--json").out)
    assert results["all"]["attempts"] == attempts
    assert results["all"]["contacts"] == told["campaigns"]["spring"]["connected"]
    more = json.loads(
        goldline("campaign", "rehearse", day, "--starts", "2026-11-24T09:00-05:00", "--json").out
    )
    again = json.loads(goldline("campaign", "results", "spring", "-c", config, "--json").out)
    assert again["all"]["attempts"] == attempts + sum(more["campaigns"]["spring"].values())
    sold = tmp_path / "sold.csv"
    sold.write_text(f"attempt_id,reference,value\n{an_attempt(tmp_path)},order-1,50\nA-77,order-2,1\n")
    credited = goldline("campaign", "conversions", sold, "-c", config)
    assert (credited.status, credited.out) == (1, "1 conversions, 1 lines not understood\n")
    assert "line 3, attempt_id 'A-77': an attempt of ours" in credited.err
    with_sale = json.loads(goldline("campaign", "results", "spring", "-c", config, "--json").out)
    assert with_sale["all"]["conversions"] == 1
    assert with_sale["all"]["value"] == again["all"]["value"] + 50
    standing = json.loads(goldline("campaign", "status", "spring", "-c", config, "--json").out)
    assert (standing["state"], standing["lists"]["leads"]["attempts"]) == (
        "dialing",
        again["all"]["attempts"],
    )

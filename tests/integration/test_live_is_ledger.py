"""A day full of faults, three times the same: shown live, answered by the API, rebuilt from the ledger.

The figures of all three agree to the last unit: they are compared as the bytes that people are sent.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.kernel.clock import SECOND_US
from core.model.message import DomainEvent
from crm.database import Database, DatabaseSettings
from crm.history import SqlHistory
from crm.ledger import LedgerSettings, SqlLedger
from crm.schema import upgrade
from goldline.harness import SimulatedDay, open_scenario
from goldline.web_side import house_of
from simulator.scenario import load_scenario
from simulator.world import agent_profiles
from tests.services.clocks import Wristwatch
from tests.services.live_sites import LiveSite, live_site
from tests.services.ports import LOOPBACK
from web.callers import Role
from web.gate.cookie import NAME
from web.house import House
from web.live.campaigns import Campaigns
from web.live.floor import Floor
from web.live.following import Following
from web.live.live import Live
from web.reports import fold_day

SOAK = Path(__file__).parents[2] / "examples" / "soak" / "soak.toml"
SEED = 4
DAY = "1970-01-01"
TABLES = ("queues", "tiers", "agents", "contacts")
REPORTS = ("days", "intervals", "queues", "tiers", "agents", "interactions")


@dataclass(frozen=True)
class PlayedDay:
    """A simulated day: its house, what the ledger was told, and when it was over."""

    house: House
    told: Sequence[DomainEvent]
    live: Floor
    over_us: int
    struck: int


@pytest.fixture(scope="module")
def played() -> PlayedDay:
    scenario = replace(load_scenario(SOAK), duration_s=3_600.0)
    config = open_scenario(scenario)
    told: list[DomainEvent] = []
    agents = agent_profiles(scenario)
    floor = Floor(house_of(config, agents, {}))
    day = SimulatedDay(scenario, config, SEED, watchers=[told.append, floor.add])
    day.run()
    over_us = day.runner.now_us() + SECOND_US
    return PlayedDay(house_of(config, agents, {}), told, floor, over_us, sum(day.plan.struck.values()))


@pytest.fixture
async def database(played: PlayedDay, tmp_path: Path) -> AsyncIterator[Database]:
    """Give a database whose ledger was told the day."""
    database = Database(DatabaseSettings(url=f"sqlite:///{tmp_path / 'goldline.db'}"))
    await upgrade(database)
    ledger = await SqlLedger.open(database, Wristwatch(), LedgerSettings(spool_path=tmp_path / "spool"))
    for event in played.told:
        ledger.append(event)
    await ledger.settled()
    await ledger.close()
    yield database
    await database.close()


async def rebuilt(played: PlayedDay, database: Database) -> Floor:
    """Return the floor of a web side that starts when the day is over."""
    floor = Floor(played.house, played.over_us)
    following = Following(Live((floor,)), floor, Campaigns({}), upto=(1, len(played.told)))
    await following.catch_up(SqlHistory(database), played.house.zone, played.over_us)
    return floor


async def answers(site: LiveSite) -> dict[str, Any]:
    """Return all that the API tells of the day, by path."""
    token = await site.person("vera", Role.SUPERVISOR)
    async with httpx.AsyncClient(
        base_url=f"http://{LOOPBACK}:{site.port}/api/v1/", cookies={NAME: token}, timeout=30
    ) as browser:
        paths = (
            *TABLES,
            *(f"reports/{name}" for name in REPORTS),
            *(f"reports/{name}.csv" for name in REPORTS),
        )
        found = {path: await browser.get(path, params={"limit": 500}) for path in paths}
    assert {answer.status_code for answer in found.values()} == {200}
    return {path: answer.text if path.endswith(".csv") else answer.json() for path, answer in found.items()}


async def test_the_day_was_busy_and_faults_struck(played: PlayedDay) -> None:
    totals = played.live.today.day.tallies.of()
    assert totals.offered > 100
    assert totals.waits.abandoned > 0
    assert played.struck > 0


async def test_screens_the_api_and_a_web_side_that_starts_later_tell_the_same(
    played: PlayedDay, database: Database
) -> None:
    later = await rebuilt(played, database)
    clock, history = Wristwatch(played.over_us), SqlHistory(database)
    async with live_site([played.live], clock, played.house, floor=played.live, history=history) as site:
        answered = await answers(site)
        async with site.screen(await site.person("tom", Role.SUPERVISOR), *TABLES) as screen:
            shown = [await screen.frame("snapshot") for _ in TABLES]
    async with live_site([later], clock, played.house, floor=later, history=history) as site:
        answered_later = await answers(site)
    for table in shown:
        rows = [table["rows"][key] for key in sorted(table["rows"])]
        assert rows == answered[table["topic"]]["items"], table["topic"]
    assert sum(row["answered"] for row in shown[0]["rows"].values()) > 0
    for path, answer in answered.items():
        assert answer == answered_later[path], path


async def test_a_report_of_the_day_when_it_is_over_has_the_figures_that_were_shown_live(
    played: PlayedDay, database: Database
) -> None:
    day = datetime.fromisoformat(DAY).replace(tzinfo=UTC).date()
    folded = await fold_day(SqlHistory(database), played.house, day)
    live = played.live.today.day
    for queue, tier in live.tallies.groups:
        assert folded.tallies.of(queue=queue, tier=tier) == live.tallies.of(queue=queue, tier=tier)
    assert folded.figures.cells == live.figures.cells
    for agent_id, figures in live.agents.figures.items():
        of_report = folded.agents.of(agent_id)
        assert (of_report.handled, of_report.talk_us, of_report.wrap_up_us, of_report.missed) == (
            figures.handled,
            figures.talk_us,
            figures.wrap_up_us,
            figures.missed,
        )

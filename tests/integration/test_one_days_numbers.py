"""One day's numbers are the same wherever they are shown, and what the documents say they are.

A busy night with a midnight in it is played (`tests.services.two_days`), and its engine dies. Then the wall,
the agents' own days, `/metrics`, reports and their CSV, the campaign's results by the API and on the command
line, and `goldline why` are held against a count of the database's rows that shares no code with them
(`tests.services.plain_count`): for a side that heard all of it, one that began with the second engine, and
one that began just after midnight.
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from core.kernel.clock import SECOND_US, microseconds
from core.model.ids import QueueName
from core.model.message import DomainEvent
from crm.database import Database, DatabaseSettings
from crm.history import MemoryHistory, SqlHistory
from crm.leads.campaign_records import SqlCampaignRecords
from crm.ledger import LedgerSettings, SqlLedger
from crm.schema import upgrade
from goldline.campaign.reading import asked, read_results
from goldline.config import Config
from goldline.web_side import house_of
from goldline.why import told_event
from tests.services.campaign_sides import campaign_side
from tests.services.clocks import Wristwatch
from tests.services.live_sites import deaf
from tests.services.plain_count import PlainCount, Row
from tests.services.sites import add_person, signed_in, site_of
from tests.services.two_days import AWAY_S, MIDNIGHT, ZONE, Night
from web.application import build_application
from web.callers import Role
from web.house import House
from web.live.campaigns import Campaigns
from web.live.floor import Floor
from web.live.following import Following
from web.live.live import Live
from web.live.own_day import OwnDays
from web.live.topic import AGENTS, CAMPAIGNS, CENTRE, OWN_DAY, QUEUES, TIERS
from web.ops.calls import CallReadings
from web.ops.exposition import Exposition
from web.ops.floor import FloorReadings
from web.ports import CampaignSide

YESTERDAY, TODAY = date(2026, 10, 31), date(2026, 11, 1)
MIDNIGHT_US = microseconds(MIDNIGHT.timestamp())
KILLED_US = MIDNIGHT_US - 600 * SECOND_US
LATE_US = MIDNIGHT_US + 5 * SECOND_US
"""When the last side begins: those who wait then have done so since before midnight."""
STEP_US = 60 * SECOND_US
SHOWN_LIVE = ("offered", "answered", "abandoned", "service_levels", "mean_wait_seconds", "abandoned_share")
SPENT = ("ready_seconds", "not_ready_seconds", "occupancy")
WORKED = ("handled", "worked", "missed", "talk_seconds", "hold_seconds", "wrap_up_seconds")
VIEWS = (QUEUES, TIERS, CENTRE, AGENTS, CAMPAIGNS)


class Side:
    """A web side that began at some instant, and has followed since."""

    def __init__(self, house: House, now_us: int) -> None:
        self.house = house
        self.floor = Floor(house, now_us)
        self.campaigns = Campaigns(house.campaigns)
        self.live = Live((self.floor, OwnDays(self.floor), self.campaigns), now_us)
        self.exposition = Exposition([CallReadings(lambda: self.floor.today.day.figures)])
        self.exposition.read(FloorReadings(self.live))

    def tick(self, now_us: int) -> None:
        """Hear what time it is, as once a second on a loop."""
        for fold in (self.floor, *self.live._gathering):
            fold.tick(now_us)

    def rows(self, topic: Any, owner: str = "") -> dict[str, dict[str, Any]]:
        return {key: view.model_dump() for key, view in self.live.rows(topic, owner).items()}

    def metrics(self) -> dict[tuple[str, frozenset[str]], float]:
        """Return the samples of Prometheus by name and the values of their labels."""
        assert self.live.rows(QUEUES)
        families = text_string_to_metric_families(self.exposition.text().decode())
        return {
            (sample.name, frozenset(sample.labels.values())): sample.value
            for family in families
            for sample in family.samples
        }


@dataclass(frozen=True)
class Played:
    """The night, its database, and the sides as they are when it is over."""

    night: Night
    file: Path
    over_us: int
    sides: Mapping[str, Side]
    waiting: list[tuple[int, int]]
    plain: PlainCount

    @property
    def house(self) -> House:
        return self.sides["all"].house

    @property
    def config(self) -> Config:
        return self.night.config

    @property
    def promised_us(self) -> dict[str, int]:
        return {name: microseconds(card.threshold_s) for name, card in self.house.queues.items()}


def play(folder: Path, loop: asyncio.Runner) -> Played:
    """Play the night, and let the ledger be told of it."""
    database = Database(DatabaseSettings(url=f"sqlite:///{folder / 'goldline.db'}"))
    loop.run(upgrade(database))
    night = Night(folder, database, loop)
    house = house_of(night.config, night.agents, night.brain.campaigns)
    sides = {"all": Side(house, night.now_us())}
    night.hears.append(sides["all"].live.add)
    night.begin()
    pass_until(night, sides, KILLED_US)
    night.kill()
    pass_until(night, sides, KILLED_US + microseconds(AWAY_S))
    begin(night, sides, "second", loop)
    night.restart()
    pass_until(night, sides, LATE_US)
    begin(night, sides, "late", loop)
    waiting = [
        (shown(sides["all"])[queue]["waiting"], shown(sides["late"])[queue]["waiting"])
        for queue in house.queues
    ]
    pass_until(night, sides, night.ends_us)
    while not night.is_over:
        pass_until(night, sides, night.now_us() + STEP_US)
    loop.run(write(night, database, folder / "spool"))
    loop.run(database.close())
    file = folder / "goldline.db"
    return Played(night, file, night.now_us(), sides, waiting, PlainCount(file, ZONE))


def shown(side: Side) -> dict[str, dict[str, Any]]:
    return side.rows(QUEUES)


def pass_until(night: Night, sides: Mapping[str, Side], until_us: int) -> None:
    """Let time pass, and every side hear of each minute; reports are read meanwhile, now and then."""
    while night.now_us() < until_us:
        night.pass_until(min(until_us, night.now_us() + STEP_US))
        for side in sides.values():
            side.tick(night.now_us())


def begin(night: Night, sides: dict[str, Side], name: str, loop: asyncio.Runner) -> None:
    """Let another side begin now: it reads the ledger, and then follows."""
    sides[name] = side = Side(sides["all"].house, night.now_us())
    upto = (1, len(night.ledger.events))
    following = Following(side.live, side.floor, side.campaigns, upto)
    loop.run(following.catch_up(MemoryHistory(night.ledger), ZONE, night.now_us()))
    night.hears.append(following.add)


async def write(night: Night, database: Database, spool: Path) -> None:
    """Let the ledger of the database be told all, run by run."""
    settings = LedgerSettings(spool_path=spool, waiting_events_max=1_000_000)
    for told in night.told:
        ledger = await SqlLedger.open(database, Wristwatch(), settings)
        for event in told:
            ledger.append(event)
        await ledger.settled()
        await ledger.close()


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    with asyncio.Runner() as loop:
        return play(tmp_path_factory.mktemp("night"), loop)


@pytest.fixture
async def database(played: Played) -> AsyncIterator[Database]:
    database = Database(DatabaseSettings(url=f"sqlite:///{played.file}"))
    yield database
    await database.close()


class Asking:
    """The API of a side when the night is over."""

    def __init__(self, played: Played, database: Database, side: Side | None = None) -> None:
        side = side or played.sides["all"]
        clock = Wristwatch(played.over_us)
        campaigns = campaign_side(clock)
        records = SqlCampaignRecords(database, clock)
        self.site = site_of(
            deaf,
            clock=clock,
            house=played.house,
            floor=side.floor,
            live=side.live,
            history=SqlHistory(database),
            campaigns_now=side.campaigns,
            campaigns=CampaignSide(records=records, numbers=campaigns.numbers, lists=campaigns.lists),
        )
        self.app = build_application(self.site)

    async def __call__(self, path: str, **params: Any) -> Any:
        """Return what a supervisor is answered: JSON, or the rows of a CSV file."""
        if await self.site.people.person("vera") is None:
            await add_person(self.site, "vera", Role.SUPERVISOR)
        async with signed_in(self.app, "vera") as browser:
            answer = await browser.get(f"/api/v1/{path}", params=params)
        assert answer.status_code == 200, answer.text
        if ".csv" in path:
            return list(csv.DictReader(io.StringIO(answer.text)))
        return answer.json()


@pytest.fixture(params=["all", "second", "late"])
def side(request: pytest.FixtureRequest, played: Played) -> Side:
    return played.sides[request.param]


@pytest.fixture
def ask(played: Played, database: Database, side: Side) -> Asking:
    return Asking(played, database, side)


def agree(told: Mapping[str, Any], counted: Mapping[str, Any], names: tuple[str, ...] = ()) -> None:
    """Hold figures against each other; shares and means to nine digits."""
    for name in names or counted:
        of_told, of_counted = told[name], counted[name]
        if isinstance(of_counted, Mapping):
            agree(of_told, of_counted)
        elif of_counted is None:
            assert of_told is None, name
        else:
            assert of_told == pytest.approx(of_counted, rel=1e-9), name


# --- what was played -----------------------------------------------------------------------------------


def test_everything_that_counts_has_happened(played: Played) -> None:
    kinds = Counter(event["kind"] for event in played.plain.events)
    for kind in ("ContactTransferred", "ConsultStarted", "ContactHeld", "MessageLeft", "CallbackBooked"):
        assert kinds[kind] > 3, kind
    assert {"OfferFailed", "PlaceResumed", "ContactAdopted", "WorkAdded", "CampaignDayEnded"} <= kinds.keys()
    for day in (YESTERDAY, TODAY):
        fates = Counter(call.fate for call in played.plain.calls(day).values())
        assert min(fates[fate] for fate in ("answered", "abandoned", "elsewhere")) > 5
        assert sum(fates.values()) == len(played.plain.calls(day))
    assert any(both for both in played.waiting)
    over_midnight = [r for r in played.plain.records if r["arrived_us"] < MIDNIGHT_US <= r["ended_at_us"]]
    assert len(over_midnight) > 3


# --- the wall, reports, and the rows -------------------------------------------------------------------


@pytest.mark.parametrize("day", [YESTERDAY, TODAY])
async def test_reports_are_what_the_rows_say(played: Played, ask: Asking, day: date) -> None:
    plain, promised = played.plain, played.promised_us
    (whole,) = (await ask("reports/days", **{"from": day}))["items"]
    agree(whole, plain.group(day).figures(promised))
    for table, groups in (("queue", played.house.queues), ("tier", played.house.tiers)):
        rows = (await ask(f"reports/{table}s", **{"from": day}))["items"]
        assert [row["name"] for row in rows] == list(groups)
        for row in rows:
            agree(row, plain.group(day, **{table: row["name"]}).figures(promised))
    for tier in played.house.tiers:
        (row,) = (await ask("reports/days", **{"from": day}, queue="service", tier=tier))["items"]
        agree(row, plain.group(day, queue="service", tier=tier).figures(promised))


@pytest.mark.parametrize(("day", "hours"), [(YESTERDAY, 24), (TODAY, 25)])
async def test_intervals_are_what_the_rows_say_and_add_up(
    played: Played, ask: Asking, day: date, hours: int
) -> None:
    begins_us, ends_us = played.plain.span_us(day)
    assert ends_us - begins_us == hours * 3_600 * SECOND_US
    rows = (await ask("reports/intervals", **{"from": day}, limit=500))["items"]
    length_us = 1_800 * SECOND_US
    for place, row in enumerate(rows):
        span = begins_us + place * length_us, begins_us + (place + 1) * length_us
        agree(row, played.plain.group(day, span=span).figures(played.promised_us))
    (whole,) = (await ask("reports/days", **{"from": day}))["items"]
    for name in ("offered", "answered", "abandoned", "blocked", "elsewhere"):
        assert sum(row[name] for row in rows) == whole[name]


async def test_two_days_are_their_sum(played: Played, ask: Asking) -> None:
    rows = (await ask("reports/queues", **{"from": YESTERDAY, "to": TODAY}))["items"]
    for row in rows:
        each = [played.plain.group(day, queue=row["name"]) for day in (YESTERDAY, TODAY)]
        assert row["offered"] == sum(len(group.calls) for group in each)
        assert row["answered"] == sum(group.count("answered") for group in each)
    (empty,) = (await ask("reports/days", **{"from": YESTERDAY - timedelta(days=1)}))["items"]
    assert (empty["offered"], empty["mean_wait_seconds"]) == (0, None)


async def test_a_queue_that_was_renamed_since_keeps_its_numbers(played: Played, database: Database) -> None:
    cards = {QueueName("credit") if name == "loans" else name: c for name, c in played.house.queues.items()}
    house = replace(played.house, queues=cards)
    asking = Asking(replace(played, sides={"all": Side(house, played.over_us)}), database)
    rows = {row["name"]: row for row in (await asking("reports/queues", **{"from": YESTERDAY}))["items"]}
    assert list(rows) == ["service", "credit", "sales", "silent", "loans"]
    promised = played.promised_us | {"loans": 20 * SECOND_US}
    agree(rows["loans"], played.plain.group(YESTERDAY, queue="loans").figures(promised))
    assert rows["credit"]["offered"] == 0
    assert sum(row["offered"] for row in rows.values()) == len(played.plain.calls(YESTERDAY))


async def test_the_wall_shows_what_the_rows_say(played: Played, side: Side) -> None:
    plain, promised = played.plain, played.promised_us
    agree(side.rows(CENTRE)["all"], plain.group(TODAY).figures(promised), SHOWN_LIVE)
    assert side.rows(QUEUES).keys() == played.house.queues.keys()
    for name, queue in side.rows(QUEUES).items():
        agree(queue, plain.group(TODAY, queue=name).figures(promised), SHOWN_LIVE)
        for tier, row in queue["tiers"].items():
            agree(row, plain.group(TODAY, queue=name, tier=tier).figures(promised), SHOWN_LIVE)
    for name, tier in side.rows(TIERS).items():
        agree(tier, plain.group(TODAY, tier=name).figures(promised), SHOWN_LIVE)
    assert side.rows(QUEUES)["silent"]["offered"] == 0


def test_who_waits_over_midnight_is_on_every_board(played: Played) -> None:
    assert sum(all_night for all_night, _ in played.waiting) > 0
    assert all(all_night == late for all_night, late in played.waiting)


def test_all_sides_show_the_same(played: Played) -> None:
    first, *others = ({topic.name: side.rows(topic) for topic in VIEWS} for side in played.sides.values())
    for rows in others:
        for name in first:
            assert rows[name] == first[name], name


# --- Prometheus ----------------------------------------------------------------------------------------


def test_prometheus_counts_what_the_rows_say(played: Played, side: Side) -> None:
    found = side.metrics()
    arrivals = played.plain.arrivals(TODAY)
    assert found["goldline_calls_arrived_total", frozenset()] == sum(arrivals.values()) > 200
    assert found["goldline_calls_left_menu_total", frozenset()] == arrivals["left the menu"] > 5
    for queue in played.house.queues:
        for tier in played.house.tiers:
            group = played.plain.group(TODAY, queue=queue, tier=tier)
            figures, labels = group.figures(played.promised_us), frozenset({queue, tier})
            for name in ("offered", "answered", "blocked", "elsewhere"):
                assert found.get((f"goldline_calls_{name}_total", labels), 0) == figures[name], name
            gone = [
                found.get(("goldline_calls_abandoned_total", labels | {short}), 0) for short in ("yes", "no")
            ]
            assert sum(gone) == figures["abandoned"]
            assert gone[0] == sum(c.waited_us < 5 * SECOND_US for c in group.calls if c.fate == "abandoned")
            waited_s = sum(call.waited_us for call in group.calls if call.fate == "answered") / 1e6
            assert found.get(("goldline_answer_wait_seconds_sum", labels), 0) == pytest.approx(waited_s)
            handled = found.get(("goldline_handle_seconds_count", labels), 0)
            assert handled == len(group.handled)
            handled_s = (figures["mean_handle_seconds"] or 0) * handled
            assert found.get(("goldline_handle_seconds_sum", labels), 0) == pytest.approx(handled_s)


# --- agents --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", [YESTERDAY, TODAY])
async def test_agents_days_are_what_the_rows_say(played: Played, ask: Asking, day: date) -> None:
    rows = {row["agent_id"]: row for row in (await ask("reports/agents", **{"from": day}))["items"]}
    assert rows.keys() == played.house.agents.keys()
    for agent_id, row in rows.items():
        agree(row, played.plain.agent(agent_id, day, played.over_us))


def test_agents_and_supervisors_read_the_same_of_today(played: Played, side: Side) -> None:
    seats = side.rows(AGENTS)
    for agent_id in played.house.agents:
        counted = played.plain.agent(agent_id, TODAY, played.over_us)
        agree(side.rows(OWN_DAY, agent_id)["day"], counted, (*WORKED, *SPENT))
        agree(
            seats[agent_id],
            counted,
            ("handled", "talk_seconds", "hold_seconds", "wrap_up_seconds", "occupancy"),
        )


# --- contact by contact --------------------------------------------------------------------------------


@pytest.mark.parametrize("day", [YESTERDAY, TODAY])
async def test_the_list_of_contacts_is_the_table_s(played: Played, ask: Asking, day: date) -> None:
    """Those that ended on the day: they add up to what the agents did on it."""
    begins_us, ends_us = played.plain.span_us(day)
    records = {r["contact_id"]: r for r in played.plain.records if begins_us <= r["ended_at_us"] < ends_us}
    rows = {row["contact_id"]: row for row in await ask("reports/interactions.csv", **{"from": day})}
    assert rows.keys() == records.keys()
    for contact_id, row in rows.items():
        record = records[contact_id]
        for column in ("queue", "tier", "agent_id", "outcome", "disposition", "channel"):
            assert row[column] == record[column]
        for column, own in (("waited", "queue"), ("talk", "talk"), ("hold", "hold"), ("wrap_up", "wrap_up")):
            assert float(row[f"{column}_seconds"]) == pytest.approx(record[f"{own}_us"] / 1e6)
    agents = await ask("reports/agents.csv", **{"from": day})
    for column in ("talk_seconds", "hold_seconds", "wrap_up_seconds"):
        of_contacts = sum(
            float(r[column]) for r in rows.values() if r["agent_id"] and r["channel"] == "voice"
        )
        assert sum(float(agent[column]) for agent in agents) == pytest.approx(of_contacts)


def test_a_call_s_record_has_the_wait_that_it_counts_with(played: Played) -> None:
    records = {record["contact_id"]: record for record in played.plain.records}
    for day in (YESTERDAY, TODAY):
        for contact_id, call in played.plain.calls(day).items():
            # Who was on hold as the engine died waits twice, and counts with the first wait.
            is_told_once = len(played.plain.of_contact(contact_id, "ContactConnected")) < 2
            if call.fate in ("answered", "abandoned") and is_told_once:
                assert records[contact_id]["queue_us"] == call.waited_us, contact_id


@pytest.mark.parametrize("table", ["days", "intervals", "queues", "tiers", "agents"])
async def test_a_csv_file_has_the_figures_of_the_page(ask: Asking, table: str) -> None:
    span = {"from": YESTERDAY, "to": TODAY}
    page = (await ask(f"reports/{table}", **span, limit=500))["items"]
    file = await ask(f"reports/{table}.csv", **span)
    assert len(file) == len(page) > 1
    for row, cells in zip(page, file, strict=True):
        levels = row.pop("service_levels", {})
        flat = row | {f"service_levels_{name}": share for name, share in levels.items()}
        assert {name: "" if value is None else str(value) for name, value in flat.items()} == cells


async def test_why_tells_who_had_the_contact(played: Played, ask: Asking) -> None:
    served = [r for r in played.plain.records if r["agent_id"] and r["channel"] == "voice"][::40]
    for record in served:
        if played.plain.of_contact(record["contact_id"], "DecisionMade"):
            lines = (await ask(f"contacts/{record['contact_id']}/why"))["lines"]
            assert any(record["agent_id"] in line for line in lines), lines
    told: list[DomainEvent] = [event for run in played.night.told for event in run]
    assert len([told_event(event) for event in told]) == len(played.plain.events)


# --- the campaign --------------------------------------------------------------------------------------


async def test_the_campaign_came_to_the_same_everywhere(
    played: Played, ask: Asking, side: Side, database: Database
) -> None:
    attempts = played.plain.attempts
    outcomes = Counter(attempt["outcome"] for attempt in attempts)
    dispositions = Counter(attempt["disposition"] for attempt in attempts)
    page = await ask("campaigns/winter/results")
    typed = await read_results(database, asked("winter", "list", None, None), played.config)
    for told in (page["whole"], typed["all"]):
        assert told["attempts"] == len(attempts) > 500
        assert told["connected"] == outcomes["connected"]
        assert told["abandoned"] == outcomes["dropped"]
        assert told["answered"] == outcomes["connected"] + outcomes["dropped"]
        assert told["machines"] == outcomes["machine"]
        assert told["sales"] == dispositions["sold"] > 10
        assert told["people"] == len({attempt["person_id"] for attempt in attempts})
        assert told["value"] == 40 * dispositions["sold"]
    assert {row["code"]: row["attempts"] for row in page["dispositions"]} == dispositions
    assert {code: row["attempts"] for code, row in typed["dispositions"].items()} == dispositions
    sold = Counter(r["disposition"] for r in played.plain.records if r["queue"] == "sales" and r["agent_id"])
    assert sold["sold"] == dispositions["sold"]


async def test_the_campaign_s_day_is_that_of_its_own_zone(
    played: Played, ask: Asking, side: Side, database: Database
) -> None:
    """Toronto's midnight comes an hour and a half after ours: the calls of before are of its yesterday."""
    zone = played.house.campaigns["winter"].zone
    own = PlainCount(played.file, zone)
    today = [attempt for attempt in own.attempts if own.day_of(attempt["dialed_us"]) == TODAY]
    assert 50 < len(today) < len(own.attempts) - 50
    outcomes = Counter(attempt["outcome"] for attempt in today)
    row = side.rows(CAMPAIGNS)["winter"]
    assert (row["dialed"], row["over"], row["in_flight"]) == (len(today), len(today), 0)
    assert row["connected"] == outcomes["connected"]
    found, told = side.metrics(), {"connected": "connected", "abandoned": "dropped", "machine": "machine"}
    results = {
        result: found["goldline_dialer_calls_total", frozenset({"winter", result})]
        for result in (*told, "unanswered")
    }
    assert {result: results[result] for result in told} == {r: outcomes[own] for r, own in told.items()}
    assert sum(results.values()) == len(today)
    page = await ask("campaigns/winter/results", since=TODAY)
    typed = await read_results(database, asked("winter", "list", datetime(2026, 11, 1), None), played.config)
    assert page["whole"]["attempts"] == typed["all"]["attempts"] == len(today)


def test_calls_of_the_campaign_are_calls_of_its_queue(played: Played) -> None:
    reached = {e["contact_id"] for e in played.plain.of_kind("AttemptAnswered")}
    talks = {a["attempt_id"]: a for a in played.plain.attempts if a["outcome"] == "connected"}
    counted: dict[str, Row] = {}
    for day in (YESTERDAY, TODAY):
        counted |= {key: vars(call) for key, call in played.plain.calls(day).items() if key in reached}
    assert counted.keys() == reached
    assert sum(call["fate"] == "answered" for call in counted.values()) == len(talks)

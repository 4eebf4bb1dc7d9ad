"""A few calls on a real Asterisk, with a hold, a transfer and an engine that is killed: all tell the same.

What the API and `/metrics` of the program tell is held against the rows of its database, counted apart.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.services.ami_observer import AmiObserver
from tests.services.desk import Desk
from tests.services.goldline import MENU_NUMBER, STRAIGHT_NUMBER, GoldlineServer
from tests.services.plain_count import PlainCount
from tests.services.ports import LOOPBACK
from tests.services.sipp import STAY, Callers, Phones, Press, Wait
from tests.services.supervisor import Supervisor

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

QUEUES = ("sales", "counter")
PROMISED_US = dict.fromkeys(QUEUES, 20_000_000)


async def a_busy_time(
    goldline: GoldlineServer,
    callers: Callable[..., Callers],
    phone: Callable[..., Phones],
    seat: Callable[[str, str], Awaitable[Desk]],
    observer: AmiObserver,
) -> None:
    """Let callers be held, passed on, lost, meet a phone that rings in vain, and be found by a new engine."""
    phone("1001")
    ann = await seat("ann", "1001")
    callers(["5550001"], dialed=STRAIGHT_NUMBER)
    await ann.shown("ShowAgentState", state="on_contact")
    await ann.press("HoldContact")
    await ann.press("ResumeContact")
    await ann.offered("HoldContact")
    phone("1002", ring_ms=None)
    await seat("bob", "1002")
    await ann.press("TransferContact", to="queue", target="sales")
    await goldline.recorded("OfferFailed")
    await goldline.recorded("ContactConnected", 2)
    impatient = callers(["5550002", "5550003"], dialed=STRAIGHT_NUMBER, steps=[Wait(1_000)])
    callers(["5550004"], dialed=MENU_NUMBER, steps=[Wait(300)])
    callers(["5550005"], dialed=MENU_NUMBER, steps=[*[Wait(500), Press("1")] * 4, *STAY])
    assert await impatient.finished(10)
    await goldline.recorded("ContactQueued", 5)
    goldline.kill()
    goldline.start()
    await goldline.recorded("ContactAdopted", 2)
    async with goldline.desk("ann") as again:
        await again.end_talks(1)
        await again.ask("FinishWrapUp")
        await goldline.recorded("ContactConnected", 3)
        await again.press("HangUpContact")
        await again.press("FinishWrapUp")
        await goldline.recorded("InteractionRecorded", 6)
    await observer.all_quiet()


def samples(goldline: GoldlineServer) -> dict[tuple[str, frozenset[str]], float]:
    text = httpx.get(f"http://{LOOPBACK}:{goldline.web_port}/metrics").raise_for_status().text
    return {
        (sample.name, frozenset(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_reports_metrics_and_rows_agree(
    goldline: GoldlineServer,
    callers: Callable[..., Callers],
    phone: Callable[..., Phones],
    seat: Callable[[str, str], Awaitable[Desk]],
    observer: AmiObserver,
) -> None:
    today = datetime.now(UTC).date()
    await a_busy_time(goldline, callers, phone, seat, observer)
    plain = PlainCount(goldline.folder / "goldline.sqlite3", ZoneInfo("UTC"))
    assert plain.arrivals(today) == {"asked for a queue": 4, "left the menu": 1}
    whole = plain.group(today).figures(PROMISED_US)
    assert (whole["offered"], whole["answered"], whole["abandoned"]) == (5, 3, 2)
    async with Supervisor(goldline, "vera") as vera:
        rows = {row["name"]: row for row in (await vera.get("/reports/queues"))["items"]}
        live = {row["name"]: row for row in (await vera.get("/queues"))["items"]}
        agents = {row["agent_id"]: row for row in (await vera.get("/reports/agents"))["items"]}
        records = (await vera.get("/reports/interactions"))["items"]
    told = samples(goldline)
    for queue in QUEUES:
        figures = plain.group(today, queue=queue).figures(PROMISED_US)
        agree(rows[queue], figures)
        agree(live[queue], figures)
        for name in ("offered", "answered"):
            assert told[f"goldline_calls_{name}_total", frozenset({queue, "standard"})] == figures[name]
    for name in ("handled", "missed", "talk_seconds", "hold_seconds", "wrap_up_seconds"):
        for agent in ("ann", "bob"):
            counted = plain.agent(agent, today, plain.events[-1]["at_us"] + 1)
            assert agents[agent][name] == pytest.approx(counted[name])
    assert agents["ann"]["hold_seconds"] > 0
    assert agents["bob"]["missed"] == 1
    assert {record["contact_id"] for record in records} == {row["contact_id"] for row in plain.records}
    assert goldline.complaints() == []


def agree(told: dict[str, Any], figures: dict[str, Any]) -> None:
    for name in told.keys() & figures.keys():
        if isinstance(told[name], dict):
            agree(told[name], figures[name])
        elif told[name] is None or figures[name] is None:
            assert told[name] is figures[name], name
        else:
            assert told[name] == pytest.approx(figures[name]), name

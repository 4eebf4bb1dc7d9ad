"""Work besides calls on a real Asterisk: brought by another program, done between calls, kept when we die."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from websockets.asyncio.client import connect

from tests.services.desk import Desk, Refused
from tests.services.goldline import STRAIGHT_NUMBER, GoldlineServer
from tests.services.ports import LOOPBACK, free_tcp_port
from tests.services.sipp import Callers, Phones, Wait

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

StartCallers = Callable[..., Callers]
StartPhone = Callable[..., Phones]
Seat = Callable[[str, str], Awaitable[Desk]]

WORK_PORT = free_tcp_port()
WORK_TOKEN = "token-of-every-program-in-tests"
TASKS_BESIDE_CALLS = f"""
[work]
capacity = {{ voice = 1, task = 1 }}

[work_door]
port = {WORK_PORT}
token = "{WORK_TOKEN}"

[offers]
reject_delay_s = 1
misses_max = 2
"""


async def told(**wish: Any) -> dict[str, Any]:
    """Ask for something about work, as another program does; return the answer."""
    headers = {"Authorization": f"Bearer {WORK_TOKEN}"}
    async with connect(f"ws://{LOOPBACK}:{WORK_PORT}/work", additional_headers=headers) as program:
        await program.send(json.dumps({"request": "AddWork", "channel": "task", "queue": "counter"} | wish))
        async with asyncio.timeout(5):
            answer: dict[str, Any] = json.loads(await program.recv())
            return answer


async def accepted(desk: Desk, contact_id: str) -> None:
    """Take the work on the screen in hand."""
    pop = await desk.shown("PopScreen", contact_id=contact_id)
    await desk.ask("AcceptOffer", offer_id=pop.fields["offer_id"], version=pop.fields["version"])


@pytest.mark.rules(TASKS_BESIDE_CALLS)
async def test_call_comes_beside_a_task_and_the_task_outlives_the_engine(
    goldline: GoldlineServer, callers: StartCallers, phone: StartPhone, seat: Seat
) -> None:
    phone("1001", ring_ms=100)
    desk = await seat("ann", "1001")
    answer = await told(work_id="case-1", reference="https://crm.example/1")
    await accepted(desk, answer["contact_id"])
    caller = callers(["5550001"], dialed=STRAIGHT_NUMBER, steps=[Wait(3_000)])
    await desk.shown("ShowAgentState", state="on_contact")
    await goldline.recorded("ContactConnected", 2)

    goldline.kill()
    goldline.start()
    async with goldline.desk("ann") as again:
        record = await again.shown("PopScreen", contact_id=answer["contact_id"])
        assert (record.fields["channel"], record.fields["reference"]) == ("task", "https://crm.example/1")
        assert (await told(work_id="case-1"))["contact_id"] == answer["contact_id"]
        assert await caller.finished(10)
        await again.shown("ShowAgentState", state="ready", contact_id="")
        await again.ask("FinishWork", contact_id=answer["contact_id"], disposition="answered")
        await goldline.recorded("InteractionRecorded", 2)
    channels = {row["channel"]: row for row in goldline.interactions()}
    assert (channels["voice"]["outcome"], channels["task"]["disposition"]) == ("closed", "answered")
    assert channels["task"]["agent_id"] == "ann"


@pytest.mark.rules(TASKS_BESIDE_CALLS)
async def test_rejected_call_comes_back_after_the_delay_and_a_late_click_is_refused(
    goldline: GoldlineServer, callers: StartCallers, phone: StartPhone, seat: Seat
) -> None:
    phone("1001", ring_ms=1_500)
    desk = await seat("ann", "1001")
    callers(["5550001"], dialed=STRAIGHT_NUMBER, steps=[Wait(8_000)])
    pop = await desk.shown("PopScreen")
    named = {"offer_id": pop.fields["offer_id"], "version": pop.fields["version"]}
    await desk.ask("RejectOffer", **named)
    away = await desk.shown("ShowAgentState", state="not_ready", reason="rejected")
    assert (away.fields["until_us"] - away.fields["since_us"]) / 1e6 == 1
    seen = desk.frames.index(away)
    again = await desk.shown("PopScreen", seen)
    assert again.at_s - away.at_s == pytest.approx(1, abs=0.3)
    with pytest.raises(Refused, match=r"offer_over|offer_changed"):
        await desk.ask("RejectOffer", **named)
    await desk.shown("ShowAgentState", seen, state="on_contact")
    assert len(goldline.ledger("OfferFailed")) == 1

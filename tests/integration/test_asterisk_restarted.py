"""Asterisk dies and comes back, or only the link to it does: every contact ends once, every agent is right.

After a restart of Asterisk no call of before exists any more, so all are closed; after a cut link all are
still there, so none is. What happened meanwhile is found out from a snapshot in both cases.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.integration.conftest import AGENTS
from tests.services.ami_observer import AmiObserver
from tests.services.asterisk import RealAsterisk
from tests.services.cable import Cable
from tests.services.desk import Desk
from tests.services.goldline import MENU_NUMBER, STRAIGHT_NUMBER, GoldlineServer
from tests.services.sipp import STAY, Callers, Phones, Press, Wait
from tests.services.talks import TRUNK, extension_of

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

StartCallers = Callable[..., Callers]
StartPhone = Callable[..., Phones]
Seat = Callable[[str, str], Awaitable[Desk]]

TO_SALES = [Wait(300), Press("1"), *STAY]


async def test_after_a_restart_of_asterisk_each_call_is_closed_once_and_each_agent_is_right(
    goldline: GoldlineServer,
    callers: StartCallers,
    phone: StartPhone,
    seat: Seat,
    asterisk: RealAsterisk,
) -> None:
    phone("1001")
    phone("1002", ring_ms=None)
    ann = await seat("ann", "1001")
    callers(["5550001"], dialed=MENU_NUMBER, steps=TO_SALES)
    await ann.shown("ShowAgentState", state="on_contact")
    bob = await seat("bob", "1002")
    callers(["5550002"], dialed=STRAIGHT_NUMBER)
    await goldline.recorded("OfferMade", 2)
    cy = await seat("cy", "1003")
    await cy.ask("GoNotReady", reason="lunch")
    callers(["5550003", "5550004"], dialed=STRAIGHT_NUMBER)
    await goldline.recorded("ContactQueued", 4)
    callers(["5550005"], dialed=MENU_NUMBER)
    await goldline.recorded("ContactArrived", 5)
    shown = {desk.agent: len(desk.frames) for desk in (ann, bob, cy)}

    asterisk.kill()
    asterisk.start()

    await ann.shown("ShowAgentState", shown["ann"], state="wrap_up")
    await bob.shown("ShowAgentState", shown["bob"], state="ready")
    await ann.ask("FinishWrapUp")
    await goldline.recorded("InteractionRecorded", 5)
    records = {record["caller_number"]: record for record in goldline.interactions()}
    assert len(records) == len(goldline.interactions())
    assert (records["5550001"]["outcome"], records["5550001"]["ended_by"]) == ("closed", "pbx")
    assert records.pop("5550001")["agent_id"] == "ann"
    assert {record["outcome"] for record in records.values()} == {"abandoned"}
    stages = Counter(event["stage"] for event in goldline.ledger("ContactAbandoned"))
    assert stages == {"ringing": 1, "queue": 2, "ivr": 1}
    assert cy.frames[shown["cy"] :] == []

    # The day goes on: bob does not hear his phone, ann takes the call.
    callers(["5550006"], dialed=STRAIGHT_NUMBER)
    connected = await goldline.recorded("ContactConnected", 2)
    assert connected[-1]["agent_id"] == "ann"
    assert len(goldline.ledger("ContactArrived")) == 6


@pytest.fixture
async def cable(asterisk: RealAsterisk) -> AsyncIterator[Cable]:
    """Return the line between Goldline and Asterisk's manager."""
    async with Cable(asterisk.ami_port) as line:
        yield line


@pytest.fixture
async def wired(
    asterisk: RealAsterisk, observer: AmiObserver, cable: Cable, tmp_path: Path
) -> AsyncIterator[GoldlineServer]:
    """Return the program with its manager link through the cable; the callers' FastAGI goes another way."""
    server = GoldlineServer(tmp_path / "goldline", asterisk, AGENTS, ami_port=cable.port)
    await asyncio.to_thread(server.start)
    yield server
    await asyncio.to_thread(server.stop)


@pytest.fixture
async def sit_down(wired: GoldlineServer) -> AsyncIterator[Seat]:
    async with AsyncExitStack() as desks:

        async def seat(agent: str, extension: str) -> Desk:
            desk = await desks.enter_async_context(wired.desk(agent))
            await desk.log_in(extension)
            return desk

        yield seat


async def test_a_cut_link_loses_nobody_who_waits_or_talks_and_tells_nothing_twice(
    wired: GoldlineServer,
    cable: Cable,
    callers: StartCallers,
    phone: StartPhone,
    sit_down: Seat,
    observer: AmiObserver,
) -> None:
    phone("1001")
    ann = await sit_down("ann", "1001")
    callers(["5550001"], dialed=STRAIGHT_NUMBER)
    await ann.shown("ShowAgentState", state="on_contact")
    callers(["5550002"], dialed=STRAIGHT_NUMBER)
    await wired.recorded("ContactQueued", 2)
    leaves = callers(["5550003"], dialed=STRAIGHT_NUMBER, steps=[Wait(1_500)])
    await wired.recorded("ContactQueued", 3)

    cable.cut()
    callers(["5550004"], dialed=STRAIGHT_NUMBER)
    await wired.recorded("ContactQueued", 4)
    comes_and_goes = callers(["5550005"], dialed=STRAIGHT_NUMBER, steps=[Wait(500)])
    await wired.recorded("ContactQueued", 5)
    assert await leaves.finished(5)
    assert await comes_and_goes.finished(5)
    cable.mend()

    abandoned = await wired.recorded("ContactAbandoned", 2)
    assert {event["stage"] for event in abandoned} == {"queue"}
    await ann.end_talks(3)
    await wired.recorded("InteractionRecorded", 5)
    records = wired.interactions()
    assert [record["caller_number"] for record in records if record["outcome"] == "closed"] == [
        "5550001",
        "5550002",
        "5550004",
    ]
    assert {record["caller_number"] for record in records if record["outcome"] == "abandoned"} == {
        "5550003",
        "5550005",
    }
    assert len(wired.ledger("ContactArrived")) == len(records) == 5
    assert wired.ledger("ContactAdopted") == []
    await observer.all_quiet()


async def test_a_phone_answered_while_the_link_is_cut_keeps_its_caller(
    wired: GoldlineServer,
    cable: Cable,
    callers: StartCallers,
    phone: StartPhone,
    sit_down: Seat,
    observer: AmiObserver,
) -> None:
    phone("1001", ring_ms=4_000)  # a second more than the ringing may last: nobody can stop it
    ann = await sit_down("ann", "1001")
    caller = callers(["5550001"], dialed=STRAIGHT_NUMBER)
    await observer.seen(lambda event: event["Event"] == "DialBegin")

    cable.cut()
    for party in ("1001", TRUNK):
        await observer.seen(
            lambda event, party=party: (
                event["Event"] == "BridgeEnter"  # type: ignore[misc]
                and extension_of(event["Channel"]) == party
            )
        )
    cable.mend()

    await ann.shown("ShowAgentState", state="on_contact")
    await ann.ask("HangUpContact")
    assert await caller.finished(5)
    await wired.recorded("InteractionRecorded")
    (record,) = wired.interactions()
    assert (record["agent_id"], record["outcome"], record["offers"]) == ("ann", "closed", 1)
    assert wired.ledger("OfferFailed") == []

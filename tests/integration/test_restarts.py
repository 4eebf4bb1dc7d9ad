"""The engine dies and comes back, Asterisk dies and comes back: no call is lost that could be kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.services.ami_observer import AmiObserver
from tests.services.asterisk import RealAsterisk
from tests.services.desk import Desk
from tests.services.goldline import STRAIGHT_NUMBER, GoldlineServer
from tests.services.sipp import Callers, Phones

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

StartCallers = Callable[..., Callers]
StartPhone = Callable[..., Phones]
Seat = Callable[[str, str], Awaitable[Desk]]

TALKING = {"ann": "1001", "bob": "1002", "cy": "1003", "dee": "1004", "eve": "1005"}
WAITING = [f"55500{number:02}" for number in range(30)]
EVERYBODY = len(TALKING) + len(WAITING)


async def seat_all(phone: StartPhone, seat: Seat) -> None:
    for agent, extension in TALKING.items():
        phone(extension)
        await seat(agent, extension)


async def end_all_talks(observer: AmiObserver, goldline: GoldlineServer, until_recorded: int) -> None:
    """Hang up at the agents' end, again and again, until so many interactions are recorded."""
    while len(goldline.ledger("InteractionRecorded")) < until_recorded:
        for channel in await observer.enumerate("CoreShowChannels"):
            if channel["Application"] == "Bridge" and channel["BridgeId"]:
                await observer.act("Hangup", Channel=channel["Channel"])


async def test_a_killed_engine_loses_no_waiting_caller_no_place_and_no_talk(
    goldline: GoldlineServer,
    callers: StartCallers,
    phone: StartPhone,
    seat: Seat,
    observer: AmiObserver,
) -> None:
    await seat_all(phone, seat)
    talking = callers([f"55511{number:02}" for number in range(len(TALKING))], dialed=STRAIGHT_NUMBER)
    in_talk = {event["contact_id"] for event in await goldline.recorded("ContactConnected", len(TALKING))}
    waiting = callers(WAITING, dialed=STRAIGHT_NUMBER, rate=50)
    queued = await goldline.recorded("ContactQueued", EVERYBODY)
    places = [event["contact_id"] for event in queued if event["contact_id"] not in in_talk]

    goldline.kill()
    goldline.start()

    adopted = await goldline.recorded("ContactAdopted", EVERYBODY)
    assert {event["contact_id"] for event in adopted if event["state"] == "connected"} == in_talk
    assert {event["contact_id"] for event in adopted if event["state"] == "queued"} == set(places)
    assert talking.moments("was_hung_up") == waiting.moments("was_hung_up") == []
    await end_all_talks(observer, goldline, EVERYBODY)
    offered = [event["contact_id"] for event in goldline.ledger("OfferMade")]
    assert [contact for contact in offered if contact in places] == places
    records = goldline.interactions()
    assert {record["contact_id"] for record in records} == in_talk | set(places)
    assert {record["outcome"] for record in records} == {"closed"}
    assert len(talking.moments("was_hung_up")) + len(waiting.moments("was_hung_up")) == EVERYBODY
    assert await observer.enumerate("CoreShowChannels") == []


async def test_after_a_restart_of_asterisk_its_calls_are_closed_and_its_agents_free(
    goldline: GoldlineServer,
    callers: StartCallers,
    phone: StartPhone,
    seat: Seat,
    asterisk: RealAsterisk,
) -> None:
    phone("1001")
    desk = await seat("ann", "1001")
    callers(["5550001", "5550002"], dialed=STRAIGHT_NUMBER)
    await goldline.recorded("ContactConnected")
    talking = await desk.shown("ShowAgentState", state="on_contact")
    await goldline.recorded("ContactQueued", 2)

    asterisk.kill()
    asterisk.start()

    await goldline.recorded("InteractionRecorded", 2)
    outcomes = {record["caller_number"]: record["outcome"] for record in goldline.interactions()}
    assert outcomes == {"5550001": "closed", "5550002": "abandoned"}
    await desk.shown("ShowAgentState", begin=desk.frames.index(talking), state="ready")
    callers(["5550003"], dialed=STRAIGHT_NUMBER)
    await goldline.recorded("ContactConnected", 2)

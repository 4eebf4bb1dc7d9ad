"""The engine dies in the middle of everything and comes back: calls, places, talks and agents are kept.

`goldline serve` gets SIGKILL, stays away until every waiting caller has asked for it in vain, and is started
again on what it left: the calls in Asterisk, the ledger in its database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.services.ami_observer import AmiObserver, Message
from tests.services.desk import Desk, Refused
from tests.services.goldline import MENU_NUMBER, STRAIGHT_NUMBER, GoldlineServer
from tests.services.sipp import STAY, Callers, Phones, Press, Wait
from tests.services.talks import TRUNK, disagreements, extension_of, observed_talks, recorded_talks

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

StartCallers = Callable[..., Callers]
StartPhone = Callable[..., Phones]
Seat = Callable[[str, str], Awaitable[Desk]]

SEATS = {"ann": "1001", "bob": "1002", "cy": "1003", "dee": "1004", "eve": "1005"}
ON_BREAK = ("bob", "cy", "dee", "eve")
"""Who asks for a break while talking, so that ann alone will serve the line, in an order that can be seen."""
TALKERS = [f"55511{number:02}" for number in range(5)]
STANDARD = [f"55500{number:02}" for number in range(20)]
GOLD = [f"20255501{number:02}" for number in range(10, 15)]
PLATINUM = [f"20255501{number:02}" for number in range(20, 25)]
LINE = PLATINUM + GOLD + STANDARD


@pytest.fixture
def customers(goldline: GoldlineServer, tmp_path: Path) -> None:
    """Load the customers whose tier puts them before others."""
    tiers = dict.fromkeys(GOLD, "gold") | dict.fromkeys(PLATINUM, "platinum")
    rows = [f"K-{number},Customer {number},+1{number},{tier}" for number, tier in tiers.items()]
    file = tmp_path / "customers.csv"
    file.write_text("\n".join(["external_id,name,phone,tier", *rows, ""]))
    goldline.run("crm", "import", str(file))


@pytest.fixture
async def reconnect(goldline: GoldlineServer) -> AsyncIterator[Callable[[str], Awaitable[Desk]]]:
    """Return a way to connect an agent's desk again, as it does by itself when the engine is back."""
    async with AsyncExitStack() as desks:
        yield lambda agent: desks.enter_async_context(goldline.desk(agent))


def line_of(goldline: GoldlineServer) -> list[str]:
    """Return the contacts from the thirty numbers in the order of their places, as the ledger has them."""
    numbers = {event["contact_id"]: event["caller_number"] for event in goldline.ledger("ContactArrived")}
    queued = [event for event in goldline.ledger("ContactQueued") if numbers[event["contact_id"]] in LINE]
    return [event["contact_id"] for event in sorted(queued, key=lambda event: event["key_us"])]


async def asked_for_the_engine(observer: AmiObserver, legs: Iterable[str], begin: int, times: int) -> None:
    """Wait until the dialplan of each of `legs` has tried so often to reach the engine."""
    for leg in legs:
        at = begin
        for _ in range(times):
            event = await observer.seen(lambda event, leg=leg: _tries(event, leg), at)  # type: ignore[misc]
            at = observer.events.index(event, at) + 1


def _tries(event: Message, leg: str) -> bool:
    return (event["Event"], event.get("Application"), event.get("Uniqueid")) == ("Newexten", "AGI", leg)


async def bridges(observer: AmiObserver) -> set[str]:
    return {bridge["BridgeUniqueid"] for bridge in await observer.enumerate("BridgeList")}


@pytest.mark.usefixtures("customers")
async def test_thirty_who_wait_and_five_who_talk_lose_neither_call_nor_place(
    goldline: GoldlineServer,
    callers: StartCallers,
    phone: StartPhone,
    seat: Seat,
    reconnect: Callable[[str], Awaitable[Desk]],
    observer: AmiObserver,
) -> None:
    desks = {}
    for agent, extension in SEATS.items():
        phone(extension)
        desks[agent] = await seat(agent, extension)
    talking = callers(TALKERS, dialed=STRAIGHT_NUMBER)
    await goldline.recorded("ContactConnected", len(TALKERS))
    for agent in ON_BREAK:
        await desks[agent].ask("GoNotReady", reason="break")
    standard = callers(STANDARD, dialed=STRAIGHT_NUMBER)
    await goldline.recorded("ContactQueued", len(TALKERS) + len(STANDARD))
    valued = callers(GOLD + PLATINUM, dialed=STRAIGHT_NUMBER)
    await goldline.recorded("ContactQueued", len(TALKERS) + len(LINE))
    legs = {event["contact_id"]: event["leg_id"] for event in goldline.ledger("ContactArrived")}
    tiers = {event["contact_id"]: event["tier"] for event in goldline.ledger("ContactQueued")}
    line = line_of(goldline)
    in_line = [legs[contact] for contact in line]
    # They came within seconds, and the tiers are minutes apart.
    assert [tiers[contact] for contact in line] == ["platinum"] * 5 + ["gold"] * 5 + ["standard"] * 20
    rooms = await bridges(observer)

    killed_at = len(observer.events)
    goldline.kill()
    await asked_for_the_engine(observer, in_line, killed_at, times=2)
    goldline.start()
    await goldline.recorded("ContactAdopted", len(TALKERS) + len(LINE))

    back = {agent: await reconnect(agent) for agent in SEATS}
    for desk in back.values():
        await desk.shown("ShowAgentState", state="on_contact")
    assert [event for event in observer.events[killed_at:] if event["Event"] == "Hangup"] == []
    assert await bridges(observer) == rooms
    assert len(rooms) == len(TALKERS)
    for agent in ON_BREAK:
        await back[agent].ask("HangUpContact")
        await back[agent].shown("ShowAgentState", state="not_ready", reason="break")
    await back["ann"].end_talks(1 + len(LINE))
    await goldline.recorded("InteractionRecorded", len(TALKERS) + len(LINE))

    records = goldline.interactions()
    assert sorted(record["caller_number"] for record in records) == sorted(TALKERS + LINE)
    assert {(record["outcome"], record["ended_by"]) for record in records} == {("closed", "agent")}
    assert [record["contact_id"] for record in records if record["contact_id"] in line] == line
    joined = [
        event["Uniqueid"]
        for event in observer.events[killed_at:]
        if event["Event"] == "BridgeEnter" and extension_of(event["Channel"]) == TRUNK
    ]
    assert joined == in_line
    talks = observed_talks(observer.events)
    assert len(talks) == len(TALKERS) + len(LINE)
    assert disagreements(talks, recorded_talks(goldline.ledger(), SEATS), within_s=0.2) == []
    for crowd, count in ((talking, len(TALKERS)), (standard, len(STANDARD)), (valued, len(GOLD + PLATINUM))):
        assert len(await crowd.saw("was_hung_up", count)) == count
    await observer.all_quiet()
    assert goldline.complaints() == []


async def test_agents_are_what_they_were(
    goldline: GoldlineServer, seat: Seat, reconnect: Callable[[str], Awaitable[Desk]]
) -> None:
    await seat("ann", "1001")
    bob = await seat("bob", "1002")
    await bob.ask("GoNotReady", reason="lunch")
    cy = await seat("cy", "1003")
    await cy.ask("LogOut")
    await goldline.recorded("AgentStateChanged", 8)

    goldline.kill()
    goldline.start()

    await (await reconnect("ann")).shown("ShowAgentState", state="ready")
    await (await reconnect("bob")).shown("ShowAgentState", state="not_ready", reason="lunch")
    with pytest.raises(Refused, match="not_logged_in"):
        await (await reconnect("cy")).ask("GoReady")


async def test_a_caller_in_the_menu_hears_it_again_and_is_served(
    goldline: GoldlineServer, callers: StartCallers, phone: StartPhone, seat: Seat, observer: AmiObserver
) -> None:
    phone("1001")
    await seat("ann", "1001")
    # The key is pressed again and again: nobody knows when the menu will be heard.
    caller = callers(["5550001"], dialed=MENU_NUMBER, steps=[*[Wait(1_000), Press("2")] * 10, *STAY])
    (arrived,) = await goldline.recorded("ContactArrived")

    killed_at = len(observer.events)
    goldline.kill()
    await asked_for_the_engine(observer, [arrived["leg_id"]], killed_at, times=1)
    goldline.start()

    (connected,) = await goldline.recorded("ContactConnected")
    assert connected["contact_id"] == arrived["contact_id"]
    (adopted,) = goldline.ledger("ContactAdopted")
    assert adopted["state"] == "in_ivr"
    assert caller.moments("was_hung_up") == []


async def test_a_caller_who_comes_while_the_engine_is_away_is_answered_when_it_is_back(
    goldline: GoldlineServer, callers: StartCallers, phone: StartPhone, seat: Seat, observer: AmiObserver
) -> None:
    phone("1001")
    await seat("ann", "1001")
    await goldline.recorded("AgentStateChanged", 2)
    goldline.kill()
    begin = len(observer.events)
    caller = callers(["5550001"], dialed=STRAIGHT_NUMBER)
    came = await observer.seen(lambda event: event["Event"] == "Newchannel", begin)
    await asked_for_the_engine(observer, [came["Uniqueid"]], begin, times=2)
    assert caller.moments("answered") == [], "it rings: nobody pays for waiting for a dead engine"
    goldline.start()
    await goldline.recorded("ContactConnected")
    (arrived,) = goldline.ledger("ContactArrived")
    assert arrived["leg_id"] == came["Uniqueid"]


async def test_what_ended_while_the_engine_was_away_is_recorded_when_it_is_back(
    goldline: GoldlineServer, callers: StartCallers, phone: StartPhone, seat: Seat, observer: AmiObserver
) -> None:
    phone("1001", talk_ms=200)
    ann = await seat("ann", "1001")
    callers(["5550001"], dialed=MENU_NUMBER, steps=[Wait(300), Press("1"), *STAY])
    await ann.shown("ShowAgentState", state="wrap_up")
    telephone = phone("1002", talk_ms=1_500)
    bob = await seat("bob", "1002")
    callers(["5550002"], dialed=STRAIGHT_NUMBER)
    await bob.shown("ShowAgentState", state="on_contact")
    callers(["5550003"], dialed=STRAIGHT_NUMBER, steps=[Wait(1_000)])
    callers(["5550004"], dialed=MENU_NUMBER, steps=[Wait(1_000)])
    await goldline.recorded("ContactQueued", 3)
    await goldline.recorded("ContactArrived", 4)

    goldline.kill()
    await observer.all_quiet()
    assert telephone.moments("hung_up") != []
    goldline.start()

    await goldline.recorded("InteractionRecorded", 4)
    records = {record["caller_number"]: record for record in goldline.interactions()}
    outcomes = {number: (record["outcome"], record["agent_id"]) for number, record in records.items()}
    assert outcomes == {
        "5550001": ("closed", "ann"),
        "5550002": ("closed", "bob"),
        "5550003": ("abandoned", ""),
        "5550004": ("abandoned", ""),
    }
    assert len(goldline.interactions()) == 4
    assert records["5550001"]["talk_us"] == pytest.approx(200_000, abs=200_000)


async def test_a_phone_that_rings_is_silenced_and_the_caller_offered_anew(
    goldline: GoldlineServer, callers: StartCallers, phone: StartPhone, seat: Seat
) -> None:
    telephone = phone("1001", ring_ms=None)
    phone("1002")
    await seat("ann", "1001")
    await seat("bob", "1002")
    caller = callers(["5550001"], dialed=STRAIGHT_NUMBER)
    await goldline.recorded("OfferMade")

    goldline.kill()
    goldline.start()

    (connected,) = await goldline.recorded("ContactConnected")
    assert connected["agent_id"] == "bob"
    assert caller.moments("was_hung_up") == []
    # Ann is offered the caller again, does not answer in time either, and bob gets the call.
    await telephone.saw("was_cancelled", 2)
    assert Counter(moment.what for moment in telephone.moments()) == {"rang": 2, "was_cancelled": 2}


async def test_a_phone_answered_while_the_engine_is_away_has_its_caller_and_the_talk_is_adopted(
    goldline: GoldlineServer,
    callers: StartCallers,
    phone: StartPhone,
    seat: Seat,
    reconnect: Callable[[str], Awaitable[Desk]],
    observer: AmiObserver,
) -> None:
    phone("1001", ring_ms=1_000)
    await seat("ann", "1001")
    callers(["5550001"], dialed=STRAIGHT_NUMBER)
    await goldline.recorded("OfferMade")

    goldline.kill()
    entered = await observer.seen(lambda event: event["Event"] == "BridgeEnter")
    await observer.seen(
        lambda event: event["Event"] == "BridgeEnter" and event["Uniqueid"] != entered["Uniqueid"]
    )
    goldline.start()

    (adopted,) = await goldline.recorded("ContactAdopted")
    assert adopted["state"] == "connected"
    assert adopted["connected_us"] == adopted["at_us"], "no note tells when they began to talk"
    desk = await reconnect("ann")
    await desk.shown("ShowAgentState", state="on_contact")
    await desk.ask("HangUpContact")
    await goldline.recorded("InteractionRecorded")
    (record,) = goldline.interactions()
    assert (record["agent_id"], record["outcome"], record["ended_by"]) == ("ann", "closed", "agent")


async def test_a_phone_answered_when_its_caller_is_gone_is_hung_up(
    goldline: GoldlineServer, callers: StartCallers, phone: StartPhone, seat: Seat
) -> None:
    telephone = phone("1001", ring_ms=1_500)
    await seat("ann", "1001")
    caller = callers(["5550001"], dialed=STRAIGHT_NUMBER, steps=[Wait(600)])
    await goldline.recorded("OfferMade")

    goldline.kill()
    assert await caller.finished(5)
    await telephone.saw("was_hung_up")
    assert [moment.what for moment in telephone.moments()] == ["rang", "answered", "was_hung_up"]

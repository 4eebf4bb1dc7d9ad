"""Calls in hand on a real Asterisk: answered from the desk, held, passed on, asked about, conferred."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.services.ami_observer import AmiObserver, Message
from tests.services.desk import Desk
from tests.services.goldline import STRAIGHT_NUMBER, GoldlineServer
from tests.services.sipp import Callers, Phones

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

StartCallers = Callable[..., Callers]
StartPhone = Callable[..., Phones]
Seat = Callable[[str, str], Awaitable[Desk]]
TRUNK = "trunk"
MOVES = ("BridgeEnter", "BridgeLeave", "Hangup")


def who(channel: Message) -> str:
    """Return the phone of a channel: `1001`, or `trunk` of the caller."""
    return channel["Channel"].partition("/")[2].rpartition("-")[0]


async def come(observer: AmiObserver, *wanted: set[str]) -> None:
    """Wait until exactly these hear each other, in a bridge each; raise `TimeoutError` else."""
    while True:
        begin = len(observer.events)
        members: dict[str, set[str]] = {}
        for channel in await observer.enumerate("CoreShowChannels"):
            if channel["BridgeId"]:
                members.setdefault(channel["BridgeId"], set()).add(who(channel))
        if sorted(map(sorted, members.values())) == sorted(map(sorted, wanted)):
            return
        await observer.seen(lambda event: event["Event"] in MOVES, begin)


async def music(observer: AmiObserver, begin: int) -> None:
    """Wait until the caller hears music."""
    await observer.seen(lambda e: e["Event"] == "MusicOnHoldStart" and who(e) == TRUNK, begin)


@pytest.fixture
async def talk(
    goldline: GoldlineServer, callers: StartCallers, phone: StartPhone, seat: Seat, observer: AmiObserver
) -> tuple[Desk, Callers]:
    """Have ann talk with a caller; return her desk and the caller."""
    phone("1001")
    ann = await seat("ann", "1001")
    caller = callers(["5550001"], dialed=STRAIGHT_NUMBER)
    await ann.shown("ShowAgentState", state="on_contact", on_hold=False)
    await come(observer, {TRUNK, "1001"})
    return ann, caller


async def consulting(
    talk: tuple[Desk, Callers], phone: StartPhone, seat: Seat, observer: AmiObserver
) -> Desk:
    """Have ann ask bob about the caller on hold; return bob's desk."""
    phone("1002")
    bob = await seat("bob", "1002")
    await talk[0].press("StartConsult", to="agent", target="bob")
    await come(observer, {"1001", "1002"})
    await talk[0].shown("ShowAgentState", on_hold=True)
    return bob


async def end_as_bob(bob: Desk, observer: AmiObserver) -> None:
    """Wait until the caller is bob's, and hang up at bob's desk."""
    await come(observer, {TRUNK, "1002"})
    await bob.offered("HoldContact")  # not before the engine has heard of it too
    await bob.press("HangUpContact")


async def test_phone_is_answered_from_the_desk(
    goldline: GoldlineServer, callers: StartCallers, phone: StartPhone, seat: Seat, observer: AmiObserver
) -> None:
    telephone = phone("1001", picks_up=True)
    ann = await seat("ann", "1001")
    callers(["5550001"], dialed=STRAIGHT_NUMBER)
    await telephone.saw("rang")
    reserved = await ann.shown("ShowAgentState", state="reserved")
    assert "AcceptOffer" in reserved.fields["legal"]
    await ann.ask("AcceptOffer")
    await come(observer, {TRUNK, "1001"})
    assert goldline.complaints() == []


async def test_caller_on_hold_hears_music_and_is_taken_back(
    goldline: GoldlineServer, talk: tuple[Desk, Callers], observer: AmiObserver
) -> None:
    ann, _ = talk
    for _ in range(3):
        begin, shown = len(observer.events), len(ann.frames)
        await ann.press("HoldContact")
        await music(observer, begin)
        await come(observer)
        await ann.shown("ShowAgentState", shown, on_hold=True)
        shown = len(ann.frames)
        await ann.press("ResumeContact")
        await come(observer, {TRUNK, "1001"})
        await ann.shown("ShowAgentState", shown, state="on_contact", on_hold=False)
    await ann.press("HangUpContact")
    (record,) = await goldline.recorded("InteractionRecorded")
    assert record["hold_us"] > 0
    await observer.all_quiet()
    assert goldline.complaints() == []


async def test_caller_hears_keys_and_the_agent_is_muted(
    goldline: GoldlineServer, talk: tuple[Desk, Callers], observer: AmiObserver
) -> None:
    ann, caller = talk
    await ann.press("SendDigits", digits="1224#")
    heard = await caller.saw("heard", 5)
    assert "".join(moment.number for moment in heard) == "1224#"
    await ann.press("MuteContact")
    await ann.shown("ShowAgentState", is_muted=True)
    await ann.press("UnmuteContact")
    await come(observer, {TRUNK, "1001"})
    assert goldline.complaints() == []


@pytest.mark.parametrize(("to", "target"), [("agent", "bob"), ("queue", "sales")])
async def test_caller_is_passed_on(
    goldline: GoldlineServer,
    talk: tuple[Desk, Callers],
    phone: StartPhone,
    seat: Seat,
    observer: AmiObserver,
    to: str,
    target: str,
) -> None:
    phone("1002")
    bob = await seat("bob", "1002")
    await talk[0].press("TransferContact", to=to, target=target)
    await come(observer, {TRUNK, "1002"})
    pop = await bob.shown("PopScreen")
    assert (pop.fields["passed_by"], pop.fields["caller_number"]) == ("ann", "5550001")
    await bob.press("HangUpContact")
    await observer.all_quiet()
    assert goldline.complaints() == []


async def test_caller_is_passed_on_to_a_number(
    goldline: GoldlineServer, talk: tuple[Desk, Callers], phone: StartPhone, observer: AmiObserver
) -> None:
    phone("1003")
    await talk[0].press("TransferContact", to="number", target="1003")
    await come(observer, {TRUNK, "1003"})
    assert goldline.complaints() == []


async def test_consulted_agent_gets_the_caller(
    goldline: GoldlineServer,
    talk: tuple[Desk, Callers],
    phone: StartPhone,
    seat: Seat,
    observer: AmiObserver,
) -> None:
    bob = await consulting(talk, phone, seat, observer)
    assert "PopScreen" in [frame.kind for frame in bob.frames]
    await talk[0].press("CompleteConsult")
    await end_as_bob(bob, observer)
    records = await goldline.recorded("InteractionRecorded", 2)
    assert [(record["agent_id"], record["ended_by"]) for record in records] == [
        ("ann", "transfer"),
        ("bob", "agent"),
    ]
    await observer.all_quiet()
    assert goldline.complaints() == []


async def test_caller_is_taken_back_from_a_consultation(
    goldline: GoldlineServer,
    talk: tuple[Desk, Callers],
    phone: StartPhone,
    seat: Seat,
    observer: AmiObserver,
) -> None:
    await consulting(talk, phone, seat, observer)
    await talk[0].press("CancelConsult")
    await come(observer, {TRUNK, "1001"})
    assert goldline.complaints() == []


async def test_caller_and_whoever_is_asked_take_turns(
    goldline: GoldlineServer,
    talk: tuple[Desk, Callers],
    phone: StartPhone,
    seat: Seat,
    observer: AmiObserver,
) -> None:
    bob, ann = await consulting(talk, phone, seat, observer), talk[0]
    for _ in range(3):
        await ann.press("SwapConsult")
        await come(observer, {TRUNK, "1001"})
        begin = len(observer.events)
        await ann.press("SwapConsult")
        await music(observer, begin)
        await come(observer, {"1001", "1002"})
    await ann.press("SwapConsult")
    await come(observer, {TRUNK, "1001"})
    await ann.press("CompleteConsult")
    await end_as_bob(bob, observer)
    await observer.all_quiet()
    assert goldline.complaints() == []


async def test_number_is_asked_and_gets_the_caller(
    goldline: GoldlineServer, talk: tuple[Desk, Callers], phone: StartPhone, observer: AmiObserver
) -> None:
    phone("1003", talk_ms=6_000)
    await talk[0].press("StartConsult", to="number", target="1003")
    await come(observer, {"1001", "1003"})
    await talk[0].press("CompleteConsult")
    await come(observer, {TRUNK, "1003"})
    await observer.all_quiet()


async def test_three_talk_and_the_agent_leaves(
    goldline: GoldlineServer,
    talk: tuple[Desk, Callers],
    phone: StartPhone,
    seat: Seat,
    observer: AmiObserver,
) -> None:
    await consulting(talk, phone, seat, observer)
    begin = len(talk[0].frames)
    await talk[0].press("StartConference")
    await come(observer, {TRUNK, "1001", "1002"})
    await talk[0].shown("ShowAgentState", begin, on_hold=False)
    await talk[0].press("LeaveConference")
    await come(observer, {TRUNK, "1002"})
    assert goldline.complaints() == []


async def test_agents_whose_calls_stand_confer_and_stand_again(
    goldline: GoldlineServer, callers: StartCallers, phone: StartPhone, observer: AmiObserver
) -> None:
    phone("1001")
    phone("1002")
    async with goldline.desk("ann") as ann, goldline.desk("bob") as bob:
        await ann.stand_by("1001")
        callers(["5550001"], dialed=STRAIGHT_NUMBER)
        await come(observer, {TRUNK, "1001"})
        await bob.stand_by("1002")
        await ann.press("StartConsult", to="agent", target="bob")
        await come(observer, {"1001", "1002"})
        await ann.press("StartConference")
        await come(observer, {TRUNK, "1001", "1002"})
        begins = {desk: len(desk.frames) for desk in (ann, bob)}
        await ann.press("HangUpContact")
        for desk, begin in begins.items():
            await desk.shown("ShowAgentState", begin, state="ready", standing="in_hand")
        await come(observer)


async def test_agents_phone_is_lost_while_the_caller_is_on_hold(
    goldline: GoldlineServer,
    callers: StartCallers,
    phone: StartPhone,
    seat: Seat,
    observer: AmiObserver,
) -> None:
    phone("1001", talk_ms=2_000)
    phone("1002")
    ann = await seat("ann", "1001")
    callers(["5550001"], dialed=STRAIGHT_NUMBER)
    await ann.shown("ShowAgentState", state="on_contact")
    await ann.press("GoNotReady", reason="break")
    await ann.press("HoldContact")
    (passed,) = await goldline.recorded("ContactTransferred")
    assert passed["because"] == "agent_lost"
    await seat("bob", "1002")
    await come(observer, {TRUNK, "1002"})


@pytest.mark.parametrize("consults", [False, True])
async def test_caller_hangs_up_on_hold(
    goldline: GoldlineServer,
    talk: tuple[Desk, Callers],
    phone: StartPhone,
    seat: Seat,
    observer: AmiObserver,
    consults: bool,
) -> None:
    ann, _ = talk
    if consults:
        await consulting(talk, phone, seat, observer)
    else:
        await ann.press("HoldContact")
        await ann.shown("ShowAgentState", on_hold=True)
    (caller,) = [each for each in await observer.enumerate("CoreShowChannels") if who(each) == TRUNK]
    begin = len(ann.frames)
    await observer.act("Hangup", Channel=caller["Channel"])
    await observer.all_quiet()
    await ann.shown("ShowAgentState", state="ready", begin=begin)
    assert goldline.complaints() == []


async def test_engine_killed_while_a_caller_is_on_hold(
    goldline: GoldlineServer, talk: tuple[Desk, Callers], observer: AmiObserver
) -> None:
    await talk[0].press("HoldContact")
    await talk[0].shown("ShowAgentState", on_hold=True)
    begin = len(observer.events)
    goldline.kill()
    await music(observer, begin)
    goldline.start()
    await goldline.recorded("ContactAdopted")
    await come(observer, {TRUNK, "1001"})
    hung_up = [who(event) for event in observer.events[begin:] if event["Event"] == "Hangup"]
    assert TRUNK not in hung_up

"""The files Goldline writes, on a real Asterisk: they load, hold callers, connect agents, allow no more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from tests.services.ami_observer import AmiObserver, Message
from tests.services.asterisk import RealAsterisk
from tests.services.fastagi import FastAgiListener
from tests.services.sipp import Callers, Phones, Wait

pytestmark = pytest.mark.asterisk

StartCallers = Callable[..., Callers]
StartPhone = Callable[..., Phones]


@pytest.fixture
async def account(asterisk: RealAsterisk) -> AsyncIterator[AmiObserver]:
    """Return a connection with the account the engine uses."""
    settings = asterisk.dialplan
    async with AmiObserver(asterisk.ami_port, settings.manager_name, settings.manager_secret) as connected:
        yield connected


@pytest.fixture
async def engine(asterisk: RealAsterisk) -> AsyncIterator[FastAgiListener]:
    async with FastAgiListener(asterisk.dialplan.agi_port) as listening:
        yield listening


async def greeting(engine: FastAgiListener) -> dict[str, str]:
    async with asyncio.timeout(5):
        return await engine.greetings.get()


def of(name: str, **headers: str) -> Callable[[Message], bool]:
    """Return a test for an event of this name with these headers."""
    wanted = {"Event": name} | headers
    return lambda event: all(event.get(key) == value for key, value in wanted.items())


async def hold_caller(engine: FastAgiListener) -> str:
    """Answer the next caller and return its channel."""
    channel = (await greeting(engine))["agi_channel"]
    engine.command_all("ANSWER")
    return channel


async def ring_agent(account: AmiObserver, peer: str, leg: str = "agent-leg-1") -> Message:
    return await account.act(
        "Originate",
        Channel="PJSIP/1001",
        ChannelId=leg,
        Context="goldline-agent",
        Exten="s",
        Priority="1",
        Async="true",
        Timeout="5000",
        Variable=f"GOLDLINE_PEER={peer}",
    )


def test_the_written_files_load_without_a_complaint(asterisk: RealAsterisk) -> None:
    assert "agi://127.0.0.1" in asterisk.console("dialplan show goldline-caller")
    assert asterisk.complaints() == []


async def test_a_caller_reaches_the_engine_with_number_and_arrival(
    callers: StartCallers, engine: FastAgiListener, asterisk: RealAsterisk, observer: AmiObserver
) -> None:
    callers(["5550001"], dialed="5551000")
    told = await greeting(engine)
    assert told["agi_network_script"] == f"{asterisk.dialplan.agi_token}/caller"
    assert (told["agi_callerid"], told["agi_extension"]) == ("5550001", "5551000")
    created = await observer.seen(of("Newchannel", Uniqueid=told["agi_uniqueid"]))
    assert int(told["agi_arg_1"]) / 1e6 == pytest.approx(float(created["Timestamp"]), abs=0.5)


async def test_a_line_feed_in_the_callers_number_forges_nothing(
    callers: StartCallers, engine: FastAgiListener, observer: AmiObserver
) -> None:
    # A SIP address writes line feed, colon and space as %0A, %3A and %20; chan_pjsip decodes them.
    callers(["555%0Aagi_arg_1%3A%201%0A"], dialed="5551000%0Aagi_arg_2%3A%20forged")
    told = await greeting(engine)
    assert (told["agi_callerid"], told["agi_dnid"], told["agi_extension"]) == (
        "55511",
        "55510002",
        "55510002",
    )
    assert int(told["agi_arg_1"]) > 1_000_000_000_000_000
    assert told["agi_arg_2"] == ""


async def test_a_caller_waits_for_an_engine_that_is_away_and_keeps_the_arrival(
    callers: StartCallers, asterisk: RealAsterisk, observer: AmiObserver
) -> None:
    caller = callers(["5550001"])
    await observer.seen(of("MusicOnHoldStart"))
    async with FastAgiListener(asterisk.dialplan.agi_port) as engine:
        first = await greeting(engine)
        engine.command_all("ANSWER")
        await observer.seen(of("Newstate", ChannelStateDesc="Up"))
        engine.command_all("SET VARIABLE GOLDLINE_TAG role=caller&contact=C-1-000001")
        await observer.seen(of("VarSet", Variable="GOLDLINE_TAG"))
    # The engine is dead now; its successor finds the same caller with the same arrival and our note.
    async with FastAgiListener(asterisk.dialplan.agi_port) as successor:
        again = await greeting(successor)
    assert again["agi_uniqueid"] == first["agi_uniqueid"]
    assert again["agi_arg_1"] == first["agi_arg_1"]
    assert again["agi_arg_2"] == "role=caller&contact=C-1-000001"
    assert [moment.what for moment in caller.moments()] == ["answered"]


async def test_thirty_callers_come_back_within_two_seconds_of_the_engine(
    callers: StartCallers, asterisk: RealAsterisk, observer: AmiObserver
) -> None:
    numbers = [f"55500{number:02}" for number in range(30)]
    callers(numbers, rate=100)
    async with FastAgiListener(asterisk.dialplan.agi_port) as engine:
        arrivals = {(told := await greeting(engine))["agi_callerid"]: told["agi_arg_1"] for _ in numbers}
    async with FastAgiListener(asterisk.dialplan.agi_port) as successor, asyncio.timeout(2):
        found = [await successor.greetings.get() for _ in numbers]
    assert {told["agi_callerid"]: told["agi_arg_1"] for told in found} == arrivals


async def test_an_answering_agent_is_joined_with_the_caller(
    callers: StartCallers,
    phone: StartPhone,
    engine: FastAgiListener,
    account: AmiObserver,
    observer: AmiObserver,
) -> None:
    phone("1001")
    callers(["5550001"])
    peer = await hold_caller(engine)
    assert (await ring_agent(account, peer))["Response"] == "Success"
    of_agent = await observer.seen(of("BridgeEnter", Uniqueid="agent-leg-1"))
    of_caller = await observer.seen(of("BridgeEnter", Channel=peer))
    assert of_agent["BridgeUniqueid"] == of_caller["BridgeUniqueid"]


async def test_when_the_agent_hangs_up_first_the_caller_is_hung_up_too(
    callers: StartCallers, phone: StartPhone, engine: FastAgiListener, account: AmiObserver
) -> None:
    phone("1001", talk_ms=200)
    caller = callers(["5550001"])
    await ring_agent(account, await hold_caller(engine))
    assert await caller.finished(5)
    assert [moment.what for moment in caller.moments()] == ["answered", "was_hung_up"]


async def test_when_the_caller_hangs_up_first_the_agent_is_hung_up_too(
    callers: StartCallers,
    phone: StartPhone,
    engine: FastAgiListener,
    account: AmiObserver,
    observer: AmiObserver,
) -> None:
    desk = phone("1001")
    caller = callers(["5550001"], steps=[Wait(800)])
    await ring_agent(account, await hold_caller(engine))
    assert await caller.finished(5)
    ended = await observer.seen(of("Hangup", Uniqueid="agent-leg-1"))
    assert ended["Cause"] == "16"
    assert [moment.what for moment in desk.moments()] == ["rang", "answered", "was_hung_up"]


async def test_an_agent_who_answers_when_the_caller_is_gone_is_let_go(
    phone: StartPhone, account: AmiObserver, observer: AmiObserver
) -> None:
    desk = phone("1001")
    await ring_agent(account, "PJSIP/trunk-ffffffff")
    await observer.seen(of("Hangup", Uniqueid="agent-leg-1"))
    assert desk.moments("answered")


async def test_a_transferred_caller_leaves_our_note_behind(
    callers: StartCallers,
    phone: StartPhone,
    engine: FastAgiListener,
    account: AmiObserver,
    observer: AmiObserver,
) -> None:
    desk = phone("1002")
    callers(["5550001"])
    peer = await hold_caller(engine)
    await account.act("Setvar", Channel=peer, Variable="GOLDLINE_TAG", Value="role=caller&contact=C-1-000001")
    moved = await account.act(
        "Redirect", Channel=peer, Context="goldline-transfer", Exten="1002", Priority="1"
    )
    assert moved["Response"] == "Success"
    engine.drop_all()
    await observer.seen(of("BridgeEnter", Channel=peer))
    assert desk.moments("answered")[0].number == "1002"
    status = await account.enumerate("Status", Channel=peer, Variables="GOLDLINE_TAG")
    assert status[0]["Variable"] == "GOLDLINE_TAG="


async def test_the_account_can_do_what_the_engine_needs(
    callers: StartCallers, engine: FastAgiListener, account: AmiObserver, observer: AmiObserver
) -> None:
    callers(["5550001"])
    peer = await hold_caller(engine)
    tag = "role=caller&contact=C-1-000001&needs=a%2Cb"
    assert (await account.act("Setvar", Channel=peer, Variable="GOLDLINE_TAG", Value=tag))[
        "Response"
    ] == "Success"
    channels = await account.enumerate("CoreShowChannels")
    status = await account.enumerate("Status", Variables="GOLDLINE_TAG,GOLDLINE_ARRIVED")
    assert [channel["Channel"] for channel in channels] == [peer]
    assert status[0]["Variable"].startswith(f"GOLDLINE_TAG={tag}")
    assert (await account.act("BridgeList"))["Response"] == "Success"
    assert (await account.act("Hangup", Channel=peer, Cause="17"))["Response"] == "Success"
    assert (await observer.seen(of("Hangup", Channel=peer)))["Cause"] == "17"


@pytest.mark.parametrize(
    ("action", "headers"),
    [
        ("Command", {"Command": "core show version"}),
        ("GetConfig", {"Filename": "manager.conf"}),
        ("UpdateConfig", {"SrcFilename": "manager.conf", "DstFilename": "manager.conf"}),
        ("ModuleLoad", {"Module": "app_system.so", "LoadType": "load"}),
        ("Reload", {}),
        ("DBPut", {"Family": "goldline", "Key": "a", "Val": "b"}),
        ("Originate", {"Channel": "Local/s@goldline-agent", "Application": "System", "Data": "true"}),
        ("AGI", {"Channel": "PJSIP/trunk-00000000", "Command": "EXEC System true"}),
        ("QueuePause", {"Interface": "PJSIP/1001", "Paused": "true"}),
    ],
)
async def test_the_account_can_do_nothing_more(
    account: AmiObserver, action: str, headers: dict[str, str]
) -> None:
    refused = await account.act(action, **headers)
    assert refused["Response"] == "Error"
    assert refused["Message"].lower().startswith(("permission denied", "originate access forbidden"))


async def test_the_account_is_not_told_what_the_engine_would_not_read(
    callers: StartCallers, engine: FastAgiListener, account: AmiObserver, observer: AmiObserver
) -> None:
    caller = callers(["5550001"], steps=[Wait(200)])
    await hold_caller(engine)
    assert await caller.finished(5)
    await account.seen(of("Hangup"))
    told = {event["Event"] for event in account.events}
    assert "Newchannel" in told
    assert told.isdisjoint({"VarSet", "Newexten", "CEL", "DeviceStateChange", "NewCallerid", "HangupRequest"})

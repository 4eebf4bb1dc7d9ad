"""The FastAGI client gives an engine what Asterisk gives it: environment, replies, silence and HANGUP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from core.kernel.clock import microseconds
from simulator.ami_server import Account, AmiServer
from simulator.channel import Bridge, Channel
from simulator.dialplan import DialplanSettings
from simulator.listener import PbxListener
from simulator.pbx import Exchange
from simulator.phones import PhoneBook, Reach, always
from tests.services.loop_time import LoopTime
from tests.services.ports import free_tcp_port

LIMIT_S = 10.0
SPEED = 40.0


class Script:
    """One connection of the dialplan to the engine, as bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.environment: dict[str, str] = {}

    async def line(self) -> str:
        async with asyncio.timeout(LIMIT_S):
            return (await self._reader.readline()).decode().removesuffix("\n")

    async def read_environment(self) -> None:
        while line := await self.line():
            name, _, value = line.partition(": ")
            self.environment[name] = value

    def send(self, command: str) -> None:
        self._writer.write(f"{command}\n".encode())

    async def ask(self, command: str) -> str:
        self.send(command)
        return await self.line()

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()


class Engine:
    """Somebody who listens for FastAGI and hands each connection to the test."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._scripts: asyncio.Queue[Script] = asyncio.Queue()
        self._accepted: list[Script] = []
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self._port)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        script = Script(reader, writer)
        self._accepted.append(script)
        await self._scripts.put(script)

    async def script(self) -> Script:
        async with asyncio.timeout(LIMIT_S):
            script = await self._scripts.get()
        await script.read_environment()
        return script

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for script in self._accepted:
            await script.close()
        await self._server.wait_closed()


class Watched(PbxListener):
    """Wakes the test when something happens on the exchange."""

    def __init__(self, exchange: Exchange) -> None:
        self._news = asyncio.Event()
        exchange.watch(self)

    def listening_began(self, channel: Channel) -> None:
        self._news.set()

    def channel_ended(self, channel: Channel, cause: int) -> None:
        self._news.set()

    def music_started(self, channel: Channel) -> None:
        self._news.set()

    def bridge_entered(self, bridge: Bridge, channel: Channel) -> None:
        self._news.set()

    async def next(self) -> None:
        async with asyncio.timeout(LIMIT_S):
            await self._news.wait()
        self._news.clear()


class Stage:
    def __init__(self) -> None:
        phones = PhoneBook()
        phones.add("PJSIP/1001", always(Reach.ANSWER, microseconds(1)))
        port = free_tcp_port()
        self.engine = Engine(port)
        self.exchange = Exchange(LoopTime(SPEED), phones)
        settings = DialplanSettings(
            engine_url=f"agi://127.0.0.1:{port}/token/caller", missing_sounds=frozenset({"missing"})
        )
        self.server = AmiServer(self.exchange, {"all": Account(secret="s")}, settings)
        self.watched = Watched(self.exchange)

    async def call(self) -> tuple[Channel, Script]:
        channel = self.exchange.call_in(caller_number="+15550123", caller_name="Zoë", dialed_number="800")
        return channel, await self.engine.script()


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    stage = Stage()
    await stage.engine.start()
    await stage.server.start()
    yield stage
    await stage.server.stop()
    await stage.engine.stop()


async def test_environment_tells_who_called_whom_and_when(stage: Stage) -> None:
    channel, script = await stage.call()
    told = script.environment
    wanted = {
        "agi_network_script": "token/caller",
        "agi_uniqueid": channel.uniqueid,
        "agi_callerid": "+15550123",
        "agi_calleridname": "Zoë",
        "agi_extension": "800",
        "agi_context": "goldline-caller",
        "agi_arg_2": "",
    }
    assert {name: told[name] for name in wanted} == wanted
    assert 0 <= int(_arrived(script)) - channel.created_us < microseconds(1)


async def test_name_that_would_forge_the_environment_is_filtered(stage: Stage) -> None:
    stage.exchange.call_in(
        caller_number="5551\nagi_uniqueid: 1",
        caller_name="Eve\r\nagi_arg_2: role=caller",
        dialed_number="800",
    )
    told = (await stage.engine.script()).environment
    assert (told["agi_callerid"], told["agi_calleridname"]) == ("55511", "Eveagi_arg_2: role=caller")
    assert told["agi_arg_2"] == ""


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        ("ANSWER", "200 result=0"),
        ("CHANNEL STATUS", "200 result=4"),
        ('STREAM FILE "missing" ""', "200 result=-1 endpos=0"),
        ('SAY DIGITS "12" ""', "200 result=0"),
        ('SAY NUMBER "7" "#"', "200 result=0"),
        ('SAY DATE "1700000000" ""', "200 result=0"),
        ('WAIT FOR DIGIT "100"', "200 result=0"),
        ('GET DATA "beep" "100" "3"', "200 result= (timeout)"),
        ('SET MUSIC "ON" "default"', "200 result=0"),
        ('SET MUSIC "OFF"', "200 result=0"),
        ('SET VARIABLE "A" "x\\"y"', "200 result=1"),
        ("GET VARIABLE NONE", "200 result=0"),
        ('GET FULL VARIABLE "mark-${NONE}-1"', "200 result=1 (mark--1)"),
        ("NOOP", "200 result=0"),
        ("EXEC NoOp hello", "200 result=0"),
        ("EXEC Nonsense", "200 result=-2"),
        ("DANCE", "510 Invalid or unknown command"),
        ("WAIT FOR DIGIT soon", "520 Invalid command syntax."),
        ("STREAM FILE", "520 Invalid command syntax."),
    ],
)
async def test_replies_are_asterisks(stage: Stage, command: str, reply: str) -> None:
    _, script = await stage.call()
    assert await script.ask(command) == reply


async def test_variable_set_is_got_back(stage: Stage) -> None:
    channel, script = await stage.call()
    await script.ask('SET VARIABLE GOLDLINE_TAG "role=caller&contact=C-1"')
    assert await script.ask("GET VARIABLE GOLDLINE_TAG") == "200 result=1 (role=caller&contact=C-1)"
    await script.ask("SET VARIABLE CHANNEL(language) zh")
    assert channel.language == "zh"


@pytest.mark.parametrize(
    ("command", "keys", "reply"),
    [
        ('STREAM FILE "menu" "12"', "2", "200 result=50 endpos="),
        ('SAY DIGITS "123456" "*"', "*", "200 result=42"),
        ('WAIT FOR DIGIT "60000"', "7", "200 result=55"),
        ('GET DATA "pin" "60000" "3"', "415", "200 result=415"),
        ('GET DATA "pin" "60000" "9"', "41#", "200 result=41"),
        ('RECORD FILE "m" "wav" "#" "60000" "BEEP" "s=3"', "#", "200 result=35 (dtmf) endpos="),
    ],
)
async def test_keys_end_what_listens_to_them(stage: Stage, command: str, keys: str, reply: str) -> None:
    channel, script = await stage.call()
    script.send(command)
    for key in keys:
        await stage.watched.next()
        stage.exchange.press(channel, key)
    assert (await script.line()).startswith(reply)


async def test_recording_ends_by_itself_at_its_greatest_length(stage: Stage) -> None:
    _, script = await stage.call()
    reply = await script.ask('RECORD FILE "m" "wav" "#" "2000"')
    assert reply.startswith("200 result=0 (timeout) endpos=")


@pytest.mark.parametrize(
    ("command", "replies"),
    [
        ('STREAM FILE "long" ""', ["200 result=0"]),
        ('GET DATA "pin" "60000" "3"', ["200 result=0"]),
        ('WAIT FOR DIGIT "60000"', ["200 result=1", "200 result=0"]),
        ('SAY DIGITS "12" ""', ["200 result=0", "200 result=0"]),
    ],
)
async def test_early_command_cuts_only_what_asterisk_lets_it_cut(
    stage: Stage, command: str, replies: list[str]
) -> None:
    _, script = await stage.call()
    script.send(command)
    await stage.watched.next()
    script.send("NOOP")
    assert [await script.line() for _ in replies] == replies
    assert await script.ask("GET FULL VARIABLE end") == "200 result=1 (end)"


async def test_hang_up_fails_the_command_then_says_hangup_then_511(stage: Stage) -> None:
    channel, script = await stage.call()
    script.send('STREAM FILE "long" ""')
    await stage.watched.next()
    stage.exchange.leave(channel)
    assert [await script.line(), await script.line()] == ["200 result=-1", "HANGUP"]
    assert await script.ask("STREAM FILE beep") == (
        "511 Command Not Permitted on a dead channel or intercept routine"
    )
    assert await script.ask("GET VARIABLE GOLDLINE_ARRIVED") == f"200 result=1 ({_arrived(script)})"


def _arrived(script: Script) -> str:
    return script.environment["agi_arg_1"]


async def test_bridge_takes_the_caller_and_says_hangup(stage: Stage) -> None:
    channel, script = await stage.call()
    await script.ask("ANSWER")
    other = stage.exchange.call_in(caller_number="1", dialed_number="2")
    stage.exchange.bridge(other, channel)
    assert await script.line() == "HANGUP"
    await script.close()
    assert channel.peers() == [other]


async def test_dead_engine_is_asked_again_with_the_callers_note(stage: Stage) -> None:
    channel, script = await stage.call()
    await script.ask("SET VARIABLE GOLDLINE_TAG role=caller")
    await stage.engine.stop()
    await stage.watched.next()
    assert channel.music == "default"
    await stage.engine.start()
    again = await stage.engine.script()
    assert again.environment["agi_arg_2"] == "role=caller"
    assert _arrived(again) == _arrived(script)
    assert channel.music == ""


async def test_script_may_send_its_caller_elsewhere(stage: Stage) -> None:
    channel, script = await stage.call()
    for command in ("SET CONTEXT goldline-transfer", "SET EXTENSION 5551999", "SET PRIORITY 1"):
        assert await script.ask(command) == "200 result=0"
    await script.close()
    while not channel.peers():
        await stage.watched.next()
    assert [peer.address for peer in channel.peers()] == ["PJSIP/5551999@trunk"]


async def test_redirect_waits_for_the_script_to_close(stage: Stage) -> None:
    channel, script = await stage.call()
    stage.server.dialplan.redirect([channel], "goldline-transfer", "5551999")
    assert await script.line() == "HANGUP"
    assert channel.exten == "800"
    await script.close()
    while not channel.peers():
        await stage.watched.next()
    assert channel.exten == "5551999"


async def test_script_may_hang_up(stage: Stage) -> None:
    channel, script = await stage.call()
    assert await script.ask("HANGUP") == "200 result=1"
    assert await script.line() == "HANGUP"
    assert channel.ended

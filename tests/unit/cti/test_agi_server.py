"""The door for Asterisk: only it gets in, only once it says who it is, and nobody is left behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from core.kernel.errors import ConfigError, InvariantBroken
from cti.agi.server import AgiLink, AgiServer, AgiSettings, Verdict
from cti.agi.session import Ending
from cti.agi.wire import Reply, encode_command
from tests.services.agi_caller import LIMIT_S, AgiCaller

SETTINGS = AgiSettings(port=0, token="0123456789abcdef")


class Door:
    """A server and what came through it."""

    def __init__(self, settings: AgiSettings = SETTINGS) -> None:
        self.server = AgiServer(settings, self._accept)
        self._links: asyncio.Queue[AgiLink] = asyncio.Queue()
        self._endings: asyncio.Queue[Ending] = asyncio.Queue()

    def _accept(self, link: AgiLink) -> None:
        link.when_ended(self._endings.put_nowait)
        self._links.put_nowait(link)

    async def link(self) -> AgiLink:
        async with asyncio.timeout(LIMIT_S):
            return await self._links.get()

    async def ending(self) -> Ending:
        async with asyncio.timeout(LIMIT_S):
            return await self._endings.get()


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    opened = Door()
    await opened.server.start()
    yield opened
    await opened.server.stop()


async def test_a_caller_gets_in_and_a_command_its_reply(door: Door) -> None:
    async with AgiCaller(door.server.url) as caller:
        link = await door.link()
        replies: asyncio.Queue[Reply | None] = asyncio.Queue()
        link.send(encode_command("ANSWER"), replies.put_nowait)
        (await caller.told("ANSWER")).reply("0")
        assert await replies.get() == Reply(200, "0")
        assert link.environment["agi_callerid"] == "5550001"
        assert door.server.verdicts == {Verdict.ACCEPTED: 1}


async def test_the_token_is_kept_from_everyone(door: Door) -> None:
    async with AgiCaller(door.server.url):
        link = await door.link()
    assert SETTINGS.token not in repr(SETTINGS) + repr(link.environment)


@pytest.mark.parametrize(
    "path", ["0123456789abcdeX/caller", "caller", "", "0123456789abcdef/", "ключ/caller"]
)
async def test_a_wrong_token_is_turned_away(door: Door, path: str) -> None:
    async with AgiCaller(door.server.url, agi_network_script=path) as stranger:
        await stranger.closed()
    assert door.server.verdicts == {Verdict.WRONG_TOKEN: 1}


async def test_an_endless_environment_is_turned_away(door: Door) -> None:
    async with AgiCaller(door.server.url, agi_arg_3="x" * SETTINGS.environment_max_bytes) as stranger:
        await stranger.closed()
    assert door.server.verdicts == {Verdict.UNREADABLE: 1}


async def test_another_protocol_is_turned_away(door: Door) -> None:
    host, port = door.server.url.removeprefix("agi://").split("/")[0].split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET / HTTP/1.1\r\n\r\n")
    assert await reader.read() == b""
    writer.close()
    assert door.server.verdicts == {Verdict.UNREADABLE: 1}


async def test_silence_is_turned_away() -> None:
    door = Door(replace(SETTINGS, environment_timeout_s=0.02))
    await door.server.start()
    host, port = door.server.url.removeprefix("agi://").split("/")[0].split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    assert await reader.read() == b""
    writer.close()
    assert door.server.verdicts == {Verdict.TOO_SLOW: 1}
    await door.server.stop()


async def test_one_caller_too_many_is_turned_away() -> None:
    door = Door(replace(SETTINGS, links_max=1))
    await door.server.start()
    async with AgiCaller(door.server.url):
        await door.link()
        async with AgiCaller(door.server.url) as second:
            await second.closed()
    await door.ending()
    async with AgiCaller(door.server.url):
        await door.link()
    await door.server.stop()
    assert door.server.verdicts == {Verdict.ACCEPTED: 2, Verdict.TOO_MANY: 1}


async def test_hangup_closes_the_socket_at_once(door: Door) -> None:
    async with AgiCaller(door.server.url) as caller:
        await door.link()
        caller.hang_up()
        await caller.closed()
        assert await door.ending() is Ending.HANGUP


async def test_a_link_that_breaks_is_told(door: Door) -> None:
    async with AgiCaller(door.server.url):
        await door.link()
    assert await door.ending() is Ending.BROKEN


async def test_stopping_closes_every_link_and_frees_the_port(door: Door) -> None:
    url = door.server.url
    async with AgiCaller(url) as first, AgiCaller(url, agi_uniqueid="2.2") as second:
        await door.link()
        await door.link()
        await door.server.stop()
        await first.closed()
        await second.closed()
        assert [await door.ending(), await door.ending()] == [Ending.CLOSED, Ending.CLOSED]
    with pytest.raises(OSError, match="Connect call failed"):
        await AgiCaller(url).__aenter__()


@pytest.mark.parametrize("token", ["", "short", "with spaces in it too", "0123456789abcdef\n", "x" * 129])
def test_a_token_that_cannot_stand_in_a_url_or_be_guessed_is_refused(token: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        AgiSettings(token=token)
    assert token == "" or token not in str(refusal.value)


def test_only_a_listening_server_has_an_address() -> None:
    with pytest.raises(InvariantBroken):
        _ = Door().server.url


async def test_a_mark_that_asterisk_overlooked_is_sent_again(door: Door) -> None:
    async with AgiCaller(door.server.url) as caller:
        link = await door.link()
        link.send(encode_command("ANSWER"), lambda reply: None)
        link.cut()
        await caller.told("ANSWER")
        for _ in range(3):
            await caller.told("GET", "FULL", "VARIABLE", "goldline-mark-1")
        for _ in range(3):
            caller.reply("1", "goldline-mark-1")
        link.send(encode_command("NOOP"), lambda reply: None)
        await caller.told("NOOP")

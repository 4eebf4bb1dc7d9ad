"""Asterisk's side of one FastAGI connection, played by the test line by line."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from cti.agi.wire import Reply, decode_command, encode_environment, encode_reply

LIMIT_S = 5

CALLER = {
    "agi_language": "en",
    "agi_uniqueid": "1795315294.0",
    "agi_callerid": "5550001",
    "agi_calleridname": "unknown",
    "agi_dnid": "unknown",
    "agi_extension": "5551000",
    "agi_arg_1": "1795315294000000",
    "agi_arg_2": "",
}
"""What Asterisk tells of an ordinary caller."""


class AgiCaller:
    """A channel whose dialplan runs AGI(`url`): connects, tells its environment, obeys and answers."""

    def __init__(self, url: str, **environment: str) -> None:
        parts = urlsplit(url)
        self._address = parts.hostname, parts.port
        script = parts.path.removeprefix("/")
        self._environment = {"agi_network_script": script, "agi_request": url} | CALLER | environment

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection(*self._address)
        self.say(encode_environment(self._environment))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()

    def say(self, line: bytes) -> None:
        """Send bytes as they are."""
        self._writer.write(line)

    def reply(self, result: str, note: str | None = None, endpos: int | None = None) -> None:
        """Answer a command with `200 result=...`."""
        self.say(encode_reply(Reply(200, result, note, endpos)))

    def press(self, key: str) -> None:
        """End the command under way by a key that it listens to."""
        self.reply(str(ord(key)))

    def hang_up(self) -> None:
        """Tell that the channel is leaving."""
        self.say(b"HANGUP\n")

    async def next_command(self) -> list[str]:
        """Return the words of the next command; raise `EOFError` where the engine closed instead."""
        async with asyncio.timeout(LIMIT_S):
            line = await self._reader.readline()
        if not line:
            raise EOFError
        return decode_command(line.decode().removesuffix("\n"))

    async def told(self, *words: str) -> Self:
        """Wait for the next command, which must be these words."""
        assert await self.next_command() == list(words)
        return self

    async def cut(self) -> Self:
        """Wait for the mark that cuts a command short and answer it as Asterisk does."""
        *verb, mark = await self.next_command()
        assert verb == ["GET", "FULL", "VARIABLE"]
        self.reply("1", mark)
        return self

    async def closed(self) -> None:
        """Wait until the engine has closed the connection; it must have nothing more to say."""
        async with asyncio.timeout(LIMIT_S):
            assert await self._reader.read() == b""

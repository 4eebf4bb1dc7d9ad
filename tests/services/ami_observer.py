"""A second opinion on what Asterisk does: a plain AMI connection that shares no code with Goldline.

It keeps every event it is sent, in order, and lets a test wait for one that has come or will come. It
also performs single actions, to try what an account may do.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from types import TracebackType
from typing import Self

from tests.services.ports import LOOPBACK

Message = dict[str, str]
"""Headers by name; of a repeated header the values are joined by line feeds."""


class AmiObserver:
    """One logged-in connection; `events` holds all it was sent, of the classes that were asked for."""

    def __init__(self, port: int, name: str, secret: str, events: str = "on") -> None:
        self.events: list[Message] = []
        self._port = port
        self._login = {"Username": name, "Secret": secret, "Events": events}
        self._numbers = itertools.count(1)
        self._responses: dict[str, asyncio.Future[Message]] = {}
        self._news = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection(LOOPBACK, self._port)
        await self._reader.readline()
        self._reading = asyncio.create_task(self._read())
        response = await self.act("Login", **self._login)
        if response["Response"] != "Success":
            raise ConnectionRefusedError(response["Message"])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._reading.cancel()
        self._writer.close()
        await asyncio.gather(self._reading, self._writer.wait_closed(), return_exceptions=True)

    async def act(self, action: str, **headers: str) -> Message:
        """Perform an action and return its response; events that answer it are found in `events`."""
        number = str(next(self._numbers))
        answered: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._responses[number] = answered
        lines = [f"Action: {action}", f"ActionID: {number}", *(f"{k}: {v}" for k, v in headers.items())]
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        async with asyncio.timeout(10):
            return await answered

    async def enumerate(self, action: str, **headers: str) -> list[Message]:
        """Perform a list action and return its entries, without the event that completes it."""
        begin = len(self.events)
        response = await self.act(action, **headers)
        await self.seen(lambda e: _answers(e, response) and e.get("EventList") == "Complete", begin)
        return [e for e in self.events[begin:] if _answers(e, response) and "EventList" not in e]

    async def all_quiet(self, limit_s: float = 10) -> None:
        """Wait until there is no channel; raise `TimeoutError` where one stays."""
        async with asyncio.timeout(limit_s):
            while await self.enumerate("CoreShowChannels"):
                pass

    async def seen(self, matches: Callable[[Message], bool], begin: int = 0, limit_s: float = 10) -> Message:
        """Return the first event from number `begin` on that `matches`, waiting for it if need be."""
        async with asyncio.timeout(limit_s):
            while True:
                for event in itertools.islice(self.events, begin, None):
                    if matches(event):
                        return event
                begin = len(self.events)
                self._news.clear()
                await self._news.wait()

    async def _read(self) -> None:
        while True:
            block = await self._reader.readuntil(b"\r\n\r\n")
            message = _parsed(block.decode("utf-8", "replace"))
            # The event OriginateResponse has a header Response of its own: ask for Event first.
            if "Event" in message:
                self.events.append(message)
                self._news.set()
            elif message.get("ActionID") in self._responses:
                self._responses.pop(message["ActionID"]).set_result(message)


def _answers(event: Message, response: Message) -> bool:
    return event.get("ActionID") == response["ActionID"]


def _parsed(block: str) -> Message:
    message: Message = {}
    for line in block.strip("\r\n").split("\r\n"):
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        message[name] = f"{message[name]}\n{value}" if name in message else value
    return message

"""A FastAGI server that only listens: for tests of the dialplan, which must work without the engine."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

from tests.services.ports import LOOPBACK


class FastAgiListener:
    """Takes callers on `port`, keeps each one's greeting in `greetings`, and answers them when asked."""

    def __init__(self, port: int) -> None:
        self.greetings: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        self._port = port
        self._writers: list[asyncio.StreamWriter] = []
        self._callers: list[asyncio.Task[None] | None] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._take, LOOPBACK, self._port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.drop_all()
        self._server.close()
        await asyncio.gather(*filter(None, self._callers), return_exceptions=True)

    def command_all(self, command: str) -> None:
        """Send an AGI command such as `ANSWER` to every caller; see it done before sending the next.

        Asterisk polls the socket but reads it through a buffer, where a second command would lie unseen.
        """
        for writer in self._writers:
            writer.write(f"{command}\n".encode())

    def drop_all(self) -> None:
        """Break every caller's socket, as a killed engine does."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        self._callers.append(asyncio.current_task())
        greeting: dict[str, str] = {}
        while line := (await reader.readline()).decode().rstrip("\n"):
            name, _, value = line.partition(": ")
            greeting[name] = value
        self.greetings.put_nowait(greeting)
        # Asterisk keeps a channel whose caller has left until its script has closed the socket.
        while await reader.readline() not in (b"HANGUP\n", b""):
            pass
        writer.close()

"""An agent's screen: what a desk program does over its WebSocket, for tests and benchmarks."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError

from tests.services.ports import LOOPBACK


class Refused(Exception):
    """The engine did not grant a wish; the argument is its code."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What a desk was shown: the kind of message, its fields, and when it came, in seconds since 1970."""

    kind: str
    fields: dict[str, Any]
    at_s: float


class Desk:
    """One agent's desk; `frames` holds all it was shown, in order."""

    def __init__(self, port: int, token: str, agent: str) -> None:
        self.agent = agent
        self.frames: list[Frame] = []
        self._url = f"ws://{LOOPBACK}:{port}/desk/{agent}"
        self._headers = {"Authorization": f"Bearer {token}"}
        self._news = asyncio.Condition()
        self._requests = 0

    async def __aenter__(self) -> Self:
        self._connection = await connect(self._url, additional_headers=self._headers)
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._connection.close()
        await self._reading

    async def ask(self, request: str, **fields: Any) -> None:
        """Make a wish and wait until it is granted; raise `Refused` where it is not."""
        self._requests += 1
        number = str(self._requests)
        await self._connection.send(json.dumps({"request": request, "request_id": number, **fields}))
        answer = await self.shown("AnswerRequest", request_id=number)
        if answer.fields["code"]:
            raise Refused(answer.fields["code"])

    async def press(self, request: str, **fields: Any) -> None:
        """Make a wish as a person does: as soon as the desk shows that it would be granted."""
        await self.offered(request)
        await self.ask(request, **fields)

    async def offered(self, request: str, limit_s: float = 10) -> None:
        """Wait until the state that was shown last says that `request` would be granted."""
        async with asyncio.timeout(limit_s), self._news:
            while request not in self._legal():
                await self._news.wait()

    def _legal(self) -> list[str]:
        states = [frame for frame in self.frames if frame.kind == "ShowAgentState"]
        return states[-1].fields["legal"] if states else []

    async def log_in(self, extension: str) -> None:
        """Begin work at the phone `extension`, ready for contacts."""
        await self.ask("LogIn", extension=f"PJSIP/{extension}")
        await self.ask("GoReady")

    async def stand_by(self, extension: str) -> None:
        """Begin work at a phone whose call is to stand; return when it does and contacts may come."""
        await self.ask("LogIn", extension=f"PJSIP/{extension}", standing=True)
        await self.ask("GoReady")
        await self.shown("ShowAgentState", state="ready", standing="in_hand")

    async def end_talks(self, count: int) -> None:
        """Hang up so many talks, each as soon as it is shown, beginning with the first that ever was."""
        begin = 0
        for _ in range(count):
            talking = await self.shown("ShowAgentState", begin, state="on_contact")
            await self.ask("HangUpContact")
            over = await self.shown("ShowAgentState", self.frames.index(talking, begin), state="wrap_up")
            begin = self.frames.index(over, begin)

    async def shown(self, kind: str, begin: int = 0, limit_s: float = 10, **fields: Any) -> Frame:
        """Return the first frame from number `begin` on of this kind with these fields, waiting for it."""
        async with asyncio.timeout(limit_s), self._news:
            while True:
                for frame in self.frames[begin:]:
                    if frame.kind == kind and frame.fields.items() >= fields.items():
                        return frame
                begin = len(self.frames)
                await self._news.wait()

    async def _read(self) -> None:
        with suppress(ConnectionClosedError):  # the engine was killed
            async for text in self._connection:
                fields = json.loads(text)
                kind = fields.pop("type")
                async with self._news:
                    self.frames.append(Frame(kind, fields, time.time()))
                    self._news.notify_all()

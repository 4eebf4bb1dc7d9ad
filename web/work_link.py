"""The door for other programs: they bring tasks, mails and the like, and start and pause campaigns.

A program connects to `/work` with the header `Authorization: Bearer TOKEN`, sends

    {"request": "AddWork", "request_id": "7", "work_id": "case-17", "channel": "task", "queue": "cards"}

and is answered

    {"type": "AnswerWork", "work_id": "case-17", "request_id": "7", "contact_id": "C-4-000012", ...}

Who hears no answer asks again: under one `work_id` it stays one piece of work. `StartCampaign`,
`PauseCampaign`, `SetPacing`, `SetRecycling` and `SetAsConfigured` name a `campaign` instead and are answered
by `AnswerCampaign`.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass

import structlog
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from core.kernel.clock import Clock
from core.kernel.record import replace
from core.model.campaign_requests import (
    CampaignRequest,
    DescribeCampaign,
    PauseCampaign,
    SetAsConfigured,
    SetPacing,
    SetRecycling,
    StartCampaign,
)
from core.model.codec import encode
from core.model.commands import AnswerWork
from core.model.requests import AddWork, WithdrawWork, WorkRequest
from core.ports import DoorAnswer, Sink
from web.door import TRY_AGAIN_LATER, Door, DoorSettings, read_wish

log = structlog.get_logger()

PATH = "/work"
REQUESTS = frozenset(
    kind.__name__
    for kind in (
        AddWork,
        WithdrawWork,
        StartCampaign,
        PauseCampaign,
        SetPacing,
        SetRecycling,
        SetAsConfigured,
        DescribeCampaign,
    )
)
UNREADABLE = AnswerWork(work_id="", request_id="", code="unreadable", reason="no wish about work")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkSettings(DoorSettings):
    """Where the programs come in."""

    port: int = 8082
    request_bytes_max: int = 16_384


class WorkServer:
    """The `WorkDoor` port over WebSockets."""

    def __init__(self, settings: WorkSettings, sink: Sink, clock: Clock) -> None:
        self._settings = settings
        self._sink = sink
        self._clock = clock
        self._programs: dict[str, asyncio.Queue[bytes]] = {}
        self._count = 0
        self._door = Door(settings, PATH)

    async def start(self) -> int:
        """Open the door; return the port, which the system chose where the settings say 0."""
        return await self._door.open(self._serve_program)

    async def close(self) -> None:
        """Let all programs go."""
        await self._door.close()

    def answer(self, command: DoorAnswer) -> None:
        """Send the answer to the program that asked; drop it where that is gone or does not read."""
        program, _, request_id = command.request_id.partition(":")
        answers = self._programs.get(program)
        if answers is None:
            return
        try:
            answers.put_nowait(encode(replace(command, request_id=request_id)))
        except asyncio.QueueFull:
            log.warning("program does not read the answers about its work", program=program)
            del self._programs[program]

    async def _serve_program(self, connection: ServerConnection) -> None:
        self._count += 1
        program = str(self._count)
        answers = self._programs[program] = asyncio.Queue(self._settings.waiting_max)
        async with asyncio.TaskGroup() as group:
            writer = group.create_task(self._write(connection, answers))
            await self._read(connection, program)
            writer.cancel()
        self._programs.pop(program, None)

    async def _read(self, connection: ServerConnection, program: str) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for text in connection:
                wish = read_wish(text, REQUESTS, at_us=self._clock.now_us())
                if program not in self._programs:
                    await connection.close(TRY_AGAIN_LATER, "this program did not read")
                elif isinstance(wish, WorkRequest | CampaignRequest):
                    self._sink(replace(wish, request_id=f"{program}:{wish.request_id}"))
                else:
                    await connection.send(encode(UNREADABLE).decode())

    async def _write(self, connection: ServerConnection, answers: asyncio.Queue[bytes]) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                await connection.send((await answers.get()).decode())

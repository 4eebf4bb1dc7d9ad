"""The desks' door: one WebSocket for each agent's screen.

A desk connects to `/desk/AGENT` with the header `Authorization: Bearer TOKEN`, sends wishes as

    {"request": "GoNotReady", "request_id": "7", "reason": "break"}

and receives what the engine shows, `{"type": "PopScreen", ...}`, `{"type": "ShowAgentState", ...}`,
`{"type": "AnswerRequest", ...}`: the encoding of the journal. A wish about an offer names it and its version,
as the record that popped up told them. A desk that connects again is shown the present state and records at
once, so a reload of the page changes nothing. One that does not read is let go.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field

import structlog
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from core.kernel.clock import Clock
from core.model.codec import encode
from core.model.commands import AnswerRequest, DeskCommand
from core.model.control import (
    CancelConsult,
    CompleteConsult,
    HoldContact,
    LeaveConference,
    MuteContact,
    ResumeContact,
    SendDigits,
    StartConference,
    StartConsult,
    SwapConsult,
    TransferContact,
    UnmuteContact,
)
from core.model.ids import AgentId
from core.model.requests import (
    AcceptOffer,
    BookCallback,
    CancelCallback,
    DialNumber,
    ExtendWrapUp,
    FinishWork,
    FinishWrapUp,
    GoNotReady,
    GoReady,
    HangUpContact,
    LogIn,
    LogOut,
    PreviewDial,
    PreviewSkip,
    RejectOffer,
    ReturnWork,
)
from core.ports import Sink
from web.door import TRY_AGAIN_LATER, Door, DoorSettings, read_wish
from web.screen import Screen

log = structlog.get_logger()

PATH_PREFIX = "/desk/"
REQUESTS = frozenset(
    kind.__name__
    for kind in (
        *(LogIn, LogOut, GoReady, GoNotReady),
        *(AcceptOffer, RejectOffer, HangUpContact, FinishWrapUp, ExtendWrapUp),
        *(PreviewDial, PreviewSkip, DialNumber),
        *(HoldContact, ResumeContact, MuteContact, UnmuteContact, SendDigits, TransferContact),
        *(StartConsult, SwapConsult, CompleteConsult, CancelConsult, StartConference, LeaveConference),
        *(FinishWork, ReturnWork, BookCallback, CancelCallback),
    )
)
"""What a desk may ask; `RestoreAgent` is the program's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSettings(DoorSettings):
    """Where the desks come in."""

    port: int = 8081
    request_bytes_max: int = 4_096


@dataclass(slots=True)
class _Seat:
    """One agent's screen, and what is to be sent to the desk that shows it, where one is connected."""

    screen: Screen = field(default_factory=Screen)
    frames: asyncio.Queue[bytes] | None = None


class DeskServer:
    """The `Desk` port over WebSockets."""

    def __init__(self, settings: DeskSettings, sink: Sink, clock: Clock) -> None:
        self._settings = settings
        self._sink = sink
        self._clock = clock
        self._seats: dict[AgentId, _Seat] = {}
        self._door = Door(settings, PATH_PREFIX)

    async def start(self) -> int:
        """Open the door; return the port, which the system chose where the settings say 0."""
        return await self._door.open(self._serve_desk)

    async def close(self) -> None:
        """Let all desks go."""
        await self._door.close()

    def show(self, command: DeskCommand) -> None:
        """Send `command` to its agent's desk; what lasts is kept for a desk that connects later."""
        seat = self._seats.setdefault(command.agent_id, _Seat())
        seat.screen.show(command)
        if seat.frames is not None:
            self._put(command.agent_id, seat, encode(command))

    def _put(self, agent_id: AgentId, seat: _Seat, frame: bytes) -> None:
        assert seat.frames is not None
        try:
            seat.frames.put_nowait(frame)
        except asyncio.QueueFull:
            log.warning("desk does not read, letting it go", agent=agent_id)
            seat.frames = None

    async def _serve_desk(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        agent_id = AgentId(connection.request.path.removeprefix(PATH_PREFIX))
        seat = self._seats.setdefault(agent_id, _Seat())
        frames: asyncio.Queue[bytes] = asyncio.Queue(self._settings.waiting_max)
        if seat.frames is not None:  # a second desk of the agent takes the screen over from the first
            _wake(seat.frames)
        seat.frames = frames
        for command in seat.screen.lasting():
            frames.put_nowait(encode(command))
        async with asyncio.TaskGroup() as group:
            writer = group.create_task(self._write(connection, seat, frames))
            await self._read(connection, agent_id)
            writer.cancel()
        if seat.frames is frames:
            seat.frames = None

    async def _read(self, connection: ServerConnection, agent_id: AgentId) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for text in connection:
                # Who asks is never taken from the text.
                own = {"agent_id": agent_id, "asked_by": "", "because": ""}
                wish = read_wish(text, REQUESTS, **own, at_us=self._clock.now_us())
                if wish is None:
                    refusal = AnswerRequest(
                        agent_id=agent_id, request_id="", code="unreadable", reason="no wish of a desk"
                    )
                    await connection.send(encode(refusal).decode())
                else:
                    self._sink(wish)

    async def _write(self, connection: ServerConnection, seat: _Seat, frames: asyncio.Queue[bytes]) -> None:
        with contextlib.suppress(ConnectionClosed):
            while seat.frames is frames:
                frame = await frames.get()
                if seat.frames is frames:
                    await connection.send(frame.decode())
            await connection.close(TRY_AGAIN_LATER, "this desk was taken over or did not read")


def _wake(frames: asyncio.Queue[bytes]) -> None:
    """Let the writer look up that waits for a frame; where some are waiting it is awake."""
    if frames.empty():
        frames.put_nowait(b"")

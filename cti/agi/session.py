"""The conversation with one channel: which reply belongs to which command. No socket, no clock.

Asterisk answers commands one by one and in order, with one exception, tried on Asterisk 22.10: a command
that arrives while STREAM FILE or GET DATA plays ends the playing, which then has NO reply at all; while
WAIT FOR DIGIT listens it gives that one its reply (`200 result=1`) first; and SAY ..., RECORD FILE and all
others run on to their end and reply before the new command is even read. Whether a reply comes can thus
not be known: the caller may press a key, or the file may end, as our command is on its way.

So nothing is guessed. One command is under way at a time, and it is cut short by a mark: a GET FULL
VARIABLE of a text of ours, which comes back in its own reply. What arrives before the mark's reply is the
cut command's; nothing before it, and it had none. Only after it goes the next command out.

A mark may lie unheard: where Asterisk reads it together with the command before it, it notices only when
more bytes arrive (tried on 22.10: run_agi waits for its socket, not for its buffer). So the one who runs
the session reminds it (`remind`) with the same mark again until all of them are answered.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from core.kernel.errors import PbxError
from core.kernel.fsm import Table
from cti.agi import wire
from cti.agi.wire import AgiBroken, Decoder, Environment, Hangup, Message, Reply, encode_command

WAITING_MAX = 16
"""Commands waiting for the one under way; a step of a dialogue asks for one at a time."""


class AgiState(StrEnum):
    """Where the conversation stands."""

    OPENING = "opening"
    IDLE = "idle"
    BUSY = "busy"
    CUTTING = "cutting"
    OUTRUN = "outrun"
    ENDED = "ended"


class AgiTrigger(StrEnum):
    """What moves the conversation: us (`command`, `cut`), Asterisk, or whoever ends it."""

    ENVIRONMENT = "environment"
    COMMAND = "command"
    CUT = "cut"
    REPLY = "reply"
    MARK = "mark"
    END = "end"


AGI = Table[AgiState, AgiTrigger](
    name="FastAGI conversation",
    start=AgiState.OPENING,
    rows={
        (AgiState.OPENING, AgiTrigger.ENVIRONMENT): AgiState.IDLE,
        (AgiState.OPENING, AgiTrigger.END): AgiState.ENDED,
        (AgiState.IDLE, AgiTrigger.COMMAND): AgiState.BUSY,
        (AgiState.IDLE, AgiTrigger.END): AgiState.ENDED,
        (AgiState.BUSY, AgiTrigger.REPLY): AgiState.IDLE,
        (AgiState.BUSY, AgiTrigger.CUT): AgiState.CUTTING,
        (AgiState.BUSY, AgiTrigger.END): AgiState.ENDED,
        # The command had ended by itself before the mark arrived, or is of a kind that cannot be cut.
        (AgiState.CUTTING, AgiTrigger.REPLY): AgiState.OUTRUN,
        (AgiState.CUTTING, AgiTrigger.MARK): AgiState.IDLE,
        (AgiState.CUTTING, AgiTrigger.END): AgiState.ENDED,
        (AgiState.OUTRUN, AgiTrigger.MARK): AgiState.IDLE,
        (AgiState.OUTRUN, AgiTrigger.END): AgiState.ENDED,
    },
)


class Ending(StrEnum):
    """Why a conversation is over: Asterisk took the channel, the link or its words broke, or we closed it."""

    HANGUP = "hangup"
    BROKEN = "broken"
    CLOSED = "closed"


OnReply = Callable[[Reply | None], None]
"""Who waits for a reply; gets None where the command was cut short and has none."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The channel is ours; commands go out from now on."""

    environment: Environment


@dataclass(frozen=True, slots=True)
class Replied:
    """A command is over. The one who runs the session MUST now call `on_reply(reply)`."""

    on_reply: OnReply
    reply: Reply | None


@dataclass(frozen=True, slots=True)
class Ended:
    """The conversation is over; commands without a reply will never have one. Comes exactly once."""

    ending: Ending
    reason: str = ""


AgiEvent = Opened | Replied | Ended


class AgiSession:
    """Keep commands and replies of one channel in step.

    Whoever runs it MUST write `bytes_to_send()` after every call of another method, and stop at `Ended`.
    """

    def __init__(self, environment_max_bytes: int = wire.ENVIRONMENT_MAX_BYTES) -> None:
        self.state = AGI.start
        self._decoder = Decoder(environment_max_bytes)
        self._waiting: deque[tuple[bytes, OnReply]] = deque()
        # Who waits for the reply of the command under way; None once that reply is in.
        self._under_way: OnReply | None = None
        self._marks = 0
        # Marks sent and not answered yet: one, and one for each reminder.
        self._marks_due = 0
        self._outgoing = b""

    @property
    def idle(self) -> bool:
        """Tell whether a command sent now goes out at once."""
        return self.state is AgiState.IDLE

    def send(self, command: bytes, on_reply: OnReply) -> None:
        """Send `command` (see `encode_command`) once those before it are over.

        After the end it is dropped, for there is nobody left to carry it out. Raise `PbxError` when more
        than `WAITING_MAX` commands wait.
        """
        if self.state is AgiState.ENDED:
            return
        if len(self._waiting) == WAITING_MAX:
            raise PbxError("Asterisk does not answer the FastAGI command under way")
        self._waiting.append((command, on_reply))
        self._send_next()

    def cut(self) -> None:
        """Cut the command under way short where its kind allows, and forget those that wait."""
        self._waiting.clear()
        if AGI.allows(self.state, AgiTrigger.CUT):
            self.state = AGI.after(self.state, AgiTrigger.CUT)
            self._marks += 1
            self._send_mark()

    @property
    def cutting(self) -> bool:
        """Tell whether a mark is still to be answered."""
        return AGI.allows(self.state, AgiTrigger.MARK)

    def remind(self) -> None:
        """Send the mark that is still to be answered once more, which makes Asterisk look at the first."""
        if self.cutting:
            self._send_mark()

    def close(self) -> list[AgiEvent]:
        """End the conversation from our side: the dialplan goes on."""
        return self._end(Ending.CLOSED)

    def receive(self, chunk: bytes) -> list[AgiEvent]:
        """Take what Asterisk sent, split anywhere, and return what it means."""
        if self.state is AgiState.ENDED:
            return []
        try:
            messages = self._decoder.feed(chunk)
        except AgiBroken as broken:
            return self._end(Ending.BROKEN, str(broken))
        events = [event for message in messages for event in self._take(message)]
        self._send_next()
        return events

    def receive_eof(self) -> list[AgiEvent]:
        """Take that Asterisk closed the stream, which it does not do of itself (it sends HANGUP first)."""
        return self._end(Ending.BROKEN, "the stream ended without HANGUP")

    def bytes_to_send(self) -> bytes:
        """Return what must be written now."""
        outgoing, self._outgoing = self._outgoing, b""
        return outgoing

    def _mark(self) -> str:
        return f"goldline-mark-{self._marks}"

    def _send_mark(self) -> None:
        self._marks_due += 1
        self._outgoing += encode_command("GET FULL VARIABLE", self._mark())

    def _send_next(self) -> None:
        if self._waiting and AGI.allows(self.state, AgiTrigger.COMMAND):
            self.state = AGI.after(self.state, AgiTrigger.COMMAND)
            command, self._under_way = self._waiting.popleft()
            self._outgoing += command

    def _take(self, message: Message) -> list[AgiEvent]:
        if self.state is AgiState.ENDED:
            return []
        match message:
            case Environment():
                self.state = AGI.after(self.state, AgiTrigger.ENVIRONMENT)
                return [Opened(message)]
            case Hangup() | Reply(code=wire.DEAD_CHANNEL):
                return self._end(Ending.HANGUP)
            case Reply():
                return self._take_reply(message)

    def _take_reply(self, reply: Reply) -> list[AgiEvent]:
        is_mark = self.cutting and reply.note == self._mark()
        self._marks_due -= is_mark
        if is_mark and self._marks_due and self.state is AgiState.OUTRUN:
            return []
        # The answer to a mark also says that the cut command is over; the last one that all is.
        trigger = AgiTrigger.MARK if is_mark and not self._marks_due else AgiTrigger.REPLY
        if not AGI.allows(self.state, trigger):
            return self._end(Ending.BROKEN, "a reply to no command")
        self.state = AGI.after(self.state, trigger)
        on_reply, self._under_way = self._under_way, None
        if on_reply is None:
            return []
        return [Replied(on_reply, None if is_mark else reply)]

    def _end(self, ending: Ending, reason: str = "") -> list[AgiEvent]:
        # HANGUP comes first and the end of the stream after it: only the first ending counts.
        if not AGI.allows(self.state, AgiTrigger.END):
            return []
        self.state = AGI.after(self.state, AgiTrigger.END)
        self._waiting.clear()
        self._under_way = None
        return [Ended(ending, reason)]

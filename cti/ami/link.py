"""The AMI session's socket: the only file of `cti.ami` that knows asyncio, clocks and chance.

`AmiLink` keeps one session with one Asterisk for ever: it connects, lets `AmiSession` talk, arms one
timer for it, and after a loss connects again with growing, jittered pauses. What the session tells is
handed on in order from an inbox: the socket is read between slices of handling, for Asterisk cuts off
who does not read (100 ms after about 4 MB have piled up). An inbox that is full drops events declared
droppable; before it would drop any other it says so: the link is `dirty`, and once the backlog is worked
off the owner is told SYNCING again and takes a new snapshot. Replies and states are never dropped.

An adapter opens two links: one that hears events, one that acts, for Asterisk runs the actions of a
session one by one and holds its events back meanwhile.
"""

from __future__ import annotations

import asyncio
import secrets  # det-ok: ActionIDs must be unguessable; they never reach the engine
import ssl
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from random import Random  # det-ok: the type alone; the generator is handed in

import structlog

from core.kernel.clock import SECOND_US, microseconds
from cti.ami.errors import ActionNotSent
from cti.ami.protocol import AmiSession, Happening, SessionSettings
from cti.ami.replies import ActionReply, ReplyOutcome
from cti.ami.states import LOGGED_IN, SessionState
from cti.ami.wire import AmiMessage, Fields

log = structlog.get_logger()

ReplyCallback = Callable[[ActionReply], None]

DROPPABLE_EVENTS = frozenset(
    {"CEL", "Newexten", "RTCPReceived", "RTCPSent", "VarSet", "AGIExecStart", "AGIExecEnd"}
)
"""Noise: two thirds of a full stream of Asterisk 20.20.1, and no call's state depends on it."""


@dataclass(frozen=True, kw_only=True)
class AmiSettings(SessionSettings):
    """Where Asterisk is, and the limits of the link (times in seconds)."""

    host: str = "127.0.0.1"
    port: int = 5038
    tls: bool = False
    tls_ca_file: str | None = None
    """The authority that signed Asterisk's certificate; None trusts those of the system."""
    connect_timeout_s: float = 5.0
    """TCP and TLS handshake; on one network a tenth of it is plenty."""
    reconnect_first_s: float = 0.25
    """The pause before the first new attempt: a restarting Asterisk refuses for some seconds."""
    reconnect_max_s: float = 10.0
    """The longest pause: callers who wait for the engine should not wait for its link."""
    droppable_events: frozenset[str] = DROPPABLE_EVENTS
    """Events the owner can do without when the inbox is full."""
    inbox_max: int = 20_000
    """Events waiting to be handled: half a second of all that Asterisk can send, about 55 MB."""
    slice_s: float = 0.010
    """Handlers run so long before the socket is read again; with one read's parsing well under 50 ms."""
    write_buffer_max: int = 2**20
    """Bytes Asterisk has not taken yet: thousands of actions; beyond, it has stopped reading."""


def reconnect_pause_s(settings: AmiSettings, failures: int, chance: float) -> float:
    """Return the pause after `failures` failed attempts in a row: doubled each time, bounded, and shortened
    by up to half by `chance` (0 to 1), so that many links do not come back all at once."""
    doubled_s = settings.reconnect_first_s * 2.0 ** min(failures, 30)
    return min(settings.reconnect_max_s, doubled_s) * (1 - chance / 2)


class AmiLink:
    """One AMI session, kept up for ever.

    `on_event` and `on_state` are called in the order of the wire and MUST return soon; what they raise goes
    to the loop's exception handler and harms no later message. On `SYNCING` the owner MUST take its snapshot
    (if it needs one) and then call `synced`. `jitter` spreads the reconnects of many links.
    """

    def __init__(
        self,
        settings: AmiSettings,
        *,
        on_event: Callable[[AmiMessage], None],
        on_state: Callable[[SessionState], None],
        jitter: Random,
    ) -> None:
        # Events that mattered were dropped; the owner is told SYNCING as soon as the backlog is worked off.
        self.dirty = False
        self.dropped_noise_count = 0
        self.dropped_event_count = 0
        self.connection_count = 0
        # Why there is no login since the last attempt or loss, in words for people; empty while there is one.
        self.trouble = ""
        self._settings = settings
        self._session = AmiSession(settings)
        self._on_event = on_event
        self._on_state = on_state
        self._jitter = jitter
        self._tls = ssl.create_default_context(cafile=settings.tls_ca_file) if settings.tls else None
        self._inbox: deque[Happening] = deque()
        self._callbacks: dict[str, ReplyCallback] = {}
        self._unsent_count = 0
        # Attempts in a row that did not end in a login.
        self._failures = 0
        self._connection: _Connection | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        # Whether a slice of handling runs, or is already asked for.
        self._handling = False

    # --- for the owner ----------------------------------------------------------------------------

    @property
    def session(self) -> AmiSession:
        """The conversation, to look at: its `state`, `error`, `banner`, `stray_count`.

        `on_state` may hear of a new state a little later, after the events that came before it.
        """
        return self._session

    @property
    def late_us(self) -> int:
        """How late events may come now; see `AmiSession.late_us`."""
        return self._session.late_us(_now_us())

    def start(self) -> None:
        """Connect, and keep connecting; needs a running loop."""
        self._keeper = asyncio.get_running_loop().create_task(self._keep())  # det-ok: the socket's edge

    async def close(self) -> None:
        """Leave Asterisk and stay away; what waits for a reply ends as `LOST`."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        self._advance(self._session.close())
        if self._connection is not None:
            self._connection.transport.abort()
            await self._connection.lost.wait()

    def synced(self) -> None:
        """Take note that the owner's snapshot is complete; without effect where it is outdated already."""
        if self._session.state is SessionState.SYNCING and not self.dirty:
            self._advance(self._session.synced())

    def send_action(
        self,
        action: str,
        fields: Fields | None = None,
        then: ReplyCallback | None = None,
        deadline_us: int | None = None,
    ) -> str:
        """Send an action, return its id, and call `then` with its outcome, never before this returns.

        The outcome comes at the latest `deadline_us` from now, and also where nothing could be sent. Raises
        `UnsafeText` and `ActionTooLong` as `cti.ami.wire.encode_action` does.
        """
        try:
            action_id = self._send(action, fields, deadline_us)
        except ActionNotSent as failure:
            action_id = self._refuse(action, str(failure))
        if then is not None:
            self._callbacks[action_id] = then
        return action_id

    async def ask(
        self, action: str, fields: Fields | None = None, deadline_us: int | None = None
    ) -> ActionReply:
        """Send an action and wait for its outcome; raises as `send_action` does."""
        answer: asyncio.Future[ActionReply] = asyncio.get_running_loop().create_future()

        def settle(reply: ActionReply) -> None:
            if not answer.done():
                answer.set_result(reply)

        self.send_action(action, fields, settle, deadline_us)
        return await answer

    # --- the connection ---------------------------------------------------------------------------

    async def _keep(self) -> None:
        while True:
            await self._connect_once()
            pause_s = reconnect_pause_s(self._settings, self._failures, self._jitter.random())
            self._failures += 1
            await asyncio.sleep(pause_s)

    async def _connect_once(self) -> None:
        """Connect and stay until the connection is lost."""
        loop = asyncio.get_running_loop()
        connection = _Connection(self, self._settings.write_buffer_max)
        try:
            async with asyncio.timeout(self._settings.connect_timeout_s):
                await loop.create_connection(
                    lambda: connection, self._settings.host, self._settings.port, ssl=self._tls
                )
        except (OSError, UnicodeError) as failure:  # the latter: no host can have such a name
            self._note(str(failure) or type(failure).__name__)
            return
        await connection.lost.wait()

    def _opened(self, connection: _Connection) -> None:
        self._connection = connection
        self.connection_count += 1
        self._advance(self._session.connect(secrets.token_hex(8), _now_us()))  # det-ok: must be unguessable

    def _received(self, piece: bytes) -> None:
        self._advance(self._session.receive(piece, _now_us()))
        if self._session.state in LOGGED_IN:
            self._failures = 0
            if self.trouble:
                log.info("ami_up", **self._who())
                self.trouble = ""

    def _lost(self, reason: str) -> None:
        self._connection = None
        happenings = self._session.connection_lost(reason)
        if self._session.error is not None:
            self._note(str(self._session.error))
        self._advance(happenings)

    def _note(self, trouble: str) -> None:
        """Say why nobody is logged in, once: an Asterisk that stays away is asked again for hours."""
        if trouble != self.trouble:
            log.warning("ami_away", trouble=trouble, **self._who())
        self.trouble = trouble

    def _who(self) -> dict[str, str]:
        settings = self._settings
        return {
            "account": settings.username,
            "at": f"{settings.host}:{settings.port}",
            "for": "orders" if settings.events == "off" else "events",
        }

    def _timer_fired(self) -> None:
        self._timer = None
        self._advance(self._session.handle_timers(_now_us()))

    def _advance(self, happenings: list[Happening]) -> None:
        """Do all that may be due after the session was called."""
        self._store(happenings)
        self._flush()
        self._arm_timer()
        if self._session.state is SessionState.LOST and self._connection is not None:
            self._connection.transport.abort()
        if self._inbox and not self._handling:
            self._handle()

    def _flush(self) -> None:
        outgoing = self._session.data_to_send()
        if outgoing and self._connection is not None:
            self._connection.transport.write(outgoing)

    def _arm_timer(self) -> None:
        """Let the timer fire no later than the session's deadline; too early does no harm."""
        at_us = self._session.next_deadline_us()
        if self._timer is not None:
            # The loop keeps seconds as a float, which may have rounded up.
            if at_us is not None and self._timer.when() * SECOND_US <= at_us + 1:
                return
            self._timer.cancel()
            self._timer = None
        if at_us is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(at_us / SECOND_US, self._timer_fired)

    # --- actions ----------------------------------------------------------------------------------

    def _send(self, action: str, fields: Fields | None, deadline_us: int | None) -> str:
        if self._connection is not None and self._connection.is_full:
            raise ActionNotSent(f"{action}: Asterisk does not read what we write")
        action_id = self._session.send(action, fields, now_us=_now_us(), deadline_us=deadline_us)
        self._flush()
        self._arm_timer()
        return action_id

    def _refuse(self, action: str, reason: str) -> str:
        self._unsent_count += 1
        action_id = f"unsent-{self._unsent_count}"
        outcome = ReplyOutcome.NOT_SENT
        self._inbox.append(ActionReply(action_id=action_id, action=action, outcome=outcome, reason=reason))
        self._handle_soon()
        return action_id

    # --- the inbox --------------------------------------------------------------------------------

    def _store(self, happenings: list[Happening]) -> None:
        """Queue for handling; noise may fill half the inbox, and what must not be lost all of it."""
        if len(self._inbox) + len(happenings) <= self._settings.inbox_max // 2:
            self._inbox.extend(happenings)
            return
        for item in happenings:
            if not isinstance(item, AmiMessage) or self._has_room_for(item):
                self._inbox.append(item)

    def _has_room_for(self, event: AmiMessage) -> bool:
        waiting = len(self._inbox)
        if event["Event"] in self._settings.droppable_events:
            has_room = waiting < self._settings.inbox_max // 2
            self.dropped_noise_count += not has_room
            return has_room
        if waiting < self._settings.inbox_max:
            return True
        self.dropped_event_count += 1
        self.dirty = True
        return False

    def _handle_soon(self) -> None:
        if not self._handling:
            self._handling = True
            asyncio.get_running_loop().call_soon(self._handle)

    def _handle(self) -> None:
        """Hand on what waits for one slice of time, and let the loop read the socket before the next."""
        self._handling = True
        clock = asyncio.get_running_loop().time
        inbox = self._inbox
        stop_at_s = clock() + self._settings.slice_s
        while inbox:
            item = inbox.popleft()
            try:
                if type(item) is AmiMessage:
                    self._on_event(item)
                else:
                    self._tell(item)
            except Exception as error:
                self._report(error, item)
            if clock() >= stop_at_s:
                break
        self._handling = False
        if self.dirty and not inbox:
            self._ask_for_snapshot()
        if inbox:
            self._handle_soon()

    def _tell(self, item: Happening) -> None:
        if isinstance(item, SessionState):
            self._on_state(item)
        elif isinstance(item, ActionReply):
            then = self._callbacks.pop(item.action_id, None)
            if then is not None:
                then(item)

    def _ask_for_snapshot(self) -> None:
        """Send the owner back to SYNCING; without a login the next one does so anyway."""
        self.dirty = False
        if self._session.state in LOGGED_IN:
            self._inbox.extend(self._session.resync())

    def _report(self, error: Exception, item: Happening) -> None:
        """Give the owner's failure to the loop's exception handler: it must not cost us the connection."""
        what = item["Event"] if isinstance(item, AmiMessage) else type(item).__name__
        asyncio.get_running_loop().call_exception_handler(
            {"message": f"a callback of the AMI link failed on {what}", "exception": error}
        )


class _Connection(asyncio.Protocol):
    """One TCP or TLS connection; tells its link and keeps nothing of the conversation."""

    transport: asyncio.Transport

    def __init__(self, link: AmiLink, write_buffer_max: int) -> None:
        self.is_full = False
        self.lost = asyncio.Event()
        self._link = link
        self._write_buffer_max = write_buffer_max

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.set_write_buffer_limits(high=self._write_buffer_max)
        self.transport = transport
        self._link._opened(self)

    def data_received(self, data: bytes) -> None:
        self._link._received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._link._lost(str(exc or "the far side closed the connection"))
        self.lost.set()

    def pause_writing(self) -> None:
        self.is_full = True

    def resume_writing(self) -> None:
        self.is_full = False


def _now_us() -> int:
    return microseconds(asyncio.get_running_loop().time())  # det-ok: deadlines of this socket alone

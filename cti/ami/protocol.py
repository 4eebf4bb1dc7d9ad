"""One AMI session as a conversation: log in, act, hear; no socket, no clock, no chance of its own.

Bytes go in by `receive`, bytes to write come out of `data_to_send`, time is always an argument. What was
learned comes back in the order of the wire: events (`AmiMessage`), outcomes of actions (`ActionReply`)
and new states (`SessionState`).

What makes it correct:

- A reply is what begins with `Response:` and carries the id of an action that waits. The ids begin with a
  prefix nobody can guess. Events with a `Response:` line (OriginateResponse) or an echoed id (UserEvent)
  are events; an error without id ("Missing action in request") settles nothing and is counted.
- Asterisk runs the actions of a session one by one, replies before it tells what they caused, and writes
  the entries of a list in one run. A list ends with its Complete event.
- Each action has a deadline. A Ping every second or two bounds how late events can be (Asterisk 20.20.1
  may hold them back until the next input, its issue 2145) and finds a dead link.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from core.kernel.clock import microseconds
from core.kernel.timers import TimerHeap
from cti.ami.errors import ActionNotSent, RemoteAmiError
from cti.ami.replies import ActionReply, PendingAction, ReplyOutcome
from cti.ami.states import DISCONNECTED, LOGGED_IN, SESSION, SessionState, SessionTrigger
from cti.ami.wire import MESSAGE_BYTES_MAX, AmiMessage, AmiParser, Fields, encode_action, safe_text

Happening = AmiMessage | ActionReply | SessionState
"""What `receive` and `handle_timers` tell, in the order in which it happened."""


@dataclass(frozen=True, kw_only=True)
class SessionSettings:
    """Who logs in, and the limits of one session (times in seconds)."""

    username: str
    secret: str = field(repr=False)
    events: str = "on"
    """The event classes wanted, such as `system,call,agent,user,dtmf`; `off` for a session that only acts."""
    md5: bool = True
    """Log in by challenge, so the secret itself never crosses the wire."""
    ignored_events: frozenset[str] = frozenset()
    """Events skipped before their lines are parsed."""
    login_timeout_s: float = 10.0
    """From connection to accepted login; Asterisk needs milliseconds, and one second to say no."""
    action_timeout_s: float = 5.0
    """The deadline of an action that names none; the slowest measured, Bridge out of AsyncAGI, took 0.5 s."""
    ping_interval_s: float = 1.5
    """Silence between a reply to Ping and the next: bounds how long Asterisk may hold events back."""
    ping_timeout_s: float = 5.0
    """A Ping unanswered so long means the link is dead; an action before it may block the session."""
    pending_max: int = 2_000
    """Actions awaiting a reply: ten seconds' worth at 200 a second; more means Asterisk stopped working."""
    entries_max: int = 50_000
    """Entries of one list: several times the channels of the largest Asterisk, and bounded memory."""
    message_bytes_max: int = MESSAGE_BYTES_MAX
    """Bytes of one message from Asterisk; a longer one is no AMI."""

    def __post_init__(self) -> None:
        for name in ("username", "secret", "events"):
            safe_text(getattr(self, name), f"AMI {name}")


# Timers that are no action's deadline; no action's id has a blank in it.
_PING_DUE = "ping due"
_GREETING_LATE = "greeting late"
_SMOOTHING = 8
"""Of a new round trip so small a part counts, as TCP reckons its own (RFC 6298, section 2)."""


class AmiSession:
    """One side of an AMI conversation, across as many connections as it takes.

    The caller MUST write `data_to_send()` after each call of another method, and MUST call `handle_timers`
    by `next_deadline_us()`. `error` tells why the session was lost.
    """

    def __init__(self, settings: SessionSettings) -> None:
        self.state = SESSION.start
        self.error: RemoteAmiError | None = None
        # Messages that fit nowhere: replies without a known id, bare texts, replies after their deadline.
        self.stray_count = 0
        self._settings = settings
        self._parser = AmiParser()
        self._prefix = ""
        self._login_by_us = 0
        self._round_trip_us: int | None = None
        # When the Ping was sent that waits for its answer.
        self._pinged_us: int | None = None
        self._sent_count = 0
        self._pending: dict[str, PendingAction] = {}
        self._timers: TimerHeap[str] = TimerHeap()
        self._outgoing = bytearray()
        self._happenings: list[Happening] = []

    @property
    def banner(self) -> str:
        """Asterisk's greeting, such as `Asterisk Call Manager/11.0.0`; empty before it came."""
        return self._parser.banner or ""

    def late_us(self, now_us: int) -> int:
        """Return how late events may come: a Ping's answer stands in one line with them.

        It is the smoothed round trip of the Pings, or how long one waits already where that is longer.
        """
        waits_us = 0 if self._pinged_us is None else now_us - self._pinged_us
        return max(self._round_trip_us or 0, waits_us)

    # --- the connection ---------------------------------------------------------------------------

    def connect(self, prefix: str, now_us: int) -> list[Happening]:
        """Begin a conversation on a fresh connection. `prefix` starts its ActionIDs: MUST be unguessable."""
        self._prefix = safe_text(prefix, "the prefix of ActionIDs")
        self._move(SessionTrigger.CONNECT)
        self.error = None
        self._round_trip_us = self._pinged_us = None
        self._parser = AmiParser(
            ignored=self._settings.ignored_events, message_bytes_max=self._settings.message_bytes_max
        )
        self._login_by_us = now_us + microseconds(self._settings.login_timeout_s)
        self._timers.start(_GREETING_LATE, self._login_by_us)
        return self._take_happenings()

    def connection_lost(self, reason: str) -> list[Happening]:
        """Take note that the connection is gone; every waiting action ends as `LOST`."""
        if self.state not in DISCONNECTED:
            self._fail(reason)
        return self._take_happenings()

    def close(self) -> list[Happening]:
        """End the conversation on purpose; every waiting action ends as `LOST`."""
        if self.state is not SessionState.CLOSED:
            self._abandon("closed by us")
            self._move(SessionTrigger.CLOSE)
        return self._take_happenings()

    def synced(self) -> list[Happening]:
        """Take note that the owner's snapshot is complete."""
        self._move(SessionTrigger.SYNC)
        return self._take_happenings()

    def resync(self) -> list[Happening]:
        """Take note that events were dropped: SYNCING again, until the owner has a new snapshot."""
        self._move(SessionTrigger.RESYNC)
        return self._take_happenings()

    # --- bytes in, bytes out ----------------------------------------------------------------------

    def receive(self, piece: bytes, now_us: int) -> list[Happening]:
        """Return what `piece` tells; a breach of protocol ends in LOST, `error` says why."""
        if self.state in DISCONNECTED:
            return []
        try:
            messages = self._parser.feed(piece)
        except RemoteAmiError as error:
            self._fail(str(error))
            return self._take_happenings()
        if self.state is SessionState.GREETING and self._parser.banner is not None:
            self._greeted(self._parser.banner)
        tell = self._happenings.append
        for message in messages:
            if "ActionID" not in message and message.kind == "Event":
                tell(message)
            else:
                self._take(message, now_us)
                if self.state is SessionState.LOST:
                    break
        return self._take_happenings()

    def send(
        self, action: str, fields: Fields | None = None, *, now_us: int, deadline_us: int | None = None
    ) -> str:
        """Queue an action for `data_to_send` and return its id.

        Its `ActionReply` comes within `deadline_us`. Raises `ActionNotSent` while not logged in or when
        `pending_max` actions wait, `UnsafeText` and `ActionTooLong` as `encode_action` does.
        """
        if self.state not in LOGGED_IN:
            raise ActionNotSent(f"{action}: not logged in ({self.state})")
        if len(self._pending) >= self._settings.pending_max:
            raise ActionNotSent(f"{action}: {len(self._pending)} actions wait for their replies already")
        if deadline_us is None:
            deadline_us = microseconds(self._settings.action_timeout_s)
        return self._queue(action, fields or {}, now_us + deadline_us, is_own=False)

    def data_to_send(self) -> bytes:
        """Return the bytes to write now, and forget them."""
        outgoing = bytes(self._outgoing)
        self._outgoing.clear()
        return outgoing

    # --- time -------------------------------------------------------------------------------------

    def next_deadline_us(self) -> int | None:
        """Return when `handle_timers` must be called at the latest, or None."""
        return self._timers.next_at_us()

    def handle_timers(self, now_us: int) -> list[Happening]:
        """Do what is due: end late actions, send the Ping, give up a dead link."""
        while (key := self._timers.pop_due(now_us)) is not None:
            if key == _PING_DUE:
                self._ping(now_us)
            elif key == _GREETING_LATE:
                self._fail("no greeting in time")
            else:
                self._unanswered(self._pending[key])
        return self._take_happenings()

    def _ping(self, now_us: int) -> None:
        self._pinged_us = now_us
        self._queue("Ping", {}, now_us + microseconds(self._settings.ping_timeout_s))

    def _ponged(self, now_us: int) -> None:
        """Reckon with the round trip that has just ended."""
        assert self._pinged_us is not None
        took_us, self._pinged_us = now_us - self._pinged_us, None
        before_us = took_us if self._round_trip_us is None else self._round_trip_us
        self._round_trip_us = before_us + (took_us - before_us) // _SMOOTHING
        self._schedule_ping(now_us)

    def _unanswered(self, pending: PendingAction) -> None:
        if pending.is_own:
            self._fail(f"{pending.action} unanswered")
        else:
            self._settle(pending, ReplyOutcome.TIMED_OUT, "no reply by the deadline")

    # --- logging in -------------------------------------------------------------------------------

    def _greeted(self, banner: str) -> None:
        if not banner.startswith("Asterisk Call Manager"):
            self._fail("the far side did not greet as AMI")
            return
        self._timers.cancel(_GREETING_LATE)
        self._move(SessionTrigger.GREET)
        if self._settings.md5:
            self._queue("Challenge", {"AuthType": "MD5"}, self._login_by_us)
        else:
            self._log_in({"Secret": self._settings.secret})

    def _challenged(self, challenge: str) -> None:
        # Asterisk defines the key as MD5 of challenge and secret; it is no choice of ours.
        answer = hashlib.md5((challenge + self._settings.secret).encode(), usedforsecurity=False)
        self._log_in({"AuthType": "MD5", "Key": answer.hexdigest()})

    def _log_in(self, proof: Fields) -> None:
        fields = {"Username": self._settings.username, **proof, "Events": self._settings.events}
        self._queue("Login", fields, self._login_by_us)

    def _accepted(self, now_us: int) -> None:
        self._move(SessionTrigger.ACCEPT)
        self._schedule_ping(now_us)

    def _schedule_ping(self, now_us: int) -> None:
        self._timers.start(_PING_DUE, now_us + microseconds(self._settings.ping_interval_s))

    # --- correlation ------------------------------------------------------------------------------

    def _take(self, message: AmiMessage, now_us: int) -> None:
        """Sort out a message that is not plainly an event: response, list entry, echo, or stray."""
        pending = self._pending.get(message["ActionID"])
        if message.kind == "Event":
            self._take_event(message, pending)
        elif message.kind == "Response" and pending is not None and pending.response is None:
            self._take_response(message, pending, now_us)
        else:
            self.stray_count += 1

    def _take_event(self, event: AmiMessage, pending: PendingAction | None) -> None:
        if pending is None or not pending.owns(event):
            self._happenings.append(event)
            return
        outcome = pending.take_event(event)
        if outcome is not None:
            self._settle(pending, outcome)

    def _take_response(self, message: AmiMessage, pending: PendingAction, now_us: int) -> None:
        outcome = pending.take_response(message)
        if pending.is_own:
            self._forget(pending)
            self._take_own(pending.action, message, now_us)
        elif outcome is not None:
            self._settle(pending, outcome)

    def _take_own(self, action: str, message: AmiMessage, now_us: int) -> None:
        if action == "Ping":
            self._ponged(now_us)
        elif message["Response"] != "Success":
            self._fail(f"{action} refused: {message['Message']}")
        elif action == "Challenge":
            self._challenged(message["Challenge"])
        else:
            self._accepted(now_us)

    # --- the table of waiting actions -------------------------------------------------------------

    def _queue(self, action: str, fields: Fields, late_at_us: int, *, is_own: bool = True) -> str:
        action_id = f"{self._prefix}-{self._sent_count}"
        # Asterisk takes the first of two ActionIDs, so ours leads and replaces any other.
        self._outgoing += encode_action(action, {"ActionID": action_id} | {**fields, "ActionID": action_id})
        self._sent_count += 1
        self._pending[action_id] = PendingAction(
            action_id=action_id, action=action, entries_max=self._settings.entries_max, is_own=is_own
        )
        self._timers.start(action_id, late_at_us)
        return action_id

    def _forget(self, pending: PendingAction) -> None:
        self._timers.cancel(pending.action_id)
        del self._pending[pending.action_id]

    def _settle(self, pending: PendingAction, outcome: ReplyOutcome, reason: str = "") -> None:
        self._forget(pending)
        self._happenings.append(pending.reply(outcome, reason))

    # --- the end of it ----------------------------------------------------------------------------

    def _fail(self, reason: str) -> None:
        self.error = RemoteAmiError(reason)
        self._abandon(reason)
        self._move(SessionTrigger.FAIL)

    def _abandon(self, reason: str) -> None:
        """End what waits: nothing of this connection can be answered any more."""
        for pending in list(self._pending.values()):
            if pending.is_own:
                self._forget(pending)
            else:
                self._settle(pending, ReplyOutcome.LOST, reason)
        self._timers = TimerHeap()
        self._outgoing.clear()

    def _move(self, trigger: SessionTrigger) -> None:
        self.state = SESSION.after(self.state, trigger)
        self._happenings.append(self.state)

    def _take_happenings(self) -> list[Happening]:
        happenings, self._happenings = self._happenings, []
        return happenings

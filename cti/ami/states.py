"""The states of one AMI session and the table of its steps.

    CLOSED -> GREETING -> LOGGING_IN -> SYNCING <-> LIVE -> LOST -> GREETING ...

SYNCING means logged in while the owner takes its snapshot: events flow already, but only together with the
snapshot do they tell the whole truth. LIVE goes back there when events had to be dropped. Start, recovery
and overload so share one path. LOST is no end: whoever owns the socket connects again.
"""

from __future__ import annotations

from enum import StrEnum

from core.kernel.fsm import Table


class SessionState(StrEnum):
    """Where the conversation stands."""

    CLOSED = "closed"
    GREETING = "greeting"
    LOGGING_IN = "logging_in"
    SYNCING = "syncing"
    LIVE = "live"
    LOST = "lost"


class SessionTrigger(StrEnum):
    """What moves the conversation on."""

    CONNECT = "connect"
    GREET = "greet"
    ACCEPT = "accept"
    SYNC = "sync"
    RESYNC = "resync"
    FAIL = "fail"
    CLOSE = "close"


SESSION = Table[SessionState, SessionTrigger](
    name="ami session",
    start=SessionState.CLOSED,
    rows={
        (SessionState.CLOSED, SessionTrigger.CONNECT): SessionState.GREETING,
        (SessionState.GREETING, SessionTrigger.GREET): SessionState.LOGGING_IN,
        (SessionState.GREETING, SessionTrigger.FAIL): SessionState.LOST,
        (SessionState.GREETING, SessionTrigger.CLOSE): SessionState.CLOSED,
        (SessionState.LOGGING_IN, SessionTrigger.ACCEPT): SessionState.SYNCING,
        (SessionState.LOGGING_IN, SessionTrigger.FAIL): SessionState.LOST,
        (SessionState.LOGGING_IN, SessionTrigger.CLOSE): SessionState.CLOSED,
        (SessionState.SYNCING, SessionTrigger.SYNC): SessionState.LIVE,
        # Events were dropped while the snapshot was taken: it is worth nothing, take another.
        (SessionState.SYNCING, SessionTrigger.RESYNC): SessionState.SYNCING,
        (SessionState.SYNCING, SessionTrigger.FAIL): SessionState.LOST,
        (SessionState.SYNCING, SessionTrigger.CLOSE): SessionState.CLOSED,
        (SessionState.LIVE, SessionTrigger.RESYNC): SessionState.SYNCING,
        (SessionState.LIVE, SessionTrigger.FAIL): SessionState.LOST,
        (SessionState.LIVE, SessionTrigger.CLOSE): SessionState.CLOSED,
        (SessionState.LOST, SessionTrigger.CONNECT): SessionState.GREETING,
        (SessionState.LOST, SessionTrigger.CLOSE): SessionState.CLOSED,
    },
)

LOGGED_IN = frozenset({SessionState.SYNCING, SessionState.LIVE})
DISCONNECTED = frozenset({SessionState.CLOSED, SessionState.LOST})

"""What waits for the broker, bounded: of states the newest, of events all up to a bound.

States are kept whether they were published or not, so that all can be published again to a broker that has
forgotten them. Of events too many for the bound the oldest are dropped and counted: the ledger has them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

GONE = b""
"""An empty payload takes a retained message away (MQTT 5, section 3.3.1.3)."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message on its way."""

    topic: str
    payload: bytes
    retain: bool = False
    expires_s: int | None = None
    """Seconds after which the broker drops it undelivered."""


class Outbox:
    """Messages for one broker: first what happened, in order, then the states that changed."""

    def __init__(self, bytes_max: int) -> None:
        self.lost = 0
        self.filled = asyncio.Event()
        """Set while something waits."""
        self._bytes_max = bytes_max
        self._bytes = 0
        self._events: deque[Outgoing] = deque()
        self._states: dict[str, bytes] = {}
        self._changed: dict[str, None] = {}

    def __len__(self) -> int:
        return len(self._events) + len(self._changed)

    @property
    def states(self) -> Mapping[str, bytes]:
        """Return the states as they are now, by topic."""
        return self._states

    def send(self, message: Outgoing) -> None:
        """Let a message wait its turn."""
        self._events.append(message)
        self._bytes += len(message.payload)
        while self._bytes > self._bytes_max:
            self._bytes -= len(self._events.popleft().payload)
            self.lost += 1
        self._mark()

    def keep(self, topic: str, state: bytes) -> None:
        """Let `state` be what is retained under `topic`; `GONE` takes it away."""
        if state == GONE:
            self._states.pop(topic, None)
        else:
            self._states[topic] = state
        self._changed[topic] = None
        self._mark()

    def keep_all(self) -> None:
        """Let all states be published again."""
        self._changed.update(dict.fromkeys(self._states))
        self._mark()

    def next(self) -> Outgoing:
        """Return the message that comes first; it waits until it is `done`. One MUST be waiting."""
        if self._events:
            return self._events[0]
        topic = next(iter(self._changed))
        return Outgoing(topic, self._states.get(topic, GONE), retain=True)

    def done(self, message: Outgoing) -> None:
        """Forget `message`, which the broker has; a state that changed meanwhile goes on waiting."""
        if self._events and self._events[0] is message:
            self._events.popleft()
            self._bytes -= len(message.payload)
        elif message.retain and self._states.get(message.topic, GONE) == message.payload:
            self._changed.pop(message.topic, None)
        self._mark()

    def _mark(self) -> None:
        """Say whether something waits."""
        if self:
            self.filled.set()
        else:
            self.filled.clear()

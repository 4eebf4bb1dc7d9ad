"""The typed bus inside the engine: first in, first out, run to completion.

Handlers subscribe by class and run in the order they subscribed. A handler may publish; what it
publishes waits until every handler of the present message has run, so no handler ever sees a
half-done change of another. State is stored before its event is published.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

from core.kernel.errors import InvariantBroken

M = TypeVar("M")

DRAIN_LIMIT = 100_000
"""Messages one input may cause before the bus calls it an endless loop of our own making."""


class Bus:
    """Deliver messages to the handlers of their exact class, one message at a time."""

    def __init__(self) -> None:
        self._handlers: dict[type, list[Callable[[Any], None]]] = {}
        self._waiting: deque[object] = deque()
        self.publish: Callable[[object], None] = self._waiting.append
        """Queue a message for delivery once all earlier messages are dealt with.

        Like every part of a turn it runs for each of the engine's inputs, so it is the deque's own method.
        """

    def subscribe(self, kind: type[M], handler: Callable[[M], None]) -> None:
        """Call `handler` for each message of class `kind`, after those that subscribed before."""
        self._handlers.setdefault(kind, []).append(handler)

    def drain(self) -> None:
        """Deliver until nothing waits; raise `InvariantBroken` on an endless exchange.

        Where a handler raises, what still waits is forgotten: the input that caused it has failed.
        """
        waiting, handlers = self._waiting, self._handlers
        delivered = 0
        try:
            while waiting:
                message = waiting.popleft()
                for handler in handlers.get(type(message), ()):
                    handler(message)
                delivered += 1
                if delivered == DRAIN_LIMIT:
                    raise InvariantBroken(f"one input caused more than {DRAIN_LIMIT} messages")
        finally:
            waiting.clear()

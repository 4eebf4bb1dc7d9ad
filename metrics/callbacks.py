"""What became of callbacks. They are counted apart: nobody waits on the line for one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from core.model.callback_events import CallbackBooked, CallbackClosed, CallbackDialed
from core.model.ids import ContactId

OUTCOMES = ("reached", "called_in", "unreached", "cancelled")


class CallbackFigures:
    """Callbacks that were booked, how often their customers were dialed, and how those ended that have."""

    def __init__(self, from_us: int = 0) -> None:
        self.booked = 0
        self.dialed = 0
        self.ended: Counter[str] = Counter()
        self._from_us = from_us
        self._open: dict[ContactId, None] = {}
        self.folds: dict[type, Callable[[Any], None]] = {
            CallbackBooked: self._booked,
            CallbackDialed: self._dialed,
            CallbackClosed: self._closed,
        }
        """What to do with an event of each class."""

    def _booked(self, event: CallbackBooked) -> None:
        if event.at_us >= self._from_us:
            self.booked += 1
            self._open[event.contact_id] = None

    def _dialed(self, event: CallbackDialed) -> None:
        self.dialed += event.contact_id in self._open

    def _closed(self, event: CallbackClosed) -> None:
        if self._open.pop(event.contact_id, self) is None:
            self.ended[event.outcome] += 1

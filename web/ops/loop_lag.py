"""How late the loop comes to its timers: what everybody on it waits in the worst case.

An edge file: it runs a task and reads the loop's clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from web.ops.readings import Reading, distribution_of

EVERY_S = 0.1
"""Often enough to see each stall of a tenth of a second, rarely enough to cost nothing."""
NAME = "goldline_event_loop_lag_seconds"


class LoopLag:
    """Asks for a timer again and again, and counts by how much each was late."""

    def __init__(self) -> None:
        self.lags = distribution_of(NAME)
        self.last_s = 0.0
        self._handle: asyncio.TimerHandle | None = None

    def __call__(self) -> Iterator[Reading]:
        """Yield the reading."""
        yield Reading(NAME, self.lags)

    def start(self) -> None:
        """Begin to measure; needs a running loop."""
        loop = asyncio.get_running_loop()
        self._plan(loop, loop.time() + EVERY_S)

    def stop(self) -> None:
        """Measure no more."""
        if self._handle is not None:
            self._handle.cancel()

    def _plan(self, loop: asyncio.AbstractEventLoop, due_s: float) -> None:
        self._handle = loop.call_at(due_s, self._fire, loop, due_s)

    def _fire(self, loop: asyncio.AbstractEventLoop, due_s: float) -> None:
        now_s = loop.time()
        self.last_s = max(0.0, now_s - due_s)
        self.lags.add(self.last_s)
        self._plan(loop, now_s + EVERY_S)

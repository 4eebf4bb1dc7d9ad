"""An asyncio loop in virtual time: when nothing is ready it jumps to the next timer, and waits for nothing.

Sockets, threads and subprocesses do not exist on it; `simulator.network` is its network. Whatever runs on
it therefore runs the same way each time. Edge file: it is a loop of asyncio, and leans on how
`asyncio.BaseEventLoop` of Python 3.11 to 3.13 asks a selector for what to do next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from math import ceil
from typing import Any

from core.kernel.clock import SECOND_US
from core.kernel.errors import InvariantBroken
from core.kernel.timers import Agenda

_ROUNDING_US = 1e-3
"""A timer's instant is kept by asyncio as a float; this much of a microsecond is its rounding."""


class VirtualLoop(asyncio.BaseEventLoop):
    """A loop whose clock is `now_us`; the first failure that nobody caught is raised by `run_until`."""

    def __init__(self) -> None:
        super().__init__()
        self._now_us = 0
        self._selector = _Selector(self)
        self._clock_resolution = _ROUNDING_US / SECOND_US
        self._failure: BaseException | None = None
        self.set_exception_handler(lambda loop, context: self._fail(context))

    def now_us(self) -> int:
        """Return the virtual instant in microseconds: the loop is a `Clock`."""
        return self._now_us

    def time(self) -> float:
        """Return the virtual instant in seconds, as asyncio asks for it."""
        return self._now_us / SECOND_US

    def jump(self, duration_s: float) -> None:
        """Let so much time pass at once."""
        self._now_us += max(0, ceil(duration_s * SECOND_US - _ROUNDING_US))

    def run_until(self, end_us: int) -> None:
        """Do everything due before `end_us`, then stand there; raise what failed meanwhile."""
        self.call_at(end_us / SECOND_US, self.stop)
        self.run_forever()
        if self._failure is not None:
            raise self._failure

    def _fail(self, context: dict[str, Any]) -> None:
        failure = context.get("exception") or InvariantBroken(context["message"])
        self._failure = self._failure or failure
        self.stop()

    # --- what BaseEventLoop leaves to its heirs -------------------------------------------------------

    def _process_events(self, event_list: list[Any]) -> None:
        """Nothing comes from a selector here."""

    def _write_to_self(self) -> None:
        """No thread ever has to wake this loop."""


class _Selector:
    """In place of a selector: instead of waiting it lets time pass."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop

    def select(self, timeout: float | None) -> list[Any]:
        if timeout is None:
            raise InvariantBroken("everybody on the virtual loop waits for somebody else, for ever")
        self._loop.jump(timeout)
        return []

    def close(self) -> None:
        """Let go of nothing."""


class LoopTime:
    """The virtual loop as the `Scheduler` of a simulated world.

    asyncio does timers of one instant in any order; a scheduler promises the order of asking. So each timer
    of the loop does whatever is first on an agenda that keeps it.
    """

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        self._agenda = Agenda()
        self.now_us = loop.now_us

    def call_at(self, at_us: int, action: Callable[[], None]) -> None:
        """Run `action` at `at_us`, after those asked for before at that instant."""
        self._agenda.plan(at_us, action)
        self._loop.call_at(at_us / SECOND_US, self._do_next)

    def _do_next(self) -> None:
        due = self._agenda.pop()
        assert not isinstance(due, tuple), "nobody starts a named timer here"
        due()

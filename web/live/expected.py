"""Asks the engine how long callers would wait: what it tells callers is what boards show."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from core.kernel.clock import Clock
from core.kernel.errors import RequestRefused
from core.model.commands import AnswerWaits
from core.model.requests import DescribeWaits
from web.front import FrontOffice
from web.live.floor import Floor

PAUSE_S = 1.0
"""Between two questions: the engine has calls to connect, and people read no faster."""
ANYWAY_S = 10.0
"""After so long it is asked though nothing happened: what was learned of waits goes by the time too."""


class WaitClerk:
    """Asks whenever something has happened in the queues; it runs beside the live side."""

    def __init__(self, floor: Floor, front: FrontOffice, clock: Clock) -> None:
        self._floor = floor
        self._front = front
        self._clock = clock

    async def run(self) -> None:
        """Ask for ever."""
        while True:
            self._floor.stirred.clear()
            await self._ask()
            await asyncio.sleep(PAUSE_S)
            with suppress(TimeoutError):
                async with asyncio.timeout(ANYWAY_S):
                    await self._floor.stirred.wait()

    async def _ask(self) -> None:
        """Ask once; an engine that is away is asked again later."""
        with suppress(TimeoutError, RequestRefused):
            answer = await self._front.ask(DescribeWaits(at_us=self._clock.now_us()))
            assert isinstance(answer, AnswerWaits)
            self._floor.expect(answer.waits)

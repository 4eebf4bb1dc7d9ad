"""The running loop as the simulated world's scheduler, as much faster than life as a test can bear."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from core.kernel.clock import SECOND_US


class LoopTime:
    """A clock and a scheduler; `speed` simulated seconds pass in each real one."""

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed
        self._epoch_us = time.time_ns() // 1_000
        self._loop = asyncio.get_running_loop()
        self._origin_s = self._loop.time()

    def now_us(self) -> int:
        return self._epoch_us + round((self._loop.time() - self._origin_s) * self._speed * SECOND_US)

    def call_at(self, at_us: int, action: Callable[[], None]) -> None:
        real_s = (at_us - self._epoch_us) / SECOND_US / self._speed
        self._loop.call_at(self._origin_s + real_s, action)

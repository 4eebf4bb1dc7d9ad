"""The one place that reads the machine's clocks."""

from __future__ import annotations

import time


class WallClock:
    """Microseconds since 1970-01-01 UTC that never step: the wall once, then the steady clock.

    So waits and timers heed no setting of the machine's clock, forth or back; `off_us` tells of it. With
    `speed` 10 ten seconds pass in one, from the instant of construction on.
    """

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed
        self._start_us = time.time_ns() // 1000  # det-ok: an edge, the engine gets instants as arguments
        self._start_steady_ns = time.monotonic_ns()  # det-ok: as above

    def now_us(self) -> int:
        """Return the present instant."""
        passed_ns = time.monotonic_ns() - self._start_steady_ns  # det-ok: as above
        return self._start_us + int(passed_ns * self._speed) // 1000

    def off_us(self) -> int:
        """Return how far the machine's clock was set forth (back: below 0) since the construction.

        A machine that slept was set forth too, by what the steady clock does not count.
        """
        passed_us = (time.monotonic_ns() - self._start_steady_ns) // 1000  # det-ok: as above
        return time.time_ns() // 1000 - self._start_us - passed_us  # det-ok: as above

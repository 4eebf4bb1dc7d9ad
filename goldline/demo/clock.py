"""The clock of the live demonstration: the morning so far passes in a moment, then time is time.

Who opens the pages shall find a day in full swing. So the clock begins some time before the wall's, runs
fast until it has caught up with it, and goes at the speed that was asked for from then on.
"""

from __future__ import annotations

from core.kernel.clock import microseconds
from goldline.wall_clock import WallClock


class MorningClock:
    """Microseconds since 1970 that begin `head_s` seconds ago, at `hurry` seconds in one; then at `speed`."""

    def __init__(self, speed: float = 1.0, head_s: float = 0.0, hurry: float = 60.0) -> None:
        self._wall = WallClock()
        self._began_us = self._wall.now_us()
        self._speed = speed
        self._hurry = hurry
        self._head_us = microseconds(head_s)
        # It has to make up for the time that passes meanwhile as well.
        self._hurry_ends_us = round(self._head_us / (hurry - 1)) if head_s else 0

    @property
    def pace(self) -> float:
        """How many seconds pass in one now."""
        return self._hurry if self._passed_us() < self._hurry_ends_us else self._speed

    @property
    def caught_up(self) -> float:
        """The share of the morning that has passed, 0 to 1."""
        return min(1.0, self._passed_us() / self._hurry_ends_us) if self._hurry_ends_us else 1.0

    def now_us(self) -> int:
        """Return the present instant of the demonstration."""
        passed_us = self._passed_us()
        hurried_us = min(passed_us, self._hurry_ends_us)
        later_us = passed_us - hurried_us
        return self._began_us - self._head_us + int(hurried_us * self._hurry + later_us * self._speed)

    def _passed_us(self) -> int:
        return self._wall.now_us() - self._began_us

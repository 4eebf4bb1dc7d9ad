"""How many calls may be dialed now, whatever the agents could do: calls per second, and lines at once."""

from __future__ import annotations

from core.kernel.clock import SECOND_US, microseconds


class TokenBucket:
    """Lets through `per_second` on average, and a second's worth at once after a pause.

    Counted in whole microseconds of credit, so that equal runs give equal numbers.
    """

    def __init__(self, per_second: float) -> None:
        self._cost_us = max(1, microseconds(1 / per_second))
        self._full_us = max(SECOND_US, self._cost_us)
        self._credit_us = self._full_us
        self._at_us = 0

    def free(self, now_us: int) -> int:
        """Return how many may go now."""
        self._credit_us = min(self._full_us, self._credit_us + now_us - self._at_us)
        self._at_us = now_us
        return self._credit_us // self._cost_us

    def take(self, count: int) -> None:
        """Let `count` go, that were free."""
        self._credit_us -= count * self._cost_us

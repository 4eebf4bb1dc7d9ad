"""How well waits were foretold: the error of what was expected, and how often a told band held the truth.

Only of contacts that were answered the truth is known. An error is what was expected less what was waited,
so a positive bias is waits that turned out shorter than foretold.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from core.kernel.clock import seconds
from core.model.events import ContactConnected, WaitAnnounced
from metrics.ratio import Ratio


@dataclass(slots=True)
class EstimateFigures:
    """The answered contacts that had to wait: how many, and the sums of their errors.

    `announced` counts what they were told while they waited, `in_band` how often the wait still to come lay
    in the band that was told.
    """

    expected: int = 0
    error_s: float = 0.0
    squared_error_s2: float = 0.0
    announced: int = 0
    in_band: int = 0

    def answered(self, event: ContactConnected) -> None:
        """Hold the expected wait of an answered contact against the true one."""
        if event.estimated_us is not None:
            error_s = seconds(event.estimated_us - event.waited_us)
            self.expected += 1
            self.error_s += error_s
            self.squared_error_s2 += error_s * error_s

    def told(self, announced: WaitAnnounced, answered_us: int) -> None:
        """Hold what an answered contact was told against the wait that was still to come."""
        left_us = answered_us - announced.at_us
        self.announced += 1
        self.in_band += announced.low_us <= left_us and (
            announced.high_us is None or left_us <= announced.high_us
        )

    @property
    def bias_s(self) -> Ratio:
        """Return the mean error."""
        return Ratio(self.error_s, self.expected)

    @property
    def root_mean_square_s(self) -> float | None:
        """Return the root of the mean squared error, None where nothing was foretold."""
        return sqrt(self.squared_error_s2 / self.expected) if self.expected else None

    @property
    def share_in_band(self) -> Ratio:
        """Return how much of what was told came true."""
        return Ratio(self.in_band, self.announced)

    def __iadd__(self, other: EstimateFigures) -> EstimateFigures:
        self.expected += other.expected
        self.error_s += other.error_s
        self.squared_error_s2 += other.squared_error_s2
        self.announced += other.announced
        self.in_band += other.in_band
        return self

"""How many contacts wait in each queue: its mean over time, and its greatest, in each interval.

Who is offered to an agent whose phone still rings waits all the same: a caller does until answered.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from metrics.frame import Frame
from metrics.ratio import Ratio


@dataclass(slots=True)
class QueueLength:
    """One queue. `waited_us` is the area under the length, by interval."""

    frame: Frame
    length: int = 0
    since_us: int = 0
    waited_us: list[int] = field(init=False)
    longest: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.waited_us = [0] * self.frame.intervals
        self.longest = [0] * self.frame.intervals

    def change(self, by: int, at_us: int) -> None:
        """Let the length change at `at_us`; 0 only counts what has passed until then."""
        for place, piece_us in self.frame.pieces(self.since_us, at_us):
            self.waited_us[place] += self.length * piece_us
            self.longest[place] = max(self.longest[place], self.length)
        self.length += by
        self.since_us = at_us

    def means(self) -> list[Ratio]:
        """Return the mean length of each interval."""
        return [Ratio(*both_us) for both_us in zip(self.waited_us, self.frame.lengths_us(), strict=True)]

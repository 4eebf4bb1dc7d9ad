"""How a run is measured: from when to when, in which intervals, against which promise.

One frame is shared by all folds of a run, so that their figures can stand side by side. Folds receive
instants of the ledger; what came before the warm-up's end is left out, what comes after the last interval
is counted in it (a contact) or not at all (a stretch of time).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import ceil

from core.kernel.clock import microseconds

USUAL_THRESHOLD_S = 20.0
"""The wait that most centres promise for most of their calls."""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """A day to be measured. `origin_us` is the instant it began, everything else counts from there.

    `threshold_s` is the wait that the service level promises; who leaves within
    `short_abandon_s` is taken for a wrong number by those who leave short abandons out of their figures.
    """

    origin_us: int = 0
    duration_s: float = 86_400.0
    warm_up_s: float = 0.0
    interval_s: float = 1_800.0
    threshold_s: float = USUAL_THRESHOLD_S
    short_abandon_s: float = 5.0

    @cached_property
    def intervals(self) -> int:
        """Return how many intervals the day has; the last may be cut short."""
        return max(1, ceil(self.duration_s / self.interval_s))

    @property
    def starts_s(self) -> list[float]:
        """Return when each interval begins, in seconds from the origin."""
        return [place * self.interval_s for place in range(self.intervals)]

    @cached_property
    def warm_us(self) -> int:
        """Return the first instant that counts."""
        return self.origin_us + microseconds(self.warm_up_s)

    @cached_property
    def end_us(self) -> int:
        """Return the instant at which the last interval ends."""
        return self.origin_us + microseconds(self.duration_s)

    @cached_property
    def interval_us(self) -> int:
        """Return how long an interval lasts; the last ends with the day."""
        return microseconds(self.interval_s)

    def place(self, at_us: int) -> int:
        """Return the interval to which a contact of this instant belongs."""
        place = (at_us - self.origin_us) // self.interval_us
        return min(max(place, 0), self.intervals - 1)

    def pieces(self, from_us: int, to_us: int) -> Iterator[tuple[int, int]]:
        """Yield how much of a stretch of time lies in each interval, as (interval, microseconds).

        One that ends before it begins takes back what was counted too much: its pieces are below 0.
        """
        if to_us < from_us:
            yield from ((place, -piece_us) for place, piece_us in self.pieces(to_us, from_us))
            return
        from_us, to_us = max(from_us, self.warm_us), min(to_us, self.end_us)
        while from_us < to_us:
            place = self.place(from_us)
            # The last interval is whatever is left: of odd lengths, such as a third of a second, a
            # microsecond more than an interval.
            is_last = place == self.intervals - 1
            piece_end_us = to_us if is_last else min(to_us, self.origin_us + (place + 1) * self.interval_us)
            yield place, piece_end_us - from_us
            from_us = piece_end_us

    def lengths_us(self) -> list[int]:
        """Return how much of each interval counts: less than all of it in the warm-up and at the end."""
        lengths_us = [0] * self.intervals
        for place, length_us in self.pieces(self.origin_us, self.end_us):
            lengths_us[place] = length_us
        return lengths_us

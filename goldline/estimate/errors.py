"""How wrong estimated waits were: squared errors by day, so that it is known how far they can be trusted.

Callers of one day share its good or bad fortune, so days are what is independent, not calls. Sums only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from math import isfinite, sqrt

from core.model.ids import QueueName
from metrics.summary import Tree, rounded
from routing.regression import Moment
from simulator.confidence import Interval, ratio

Case = tuple[QueueName, Moment]
"""What is learned by itself."""
Day = tuple[int, int]
"""The run, and the day in it."""


@dataclass(slots=True, kw_only=True)
class Squares:
    """Of so many waits: what was left of them, and the squared errors of three ways to foretell it."""

    waits: int = 0
    left_s: float = 0.0
    by_line_s2: float = 0.0
    last_served_s2: float = 0.0
    learned_s2: float = 0.0

    def __iadd__(self, other: Squares) -> Squares:
        for it in fields(self):
            setattr(self, it.name, getattr(self, it.name) + getattr(other, it.name))
        return self

    def rms_s(self, squares_s2: float) -> float:
        """Return the root of the mean of `squares_s2`; 0 without waits."""
        return sqrt(squares_s2 / max(self.waits, 1))


@dataclass(slots=True)
class Errors:
    """The errors on the same waits, by day."""

    days: dict[Day, Squares] = field(default_factory=dict)

    def add(self, day: Day, squares: Squares) -> None:
        """Count what was found on `day`."""
        found = self.days.setdefault(day, Squares())
        found += squares

    def __iadd__(self, other: Errors) -> Errors:
        for day, squares in other.days.items():
            self.add(day, squares)
        return self

    def whole(self) -> Squares:
        """Return the sums of all days."""
        whole = Squares()
        for squares in self.days.values():
            whole += squares
        return whole

    def gain(self) -> Gain | None:
        """Return what learning gains over the last served, None where that never erred."""
        days = self.days.values()
        last_served = [day.last_served_s2 for day in days]
        return Gain(ratio([day.learned_s2 for day in days], last_served)) if any(last_served) else None

    def figures(self) -> Tree:
        """Return them for people and machines, times in seconds."""
        whole, gain = self.whole(), self.gain()
        return {
            "judged_on": whole.waits,
            "mean_wait_s": rounded(whole.left_s / max(whole.waits, 1)),
            "by_line_rmse_s": rounded(whole.rms_s(whole.by_line_s2)),
            "last_served_rmse_s": rounded(whole.rms_s(whole.last_served_s2)),
            "learned_rmse_s": rounded(whole.rms_s(whole.learned_s2)),
            "gain": rounded(gain.mean) if gain else None,
            "gain_low": rounded(gain.low) if gain and isfinite(gain.low) else None,
            "gain_high": rounded(gain.high) if gain and isfinite(gain.low) else None,
        }


@dataclass(frozen=True, slots=True)
class Gain:
    """By what share the root mean squared error is less, from the interval of the ratio of the squares.

    The ends hold the truth in 95 of 100 cases; on a single day nothing is sure.
    """

    squares: Interval

    @property
    def mean(self) -> float:
        """The gain found."""
        return 1 - sqrt(self.squares.mean)

    @property
    def low(self) -> float:
        """The least that is likely."""
        return 1 - sqrt(self.squares.high)

    @property
    def high(self) -> float:
        """The most that is likely: all of the error, at the very most."""
        return 1 - sqrt(max(self.squares.low, 0.0))


def added_up(errors: Mapping[Case, Errors], moment: Moment) -> Errors:
    """Return the errors at `moment` over all queues."""
    whole = Errors()
    for (_, when), found in errors.items():
        if when is moment:
            whole += found
    return whole

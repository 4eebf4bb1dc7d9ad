"""What became of some of a day's contacts: those of a tier, of a queue, of half an hour, or of all of it.

`ContactFigures` is filled by `metrics.day`; two of them can be added up, so that figures by queue, by tier
and by interval are sums of the same cells and cannot disagree.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

from core.kernel.clock import SECOND_US, microseconds
from metrics.estimates import EstimateFigures
from metrics.frame import Frame
from metrics.ratio import Ratio
from metrics.service_level import ServiceLevelPolicy, WaitCounts, count_waits, percentile, service_level

WAITS_UP_TO_S = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600)
"""Upper ends of the classes of waits; a last class without one follows."""


def _no_waits() -> array[int]:
    """Return room for waits: eight bytes each, a third of a megabyte for a week of 40,000 calls."""
    return array("q")


@dataclass(slots=True)
class ContactFigures:
    """Contacts that asked for a queue. All that are not waiting any more are told apart by their end.

    `blocked` were turned away at the door; `elsewhere` went on to a number, a menu or a message. The waits
    are microseconds, in the order in which they ended. `value` is what all of them are worth, `earned` what
    those are worth that an agent resolved. `levels` are the sum over the `levels_known` answers: of those
    that no engine saw nobody knows it.
    """

    offered: int = 0
    blocked: int = 0
    elsewhere: int = 0
    answered_us: array[int] = field(default_factory=_no_waits)
    abandoned_us: array[int] = field(default_factory=_no_waits)
    levels: int = 0
    levels_known: int = 0
    handled: int = 0
    handled_us: int = 0
    resolved: int = 0
    value: float = 0.0
    earned: float = 0.0
    estimates: EstimateFigures = field(default_factory=EstimateFigures)

    @property
    def answered(self) -> int:
        """Return how many an agent answered."""
        return len(self.answered_us)

    @property
    def abandoned(self) -> int:
        """Return how many left while they waited."""
        return len(self.abandoned_us)

    @property
    def mean_wait_s(self) -> Ratio:
        """Return the mean wait of the answered, the average speed of answer."""
        return Ratio(sum(self.answered_us) / SECOND_US, self.answered)

    @property
    def mean_wait_all_s(self) -> Ratio:
        """Return the mean wait of answered and abandoned together."""
        waited_us = sum(self.answered_us) + sum(self.abandoned_us)
        return Ratio(waited_us / SECOND_US, self.answered + self.abandoned)

    @property
    def mean_handle_s(self) -> Ratio:
        """Return the mean of talk, hold and wrap-up together of those finished."""
        return Ratio(self.handled_us / SECOND_US, self.handled)

    @property
    def resolved_share(self) -> Ratio:
        """Return the share resolved of those finished."""
        return Ratio(self.resolved, self.handled)

    @property
    def value_share(self) -> Ratio:
        """Return the share of the value that was earned, of all that asked for a queue."""
        return Ratio(self.earned, self.value)

    @property
    def mean_level(self) -> Ratio:
        """Return the mean level of the agents in the skills that were asked for."""
        return Ratio(self.levels, self.levels_known)

    def percentile_s(self, share: float) -> float | None:
        """Return the wait that `share` of the answered did not exceed."""
        return percentile(self.answered_us, share) / SECOND_US if self.answered else None

    def counts(self, frame: Frame) -> WaitCounts:
        """Return what service levels are made of, by the frame's thresholds."""
        return count_waits(
            self.answered_us,
            self.abandoned_us,
            in_time_us=microseconds(frame.threshold_s),
            short_us=microseconds(frame.short_abandon_s),
        )

    def service_level(self, frame: Frame, policy: ServiceLevelPolicy = ServiceLevelPolicy.ALL_COUNT) -> Ratio:
        """Return the share answered within the frame's threshold."""
        return service_level(self.counts(frame), policy)

    def __iadd__(self, other: ContactFigures) -> ContactFigures:
        self.offered += other.offered
        self.blocked += other.blocked
        self.elsewhere += other.elsewhere
        self.answered_us += other.answered_us
        self.abandoned_us += other.abandoned_us
        self.levels += other.levels
        self.levels_known += other.levels_known
        self.handled += other.handled
        self.handled_us += other.handled_us
        self.resolved += other.resolved
        self.value += other.value
        self.earned += other.earned
        self.estimates += other.estimates
        return self


def added_up(figures: Iterable[ContactFigures]) -> ContactFigures:
    """Return the sum of all `figures`."""
    total = ContactFigures()
    for one in figures:
        total += one
    return total


def by_length(waits_us: Iterable[int]) -> list[int]:
    """Return how many waits fall into each class of `WAITS_UP_TO_S`, and last those beyond."""
    counts = [0] * (len(WAITS_UP_TO_S) + 1)
    for wait_us in waits_us:
        counts[bisect_left(WAITS_UP_TO_S, wait_us / SECOND_US)] += 1
    return counts

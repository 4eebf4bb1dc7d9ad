"""How many of those dialed are answered by a person: a posterior for each segment, by launch cohort.

A segment is a path such as ("winter", "list 3", "attempt 2"): a list within a campaign, an attempt within a
list. Each level borrows what is known of the one above until it has calls of its own. Old calls are
forgotten at a rate that keeps the weight of the last ten minutes, and of 250 calls at least: enough to be
calm, few enough to follow an afternoon.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Protocol

Segment = tuple[str, ...]
Traits = tuple[str, ...]
"""What is known of a lead before it is dialed."""

ROOT_ANSWERED, ROOT_UNANSWERED = 3.0, 9.0
"""The belief about a campaign nobody has dialed yet: one in four, worth twelve calls."""
BORROWED_CALLS = 30.0
"""How many calls' worth of belief a segment borrows from the one above."""
MEMORY_CALLS = 250.0
MEMORY_S = 600.0


@dataclass(slots=True)
class _Counts:
    answered: float = 0.0
    unanswered: float = 0.0
    recent_calls: float = 0.0
    """Calls of about the last ten minutes: decays with time."""
    at_s: float = 0.0


class Rates(Protocol):
    """What the dialer learns of answers, by what is known of those it dials, and what it tells the pacer."""

    @property
    def known(self) -> float:
        """How many calls all that is known rests on."""
        ...

    @property
    def counts(self) -> Mapping[Segment, tuple[float, float]]:
        """What the next run is to know: answered and unanswered calls of each part of it."""
        ...

    def recall(self, segment: Segment, answered: float, unanswered: float, now_s: float) -> None:
        """Take over one part of what an earlier run told."""
        ...

    def count(self, traits: Traits, launched: int, answered: int, now_s: float) -> None:
        """Count one cohort: of `launched` calls `answered` were answered; told when all are over."""
        ...

    def segment(self, traits: Traits) -> Segment:
        """Return what the pacer is told of leads with these traits: all of one segment are alike to it."""
        ...

    def cautious(self, segment: Segment) -> float:
        """Return the rate to reckon with for a segment, rather too high than too low."""
        ...


class AnswerRates:
    """Beta posteriors over segments; the traits of a lead are the path of its segment."""

    def __init__(self) -> None:
        self._counts: dict[Segment, _Counts] = {}
        # What was reckoned since the last count: a decision asks for each segment many times over.
        self._cautious: dict[Segment, float] = {}

    @property
    def known(self) -> float:
        """How many calls all that is known rests on, without the belief before the first of them."""
        campaign = self._counts.get(())
        return campaign.answered + campaign.unanswered if campaign else 0.0

    @property
    def counts(self) -> Mapping[Segment, tuple[float, float]]:
        """What was counted of each segment: answered and unanswered calls, as far as they are remembered."""
        return {segment: (each.answered, each.unanswered) for segment, each in self._counts.items()}

    def recall(self, segment: Segment, answered: float, unanswered: float, now_s: float) -> None:
        """Take over what was counted of a segment before."""
        self._cautious.clear()
        self._counts[segment] = _Counts(answered, unanswered, at_s=now_s)

    def segment(self, traits: Traits) -> Segment:
        """Return the segment of a lead: the whole path."""
        return traits

    def count(self, segment: Segment, launched: int, answered: int, now_s: float) -> None:
        """Count one cohort: of `launched` calls `answered` were answered; told when all are over."""
        self._cautious.clear()
        for depth in range(len(segment) + 1):
            self._count(segment[:depth], launched, answered, now_s)

    def _count(self, segment: Segment, launched: int, answered: int, now_s: float) -> None:
        counts = self._counts.setdefault(segment, _Counts(at_s=now_s))
        decay = max(0.0, 1.0 - (now_s - counts.at_s) / MEMORY_S)
        counts.recent_calls = counts.recent_calls * decay + launched
        counts.at_s = now_s
        counts.answered += answered
        counts.unanswered += launched - answered
        excess = (counts.answered + counts.unanswered) / max(MEMORY_CALLS, counts.recent_calls)
        if excess > 1.0:
            counts.answered /= excess
            counts.unanswered /= excess

    def posterior(self, segment: Segment) -> tuple[float, float]:
        """Return (answered, unanswered) as weights of a Beta law, what is borrowed included."""
        if segment:
            above = self.posterior(segment[:-1])
            borrowed = BORROWED_CALLS / (above[0] + above[1])
            answered, unanswered = above[0] * min(1.0, borrowed), above[1] * min(1.0, borrowed)
        else:
            answered, unanswered = ROOT_ANSWERED, ROOT_UNANSWERED
        own = self._counts.get(segment)
        return (answered + own.answered, unanswered + own.unanswered) if own else (answered, unanswered)

    def cautious(self, segment: Segment) -> float:
        """Return the rate to reckon with: the mean and a standard deviation more, 1 at most.

        Too high a rate costs a little idle time, too low a one costs abandoned calls.
        """
        rate = self._cautious.get(segment)
        if rate is None:
            rate = self._cautious[segment] = _a_deviation_more(*self.posterior(segment))
        return rate


def _a_deviation_more(answered: float, unanswered: float) -> float:
    total = answered + unanswered
    mean = answered / total
    return min(1.0, mean + sqrt(mean * (1.0 - mean) / (total + 1.0)))

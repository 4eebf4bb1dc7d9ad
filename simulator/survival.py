"""Patience out of waits that were cut short: the product-limit estimate (Kaplan & Meier 1958).

Who was answered after 30 s had a patience of more than 30 s; leaving them out, or taking their wait for
their patience, makes callers look hastier than they are. The estimate goes through the waits in order: at
each instant at which some hung up, the share still there falls by the share of those at risk who did. A
wait that ended by an answer at that very instant still counts as at risk.

The data end before everybody's patience does. Beyond the last hang-up the remaining share is taken to
leave at a constant rate, one hang-up for each (total time waited / hang-ups): what the data say of an
exponential patience, and the best guess where they say nothing more exact.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import log
from random import Random


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalCurve:
    """At `at_us[i]` the share that has gone rises to `gone[i]`; both ascend."""

    at_us: tuple[int, ...]
    gone: tuple[float, ...]
    tail_mean_us: float

    @property
    def mean_us(self) -> float:
        """Return the mean: the area under the share still there."""
        area, before_us, there = 0.0, 0, 1.0
        for instant_us, gone in zip(self.at_us, self.gone, strict=True):
            area += there * (instant_us - before_us)
            before_us, there = instant_us, 1 - gone
        return area + there * self.tail_mean_us

    def draw_us(self, stream: Random, waited_us: int = -1) -> int:
        """Return a patience longer than `waited_us`; by default it may be any, 0 included.

        It is the instant at which the share still there falls to a share that is drawn.
        """
        passed = bisect_right(self.at_us, waited_us)
        if passed == len(self.at_us):
            return waited_us + self._tail_us(stream.random())
        there = stream.random() * (1 - self.gone[passed - 1] if passed else 1.0)
        place = bisect_left(self.gone, 1 - there, passed)
        if place < len(self.gone):
            return self.at_us[place]
        return self.at_us[-1] + self._tail_us(there / (1 - self.gone[-1]))

    def _tail_us(self, share: float) -> int:
        return round(-log(1 - share) * self.tail_mean_us)


def product_limit(waits: Iterable[tuple[int, bool]]) -> SurvivalCurve:
    """Return the curve of `waits` in microseconds, each with whether it ended by hanging up."""
    ended, hung_up = Counter[int](), Counter[int]()
    for waited_us, abandoned in waits:
        ended[waited_us] += 1
        hung_up[waited_us] += abandoned
    at_risk, there = ended.total(), 1.0
    at_us, gone = [], []
    for waited_us in sorted(ended):
        if hung_up[waited_us]:
            there *= 1 - hung_up[waited_us] / at_risk
            at_us.append(waited_us)
            gone.append(1 - there)
        at_risk -= ended[waited_us]
    waited_us = sum(length_us * count for length_us, count in ended.items())
    return SurvivalCurve(at_us=tuple(at_us), gone=tuple(gone), tail_mean_us=waited_us / hung_up.total())

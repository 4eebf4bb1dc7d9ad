"""How long talks and wrap-ups last, learned while they last: hazards over ages.

The hazard of an age is the chance per second to end there. Whoever is still talking counts too, as time
without an end (right-censored), so that the short ones, which end first, do not fool the estimate of a
morning. No shape is assumed: a centre of quick refusals and long pitches needs no special case.

Ages lie in bins that widen by a sixth each, from one second to beyond an hour. Everything in seconds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from math import exp
from typing import NamedTuple

RATIO = 1.16
BINS = 48
EDGES_S = (0.0, *(RATIO**power for power in range(BINS - 1)))
"""Where bins begin: 0, 1, 1.16, ... The last one is open."""

PRIOR_ENDS = 0.5
"""Ends imagined in each bin before any was seen: soon outweighed, enough that no hazard is ever 0."""


class _Hazard(NamedTuple):
    """Of one bin: where it begins, the hazard of all bins before it, and its own per second."""

    from_s: float
    before: float
    rate: float

    def until(self, age_s: float) -> float:
        """Return the hazard of all ages until one that lies in the bin."""
        return self.before + self.rate * (age_s - self.from_s)


class Lifetimes:
    """Hazards by age. `mean_s` is what is believed before anything was seen."""

    def __init__(self, mean_s: float) -> None:
        self._ends = [PRIOR_ENDS] * BINS
        self._exposure_s = [PRIOR_ENDS * mean_s] * BINS
        self._hazards: list[_Hazard] | None = None

    def live(self, from_s: float, to_s: float) -> None:
        """Count that something of age `from_s` lived on to `to_s`."""
        bin_ = _bin(from_s)
        while from_s < to_s:
            until_s = min(to_s, EDGES_S[bin_ + 1]) if bin_ + 1 < BINS else to_s
            self._exposure_s[bin_] += until_s - from_s
            from_s, bin_ = until_s, bin_ + 1
        self._hazards = None

    def end(self, age_s: float) -> None:
        """Count an end at `age_s`; the life before it is told by `live`."""
        self._ends[_bin(age_s)] += 1
        self._hazards = None

    @property
    def counts(self) -> tuple[list[float], list[float]]:
        """What was counted in each bin: ends, and seconds lived."""
        return self._ends, self._exposure_s

    def recall(self, ends: Sequence[float], exposure_s: Sequence[float]) -> None:
        """Take over what was counted before; not where the bins were others."""
        if len(ends) == len(exposure_s) == BINS:
            self._ends, self._exposure_s = list(ends), list(exposure_s)
            self._hazards = None

    def ended_within(self, age_s: float, more_s: float) -> float:
        """Return the chance that what has lasted `age_s` ends within `more_s`."""
        return self.ended_within_each(age_s, (more_s,))[0]

    def ended_within_each(self, age_s: float, mores_s: Iterable[float]) -> list[float]:
        """Return that chance for each of several spans."""
        hazards = self._hazards or self._accumulate()
        lived = hazards[_bin(age_s)].until(age_s)
        ages_s = [age_s + more_s for more_s in mores_s]
        return [1.0 - exp(lived - hazards[_bin(at_s)].until(at_s)) for at_s in ages_s]

    def _accumulate(self) -> list[_Hazard]:
        before, from_s, rate = 0.0, 0.0, 0.0
        self._hazards = []
        for edge_s, ends, exposure_s in zip(EDGES_S, self._ends, self._exposure_s, strict=True):
            before += rate * (edge_s - from_s)
            from_s, rate = edge_s, ends / exposure_s
            self._hazards.append(_Hazard(from_s, before, rate))
        return self._hazards


def _bin(age_s: float) -> int:
    return bisect_right(EDGES_S, age_s) - 1

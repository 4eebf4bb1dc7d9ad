"""What makes a choice good: the value earned, as long as nobody pays for it who was promised otherwise.

Guards are part of the objective. Without them a search lets the few at the top wait, who cost little in the
sum, or serves them on the backs of the many (see docs/tune.md for what that would gain).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import fsum
from typing import NamedTuple

from goldline.tune.days import ShownDay, TierDay
from metrics.ratio import Ratio
from simulator.planning import Target

SPARE = 0.02
"""So much of what guards allow is left to spare, for fresh days differ from those that were looked at."""
SHORTFALL = 1.0
"""What a missed point of a promise costs, in points of the value."""
EXCESS = 0.5
"""What it costs to let the lowest tier wait, or hang up, a hundredth more than first come, first served."""

Of = Callable[[ShownDay], Ratio]
OfTier = Callable[[TierDay], Ratio]


class Pair(NamedTuple):
    """The same callers under a choice, and under first come, first served."""

    chosen: ShownDay
    in_turn: ShownDay


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """The score of a choice. `promises` name tiers, `lowest` is the tier of the least value."""

    promises: Sequence[Target]
    lowest: str

    def score(self, days: Sequence[Pair]) -> float:
        """Return the share of the value earned on these days, less what missed guards cost."""
        chosen, in_turn = zip(*days, strict=True)
        shortfall = fsum(self._shortfall(promise, chosen) for promise in self.promises)
        excess = fsum(self._excess(measure, chosen, in_turn) for measure in (waited, abandoned))
        return pooled(chosen, expected) - SHORTFALL * shortfall - EXCESS * excess

    def _shortfall(self, promise: Target, days: Sequence[ShownDay]) -> float:
        asked = 1 - (1 - SPARE) * (1 - promise.share)
        return max(0.0, asked - pooled(days, of_tier(promise.tier, in_time)))

    def _excess(self, measure: OfTier, chosen: Sequence[ShownDay], in_turn: Sequence[ShownDay]) -> float:
        mine, before = (pooled(days, of_tier(self.lowest, measure)) for days in (chosen, in_turn))
        return max(0.0, mine - (1 - SPARE) * before) / (before or 1.0)


def pooled(days: Iterable[ShownDay], of: Of) -> float:
    """Return the ratio of sums over the days, 0 where nothing was counted."""
    ratios = [of(day) for day in days]
    count = fsum(ratio.count for ratio in ratios)
    return fsum(ratio.total for ratio in ratios) / count if count else 0.0


def of_tier(tier: str, measure: OfTier) -> Of:
    """Return what reads the measure of a tier off a day."""
    return lambda day: measure(day.tiers[tier])


def expected(day: ShownDay) -> Ratio:
    """Return the share of the value that the day was good for."""
    return day.expected


def earned(day: ShownDay) -> Ratio:
    """Return the share of the value that was earned."""
    return day.earned


def in_time(day: TierDay) -> Ratio:
    """Return the share answered in time."""
    return day.in_time


def waited(day: TierDay) -> Ratio:
    """Return the mean wait, of the answered and the abandoned together."""
    return day.mean_wait_s


def abandoned(day: TierDay) -> Ratio:
    """Return the share who hung up."""
    return day.abandoned

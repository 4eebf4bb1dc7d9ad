"""When a dialed number answers, if it does, and when it is known not to: two learned ring-time laws.

A call that has rung for long is worth less than a fresh one, and one that outlived the quick failures more.
Ring times are counted in bins of a second, and by launch cohort (`Cohorts`): all calls of one second are
counted when the last of them must be over. Counted as they end, the early ones (answers at 12 s, no answer
at 25 s) would make a campaign look far better than it is.
"""

from __future__ import annotations

from collections.abc import Sequence

PRIOR_CALLS = 20.0
"""What the belief before the first call weighs, in calls."""
PRIOR_ANSWERS_FROM_S = 4
PRIOR_ANSWERS_UNTIL_S = 20
"""People answer between these, as far as nothing else is known."""


class RingLaw:
    """How ring times of one sort are spread over the seconds until the time-out."""

    def __init__(self, prior: Sequence[float]) -> None:
        self._weights = list(prior)
        self._shares: list[float] | None = None

    def count(self, ring_s: float) -> None:
        """Count one call that rang for `ring_s`."""
        last = len(self._weights) - 1
        self._weights[min(int(ring_s), last)] += 1.0
        self._shares = None

    def until(self, ring_s: float) -> float:
        """Return the share of calls that rang at most `ring_s`; seconds are filled evenly."""
        shares = self._shares or self._accumulate()
        whole = int(ring_s)
        if whole >= len(shares) - 1:
            return 1.0
        return shares[whole] + (shares[whole + 1] - shares[whole]) * (ring_s - whole)

    def _accumulate(self) -> list[float]:
        total, sums = 0.0, [0.0]
        for weight in self._weights:
            total += weight
            sums.append(total)
        self._shares = [share / total for share in sums]
        return self._shares


class Ringing:
    """Both laws of a campaign: `answers` and `failures` (busy, no answer, network)."""

    def __init__(self, timeout_s: int) -> None:
        self.timeout_s = timeout_s
        span = range(timeout_s + 1)
        early, late = PRIOR_ANSWERS_FROM_S, min(PRIOR_ANSWERS_UNTIL_S, timeout_s)
        likely = [1.0 if early <= second < late else 0.1 for second in span]
        self.answers = RingLaw([PRIOR_CALLS * weight / sum(likely) for weight in likely])
        # Nothing is known to fail before it has rung out.
        self.failures = RingLaw([PRIOR_CALLS if second == timeout_s else 0.05 for second in span])

    def answers_within(self, rate: float, rung_s: float, more_s: float) -> float:
        """Return the chance that a call ringing since `rung_s` answers within `more_s`; of `rate` in all."""
        answered_so_far = self.answers.until(rung_s)
        still = rate * (1.0 - answered_so_far) + (1.0 - rate) * (1.0 - self.failures.until(rung_s))
        if still <= 0.0:
            return 0.0
        return rate * (self.answers.until(rung_s + more_s) - answered_so_far) / still

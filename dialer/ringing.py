"""When a dialed number answers, if it does, and when it is known not to: two learned ring-time laws.

A call that has rung for long is worth less than a fresh one, and one that outlived the quick failures more.
Ring times are counted in bins of a second, and by launch cohort (`Cohorts`): all calls of one second are
counted when the last of them must be over. Counted as they end, the early ones (answers at 12 s, no answer
at 25 s) would make a campaign look far better than it is.

All times are of when news was heard. Where it comes late, the laws learn that as a longer ring, and for who
decides it is one: an order on news of two seconds ago is one that was held back for two seconds. So the bins
go on behind the time-out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

PRIOR_CALLS = 20.0
"""What the belief before the first call weighs, in calls."""
LATE_MAX_S = 5
"""How late the end of a ringing may be heard: a link that tells nothing for so long is taken for dead."""
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

    @property
    def weights(self) -> list[float]:
        """How many calls were counted in each second."""
        return self._weights

    def recall(self, weights: Sequence[float]) -> None:
        """Take over what was counted before; not where calls rang for another time.

        Earlier versions kept the seconds until the time-out alone.
        """
        if len(weights) in (len(self._weights), len(self._weights) - LATE_MAX_S):
            self._weights = [*weights, *[0.0] * (len(self._weights) - len(weights))]
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


@dataclass(frozen=True, slots=True, kw_only=True)
class RungFor:
    """Calls of one age: which share of all answers, and of all failures, is still to come.

    `answered_within` are the shares of all answers that come within each of the spans asked for.
    """

    answered_within: tuple[float, ...]
    answers_to_come: float
    failures_to_come: float

    def answers(self, rate: float) -> tuple[float, ...]:
        """Return the chance of an answer within each span, where `rate` of all calls are answered."""
        still = rate * self.answers_to_come + (1.0 - rate) * self.failures_to_come
        if still <= 0.0:
            return (0.0,) * len(self.answered_within)
        share = rate / still
        return tuple([share * answered for answered in self.answered_within])


class Ringing:
    """Both laws of a campaign: `answers` and `failures` (busy, no answer, network).

    How a call ended is heard `heard_within_s` from its beginning at the latest.
    """

    def __init__(self, timeout_s: int) -> None:
        self.heard_within_s = timeout_s + LATE_MAX_S
        early, late = PRIOR_ANSWERS_FROM_S, min(PRIOR_ANSWERS_UNTIL_S, timeout_s)
        likely = [1.0 if early <= second < late else 0.1 for second in range(timeout_s + 1)]
        never = [0.0] * LATE_MAX_S
        self.answers = RingLaw([*(PRIOR_CALLS * weight / sum(likely) for weight in likely), *never])
        # Nothing is known to fail before it has rung out.
        self.failures = RingLaw([*[0.05] * timeout_s, PRIOR_CALLS, *never])

    def answers_within(self, rate: float, rung_s: float, more_s: float) -> float:
        """Return the chance that a call ringing since `rung_s` answers within `more_s`; of `rate` in all."""
        return self.rung_for(rung_s, (more_s,)).answers(rate)[0]

    def rung_for(self, rung_s: float, mores_s: Sequence[float]) -> RungFor:
        """Return what is to come of calls that ring since `rung_s`, within each of several spans."""
        until = self.answers.until
        so_far = until(rung_s)
        return RungFor(
            answered_within=tuple([until(rung_s + more_s) - so_far for more_s in mores_s]),
            answers_to_come=1.0 - so_far,
            failures_to_come=1.0 - self.failures.until(rung_s),
        )

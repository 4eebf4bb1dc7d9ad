"""Rests that grow: what failed several times in a row is left alone for a while, then tried with one call.

    so many failures in a row -> rests -> one at a time -> another failure: rests twice as long
                                                        -> a success: trusted as before

What had begun before the rest did, and ends while it lasts or later, says nothing new either way.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.kernel.clock import SECOND_US

DOUBLINGS_MAX = 20
"""A rest is doubled no more often: it is longer than any by then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackOffRules:
    """After `failures_max` failures in a row comes a rest: of `first_us`, and of `longest_us` at most.

    The row has to last for `lasting_us` first, where failures are known sooner than successes.
    """

    failures_max: int = 3
    lasting_us: int = 0
    first_us: int = 5 * SECOND_US
    longest_us: int = 60 * SECOND_US


class BackOff:
    """Whether something that may fail rests."""

    def __init__(self, rules: BackOffRules) -> None:
        self._rules = rules
        self._failures = 0
        self._failing_from_us = 0
        self._rests = 0
        self._rested_from_us = -1
        self._rests_until_us = 0

    @property
    def is_failing(self) -> bool:
        """Tell whether it rested and has not succeeded since: no more than one at a time is risked."""
        return self._rests > 0

    def rests(self, now_us: int) -> bool:
        """Tell whether it is left alone now."""
        return now_us < self._rests_until_us

    def room(self, wanted: int, now_us: int, *, is_tried: bool) -> int:
        """Return how many of `wanted` to risk now; `is_tried` while the outcome of an earlier one is open."""
        if not self.is_failing:
            return wanted
        return 0 if is_tried or self.rests(now_us) else min(1, wanted)

    def failed(self, begun_us: int, now_us: int) -> None:
        """Count a failure of what was begun at `begun_us`."""
        if begun_us <= self._rested_from_us:
            return
        if not self._failures:
            self._failing_from_us = now_us
        self._failures += 1
        rules = self._rules
        if self._failures >= rules.failures_max and now_us - self._failing_from_us >= rules.lasting_us:
            self._rest(now_us)

    def _rest(self, now_us: int) -> None:
        longer_us = self._rules.first_us << min(self._rests, DOUBLINGS_MAX)
        self._rests += 1
        self._rested_from_us = now_us
        self._rests_until_us = now_us + min(longer_us, self._rules.longest_us)

    def succeeded(self, begun_us: int) -> None:
        """Take note that what was begun at `begun_us` did not fail."""
        if begun_us > self._rested_from_us:
            self._failures = self._rests = 0

"""Calls counted by when they were launched, not by when they end.

People answer at 12 s, no answer is known at 25 s. Counted as they end, the calls of a burst look answered
first and unanswered later: the answer rate swings, the pacer with it, and at 300 agents the two feed each
other. So all calls of one second are counted together, when the last of them must be over. A call that failed
before any telephone rang is none of them: from a trunk that is down nothing is learned of people.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from dialer.answering import Rates, Traits
from dialer.ringing import Ringing


@dataclass(slots=True)
class _Cohort:
    """The calls of one second: how many were launched, answered, and the ring time of each that is over."""

    second: int
    launched: dict[Traits, int] = field(default_factory=dict)
    answered: dict[Traits, int] = field(default_factory=dict)
    rings_s: list[tuple[bool, float]] = field(default_factory=list)


class Cohorts:
    """Tells `rates` and `ringing` of the calls of each second, once all of them are over."""

    def __init__(self, rates: Rates, ringing: Ringing) -> None:
        self._rates = rates
        self._ringing = ringing
        self._open: deque[_Cohort] = deque()
        self.counted = 0
        """Calls told of so far."""

    def launch(self, traits: Traits, now_s: float) -> None:
        """Count a call that is dialed now."""
        second = int(now_s)
        if not self._open or self._open[-1].second != second:
            self._open.append(_Cohort(second))
        launched = self._open[-1].launched
        launched[traits] = launched.get(traits, 0) + 1

    def end(self, traits: Traits, launched_s: float, now_s: float, *, answered: bool) -> None:
        """Count how a call ended that was dialed at `launched_s`; too late where its cohort was counted."""
        cohort = self._of(int(launched_s))
        if cohort is None:
            return
        cohort.rings_s.append((answered, now_s - launched_s))
        if answered:
            cohort.answered[traits] = cohort.answered.get(traits, 0) + 1

    def withdraw(self, traits: Traits, launched_s: float) -> None:
        """Forget a call dialed at `launched_s` that got to no telephone: it says nothing of people."""
        cohort = self._of(int(launched_s))
        if cohort is not None:
            cohort.launched[traits] -= 1

    def fold(self, now_s: float) -> bool:
        """Count the cohorts that must be over by now; tell whether there were any."""
        over_s = now_s - self._ringing.heard_within_s
        folded = False
        while self._open and self._open[0].second + 1 <= over_s:
            self._count(self._open.popleft(), now_s)
            folded = True
        return folded

    def _of(self, second: int) -> _Cohort | None:
        """Return the cohort of a second: one for each second at most, so it is near where it should be."""
        for cohort in reversed(self._open):
            if cohort.second <= second:
                return cohort if cohort.second == second else None
        return None

    def _count(self, cohort: _Cohort, now_s: float) -> None:
        for traits, launched in cohort.launched.items():
            self._rates.count(traits, launched, cohort.answered.get(traits, 0), now_s)
            self.counted += launched
        for answered, ring_s in cohort.rings_s:
            (self._ringing.answers if answered else self._ringing.failures).count(ring_s)

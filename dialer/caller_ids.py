"""Which of our numbers a call shows: one of the callee's region, not shown too often, and not run down.

Who shows one number too often is labelled a nuisance, whatever it calls about. So a number is shown so many
times an hour and a day at most, by all campaigns together, and one that is answered much less often than the
others of its pool rests for a while. Only numbers that the configuration names as ours are ever shown.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.kernel.clock import SECOND_US

HOUR_US, DAY_US = 3_600 * SECOND_US, 86_400 * SECOND_US


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnNumber:
    """A number that is ours, E.164, and the regions whose people know it for a number of theirs."""

    number: str
    country: str = ""
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolRules:
    """Numbers of which a campaign shows one. Each is shown `per_hour` and `per_day` times at most.

    One that in its last `judged_by` calls was answered less often than the rest of the pool, by more than
    `answers_ppm_min` parts in a million of their share, rests for `rest_us`.
    """

    name: str
    numbers: tuple[OwnNumber, ...]
    per_hour: int = 60
    per_day: int = 500
    judged_by: int = 100
    answers_ppm_min: int = 600_000
    rest_us: int = DAY_US


@dataclass(slots=True)
class _Shown:
    """How one number was used: when in the last day, and whether each of its last calls was answered."""

    own: OwnNumber
    at_us: deque[int] = field(default_factory=deque)
    ended: deque[bool] = field(default_factory=deque)
    answered: int = 0
    rests_until_us: int = 0

    def count(self, answered: bool, judged_by: int) -> None:
        """Remember what became of a call, as one of the last `judged_by`."""
        self.ended.append(answered)
        self.answered += answered
        if len(self.ended) > judged_by:
            self.answered -= self.ended.popleft()

    def rest(self, until_us: int) -> None:
        """Let the number rest; what it was judged by is forgotten."""
        self.rests_until_us = until_us
        self.ended.clear()
        self.answered = 0


class CallerIds:
    """The numbers of one pool."""

    def __init__(self, rules: PoolRules) -> None:
        self._rules = rules
        self._numbers = {own.number: _Shown(own) for own in rules.numbers}

    def choose(self, country: str, regions: Sequence[str], now_us: int, *, besides: str = "") -> str | None:
        """Return the number to show to a callee who lies in any of `regions`; None where none may be shown.

        The nearest come first, and among them the one shown least today; `besides` is taken last.
        """
        fit = [shown for shown in self._numbers.values() if self._may_show(shown, now_us)]
        if not fit:
            return None
        best = min(
            fit,
            key=lambda shown: (
                shown.own.number == besides,
                _distance(shown.own, country, regions),
                len(shown.at_us),
            ),
        )
        return best.own.number

    def shown(self, number: str, now_us: int) -> None:
        """Count a call that shows `number`."""
        if number in self._numbers:
            self._numbers[number].at_us.append(now_us)

    def ended(self, number: str, *, answered: bool, now_us: int) -> None:
        """Count what became of a call that showed `number`, and let the number rest if it is run down."""
        shown = self._numbers.get(number)
        if shown is None:
            return
        shown.count(answered, self._rules.judged_by)
        if self._is_run_down(shown):
            shown.rest(now_us + self._rules.rest_us)

    # --- inside ------------------------------------------------------------------------------------

    def _may_show(self, shown: _Shown, now_us: int) -> bool:
        while shown.at_us and shown.at_us[0] <= now_us - DAY_US:
            shown.at_us.popleft()
        if now_us < shown.rests_until_us or len(shown.at_us) >= self._rules.per_day:
            return False
        # The per_hour-th last time was more than an hour ago.
        per_hour = self._rules.per_hour
        return len(shown.at_us) < per_hour or shown.at_us[-per_hour] <= now_us - HOUR_US

    def _is_run_down(self, shown: _Shown) -> bool:
        others = [other for other in self._numbers.values() if other is not shown]
        calls, answered = sum(len(other.ended) for other in others), sum(other.answered for other in others)
        if min(len(shown.ended), calls) < self._rules.judged_by:
            return False
        # Whole numbers: its own share against the least part of the others' share.
        least = answered * self._rules.answers_ppm_min * len(shown.ended)
        return shown.answered * 1_000_000 * calls < least


def _distance(own: OwnNumber, country: str, regions: Sequence[str]) -> int:
    """Return 0 for a number of the callee's region, 1 for one of the country, 2 for any other."""
    if any(region in own.regions for region in regions):
        return 0
    return 1 if own.country == country else 2

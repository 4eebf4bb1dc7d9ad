"""How patient the bank's callers were, kind by kind: the product-limit estimate of a month's waits.

Somebody who hung up had exactly the patience that shows. Somebody who was served had more than the wait:
how much more is drawn from the month's curve of the same kind of call, given that wait.
"""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from core.kernel.clock import microseconds, seconds
from simulator.bank.calls import BankCall, BankMonth
from simulator.survival import SurvivalCurve, product_limit

TELLING_HANG_UPS = 20
"""A kind with fewer hang-ups in the month than this has no curve of its own: it is that of all kinds."""


class Patience:
    """The curves of one month."""

    def __init__(self, month: BankMonth) -> None:
        self._of_all = _curve(month.calls)
        self._of_kind = {}
        for kind in month.kinds:
            calls = [call for call in month.calls if call.kind == kind]
            if sum(call.abandoned for call in calls) >= TELLING_HANG_UPS:
                self._of_kind[kind] = _curve(calls)

    def draw_us(self, call: BankCall, stream: Random) -> int:
        """Return how long the caller is willing to wait, in microseconds."""
        waited_us = microseconds(call.waited_s)
        return waited_us if call.abandoned else self._curve(call.kind).draw_us(stream, waited_us)

    def mean_s(self, kind: str) -> float:
        """Return the mean patience for calls of the kind: time waited for each hang-up."""
        return seconds(round(self._curve(kind).tail_mean_us))

    def _curve(self, kind: str) -> SurvivalCurve:
        return self._of_kind.get(kind, self._of_all)


def _curve(calls: Iterable[BankCall]) -> SurvivalCurve:
    """Return the curve of those who waited; where nobody ever hung up, one hang-up at the longest wait."""
    waits = [(microseconds(call.waited_s), call.abandoned) for call in calls if call.queued]
    if not any(abandoned for _, abandoned in waits):
        waits.append((max((wait_us for wait_us, _ in waits), default=microseconds(60)), True))
    return product_limit(waits)

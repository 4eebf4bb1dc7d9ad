"""Is it the numbers that do not exist, or the trunk that says so of all? The pure judge of one trunk.

A carrier in trouble may answer 404 to everything, and a number marked as invalid is never dialed again. So
what a trunk says is believed a little later: when it is seen what became of the calls dialed around that one.
Each stretch of calls, in the order of dialing, has the likelihood that a trunk gone mad makes it over that of
a list with its usual share of numbers that are not (Wald's sequential test, in both directions of time):

    told so:   log(SAYS_SO / rate)                anything else:   log((1 - SAYS_SO) / (1 - rate))

Where some stretch with the call in it reaches the odds asked for, the trunk is to blame. Otherwise a call
dialed after it that comes to anything else clears the trunk: dead numbers stand among living ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import log
from typing import NamedTuple

from core.kernel.clock import SECOND_US

SAYS_SO = 0.98
"""Of the calls on a trunk gone mad: hardly one gets through."""
ODDS = log(1e6)
"""Of so many calls about one begins a stretch that only looks so. With a fifth of a list's numbers dead it
takes nine in a row, with a twentieth five."""
TOLD_WITHIN_US = 3 * SECOND_US
"""A carrier knows by then that there is no such number; a call that lasts longer rings somewhere."""
DOUBTED_US = 60 * SECOND_US
"""Where nothing is dialed that would show it, a trunk is believed after a minute."""
LOOKS_BACK_US = 2 * DOUBTED_US
CALLS_MAX = 5_000
"""Calls looked at together: a minute of eighty a second. What is dialed beyond is believed at once."""
FIRST_INVALID, FIRST_OTHERS = 3.0, 7.0
"""The belief before the first call: a bad list."""
REMEMBERED = 500.0
"""Calls that the rate is learned from, about: the next list may be another."""
RATE_MAX = 0.9


class Settled(NamedTuple):
    """A call of which it is known now whether its number or its trunk is to blame."""

    attempt_id: str
    is_the_trunk: bool


@dataclass(slots=True)
class _Call:
    """A call in the order of dialing: `told_us` when there was no such number, `came` to something else."""

    dialed_us: int
    told_us: int | None = None
    came: bool = False
    is_open: bool = False


class Doubts:
    """The calls of one trunk, of late."""

    def __init__(self) -> None:
        self._calls: dict[str, _Call] = {}
        self._invalid, self._others = FIRST_INVALID, FIRST_OTHERS
        # When the last call was dialed that the trunk was to blame for, while nothing came to anything since.
        self._blamed_us: int | None = None

    @property
    def rate(self) -> float:
        """The share of numbers that do not exist, as far as the trunk was believed."""
        return min(RATE_MAX, self._invalid / (self._invalid + self._others))

    @property
    def any_open(self) -> bool:
        """Tell whether the trunk is in doubt about any call."""
        return any(call.is_open for call in self._calls.values())

    def dialed(self, attempt_id: str, now_us: int) -> None:
        """Look at a call that is dialed now."""
        self._let_go(now_us)
        if len(self._calls) < CALLS_MAX:
            self._calls[attempt_id] = _Call(now_us)

    def told(self, attempt_id: str, now_us: int) -> bool:
        """Hear that there is no such number; tell whether that is doubted, until `settle` tells otherwise."""
        call = self._calls.get(attempt_id)
        if call is None or _came(call, now_us):
            return False
        call.told_us, call.is_open = now_us, True
        return True

    def came(self, attempt_id: str) -> None:
        """Hear that a call rang somewhere, or came to anything that takes a number."""
        call = self._calls.get(attempt_id)
        if call is not None and call.told_us is None and not call.came:
            call.came = True
            self._count(0.0, 1.0)

    def refused(self, attempt_id: str) -> None:
        """Forget a call that says nothing of numbers; what was told of one stays."""
        call = self._calls.get(attempt_id)
        if call is not None and call.told_us is None:
            del self._calls[attempt_id]

    def settle(self, now_us: int) -> list[Settled]:
        """Return the calls about which there is no doubt any more."""
        calls = list(self._calls.items())
        stretches = _best_stretches([self._weight(call, now_us) for _, call in calls])
        settled, is_cleared = [], False
        self._forgive(now_us)
        for (attempt_id, call), stretch in zip(reversed(calls), reversed(stretches), strict=True):
            is_cleared = is_cleared or _came(call, now_us)
            if call.told_us is None or not call.is_open or now_us - call.told_us < TOLD_WITHIN_US:
                continue
            is_the_trunk = stretch >= ODDS or (self._blamed_us is not None and not is_cleared)
            if is_the_trunk or is_cleared or now_us - call.told_us >= DOUBTED_US:
                call.is_open = False
                settled.append(Settled(attempt_id, is_the_trunk))
                if is_the_trunk:
                    self._blamed_us = max(self._blamed_us or 0, call.dialed_us)
                else:
                    self._count(1.0, 0.0)
        return settled[::-1]

    # --- inside ------------------------------------------------------------------------------------

    def _forgive(self, now_us: int) -> None:
        """Think well of the trunk again where a call came to something that was dialed after its faults."""
        blamed_us = self._blamed_us
        if blamed_us is not None and any(
            call.dialed_us > blamed_us and _came(call, now_us) for call in self._calls.values()
        ):
            self._blamed_us = None

    def _weight(self, call: _Call, now_us: int) -> float:
        """Return how much more likely a trunk gone mad makes it; nothing where it is too early to say."""
        if call.told_us is not None:
            return log(SAYS_SO / self.rate)
        return log((1.0 - SAYS_SO) / (1.0 - self.rate)) if _came(call, now_us) else 0.0

    def _count(self, invalid: float, others: float) -> None:
        kept = min(1.0, REMEMBERED / (self._invalid + self._others))
        self._invalid, self._others = self._invalid * kept + invalid, self._others * kept + others

    def _let_go(self, now_us: int) -> None:
        """Forget the oldest calls."""
        while self._calls:
            attempt_id, call = next(iter(self._calls.items()))
            if call.is_open or now_us - call.dialed_us < LOOKS_BACK_US:
                return
            del self._calls[attempt_id]


def _came(call: _Call, now_us: int) -> bool:
    """Tell whether the call has a number, as far as one can know by now."""
    return call.told_us is None and (call.came or now_us - call.dialed_us >= TOLD_WITHIN_US)


def _best_stretches(weights: Sequence[float]) -> list[float]:
    """Return, for each place, the largest sum of any stretch that it is in, or more than enough."""
    before = accumulate(weights, _go_on)
    after = list(accumulate(reversed(weights), _go_on))[::-1]
    return [b + a - weight for b, a, weight in zip(before, after, weights, strict=True)]


def _go_on(so_far: float, weight: float) -> float:
    """Lengthen a stretch, or begin anew; however long it is, a few calls that came to something end it."""
    return min(ODDS, max(0.0, so_far) + weight)

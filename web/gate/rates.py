"""How often anybody may ask: a bucket of tokens for each caller, refilled steadily."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from core.kernel.clock import Clock, seconds

BUCKETS_MAX = 20_000
"""Buckets that are remembered; who was quiet longest is forgotten first: that bucket was full by then."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_us: int


class Rates:
    """Buckets of `burst` tokens by name, refilled with `per_s` tokens a second."""

    def __init__(self, per_s: float, burst: int, clock: Clock) -> None:
        self._per_s = per_s
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, name: str) -> bool:
        """Take one token of `name`; return whether there was one."""
        now_us = self._clock.now_us()
        bucket = self._buckets.setdefault(name, _Bucket(self._burst, now_us))
        self._buckets.move_to_end(name)
        if len(self._buckets) > BUCKETS_MAX:
            self._buckets.popitem(last=False)
        grown = bucket.tokens + seconds(now_us - bucket.filled_us) * self._per_s
        bucket.tokens, bucket.filled_us = min(grown, self._burst), now_us
        if bucket.tokens < 1:
            return False
        bucket.tokens -= 1
        return True

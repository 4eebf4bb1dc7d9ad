"""Lanes: things that come late, yet none before one that set out earlier on its lane."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from functools import partial

from simulator.pbx import Exchange


class Lanes:
    """Does things now or later, in the time of `exchange`."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._due_us: dict[Hashable, int] = {}
        self._under_way: Counter[Hashable] = Counter()

    def send(self, lane: Hashable, lag_us: int, action: Callable[[], None]) -> None:
        """Do `action` in `lag_us` from now, or when all before it on its lane are done."""
        now_us = self._exchange.now_us()
        if not lag_us and not self._under_way[lane]:
            action()
            return
        due_us = max(now_us + lag_us, self._due_us.get(lane, 0))
        self._due_us[lane] = due_us
        self._under_way[lane] += 1
        self._exchange.after(due_us - now_us, partial(self._arrive, lane, action))

    def _arrive(self, lane: Hashable, action: Callable[[], None]) -> None:
        self._under_way[lane] -= 1
        action()

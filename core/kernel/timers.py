"""What is to happen later, on a heap: ordered by instant and then by request.

`TimerHeap` holds timers by name. A name that is started again moves; a cancelled name never fires. Two of
one instant fire in the order in which they were asked for. `Agenda`, of which both runners keep one, also
holds plain actions, which nobody can take back.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
Action = Callable[[], None]


class TimerHeap(Generic[K]):
    """Timers by name; at most one live timer for each name."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, K]] = []
        self._live: dict[K, int] = {}
        self._sequence = 0

    def __len__(self) -> int:
        return len(self._live)

    def start(self, key: K, at_us: int) -> None:
        """Let `key` fire at `at_us`, replacing its earlier instant if it has one."""
        self._sequence += 1
        self._live[key] = self._sequence
        heapq.heappush(self._heap, (at_us, self._sequence, key))

    def cancel(self, key: K) -> None:
        """Forget `key`; forgetting an unknown name is no error, the timer may just have fired."""
        self._live.pop(key, None)

    def next_at_us(self) -> int | None:
        """Return the instant of the earliest live timer, or None when there is none."""
        while self._heap and self._live.get(self._heap[0][2]) != self._heap[0][1]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def pop_due(self, now_us: int) -> K | None:
        """Remove and return the earliest name due at `now_us`, or None when none is due."""
        at_us = self.next_at_us()
        return None if at_us is None or at_us > now_us else self.pop()

    def pop(self) -> K:
        """Remove and return the earliest name, just found by `next_at_us`."""
        key = heapq.heappop(self._heap)[2]
        del self._live[key]
        return key


class Agenda(TimerHeap[tuple[str, ...] | Action]):
    """Timers by name, which is a tuple, and plain actions, in one order."""

    def plan(self, action: Action, at_us: int) -> None:
        """Let `action` be done at `at_us`."""
        self._sequence += 1
        heapq.heappush(self._heap, (at_us, self._sequence, action))

    def next_at_us(self) -> int | None:
        """Return the instant of the first thing to happen, or None where nothing is to."""
        heap = self._heap
        while heap:
            at_us, sequence, item = heap[0]
            if type(item) is not tuple or self._live.get(item) == sequence:
                return at_us
            heapq.heappop(heap)
        return None

    def pop(self) -> tuple[str, ...] | Action:
        """Take out the first thing to happen, just found by `next_at_us`: a timer's key or an action."""
        item = heapq.heappop(self._heap)[2]
        if type(item) is tuple:
            del self._live[item]
        return item

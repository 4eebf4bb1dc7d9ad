"""What is to happen later: ordered by instant and then by request.

`TimerHeap` holds timers by name. A name that is started again moves; a cancelled name never fires. Two of
one instant fire in the order in which they were asked for. `Agenda`, of which both runners keep one, also
holds plain actions, which nobody can take back.

The heap is one of instants alone, each with a line of what is due then: whole numbers are compared much
faster than what would have to stand beside them, most of all on PyPy.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable
from heapq import heappop, heappush
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
Action = Callable[[], None]


class TimerHeap(Generic[K]):
    """Timers by name; at most one live timer for each name."""

    def __init__(self) -> None:
        self._instants: list[int] = []
        # What is due at each of them, in the order of asking: an action, or a name with its start's number.
        self._due: dict[int, deque[Any]] = {}
        self._live: dict[K, int] = {}
        self._starts = 0

    def __len__(self) -> int:
        return len(self._live)

    def start(self, key: K, at_us: int) -> None:
        """Let `key` fire at `at_us`, replacing its earlier instant if it has one."""
        self._starts = number = self._starts + 1
        self._live[key] = number
        self._put(at_us, (key, number))

    def cancel(self, key: K) -> None:
        """Forget `key`; forgetting an unknown name is no error, the timer may just have fired."""
        self._live.pop(key, None)

    def next_at_us(self) -> int | None:
        """Return the instant of the first thing to happen, or None where nothing is to."""
        instants, live = self._instants, self._live
        while instants:
            at_us = instants[0]
            item = self._due[at_us][0]
            if type(item) is not tuple or live.get(item[0]) == item[1]:
                return at_us
            self._take_first()
        return None

    def pop_due(self, now_us: int) -> K | None:
        """Remove and return the earliest name due at `now_us`, or None when none is due."""
        at_us = self.next_at_us()
        return None if at_us is None or at_us > now_us else self.pop()

    def pop(self) -> K:
        """Take out the first thing to happen, just found by `next_at_us`: a name, or an action."""
        item = self._take_first()
        if type(item) is not tuple:
            return item  # type: ignore[no-any-return]
        key: K = item[0]
        del self._live[key]
        return key

    def _take_first(self) -> Any:
        at_us = self._instants[0]
        due = self._due[at_us]
        item = due.popleft()
        if not due:
            heappop(self._instants)
            del self._due[at_us]
        return item

    def _put(self, at_us: int, item: object) -> None:
        due = self._due.get(at_us)
        if due is None:
            due = self._due[at_us] = deque()
            heappush(self._instants, at_us)
        due.append(item)


class Agenda(TimerHeap[tuple[str, ...] | Action]):
    """Timers by name, which is a tuple, and plain actions, in one order."""

    def plan(self, at_us: int, action: Action) -> None:
        """Let `action` be done at `at_us`."""
        self._put(at_us, action)

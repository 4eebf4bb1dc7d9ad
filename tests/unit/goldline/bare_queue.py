"""A queue and nothing else: the least program that serves callers as the bank's rule says.

It shares no line with the engine or the simulated world, so what both say of a day is true of the rule.
"""

from __future__ import annotations

import heapq
from bisect import insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

GIVES_UP, FREE, CALLS, LEAVES = "gives up", "free", "calls", "leaves"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Somebody who calls, stands in line `head_start_us` before those of the same instant, and talks."""

    at_us: int
    skill: str
    head_start_us: int
    patience_us: int
    talk_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Somebody who serves callers of some skills for a while."""

    skills: frozenset[str]
    from_us: int
    until_us: int


@dataclass(slots=True)
class BareQueue:
    """First come first served with head starts, longest idle seat first; one `wrap_up_us` for all talks."""

    callers: Sequence[Caller]
    seats: Sequence[Seat]
    wrap_up_us: int
    waited_us: dict[int, int] = field(default_factory=dict)
    abandoned: set[int] = field(default_factory=set)
    _line: list[tuple[int, int]] = field(default_factory=list)
    _idle: list[int] = field(default_factory=list)
    _agenda: list[tuple[int, str, int]] = field(default_factory=list)

    def run(self) -> None:
        """Serve everybody; `waited_us` and `abandoned` are by the place of the caller."""
        plans = [(caller.at_us, CALLS, place) for place, caller in enumerate(self.callers)]
        plans += [(seat.from_us, FREE, place) for place, seat in enumerate(self.seats)]
        plans += [(seat.until_us, LEAVES, place) for place, seat in enumerate(self.seats)]
        self._agenda = plans
        heapq.heapify(self._agenda)
        does = {CALLS: self._call, FREE: self._free, GIVES_UP: self._give_up, LEAVES: self._leave}
        while self._agenda:
            now_us, what, place = heapq.heappop(self._agenda)
            does[what](place, now_us)

    def _call(self, caller: int, now_us: int) -> None:
        who = self.callers[caller]
        for seat in self._idle:
            if who.skill in self.seats[seat].skills:
                self._idle.remove(seat)
                self._serve(caller, seat, now_us)
                return
        insort(self._line, (now_us - who.head_start_us, caller))
        heapq.heappush(self._agenda, (now_us + who.patience_us, GIVES_UP, caller))

    def _free(self, seat: int, now_us: int) -> None:
        if now_us >= self.seats[seat].until_us:
            return
        for key_us, caller in self._line:
            if self.callers[caller].skill in self.seats[seat].skills:
                self._line.remove((key_us, caller))
                self._serve(caller, seat, now_us)
                return
        self._idle.append(seat)

    def _serve(self, caller: int, seat: int, now_us: int) -> None:
        who = self.callers[caller]
        self.waited_us[caller] = now_us - who.at_us
        heapq.heappush(self._agenda, (now_us + who.talk_us + self.wrap_up_us, FREE, seat))

    def _give_up(self, caller: int, now_us: int) -> None:
        who = self.callers[caller]
        if caller not in self.waited_us:
            self._line.remove((who.at_us - who.head_start_us, caller))
            self.waited_us[caller] = who.patience_us
            self.abandoned.add(caller)

    def _leave(self, seat: int, now_us: int) -> None:
        if seat in self._idle:
            self._idle.remove(seat)


def waits(queue: BareQueue) -> Mapping[int, tuple[int, bool]]:
    """Return by caller how long they waited and whether they gave up."""
    return {caller: (waited, caller in queue.abandoned) for caller, waited in queue.waited_us.items()}

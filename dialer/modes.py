"""How many to dial now: one small object for each mode, behind one interface."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from dialer.allowance import Allowance
from dialer.answering import Segment
from dialer.pacing import Floor, Pacer


class Pace(Protocol):
    """What a mode decides."""

    def calls(self, floor: Floor, next_up: Iterable[Segment], limit: int, now_us: int) -> int:
        """Return how many of `next_up`, in that order, to dial now; `limit` is what the lines allow."""
        ...

    def refresh(self) -> None:
        """Take up what was learned meanwhile; asked every 20 seconds."""
        ...


class Predictive:
    """As many as the law lets us risk."""

    def __init__(self, pacer: Pacer, allowance: Allowance) -> None:
        self._pacer = pacer
        self._allowance = allowance

    def calls(self, floor: Floor, next_up: Iterable[Segment], limit: int, now_us: int) -> int:
        """Return how many to dial; see `Pace`."""
        return self._pacer.calls(floor, next_up, self._allowance.boldness(now_us), limit)

    def refresh(self) -> None:
        """Look the learned laws up anew."""
        self._pacer.refresh()


class Progressive:
    """One for each agent for whom nobody is dialed yet."""

    def calls(self, floor: Floor, next_up: Iterable[Segment], limit: int, now_us: int) -> int:
        """Return how many to dial; see `Pace`."""
        return max(0, min(limit, floor.spare))

    def refresh(self) -> None:
        """Learn nothing: one to one needs no belief."""

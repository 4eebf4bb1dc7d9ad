"""How many to dial now: one small object for each mode, behind one interface."""

from __future__ import annotations

from collections.abc import Iterable
from math import floor as whole
from typing import Protocol

from core.kernel.clock import seconds
from dialer.allowance import Allowance
from dialer.answering import Segment
from dialer.campaign import CampaignRules, Mode
from dialer.pacing import Floor, Learned, Pacer


class Pace(Protocol):
    """What a mode decides."""

    def calls(self, floor: Floor, next_up: Iterable[Segment], limit: int, now_us: int) -> int:
        """Return how many of `next_up`, in that order, to dial now; `limit` is what lines and laws allow."""
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


class _Unlearned:
    """A mode that goes by what it sees."""

    def refresh(self) -> None:
        """Learn nothing."""


class Power(_Unlearned):
    """A fixed number of lines for each idle agent, rounded down over all of them.

    It knows nothing of answers or of the law; what keeps it within the caps is the limit it is given, which
    is one to one as soon as a cap is near (`dialer.allowance`).
    """

    def __init__(self, lines_per_agent: float) -> None:
        self._lines_per_agent = lines_per_agent

    def calls(self, floor: Floor, next_up: Iterable[Segment], limit: int, now_us: int) -> int:
        """Return how many to dial; see `Pace`."""
        lines = whole(self._lines_per_agent * (floor.idle - floor.waiting))
        return max(0, min(limit, lines - len(floor.ringing)))


class OneEach(_Unlearned):
    """One for each idle agent for whom nobody is dialed yet."""

    def calls(self, floor: Floor, next_up: Iterable[Segment], limit: int, now_us: int) -> int:
        """Return how many to dial; see `Pace`."""
        return max(0, min(limit, floor.spare))


class AllLines(_Unlearned):
    """As many as there are lines: nobody waits for an agent."""

    def calls(self, floor: Floor, next_up: Iterable[Segment], limit: int, now_us: int) -> int:
        """Return how many to dial; see `Pace`."""
        return limit


class NoneByItself(_Unlearned):
    """None: agents dial."""

    def calls(self, floor: Floor, next_up: Iterable[Segment], limit: int, now_us: int) -> int:
        """Return how many to dial; see `Pace`."""
        return 0


def pace_of(rules: CampaignRules, learned: Learned, allowance: Allowance) -> Pace:
    """Return what decides how many to dial in the campaign's mode."""
    match rules.mode:
        case Mode.PREDICTIVE:
            return Predictive(Pacer(learned, seconds(rules.connect_within_us)), allowance)
        case Mode.POWER:
            return Power(rules.lines_per_agent)
        case Mode.PROGRESSIVE | Mode.PREVIEW:
            return OneEach()
        case Mode.AGENTLESS:
            return AllLines()
        case Mode.MANUAL:
            return NoneByItself()

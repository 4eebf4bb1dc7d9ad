"""A team by headcount: who of it comes and who goes, so that as many work as the plan says.

Where the count falls, whoever is idle goes first. Where that does not suffice, all who are busy mean to
go, and whoever is done first goes: so never more than the count take new work, and none is kept from
it longer than need be. Among the idle the highest number goes first, and the lowest comes first: the
day of each member then reads as a shift, and a run is the same each time.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from simulator.worker import Worker


class Crew:
    """The members of one team; `balance` is to be called whenever one of them has logged out."""

    def __init__(self, members: Sequence[Worker]) -> None:
        self._members = members
        self._count = 0

    def want(self, count: int) -> None:
        """Have `count` members at work from now on."""
        self._count = count
        self.balance()

    def balance(self) -> None:
        """Let members come, stay or go until as many are at work as are wanted, as far as can be now."""
        present = [member for member in self._members if member.at_work]
        surplus = len(present) - self._count
        if surplus > 0:
            self._send_home(present, surplus)
        else:
            self._fill_up(present, -surplus)

    def _send_home(self, present: Sequence[Worker], surplus: int) -> None:
        free = [member for member in reversed(present) if not member.is_busy][:surplus]
        for member in free if len(free) == surplus else present:
            member.leave()

    def _fill_up(self, present: Sequence[Worker], lacking: int) -> None:
        for member in present:
            member.stay()
        absent = (member for member in self._members if not member.at_work)
        for member in list(islice(absent, lacking)):
            member.come()

"""Judges audit files: was every attempt within the law, and is the share of abandoned calls what it must be?

It knows nothing of the dialer: it reads what was done (`dialer.audit_file`, `dialer.audit_day`) and asks of
it what must hold (`dialer.audit_checks`, `dialer.audit_shares`). Give it all files there are: thirty days of
a campaign need thirty, and who was called by several campaigns is seen in the files of all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dialer.audit_checks import CHECKS
from dialer.audit_day import Day, Violation, answered_by_person, is_abandoned
from dialer.audit_shares import WindowShare, over_the_cap, window_shares
from dialer.shares import upper_bound


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCounts:
    """What the auditor counted in one file."""

    campaign: str
    drop_group: str
    day: str
    attempts: int
    answered_by_person: int
    abandoned: int

    @property
    def share(self) -> float:
        """The share abandoned of those answered by a person, 0 before the first answer."""
        return self.abandoned / self.answered_by_person if self.answered_by_person else 0.0

    @property
    def upper(self) -> float:
        """What that share is below in the long run, with 97.5 in 100 certainty."""
        return upper_bound(self.abandoned, self.answered_by_person)


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What an audit comes to: the counts of each file, by campaign and day, and all that is wrong.

    `windows` are the shares of abandoned calls in every window of the law, by the day that it ends with.
    """

    days: tuple[DayCounts, ...]
    windows: tuple[WindowShare, ...]
    violations: tuple[Violation, ...]


def audit(days: Sequence[Day]) -> Findings:
    """Return what is wrong with these days, of one campaign or of several, given in any order."""
    ordered = sorted(days, key=lambda day: (day.head.campaign, day.head.day))
    windows = window_shares(ordered)
    return Findings(
        days=tuple(map(_counts, ordered)),
        windows=windows,
        violations=(
            *(violation for check in CHECKS for violation in check(ordered)),
            *over_the_cap(windows),
        ),
    )


def _counts(day: Day) -> DayCounts:
    return DayCounts(
        campaign=day.head.campaign,
        drop_group=day.head.drop_group,
        day=day.head.day,
        attempts=len(day.attempts),
        answered_by_person=sum(map(answered_by_person, day.attempts)),
        abandoned=sum(is_abandoned(attempt, day.law) for attempt in day.attempts),
    )

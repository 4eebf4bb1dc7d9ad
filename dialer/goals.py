"""What a campaign is to reach, and when that is enough: goals for all of it, quotas for each segment.

Counted is what attempts came to, by what their dispositions say. A segment whose quota is full is dialed no
more; a campaign ends when one of its goals is reached, or every one of its quotas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from core.model.disposition import Disposition
from dialer.windows import day_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Goals:
    """When a campaign has enough; None and an empty table ask for nothing.

    `until` is the last day, on the campaign's own clock. `quotas` are by segment, of results in `counted`, or
    of sales where that is empty.
    """

    sales: int | None = None
    contacts: int | None = None
    attempts: int | None = None
    until: date | None = None
    quotas: Mapping[str, int] = field(default_factory=dict)
    counted: frozenset[str] = frozenset()

    @property
    def depends_on_others(self) -> bool:
        """Whether it matters what earlier runs and other engines brought about."""
        return bool(self.quotas) or any(
            goal is not None for goal in (self.sales, self.contacts, self.attempts)
        )

    def counts(self, result: Disposition) -> bool:
        """Tell whether a result fills a quota."""
        return result.code in self.counted if self.counted else result.is_sale


@dataclass(slots=True)
class Counts:
    """What attempts came to; `filled` counts by segment those results that fill quotas."""

    sales: int = 0
    contacts: int = 0
    attempts: int = 0
    filled: dict[str, int] = field(default_factory=dict)

    def count(self, segment: str, result: Disposition, goals: Goals, attempts: int = 1) -> None:
        """Count attempts in a segment that came to one result."""
        self.attempts += attempts
        self.sales += attempts * result.is_sale
        self.contacts += attempts * result.is_contact
        if goals.counts(result):
            self.filled[segment] = self.filled.get(segment, 0) + attempts


@dataclass(slots=True)
class Reached:
    """What a campaign has come to so far: by this run of the engine, and by `others` as far as is known."""

    goals: Goals
    own: Counts = field(default_factory=Counts)
    others: Counts = field(default_factory=Counts)

    def count(self, segment: str, result: Disposition) -> None:
        """Count an attempt of our own."""
        self.own.count(segment, result, self.goals)

    def has_room(self, segment: str) -> bool:
        """Tell whether a lead of the segment may still be dialed."""
        quota = self.goals.quotas.get(segment)
        filled = self.own.filled.get(segment, 0) + self.others.filled.get(segment, 0)
        return quota is None or filled < quota

    def enough(self, now_us: int, zone: ZoneInfo) -> str:
        """Return why the campaign has enough, or an empty text where it has not."""
        goals, own, others = self.goals, self.own, self.others
        standing = (
            ("sales_reached", goals.sales, own.sales + others.sales),
            ("contacts_reached", goals.contacts, own.contacts + others.contacts),
            ("attempts_reached", goals.attempts, own.attempts + others.attempts),
        )
        for reason, goal, count in standing:
            if goal is not None and count >= goal:
                return reason
        if goals.quotas and not any(map(self.has_room, goals.quotas)):
            return "quotas_full"
        if goals.until is not None and day_of(now_us, zone) > goals.until:
            return "last_day_over"
        return ""

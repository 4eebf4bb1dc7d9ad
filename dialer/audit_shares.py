"""The share of abandoned calls, as an auditor counts it: in every window of every cap.

Counted for campaigns and for their drop groups, from what the files of all days given tell. Machines count
where agents heard a sample of those that were taken for machines: as many of the others were people as in
the sample, and found nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from core.model.attempt import AttemptRecord, AttemptState
from core.model.disposition import MACHINE
from dialer.audit_day import Day, Violation, answered_by_person, is_abandoned, violation
from dialer.law import AbandonmentCap, Pack

SAMPLE_MIN = 20
"""Of fewer whom agents heard nothing is concluded."""


class Counts(NamedTuple):
    """Calls answered by a person, of these the abandoned; and those taken for machines and let go."""

    answered: int = 0
    abandoned: int = 0
    machines: int = 0

    def with_attempt(self, attempt: AttemptRecord, day: Day) -> Counts:
        """Return the counts with one more attempt."""
        if attempt.outcome is AttemptState.MACHINE:
            return self._replace(machines=self.machines + 1)
        if not answered_by_person(attempt):
            return self
        return self._replace(
            answered=self.answered + 1, abandoned=self.abandoned + is_abandoned(attempt, day.law)
        )


class _Told(NamedTuple):
    """A day, its counts by country, and which share of its machines were people."""

    day: Day
    counts: dict[str, Counts]
    misjudged: float


def over_the_cap(days: Sequence[Day]) -> Iterator[Violation]:
    """Yield the windows in which too many were abandoned.

    A window is judged where it ends with a day: within the day nobody knows yet what it will come to.
    """
    misjudged = {name: _misjudged(days, name) for name in dict.fromkeys(day.head.campaign for day in days)}
    told = [_Told(day, _by_country(day), misjudged[day.head.campaign]) for day in days]
    for end in days:
        own = [each for each in told if each.day.head.campaign == end.head.campaign]
        group = [each for each in told if each.day.head.drop_group == end.head.drop_group]
        for pack in end.law.packs:
            for cap in pack.caps:
                yield from _over(own, end, pack, cap, "")
                if len(group) > len(own):
                    yield from _over(group, end, pack, cap, f" in the drop group {end.head.drop_group}")


def _misjudged(days: Sequence[Day], campaign: str) -> float:
    """Return which share of those taken for machines were people, by those whom agents heard."""
    heard = [
        attempt.disposition != MACHINE
        for day in days
        if day.head.campaign == campaign
        for attempt in day.attempts
        if attempt.audited and attempt.connected_us is not None
    ]
    return sum(heard) / len(heard) if len(heard) >= SAMPLE_MIN else 0.0


def _by_country(day: Day) -> dict[str, Counts]:
    counts: dict[str, Counts] = {}
    for attempt in day.attempts:
        counts[attempt.country] = counts.get(attempt.country, Counts()).with_attempt(attempt, day)
    return counts


def _over(
    told: Sequence[_Told], end: Day, pack: Pack, cap: AbandonmentCap, where: str
) -> Iterator[Violation]:
    answered = abandoned = people = 0
    for each in told:
        for country, counts in each.counts.items():
            if _is_within(cap, each.day, end) and pack.covers(country):
                answered += counts.answered
                abandoned += counts.abandoned
                people += int(each.misjudged * counts.machines)
    share = (abandoned + people) / (answered + people) if answered + people else 0.0
    if share > cap.share:
        machines = f", with {people} taken for machines" if people else ""
        said = f"{abandoned} of {answered} answered by a person{machines}, {share:.2%}, were abandoned"
        yield violation(cap.id, end, None, f"{said}{where} in the window that ends with it")


def _is_within(cap: AbandonmentCap, told: Day, end: Day) -> bool:
    """Tell whether a day lies in the window of the cap that ends with another day."""
    match cap.window:
        case "day" | "rolling_24_hours":
            return told.on == end.on
        case "rolling_30_days":
            return 0 <= (end.on - told.on).days < 30
        case "calendar_month":
            month = (end.on.year, end.on.month)
            return told.on <= end.on and (told.on.year, told.on.month) == month

"""The share of abandoned calls, as an auditor counts it: in every window of every cap.

Counted for campaigns and for their drop groups, from what the files of all days given tell. Machines count
where agents heard a sample of those that were taken for machines: as many of the others were people as in
the sample, and found nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from core.model.attempt import AttemptRecord, AttemptState
from core.model.disposition import MACHINE
from dialer.audit_day import Day, Violation, answered_by_person, is_abandoned
from dialer.law import AbandonmentCap, Pack, Window

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


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowShare:
    """The share of abandoned calls in the window of a cap that ends with a day.

    It is the share of a campaign or, where `drop_group` is named, of all campaigns of that group. `machines`
    are people among those taken for machines; they count as answered and as abandoned. Shares are 0 to 1.
    """

    rule: str
    window: Window
    cap: float
    campaign: str
    drop_group: str
    day: str
    answered_by_person: int
    abandoned: int
    machines: int

    @property
    def share(self) -> float:
        """The share abandoned of those answered by a person, 0 before the first answer."""
        answered = self.answered_by_person + self.machines
        return (self.abandoned + self.machines) / answered if answered else 0.0


def window_shares(days: Sequence[Day]) -> tuple[WindowShare, ...]:
    """Return the share in every window of every cap that a day's law has, where anybody answered in it.

    A window is told where it ends with a day: within the day nobody knows yet what it will come to. Of two
    files of one day, such as those of two engines, both are in each window, which is told once.
    """
    misjudged = {name: _misjudged(days, name) for name in dict.fromkeys(day.head.campaign for day in days)}
    told = [_Told(day, _by_country(day), misjudged[day.head.campaign]) for day in days]
    return tuple(dict.fromkeys(share for end in days for share in _ending_with(end, told)))


def over_the_cap(shares: Iterable[WindowShare]) -> Iterator[Violation]:
    """Yield the windows in which too many were abandoned."""
    for each in shares:
        if each.share > each.cap:
            machines = f", with {each.machines} taken for machines" if each.machines else ""
            where = f" in the drop group {each.drop_group}" if each.drop_group else ""
            yield Violation(
                rule=each.rule,
                campaign=each.campaign,
                day=each.day,
                attempt_id="",
                said=f"{each.abandoned} of {each.answered_by_person} answered by a person{machines}, "
                f"{each.share:.2%}, were abandoned{where} in the window that ends with it",
            )


def _ending_with(end: Day, told: Sequence[_Told]) -> Iterator[WindowShare]:
    """Yield the shares of the windows that end with a day, of its campaign and of the drop group."""
    own = [each for each in told if each.day.head.campaign == end.head.campaign]
    group = [each for each in told if each.day.head.drop_group == end.head.drop_group]
    for pack in end.law.packs:
        for cap in pack.caps:
            shares = [_share(own, end, pack, cap, "")]
            if len(group) > len(own):
                shares.append(_share(group, end, pack, cap, end.head.drop_group))
            yield from (share for share in shares if share.answered_by_person + share.machines)


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


def _share(told: Sequence[_Told], end: Day, pack: Pack, cap: AbandonmentCap, drop_group: str) -> WindowShare:
    answered = abandoned = people = 0
    for each in told:
        for country, counts in each.counts.items():
            if _is_within(cap, each.day, end) and pack.covers(country):
                answered += counts.answered
                abandoned += counts.abandoned
                people += int(each.misjudged * counts.machines)
    return WindowShare(
        rule=cap.id,
        window=cap.window,
        cap=cap.share,
        campaign=end.head.campaign,
        drop_group=drop_group,
        day=end.head.day,
        answered_by_person=answered,
        abandoned=abandoned,
        machines=people,
    )


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

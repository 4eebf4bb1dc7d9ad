"""Judges audit files: was every attempt within the law, and is the share of abandoned calls what it must be?

It knows nothing of the dialer: it reads what was done (`dialer.audit_file`), asks the law anew for each
attempt, on the callee's own clock and with the past the files tell of, and counts abandoned calls for
itself. A campaign is judged over all the days given, for thirty days need thirty files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from core.kernel.clock import microseconds, seconds
from core.model.attempt import AttemptRecord, AttemptState
from dialer.audit_file import AuditBroken, AuditClose, AuditHead, Entry, NumberListed
from dialer.law import AbandonmentCap, ConnectWithin, Law, SafeHarbourMessage
from dialer.packs import law_from_json
from dialer.permission import Callee, Past, PastOutcome, permission

_PAST = {
    AttemptState.DROPPED: PastOutcome.ABANDONED,
    AttemptState.MACHINE: PastOutcome.MACHINE,
    AttemptState.CONNECTED: PastOutcome.CONVERSATION,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """Something that must not have happened: the rule's id (or `file`), the attempt, and what it was."""

    rule: str
    attempt_id: str
    said: str


@dataclass(slots=True)
class Day:
    """One file as it was read."""

    head: AuditHead
    law: Law
    attempts: list[AttemptRecord] = field(default_factory=list)
    listed: list[NumberListed] = field(default_factory=list)
    close: AuditClose | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What an audit comes to."""

    campaign: str
    days: int
    attempts: int
    answered_by_person: int
    abandoned: int
    violations: tuple[Violation, ...]


def read_day(entries: Iterable[Entry]) -> Day:
    """Return one file's day; raise `AuditBroken` where it does not begin with its head."""
    day: Day | None = None
    for entry in entries:
        if isinstance(entry, AuditHead):
            if day is not None:
                raise AuditBroken("a file has one head")
            day = Day(entry, law_from_json(entry.law))
        elif day is None:
            raise AuditBroken("a file begins with its head")
        elif isinstance(entry, AttemptRecord):
            day.attempts.append(entry)
        elif isinstance(entry, NumberListed):
            day.listed.append(entry)
        else:
            day.close = entry
    if day is None:
        raise AuditBroken("the file is empty")
    return day


def audit(days: Sequence[Day]) -> Findings:
    """Return what is wrong with the days of one campaign, given in any order."""
    ordered = sorted(days, key=lambda day: day.head.day)
    attempts = [attempt for day in ordered for attempt in day.attempts]
    answered = [attempt for attempt in attempts if _answered_by_person(attempt)]
    return Findings(
        campaign=ordered[0].head.campaign if ordered else "",
        days=len(ordered),
        attempts=len(attempts),
        answered_by_person=len(answered),
        abandoned=sum(_is_abandoned(attempt, day.law) for day in ordered for attempt in day.attempts),
        violations=tuple(violation for check in CHECKS for violation in check(ordered)),
    )


# --- who counts ---------------------------------------------------------------------------------------


def _answered_by_person(attempt: AttemptRecord) -> bool:
    return attempt.answered_us is not None and attempt.outcome is not AttemptState.MACHINE


def _is_abandoned(attempt: AttemptRecord, law: Law) -> bool:
    """Tell whether a person answered and heard no agent within the shortest time any rule gives."""
    if not _answered_by_person(attempt):
        return False
    return attempt.connected_us is None or any(
        attempt.connected_us - _clock_start(attempt, rule) > microseconds(rule.limit_s)
        for rule in law.rules(ConnectWithin, attempt.country)
    )


def _clock_start(attempt: AttemptRecord, rule: ConnectWithin) -> int:
    """Return from when the rule counts; where the end of the greeting is unknown, from the answer."""
    assert attempt.answered_us is not None
    if rule.clock == "greeting_end" and attempt.greeting_end_us is not None:
        return attempt.greeting_end_us
    return attempt.answered_us


# --- the checks -----------------------------------------------------------------------------------------


def _told_twice(days: Sequence[Day]) -> Iterator[Violation]:
    seen: set[str] = set()
    for day in days:
        for attempt in day.attempts:
            if attempt.attempt_id in seen:
                yield _violation("file", attempt, "is told twice")
            seen.add(attempt.attempt_id)


def _impossible(days: Sequence[Day]) -> Iterator[Violation]:
    """Instants in an order in which they cannot have come, and outcomes that contradict them."""
    for attempt in _attempts(days):
        known = [
            instant
            for instant in (attempt.dialed_us, attempt.answered_us, attempt.connected_us, attempt.ended_us)
            if instant is not None
        ]
        if known != sorted(known):
            yield _violation("file", attempt, "has its instants out of order")
        if (attempt.connected_us is not None) != (attempt.outcome is AttemptState.CONNECTED):
            yield _violation("file", attempt, f"is {attempt.outcome} against its own instants")


def _not_permitted(days: Sequence[Day]) -> Iterator[Violation]:
    """Hours, caps on attempts, lock-outs and registers, asked anew for each attempt as it was dialed."""
    past: dict[str, list[Past]] = {}
    for day in days:
        holidays = {land: tuple(map(date.fromisoformat, on)) for land, on in day.head.holidays.items()}
        for attempt in sorted(day.attempts, key=_dialed):
            known = past.setdefault(attempt.person_id, [])
            verdict = permission(
                day.law,
                _callee(attempt, known),
                attempt.dialed_us,
                registers_from_us=day.head.registers_from_us,
                holidays=holidays,
                agent_is_sure=attempt.agent_was_sure,
            )
            if not verdict.allowed:
                for rule in verdict.rules:
                    yield _violation(rule, attempt, "was dialed although this rule forbids it")
            known.append(_as_past(attempt, day.law))


def _listed(days: Sequence[Day]) -> Iterator[Violation]:
    since: dict[str, int] = {}
    for day in days:
        for listed in day.listed:
            since[listed.number] = min(listed.at_us, since.get(listed.number, listed.at_us))
    for attempt in _attempts(days):
        if since.get(attempt.number, attempt.dialed_us + 1) <= attempt.dialed_us:
            yield _violation("do-not-call", attempt, "was dialed after its number had been listed")


def _rung_too_short(days: Sequence[Day]) -> Iterator[Violation]:
    for day in days:
        for attempt in day.attempts:
            rang_us = attempt.ended_us - attempt.dialed_us
            if attempt.answered_us is None and attempt.gave_up and rang_us < day.law.ring_min_us:
                yield _violation("ring", attempt, f"was given up after {seconds(rang_us):.1f} s")


def _greeted_too_late(days: Sequence[Day]) -> Iterator[Violation]:
    """A person heard an agent too late, and the attempt goes as connected: it should count as abandoned."""
    for day in days:
        for attempt in day.attempts:
            if attempt.outcome is AttemptState.CONNECTED and _is_abandoned(attempt, day.law):
                yield _violation("connect_within", attempt, "heard an agent too late and goes as connected")


def _without_message(days: Sequence[Day]) -> Iterator[Violation]:
    for day in days:
        for attempt in day.attempts:
            asked = next(day.law.rules(SafeHarbourMessage, attempt.country), None)
            stayed = attempt.outcome is AttemptState.DROPPED and attempt.gave_up
            if asked is not None and stayed and attempt.message_us is None:
                yield _violation(asked.id, attempt, "found nobody and heard no message")


def _over_the_cap(days: Sequence[Day]) -> Iterator[Violation]:
    """The share of abandoned calls within every window of every cap, judged at the end of each day."""
    for cap in {cap.id: cap for day in days for cap in day.law.abandonment}.values():
        counted = [(day, attempt) for day in days for attempt in day.attempts if _answered_by_person(attempt)]
        for day, attempts in _windows(cap, counted):
            abandoned = sum(_is_abandoned(attempt, day.law) for attempt in attempts)
            if abandoned > cap.share * len(attempts):
                share = (
                    f"{abandoned} of {len(attempts)} answered by a person, {abandoned / len(attempts):.2%}"
                )
                yield Violation(rule=cap.id, attempt_id="", said=f"window that ends {day.head.day}: {share}")


def _windows(
    cap: AbandonmentCap, counted: Sequence[tuple[Day, AttemptRecord]]
) -> Iterator[tuple[Day, list[AttemptRecord]]]:
    """Go through the windows of a cap, each with the day it ends on and what was answered within it."""
    ends = {day.head.day: day for day, _ in counted}
    for day in ends.values():
        inside = [attempt for other, attempt in counted if _is_within(cap, other.head, day.head)]
        if inside:
            yield day, inside


def _is_within(cap: AbandonmentCap, told: AuditHead, end: AuditHead) -> bool:
    """Tell whether a day lies in the window of the cap that ends with another day."""
    here, there = date.fromisoformat(told.day), date.fromisoformat(end.day)
    match cap.window:
        case "day" | "rolling_24_hours":
            return here == there
        case "rolling_30_days":
            return 0 <= (there - here).days < 30
        case "calendar_month":
            return here <= there and (here.year, here.month) == (there.year, there.month)


def _miscounted(days: Sequence[Day]) -> Iterator[Violation]:
    """The dialer's own counts against ours."""
    for day in days:
        answered = sum(map(_answered_by_person, day.attempts))
        abandoned = sum(_is_abandoned(attempt, day.law) for attempt in day.attempts)
        ours = AuditClose(attempts=len(day.attempts), answered_by_person=answered, abandoned=abandoned)
        if day.close is None:
            yield Violation(rule="file", attempt_id="", said=f"{day.head.day} was not closed")
        elif day.close != ours:
            yield Violation(
                rule="file", attempt_id="", said=f"{day.head.day} was counted as {day.close}, is {ours}"
            )


def _on_another_day(days: Sequence[Day]) -> Iterator[Violation]:
    for day in days:
        for attempt in day.attempts:
            local = datetime.fromtimestamp(seconds(attempt.dialed_us), ZoneInfo(day.head.zone)).date()
            if local.isoformat() != day.head.day:
                yield _violation("file", attempt, f"was dialed on {local}, not on {day.head.day}")


CHECKS: tuple[Callable[[Sequence[Day]], Iterator[Violation]], ...] = (
    _told_twice,
    _impossible,
    _on_another_day,
    _not_permitted,
    _listed,
    _rung_too_short,
    _greeted_too_late,
    _without_message,
    _over_the_cap,
    _miscounted,
)
"""Every check there is, each over all days."""


# --- from records to what the law asks of -------------------------------------------------------------


def _attempts(days: Sequence[Day]) -> Iterator[AttemptRecord]:
    return (attempt for day in days for attempt in day.attempts)


def _dialed(attempt: AttemptRecord) -> int:
    return attempt.dialed_us


def _callee(attempt: AttemptRecord, past: Sequence[Past]) -> Callee:
    return Callee(
        number=attempt.number,
        country=attempt.country,
        zones=tuple(map(ZoneInfo, attempt.zones)),
        regions=attempt.regions,
        past=past,
    )


def _as_past(attempt: AttemptRecord, law: Law) -> Past:
    if attempt.refused:
        outcome = PastOutcome.REFUSAL
    elif _is_abandoned(attempt, law):
        outcome = PastOutcome.ABANDONED
    else:
        outcome = _PAST.get(attempt.outcome, PastOutcome.NOTHING)
    return Past(at_us=attempt.dialed_us, number=attempt.number, outcome=outcome)


def _violation(rule: str, attempt: AttemptRecord, said: str) -> Violation:
    return Violation(rule=rule, attempt_id=attempt.attempt_id, said=said)

"""The checks of an audit: each goes over all days given, of whatever campaigns, and yields what is wrong.

The law is asked anew for every attempt, on the callee's own clock and with the past that the files tell of:
attempts at a person or a number count whichever campaign made them. Shares are counted from the instants of
the calls, not from what the dialer called them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from core.kernel.clock import seconds
from core.model.attempt import AttemptRecord, AttemptState
from dialer.audit_day import (
    FILE,
    Day,
    Violation,
    answered_by_person,
    is_abandoned,
    missed_deadlines,
    violation,
)
from dialer.audit_file import AuditClose
from dialer.law import KeepRecords, Law, RingAtLeast, SafeHarbourMessage
from dialer.permission import Callee, Past, PastOutcome, Verdict, permission

_PAST = {
    AttemptState.DROPPED: PastOutcome.ABANDONED,
    AttemptState.MACHINE: PastOutcome.MACHINE,
    AttemptState.CONNECTED: PastOutcome.CONVERSATION,
}
# --- the files ----------------------------------------------------------------------------------------


def _told_twice(days: Sequence[Day]) -> Iterator[Violation]:
    seen: set[str] = set()
    for day, attempt in _attempts(days):
        if attempt.attempt_id in seen:
            yield violation(FILE, day, attempt, "is told twice")
        seen.add(attempt.attempt_id)


def _impossible(days: Sequence[Day]) -> Iterator[Violation]:
    """Instants in an order in which they cannot have come, and outcomes that contradict them."""
    for day, attempt in _attempts(days):
        told = (attempt.dialed_us, attempt.answered_us, attempt.connected_us, attempt.ended_us)
        known = [instant for instant in told if instant is not None]
        if known != sorted(known):
            yield violation(FILE, day, attempt, "has its instants out of order")
        if not _agrees(attempt):
            yield violation(FILE, day, attempt, f"is {attempt.outcome} against its own instants")


def _agrees(attempt: AttemptRecord) -> bool:
    match attempt.outcome:
        case AttemptState.CONNECTED:
            return attempt.answered_us is not None and attempt.connected_us is not None
        case AttemptState.DROPPED | AttemptState.MACHINE:
            return attempt.answered_us is not None
        case _:
            return attempt.answered_us is None and attempt.connected_us is None


def _on_another_day(days: Sequence[Day]) -> Iterator[Violation]:
    for day, attempt in _attempts(days):
        local = datetime.fromtimestamp(seconds(attempt.dialed_us), day.zone).date()
        if local != day.on:
            yield violation(FILE, day, attempt, f"was dialed on {local}")


def _miscounted(days: Sequence[Day]) -> Iterator[Violation]:
    """The dialer's own counts against ours."""
    for day in days:
        ours = AuditClose(
            attempts=len(day.attempts),
            answered_by_person=sum(map(answered_by_person, day.attempts)),
            abandoned=sum(is_abandoned(attempt, day.law) for attempt in day.attempts),
        )
        if day.close is None:
            yield violation(FILE, day, None, "was not closed")
        elif day.close != ours:
            yield violation(FILE, day, None, f"was counted as {day.close}, is {ours}")


# --- whom and when ------------------------------------------------------------------------------------


def _not_permitted(days: Sequence[Day]) -> Iterator[Violation]:
    """Hours, caps on attempts, lock-outs and registers, asked anew for each attempt as it was dialed."""
    past: dict[str, dict[str, Past]] = {}
    for day, attempt in sorted(_attempts(days), key=lambda told: told[1].dialed_us):
        known = (
            past.setdefault(f"person {attempt.person_id}", {}),
            past.setdefault(f"number {attempt.number}", {}),
        )
        verdict = _asked_anew(day, attempt, [*(known[0] | known[1]).values()])
        yield from _against(day, attempt, verdict)
        for each in known:
            each[attempt.attempt_id] = _as_past(attempt, day.law)


def _asked_anew(day: Day, attempt: AttemptRecord, past: Sequence[Past]) -> Verdict:
    callee = Callee(
        number=attempt.number,
        country=attempt.country,
        zones=tuple(map(ZoneInfo, attempt.zones)) or (day.zone,),
        regions=attempt.regions,
        past=past,
    )
    return permission(
        day.law,
        callee,
        attempt.dialed_us,
        registers_from_us=day.registers_at(attempt.dialed_us),
        holidays=day.holidays,
        agent_is_sure=attempt.agent_was_sure,
    )


def _against(day: Day, attempt: AttemptRecord, verdict: Verdict) -> Iterator[Violation]:
    """Yield what the dialer broke, or never asked."""
    if not verdict.allowed:
        for rule in verdict.rules:
            yield violation(rule, day, attempt, "was dialed although this rule forbids it")
    else:
        for rule in verdict.rules:
            if rule not in attempt.rules:
                yield violation(rule, day, attempt, "was dialed and this rule not asked")


def _as_past(attempt: AttemptRecord, law: Law) -> Past:
    outcome = _PAST.get(attempt.outcome, PastOutcome.NOTHING)
    if is_abandoned(attempt, law):
        outcome = PastOutcome.ABANDONED
    return Past(at_us=attempt.dialed_us, number=attempt.number, outcome=outcome, refused=attempt.refused)


def _listed(days: Sequence[Day]) -> Iterator[Violation]:
    for campaign in dict.fromkeys(day.head.campaign for day in days):
        since = _listed_since(days, campaign)
        for day, attempt in _attempts([day for day in days if day.head.campaign == campaign]):
            instants = [since[entry] for entry in _entries_for(attempt.number) if entry in since]
            if instants and min(instants) <= attempt.dialed_us:
                yield violation("do-not-call", day, attempt, "was dialed after its number had been listed")


def _listed_since(days: Sequence[Day], campaign: str) -> dict[str, int]:
    """Return from when on what is forbidden to a campaign."""
    since: dict[str, int] = {}
    for day in days:
        for listed in day.listed:
            if listed.everywhere or day.head.campaign == campaign:
                since[listed.number] = min(listed.at_us, since.get(listed.number, listed.at_us))
    return since


def _entries_for(number: str) -> Iterator[str]:
    """Go through the entries of a list that a number is on: itself, and the areas that it lies in."""
    yield number
    for width in range(1, len(number) + 1):
        yield number[:width] + "*"


# --- how ----------------------------------------------------------------------------------------------


def _rung_too_short(days: Sequence[Day]) -> Iterator[Violation]:
    for day, attempt in _attempts(days):
        if attempt.answered_us is None and attempt.gave_up:
            rang_s = seconds(attempt.ended_us - attempt.dialed_us)
            for rule in day.law.rules(RingAtLeast, attempt.country):
                if rang_s < rule.at_least_s:
                    yield violation(rule.id, day, attempt, f"was given up after {rang_s:.1f} s")


def _greeted_too_late(days: Sequence[Day]) -> Iterator[Violation]:
    """A person heard an agent too late, and the attempt goes as connected: it should count as abandoned."""
    for day, attempt in _attempts(days):
        if attempt.outcome is AttemptState.CONNECTED:
            for rule in missed_deadlines(attempt, day.law):
                yield violation(rule, day, attempt, "heard an agent too late and goes as connected")


def _without_message(days: Sequence[Day]) -> Iterator[Violation]:
    """A person stayed until it was too late, and heard neither an agent, if a late one, nor the message."""
    for day, attempt in _attempts(days):
        stayed = attempt.outcome is AttemptState.DROPPED and attempt.gave_up
        if stayed and attempt.message_us is None and not attempt.agent_id:
            for rule in day.law.rules(SafeHarbourMessage, attempt.country):
                yield violation(rule.id, day, attempt, "found nobody and heard no message")


def _not_kept(days: Sequence[Day]) -> Iterator[Violation]:
    """Records without what whoever has to keep them is asked for first: the number, and what it came to."""
    for day, attempt in _attempts(days):
        for rule in day.law.rules(KeepRecords, attempt.country):
            missing = [name for name in ("number", "disposition") if not getattr(attempt, name)]
            if missing:
                yield violation(rule.id, day, attempt, f"is kept without its {' and '.join(missing)}")


CHECKS: tuple[Callable[[Sequence[Day]], Iterator[Violation]], ...] = (
    _told_twice,
    _impossible,
    _on_another_day,
    _not_permitted,
    _listed,
    _rung_too_short,
    _greeted_too_late,
    _without_message,
    _not_kept,
    _miscounted,
)
"""Every check there is but for the shares of abandoned calls, each over all days in their order."""


def _attempts(days: Sequence[Day]) -> Iterator[tuple[Day, AttemptRecord]]:
    return ((day, attempt) for day in days for attempt in day.attempts)

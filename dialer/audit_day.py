"""A day as its audit file tells of it, and who counts: the auditor's own reading, apart from the dialer's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from core.kernel.clock import microseconds
from core.model.attempt import AttemptRecord, AttemptState
from dialer.audit_file import AuditBroken, AuditClose, AuditHead, Entry, NumberListed, RegistersRead
from dialer.law import ConnectWithin, Law
from dialer.packs import law_from_json

FILE = "file"
"""The rule that files themselves break."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """Something that must not have happened: the rule's id (or `file`), the attempt, and what it was."""

    rule: str
    campaign: str
    day: str
    attempt_id: str
    said: str


@dataclass(slots=True)
class Day:
    """One file as it was read. `close` is its last line, None where that is something else."""

    head: AuditHead
    law: Law
    attempts: list[AttemptRecord] = field(default_factory=list)
    listed: list[NumberListed] = field(default_factory=list)
    registers: list[RegistersRead] = field(default_factory=list)
    close: AuditClose | None = None

    @property
    def on(self) -> date:
        """The day, on the campaign's clock."""
        return date.fromisoformat(self.head.day)

    @property
    def zone(self) -> ZoneInfo:
        """The campaign's zone."""
        return ZoneInfo(self.head.zone)

    @property
    def holidays(self) -> dict[str, tuple[date, ...]]:
        """The holidays of each country."""
        return {country: tuple(map(date.fromisoformat, on)) for country, on in self.head.holidays.items()}

    def registers_at(self, at_us: int) -> Mapping[str, int]:
        """Return of when the copies of the registers were that the dialer had at that instant."""
        told = [read.registers_from_us for read in self.registers if read.at_us <= at_us]
        return told[-1] if told else self.head.registers_from_us


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
        else:
            _take(day, entry)
    if day is None:
        raise AuditBroken("the file is empty")
    return day


def _take(day: Day, entry: AttemptRecord | NumberListed | RegistersRead | AuditClose) -> None:
    day.close = entry if isinstance(entry, AuditClose) else None
    match entry:
        case AttemptRecord():
            day.attempts.append(entry)
        case NumberListed():
            day.listed.append(entry)
        case RegistersRead():
            day.registers.append(entry)


# --- who counts ---------------------------------------------------------------------------------------


def answered_by_person(attempt: AttemptRecord) -> bool:
    """Tell whether the attempt counts among those of which a share may be abandoned."""
    return attempt.answered_us is not None and attempt.outcome is not AttemptState.MACHINE


def is_abandoned(attempt: AttemptRecord, law: Law) -> bool:
    """Tell whether a person answered and heard no agent within the shortest time any rule gives."""
    if not answered_by_person(attempt):
        return False
    return attempt.connected_us is None or any(missed_deadlines(attempt, law))


def missed_deadlines(attempt: AttemptRecord, law: Law) -> Iterator[str]:
    """Go through the ids of the rules by which an answered person heard an agent too late."""
    if attempt.answered_us is not None and attempt.connected_us is not None:
        for rule in law.rules(ConnectWithin, attempt.country):
            if attempt.connected_us - _clock_start(attempt, rule) > microseconds(rule.limit_s):
                yield rule.id


def _clock_start(attempt: AttemptRecord, rule: ConnectWithin) -> int:
    """Return from when the rule counts; where the end of the greeting is unknown, from the answer."""
    assert attempt.answered_us is not None
    if rule.clock == "greeting_end" and attempt.greeting_end_us is not None:
        return attempt.greeting_end_us
    return attempt.answered_us


def violation(rule: str, day: Day, attempt: AttemptRecord | None, said: str) -> Violation:
    """Return a violation on a day, by an attempt or by the day as a whole."""
    return Violation(
        rule=rule,
        campaign=day.head.campaign,
        day=day.head.day,
        attempt_id=attempt.attempt_id if attempt else "",
        said=said,
    )

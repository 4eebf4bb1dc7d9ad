"""Every attempt of audit files as a CSV file: the proof for each call, for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from core.kernel.clock import SECOND_US
from core.kernel.sheets import harmless
from core.model.attempt import AttemptRecord
from dialer.audit_day import Day, answered_by_person, is_abandoned, missed_deadlines

_TEXTS = (
    "attempt_id",
    "person_id",
    "number",
    "country",
    "list_name",
    "caller_id",
    "trunk",
    "mode",
    "outcome",
    "disposition",
    "answerer",
    "agent_id",
    "cause",
    "tech_cause",
    "nth",
)
_LISTS = ("regions", "zones", "rules")
_INSTANTS = ("dialed", "answered", "greeting_end", "connected", "message", "ended")
COLUMNS = (
    "campaign",
    "day",
    *_TEXTS,
    *(f"{name}_at" for name in _INSTANTS),
    "answer_to_agent_s",
    "answered_by_person",
    "abandoned",
    "late_by",
    "agent_was_sure",
    *_LISTS,
)


def attempts_sheet(days: Iterable[Day]) -> str:
    """Return the attempts in the order of days and dialing, instants on the campaign's clock.

    It begins with a byte order mark, as spreadsheets want it. `rules` are those that allowed the attempt,
    `late_by` those by which the agent came too late.
    """
    text = io.StringIO()
    text.write("\ufeff")
    rows = csv.writer(text)
    rows.writerow(COLUMNS)
    for day in sorted(days, key=lambda each: (each.head.day, each.head.campaign)):
        zone = day.zone
        for attempt in sorted(day.attempts, key=lambda each: each.dialed_us):
            rows.writerow(map(harmless, _cells(day, attempt, zone)))
    return text.getvalue()


def _cells(day: Day, attempt: AttemptRecord, zone: ZoneInfo) -> Iterator[str]:
    yield from (day.head.campaign, day.head.day)
    yield from (str(getattr(attempt, name)) for name in _TEXTS)
    yield from (_clock(getattr(attempt, f"{name}_us"), zone) for name in _INSTANTS)
    yield _to_agent(attempt)
    yield _word(answered_by_person(attempt))
    yield _word(is_abandoned(attempt, day.law))
    yield " ".join(missed_deadlines(attempt, day.law))
    yield _word(attempt.agent_was_sure)
    yield from (" ".join(getattr(attempt, name)) for name in _LISTS)


def _clock(at_us: int | None, zone: ZoneInfo) -> str:
    if at_us is None:
        return ""
    return datetime.fromtimestamp(at_us / SECOND_US, zone).isoformat(timespec="milliseconds")


def _to_agent(attempt: AttemptRecord) -> str:
    if attempt.answered_us is None or attempt.connected_us is None:
        return ""
    return f"{(attempt.connected_us - attempt.answered_us) / SECOND_US:.3f}"


def _word(is_so: bool) -> str:
    return "yes" if is_so else "no"

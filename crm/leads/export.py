"""A list as it goes out again: the columns that it came in with, and what became of each lead.

It can be loaded again, into this system or another; what became of a lead stands behind its own columns.
"""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from core.kernel.clock import SECOND_US
from core.kernel.sheets import harmless
from crm.leads.records import LeadState

PAGE = 500
"""Leads that are read at once."""
COLUMNS_MAX = 500
"""Columns of fields that are written at most; a list has no more (`crm.list_file`)."""
_NUMBER_COLUMNS = {"main": "phone", "mobile": "mobile", "home": "home_phone", "work": "work_phone"}
_OWN = ("external_id", "customer_id", "person_id", "name", "tier", "language", "owner", "rank")
_NEWS = ("status", "disposition", "attempts", "last_attempt_at")


class ExportedLead(NamedTuple):
    """A lead with all its columns; `numbers` are pairs of kind and number, `key` is where it stands."""

    key: int
    external_id: str
    customer_id: str
    person_id: str
    name: str
    tier: str
    language: str
    owner: str
    rank: int
    numbers: tuple[tuple[str, str], ...]
    fields: tuple[tuple[str, str], ...]
    state: LeadState
    disposition: str
    attempts: int
    last_attempt_us: int | None


Pages = Callable[[int], Awaitable[Sequence[ExportedLead]]]
"""Returns the leads after the one of a key, none after the last."""


async def export(pages: Pages) -> AsyncIterator[bytes]:
    """Go through the CSV of a list: once to see which columns there are, and once to write them."""
    numbers: dict[str, None] = {}
    kept: dict[str, None] = {}
    async for page in _all(pages):
        for lead in page:
            numbers |= dict.fromkeys(_numbers(lead))
            if len(kept) < COLUMNS_MAX:
                kept |= dict.fromkeys(name for name, _ in lead.fields)
    columns = (*_OWN[:1], *numbers, *_OWN[1:], *kept, *_NEWS)
    # With a byte order mark: without one Excel takes UTF-8 for the local code page.
    yield b"\xef\xbb\xbf" + _csv([columns])
    async for page in _all(pages):
        yield _csv([[_cells(lead).get(name, "") for name in columns] for lead in page])


async def _all(pages: Pages) -> AsyncIterator[Sequence[ExportedLead]]:
    after = -1
    while page := await pages(after):
        yield page
        after = page[-1].key


def _numbers(lead: ExportedLead) -> dict[str, str]:
    """Return the numbers of a lead by column; of several of one kind the others become `phone2` and so on."""
    found: dict[str, str] = {}
    for kind, number in lead.numbers:
        column = _NUMBER_COLUMNS.get(kind, "")
        if not column or column in found:
            column = next(name for name in (f"phone{nth}" for nth in range(2, 12)) if name not in found)
        found[column] = number
    return found


def _cells(lead: ExportedLead) -> dict[str, str]:
    own = {name: str(getattr(lead, name)) for name in _OWN}
    news = {
        "status": lead.state.name.lower(),
        "disposition": lead.disposition,
        "attempts": str(lead.attempts),
        "last_attempt_at": "" if lead.last_attempt_us is None else _instant(lead.last_attempt_us),
    }
    return dict(lead.fields) | own | _numbers(lead) | news


def _instant(at_us: int) -> str:
    return datetime.fromtimestamp(at_us // SECOND_US, UTC).isoformat()


def _csv(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([[harmless(cell) for cell in row] for row in rows])
    return text.getvalue().encode()

"""What a leg says of the attempt it belongs to, for a new run of ours (`core.model.tag`).

Only what nobody else can tell stands in it. Whoever is talking when the program dies is found by it, and the
attempt written down when the talk is over.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from core.kernel.record import Record, astuple, fields

_PART, _ITEM = "~", "+"
"""What parts fields, and items of a list: neither is left in what `_quoted` returns."""
_PLAIN = re.compile(r"[A-Za-z0-9_.-]*").fullmatch
"""Tells whether a text is quoted as it stands, as nearly all are."""


class AttemptNote(Record, frozen=True, kw_only=True):
    """One attempt as its leg tells of it, the `nth` at its lead; 0 and empty texts mean "not yet"."""

    attempt_id: str
    campaign: str
    mode: str
    lead_id: str
    lease_id: str
    person_id: str
    list_name: str
    nth: int
    customer_id: str
    number: str
    country: str
    zones: tuple[str, ...]
    regions: tuple[str, ...]
    caller_id: str
    trunk: str
    dialed_us: int
    answered_us: int

    def encode(self) -> str:
        """Return the note as one word of the fields in their order."""
        return _PART.join(map(_said, astuple(self)))


_FIELDS = fields(AttemptNote)


def decode_note(text: str) -> AttemptNote | None:
    """Return the note that `text` holds, or None where it is none of ours (never raises)."""
    parts = text.split(_PART)
    if len(parts) != len(_FIELDS) or not parts[0]:
        return None
    values: dict[str, object] = {}
    for field, part in zip(_FIELDS, parts, strict=True):
        if field.type is str:
            values[field.name] = unquote(part)
        elif field.type is int:
            if not (part.isascii() and part.isdigit() and len(part) <= 18):
                return None
            values[field.name] = int(part)
        else:
            values[field.name] = tuple(map(unquote, part.split(_ITEM))) if part else ()
    return AttemptNote(**values)  # type: ignore[arg-type]


def _said(value: object) -> str:
    return _ITEM.join(map(_quoted, value)) if isinstance(value, tuple) else _quoted(value)


def _quoted(value: object) -> str:
    text = str(value)
    return text if _PLAIN(text) else quote(text, safe="").replace("~", "%7E")

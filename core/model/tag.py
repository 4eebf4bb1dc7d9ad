"""The note we leave on a leg, kept by the telephone system and read back after a restart of ours.

A tag is what the engine must know of a contact to go on with it: who it is, since when it waits, on
what grounds it was ordered, who serves it. It travels as one channel variable, percent-encoded, so
nothing a caller influenced is ever read back unescaped.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, quote

from core.kernel.errors import PbxError
from core.kernel.record import Record, astuple, fields

TAG_MAX_CHARS = 900
"""Asterisk 22 cuts an AMI line at 1,024 characters; the rest of the line needs about a hundred."""

_PLAIN = re.compile(r"[A-Za-z0-9_.~&=-]*").fullmatch
"""What stands for itself: it means nothing to AMI, AGI or the dialplan. `&` and `=` join names and values."""

_INSTANT = re.compile(r"[0-9]{1,18}").fullmatch
"""Microseconds that the journal can hold: far beyond any date, within 64 bits."""
_CREDIT = re.compile(r"-?[0-9]{1,18}").fullmatch
"""The same forth or back: a supervisor may let somebody stand further behind."""

CALLER = "caller"
AGENT = "agent"
CALLBACK = "callback"
STANDING = "standing"
ATTEMPT = "attempt"
SUPERVISOR = "supervisor"
PARTY = "party"
"""Whose leg it is: a caller's, an agent's for one contact, that of a customer whom we call back, an agent's
that stands, that of one a campaign dials, a supervisor's who hears an agent, or that of somebody whom an
agent called about a contact.

Who answers a campaign's call is a caller from then on.
"""

ROLES = frozenset({CALLER, AGENT, CALLBACK, STANDING, ATTEMPT, SUPERVISOR, PARTY})
OF_AN_AGENT = frozenset({STANDING, SUPERVISOR})
"""Those of legs that belong to no contact."""


class Tag(Record, frozen=True, kw_only=True):
    """What a leg's note says; empty texts and zeros mean "not yet". `attempt` is the dialer's own note.

    The note of an agent's standing leg, and of a supervisor's, names the agent and no contact.
    """

    role: str
    contact: str = ""
    agent: str = ""
    queue: str = ""
    tier: str = ""
    customer: str = ""
    language: str = ""
    needs: str = ""
    asked: str = ""
    steps: str = ""
    flow: str = ""
    preferred: str = ""
    arrived_us: int = 0
    queued_us: int = 0
    entered_us: int = 0
    hops: int = 0
    head_start_us: int = 0
    credit_us: int = 0
    connected_us: int = 0
    policy: str = ""
    told_us: int = 0
    attempt: str = ""

    def encode(self) -> str:
        """Return the note as `name=value&...`, percent-encoded, empty fields left out."""
        said = [f"{name}={value}" for name, value in zip(_NAMES, astuple(self), strict=True) if value]
        text = "&".join(said)
        # Looked at as a whole, for next to no value needs quoting: one that does has an odd character, or
        # one more of those that join.
        if not _PLAIN(text) or text.count("=") > len(said) or text.count("&") >= len(said):
            text = "&".join([_quoted(each) for each in said])
        if len(text) > TAG_MAX_CHARS:
            raise PbxError(
                f"the tag of {self.contact} has {len(text)} characters; {TAG_MAX_CHARS} fit a line"
            )
        return text


def _quoted(said: str) -> str:
    name, _, value = said.partition("=")
    return f"{name}={quote(value, safe='')}"


_WHOLE_NUMBERS = frozenset(field.name for field in fields(Tag) if field.type is int)
_NAMES = Tag.__struct_fields__


def decode_tag(text: str) -> Tag | None:
    """Return the note that `text` holds, or None where it is not one of ours (never raises)."""
    if not text:
        return None
    values: dict[str, Any] = {name: value for name, value in parse_qsl(text) if name in _NAMES}
    numbers = {name: value for name, value in values.items() if name in _WHOLE_NUMBERS}
    role = values.get("role")
    if role not in ROLES or not values.get("agent" if role in OF_AN_AGENT else "contact"):
        return None
    credit = numbers.pop("credit_us", "0")
    if not (_CREDIT(credit) and all(map(_INSTANT, numbers.values()))):
        return None
    numbers["credit_us"] = credit
    return Tag(**values | {name: int(value) for name, value in numbers.items()})

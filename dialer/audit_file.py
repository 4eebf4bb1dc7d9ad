"""The audit file of a campaign's day: every attempt, append-only, each line chained to the one before.

    {"type":"AuditHead", ...}               the campaign, the day, and the law it was under, word for word
    {"type":"AttemptRecord", ...}           one for each attempt, when it has ended
    {"type":"NumberListed", ...}            a number that may not be dialed from then on
    {"type":"AuditClose", ...}              the day's counts, as the dialer counted them

A line is `[digest, body]`, the digest running over all lines so far, so that one taken out, changed or
added afterwards shows. What the file says is judged by `dialer.audit`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Union

import msgspec
from msgspec import field

from core.kernel.errors import GoldlineError
from core.kernel.record import Record
from core.model.attempt import AttemptRecord

DIGEST_CHARS = 16
"""Hexadecimal digits of the chain kept in each line: a forger would have to rewrite all that follow."""


class AuditHead(Record, frozen=True, kw_only=True):
    """What the day was dialed under. `law` holds the rule packs as JSON, `registers_from_us` our copies."""

    campaign: str
    drop_group: str
    day: str
    zone: str
    law: str
    registers_from_us: dict[str, int]
    holidays: dict[str, tuple[str, ...]] = field(default_factory=dict)


class NumberListed(Record, frozen=True, kw_only=True):
    """A number entered a do-not-call list at that instant, and why."""

    at_us: int
    number: str
    reason: str


class AuditClose(Record, frozen=True, kw_only=True):
    """The dialer's own counts of the day."""

    attempts: int
    answered_by_person: int
    abandoned: int


Entry = AuditHead | AttemptRecord | NumberListed | AuditClose
_DECODER = msgspec.json.Decoder(tuple[str, Union[AuditHead, AttemptRecord, NumberListed, AuditClose]])  # noqa: UP007
_ENCODER = msgspec.json.Encoder()


class AuditBroken(GoldlineError):
    """A line that cannot be read, or that is not where it was written."""


class Chain:
    """The running digest of a file."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def line(self, entry: Entry) -> bytes:
        """Return `entry` as the file's next line."""
        body = _ENCODER.encode(entry)
        return b'["%s",%s]\n' % (self._after(body).encode(), body)

    def check(self, digest: str, entry: Entry) -> bool:
        """Tell whether `digest` is what the chain has come to with `entry`."""
        return self._after(_ENCODER.encode(entry)) == digest

    def _after(self, body: bytes) -> str:
        self._hash.update(body)
        return self._hash.hexdigest()[:DIGEST_CHARS]


def read_entries(lines: Iterable[bytes]) -> Iterator[Entry]:
    """Yield what a file holds, in order; raise `AuditBroken` naming the line where it is not as written.

    A last line cut short, as a power failure leaves it, is passed over.
    """
    chain = Chain()
    for number, line in enumerate(lines, start=1):
        if not line.endswith(b"\n"):
            return
        try:
            digest, entry = _DECODER.decode(line)
        except msgspec.DecodeError as error:
            raise AuditBroken(f"line {number} cannot be read: {error}") from None
        if not chain.check(digest, entry):
            raise AuditBroken(f"line {number} or one before it was changed, added or taken out")
        yield entry

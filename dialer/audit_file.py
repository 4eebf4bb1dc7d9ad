"""The audit file of a campaign's day: every attempt, append-only, each line chained to the one before.

    {"type":"AuditHead", ...}               the campaign, the day, and the law it was under, word for word
    {"type":"AttemptRecord", ...}           one for each attempt, when it has ended
    {"type":"NumberListed", ...}            a number that may not be dialed from then on
    {"type":"RegistersRead", ...}           newer copies of do-not-call registers, in use from then on
    {"type":"AuditClose", ...}              the day's counts, as the dialer counted them; a last line

A line is `["digest",body]`, the digest running over the bytes of all bodies so far, so that one taken out,
changed or added afterwards shows. A talk that outlasts the day is told after its close, and the day closed
again. What the file says is judged by `dialer.audit`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Union

from core.kernel import json_text
from core.kernel.errors import GoldlineError
from core.kernel.record import Record, field
from core.model.attempt import ANSWERED_BY_PERSON, AttemptRecord, AttemptState

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
    """A number entered a do-not-call list at that instant, and why; ending in `*`, all that begin so.

    It holds for this campaign alone if not `everywhere`.
    """

    at_us: int
    number: str
    reason: str
    everywhere: bool = True


class RegistersRead(Record, frozen=True, kw_only=True):
    """Of when our copies of the registers are, as the dialer knew from that instant on."""

    at_us: int
    registers_from_us: dict[str, int]


class AuditClose(Record, frozen=True, kw_only=True):
    """The dialer's own counts of the day."""

    attempts: int
    answered_by_person: int
    abandoned: int


Entry = AuditHead | AttemptRecord | NumberListed | RegistersRead | AuditClose
_DECODER = json_text.Decoder(
    Union[AuditHead, AttemptRecord, NumberListed, RegistersRead, AuditClose]  # noqa: UP007
)
_ENCODER = json_text.Encoder()
CLOSE_BEGINS = b'{"type":"AuditClose"'
"""How the body of a closing line begins."""
_BODY_AT = len('["') + DIGEST_CHARS + len('",')


class AuditBroken(GoldlineError):
    """A line that cannot be read, or that is not where it was written."""


class Chain:
    """The running digest of a file."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def line(self, entry: Entry) -> bytes:
        """Return `entry` as the file's next line."""
        return self.around(_ENCODER.encode(entry))

    def around(self, body: bytes) -> bytes:
        """Return the next line with this body."""
        self._hash.update(body)
        return b'["%s",%s]\n' % (self._hash.hexdigest()[:DIGEST_CHARS].encode(), body)


class DayFile:
    """A day's file as it grows: gives the lines to add, and counts by outcomes for the last one.

    `size` is how many bytes all lines so far have.
    """

    def __init__(self) -> None:
        self._chain = Chain()
        self._attempts = self._answered = self._abandoned = 0
        self.is_closed = False
        self.size = 0

    @classmethod
    def resumed(cls, lines: Iterable[bytes]) -> DayFile:
        """Return a file that holds these lines already; raise `AuditBroken` where one is not as written."""
        file = cls()
        for number, line in _whole(lines):
            file._take(_checked(file._chain, number, line), len(line))
        return file

    def line(self, entry: Entry) -> bytes:
        """Return the next line."""
        line = self._chain.line(entry)
        self._take(entry, len(line))
        return line

    def close(self) -> bytes:
        """Return the line that closes the day."""
        return self.line(
            AuditClose(attempts=self._attempts, answered_by_person=self._answered, abandoned=self._abandoned)
        )

    def _take(self, entry: Entry, size: int) -> None:
        self.size += size
        self.is_closed = isinstance(entry, AuditClose)
        if isinstance(entry, AttemptRecord):
            self._attempts += 1
            self._answered += entry.outcome in ANSWERED_BY_PERSON
            self._abandoned += entry.outcome is AttemptState.DROPPED


def read_entries(lines: Iterable[bytes]) -> Iterator[Entry]:
    """Yield what a file holds, in order; raise `AuditBroken` naming the line where it is not as written.

    A last line cut short, as a power failure leaves it, is passed over.
    """
    chain = Chain()
    for number, line in _whole(lines):
        yield _checked(chain, number, line)


def _whole(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield the lines with their numbers, up to one that was cut short."""
    for number, line in enumerate(lines, start=1):
        if not line.endswith(b"\n"):
            return
        yield number, line


def _checked(chain: Chain, number: int, line: bytes) -> Entry:
    body = line[_BODY_AT:-2]
    try:
        entry: Entry = _DECODER.decode(body)
    except json_text.DecodeError as error:
        raise AuditBroken(f"line {number} cannot be read: {error}") from None
    if chain.around(body) != line:
        raise AuditBroken(f"line {number} or one before it was changed, added or taken out")
    return entry

"""Journals: the engine's inputs in order, with a hash of all that it made of them.

In a file the head comes first (`goldline.journal_head`), then one line an input: `[sequence, message,
digest]`, where `digest` runs over every input and command so far. Two runs are the same run exactly if
their last digests are equal.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from core.kernel import json_text
from core.kernel.errors import ConfigError
from core.model.codec import decode, encode
from core.model.message import Command, Event
from goldline.journal_head import JournalHead

DIGEST_CHARS = 16
"""Hexadecimal digits of the digest after each line: enough to see where two runs part."""


TAKEN_IN_AT_ONCE = 1_000
"""Messages that may wait to be taken into a digest: on PyPy each time it takes in more costs memory."""


class NoJournal:
    """A journal of nothing, for who wants none."""

    def write(self, sequence: int, message: Event, commands: Iterable[Command]) -> None:
        """Keep nothing."""


class HashJournal:
    """A journal that keeps only the digest: enough to tell whether two runs were the same."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._waiting: list[bytes] = []
        self.inputs = 0

    def write(self, sequence: int, message: Event, commands: Iterable[Command]) -> None:
        """Take one input and its commands into the digest."""
        self.inputs += 1
        waiting = self._waiting
        waiting.append(encode(message))
        waiting += map(encode, commands)
        if len(waiting) > TAKEN_IN_AT_ONCE:
            self._take_in()

    def digest(self) -> str:
        """Return the digest so far as 64 hexadecimal digits."""
        self._take_in()
        return self._hash.hexdigest()

    def _take_in(self) -> None:
        self._hash.update(b"".join(self._waiting))
        self._waiting.clear()


class FileJournal(HashJournal):
    """A new journal in a file, from which the run can be replayed.

    It holds what callers keyed in, so only its owner may read it. Raises `FileExistsError` rather than
    write over another run.
    """

    def __init__(self, path: Path, head: JournalHead) -> None:
        super().__init__()
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(descriptor, "wb", buffering=0)
        self._file.write(head.line() + b"\n")

    def write(self, sequence: int, message: Event, commands: Iterable[Command]) -> None:
        """Write one line; the operating system has it when this returns."""
        super().write(sequence, message, commands)
        line = b"[%d,%s,%s]\n" % (sequence, encode(message), json_text.encode(self.digest()[:DIGEST_CHARS]))
        self._file.write(line)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_journal(path: Path) -> Iterator[tuple[Event, str]]:
    """Yield each input of the journal at `path` with the digest written after it.

    Raises `ConfigError` naming the line that cannot be read; a last line cut short is passed over.
    """
    with path.open("rb") as lines:
        next(lines, None)  # the head: `read_head` is who reads it
        for number, line in enumerate(lines, start=2):
            if not line.endswith(b"\n"):
                return  # the machine died while this line was being written
            try:
                _, message, digest = json_text.decode(line)
                event = decode(json_text.encode(message))
            except (ValueError, TypeError) as error:
                raise ConfigError(f"{path}:{number}", line[:60], f"one input a line ({error})") from error
            assert isinstance(event, Event)
            yield event, digest

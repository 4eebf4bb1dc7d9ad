"""Journals: the engine's inputs in order, with a hash of all that it made of them.

In a file the head comes first (`goldline.journal_head`), then one line an input: `[sequence, message,
digest]`, where `digest` runs over every input and command so far. Two runs are the same run exactly if
their last digests are equal.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from io import FileIO
from pathlib import Path

import structlog

from core.kernel import json_text
from core.kernel.errors import ConfigError
from core.model.codec import decode, encode
from core.model.message import Command, Event
from goldline.journal_head import JournalHead

log = structlog.get_logger()

DIGEST_CHARS = 16
"""Hexadecimal digits of the digest after each line: enough to see where two runs part."""

UNWRITTEN_BYTES_MAX = 32 * 1024**2
"""What may wait for a disk that is full: some 100,000 inputs."""

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

    It holds what callers keyed in, so only its owner may read it. What a full disk does not take waits in
    memory, up to `unwritten_bytes_max`; beyond, the journal ends with its last whole line, for with a gap it
    could not be replayed. Raises `FileExistsError` rather than write over another run.
    """

    def __init__(self, path: Path, head: JournalHead, unwritten_bytes_max: int = UNWRITTEN_BYTES_MAX) -> None:
        super().__init__()
        self._name = path.name
        self._file = FileIO(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w")
        self._unwritten = bytearray()
        self._unwritten_bytes_max = unwritten_bytes_max
        self._written = 0
        self._is_stuck = self._has_ended = False
        self._add(head.line() + b"\n")

    def write(self, sequence: int, message: Event, commands: Iterable[Command]) -> None:
        """Write one line; the operating system has it when this returns, unless the disk is full."""
        super().write(sequence, message, commands)
        self._add(
            b"[%d,%s,%s]\n" % (sequence, encode(message), json_text.encode(self.digest()[:DIGEST_CHARS]))
        )

    def trouble(self) -> str:
        """Tell in words what the disk does not take, nothing where all is well."""
        if self._has_ended:
            return "it has ended: the disk was full for too long"
        return f"the disk takes no more: {len(self._unwritten)} bytes wait" if self._is_stuck else ""

    def close(self) -> None:
        """Close the file; raise `OSError` where it is not whole."""
        with self._file:
            self._flush()
        if self._has_ended:
            raise OSError(f"{self._name} is not whole: {self.trouble()}")

    def _add(self, line: bytes) -> None:
        if self._has_ended:
            return
        self._unwritten += line
        try:
            self._flush()
        except OSError as error:
            self._wait_on(error)
        else:
            self._is_stuck = False

    def _flush(self) -> None:
        """Write where the last try ended, perhaps within a line."""
        while self._unwritten:
            taken = os.pwrite(self._file.fileno(), self._unwritten, self._written)
            self._written += taken
            del self._unwritten[:taken]

    def _wait_on(self, error: OSError) -> None:
        # Said once: a line for each input would fill the disk that may be the trouble.
        if not self._is_stuck:
            log.error("journal_not_written", file=self._name, error=repr(error))
        self._is_stuck = True
        if len(self._unwritten) > self._unwritten_bytes_max:
            log.error("journal_ended", file=self._name)
            self._has_ended = True
            self._unwritten.clear()


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

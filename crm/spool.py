"""A bounded file of lines that wait for the database: written at its end, read from its start.

What `append` returned from is on the disk (fsync), so a power cut loses nothing that was spooled. A line
cut short by a crash is dropped when the file is opened. One process at a time may have it open.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Sequence
from pathlib import Path


class Spool:
    """Lines at `path`, at most `bytes_max` of them; all methods block on the disk."""

    def __init__(self, path: Path, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._file = path.open("a+b")
        try:
            # Raises BlockingIOError where another process of ours already spools here.
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise
        self._size = self._drop_torn_line()
        self._read_to = 0

    @property
    def empty(self) -> bool:
        """Tell whether every line that was appended has also been taken."""
        return self._read_to == self._size

    @property
    def waiting_bytes(self) -> int:
        """Return how long the lines are together that were not taken yet."""
        return self._size - self._read_to

    def append(self, lines: Sequence[bytes]) -> int:
        """Add as many of `lines` as fit, in order, and return how many did."""
        kept = 0
        room = self._bytes_max - self._size
        for line in lines:
            room -= len(line) + 1
            if room < 0:
                break
            kept += 1
        self._size += self._file.write(b"".join(line + b"\n" for line in lines[:kept]))
        self._sync()
        return kept

    def peek(self, lines_max: int) -> list[bytes]:
        """Return up to `lines_max` of the oldest lines without their ends; they stay until `take`."""
        self._file.seek(self._read_to)
        lines = [self._file.readline() for _ in range(lines_max)]
        return [line[:-1] for line in lines if line]

    def take(self, lines: Sequence[bytes]) -> None:
        """Forget `lines`, as `peek` gave them; after a crash they may be seen once more."""
        self._read_to += sum(len(line) + 1 for line in lines)
        if self.empty:
            self._file.truncate(0)
            self._sync()
            self._size = self._read_to = 0

    def close(self) -> None:
        """Close the file; lines not taken stay for the next process."""
        self._file.close()

    def _drop_torn_line(self) -> int:
        """Cut the file after its last whole line and return its length."""
        end = self._file.seek(0, os.SEEK_END)
        while end > 0:
            start = max(0, end - 65_536)
            self._file.seek(start)
            newline = self._file.read(end - start).rfind(b"\n")
            end = start + newline + 1 if newline >= 0 else start
            if newline >= 0:
                break
        self._file.truncate(end)
        return end

    def _sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())

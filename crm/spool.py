"""A bounded file of lines that wait for the database: written at its end, read from its start.

What `append` returned from is on the disk (fsync), so a power cut loses nothing that was spooled. A line
cut short by a crash is dropped when the file is opened, and what a full disk took in part is cut off again.
One process at a time may have it open, and only its owner may read it: callers' numbers stand in it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Sequence
from contextlib import suppress
from io import FileIO
from pathlib import Path


class Spool:
    """Lines at `path`, at most `bytes_max` of them; all methods block on the disk.

    Raises `OSError` naming the file where it cannot be had, `BlockingIOError` where another process has it.
    """

    def __init__(self, path: Path, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        # Nothing of it is buffered here: of a write that failed no part may come to the disk later.
        self._file = FileIO(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.close()
            raise BlockingIOError(f"{path} is in use: another goldline runs with it") from error
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
        """Add as many of `lines` as fit, in order, and return how many did.

        Raises `OSError` where the disk does not take them; none of them was added then.
        """
        kept = 0
        room = self._bytes_max - self._size
        for line in lines:
            room -= len(line) + 1
            if room < 0:
                break
            kept += 1
        try:
            end = self._write(b"".join(line + b"\n" for line in lines[:kept]))
            os.fsync(self._file.fileno())
        except OSError:
            with suppress(OSError):
                self._file.truncate(self._size)
            raise
        self._size = end
        return kept

    def peek(self, lines_max: int) -> list[bytes]:
        """Return up to `lines_max` of the oldest lines without their ends; they stay until `take`."""
        self._heed_cut()
        lines: list[bytes] = []
        with open(os.dup(self._file.fileno()), "rb") as reader:
            reader.seek(self._read_to)
            while len(lines) < lines_max and reader.tell() < self._size:
                lines.append(reader.readline()[:-1])
        return lines

    def take(self, lines: Sequence[bytes]) -> None:
        """Forget `lines`, as `peek` gave them; after a crash they may be seen once more."""
        self._read_to += sum(len(line) + 1 for line in lines)
        if self.empty:
            self._file.truncate(0)
            self._size = self._read_to = 0
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file; lines not taken stay for the next process."""
        self._file.close()

    def _write(self, text: bytes) -> int:
        """Write `text` behind the last whole line and return where it ends."""
        at = self._size
        while text:
            taken = os.pwrite(self._file.fileno(), text, at)
            at += taken
            text = text[taken:]
        return at

    def _heed_cut(self) -> None:
        """Take note where somebody emptied the file to make room on the disk."""
        self._size = min(self._size, os.fstat(self._file.fileno()).st_size)
        self._read_to = min(self._read_to, self._size)

    def _drop_torn_line(self) -> int:
        """Cut the file after its last whole line and return its length."""
        end = self._file.seek(0, os.SEEK_END)
        while end > 0:
            start = max(0, end - 65_536)
            newline = os.pread(self._file.fileno(), end - start, start).rfind(b"\n")
            end = start + newline + 1 if newline >= 0 else start
            if newline >= 0:
                break
        self._file.truncate(end)
        return end

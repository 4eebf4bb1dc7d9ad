"""One audit file on the disk: lines at its end, whatever the disk says meanwhile. An edge file."""

from __future__ import annotations

import fcntl
import os
from io import FileIO
from itertools import count
from pathlib import Path

import structlog

from dialer.audit_file import CLOSE_BEGINS, AuditBroken, AuditHead, DayFile, Entry

log = structlog.get_logger()

SUFFIX = ".audit"
WAITING_MAX = 100_000
"""Entries that may wait for a disk that takes none: a busy day's."""
TAIL_BYTES = 4_096
"""More than the last line of a closed file has."""


class DayOnDisk:
    """A file that is written entry by entry; `base` is its path without the suffix.

    `lost` counts entries that nothing could be done about: the disk takes none, and too many wait.
    """

    def __init__(self, base: Path) -> None:
        self._base = base
        self._file: FileIO | None = None
        self._day = DayFile()
        self._waiting: list[Entry] = []
        self._unwritten = b""
        self._unwritten_entries = 0
        self._written = 0
        self._is_stuck = False
        self.lost = 0
        self._try()

    @property
    def is_closed(self) -> bool:
        """Tell whether the last line is the one that closes the day."""
        return self._day.is_closed

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was ever written."""
        return self._day.size == 0

    def write(self, entry: Entry) -> None:
        """Add an entry; what the disk does not take waits for the next."""
        if len(self._waiting) + self._unwritten_entries >= WAITING_MAX:
            self.lost += 1
            return
        self._waiting.append(entry)
        self._try()

    def end(self) -> None:
        """Add the line that closes the day, if it is not there."""
        self._try()
        if self._file is not None and not self.is_closed:
            self._unwritten += self._day.close()
            self._try()

    def close(self) -> None:
        """Let go of the file."""
        self._try()
        if self._file is not None:
            self._file.close()
            self._file = None

    def _try(self) -> None:
        try:
            if self._file is None:
                self._open()
            for entry in self._waiting:
                self._unwritten += self._day.line(entry)
            self._unwritten_entries += len(self._waiting)
            self._waiting.clear()
            self._flush()
        except OSError as error:
            # Said once: a line for each attempt would fill the disk that may be the trouble.
            if not self._is_stuck:
                log.error("audit_file_not_written", file=self._base.name, error=repr(error))
            self._is_stuck = True
        else:
            self._is_stuck = False

    def _flush(self) -> None:
        """Write where the last whole line ends: what was written in part is written over."""
        assert self._file is not None
        while self._unwritten:
            taken = os.pwrite(self._file.fileno(), self._unwritten, self._written)
            self._written += taken
            self._unwritten = self._unwritten[taken:]
        self._unwritten_entries = 0

    def _open(self) -> None:
        """Take the first file that is ours to write, and go on behind its last whole line."""
        self._base.parent.mkdir(parents=True, exist_ok=True)
        for number in count(1):
            name = self._base.name + (f"-{number}" if number > 1 else "") + SUFFIX
            if self._take(self._base.with_name(name)):
                return

    def _take(self, path: Path) -> bool:
        file = FileIO(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._day = DayFile.resumed(file.readall().splitlines(keepends=True))
        except (BlockingIOError, AuditBroken) as error:
            log.warning("audit_file_left_alone", file=path.name, why=repr(error))
            file.close()
            return False
        if self._day.size:
            self._waiting = [entry for entry in self._waiting if not isinstance(entry, AuditHead)]
        file.truncate(self._day.size)
        self._file, self._written = file, self._day.size
        return True


def is_closed(path: Path) -> bool:
    """Tell by the end of an audit file whether it was closed."""
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
        lines = file.read().splitlines(keepends=True)
    return bool(lines) and lines[-1].endswith(b"\n") and CLOSE_BEGINS in lines[-1]

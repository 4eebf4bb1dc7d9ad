"""The files of imports: a list as it comes in, the list of each import, and its rejects."""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import BinaryIO

from core.model.list_import import ImportOrder, ListImport
from crm.list_file import EXCEL_SUFFIXES

WRITTEN_AT_ONCE = 1 << 20
"""Bytes of an upload that are written in one go."""
READ_AT_ONCE = 1 << 16
_PART = "part-"


class PartFile:
    """A file that comes in, and its hash as it comes."""

    def __init__(self, folder: Path, suffix: str) -> None:
        descriptor, name = tempfile.mkstemp(suffix, _PART, folder)
        self.path = Path(name)
        self.size = 0
        self._file: BinaryIO = os.fdopen(descriptor, "wb")
        self._digest = hashlib.sha256()

    @property
    def hash(self) -> str:
        """Return the SHA-256 of what is in, as text."""
        return self._digest.hexdigest()

    async def fill(self, body: AsyncIterator[bytes]) -> None:
        """Write all of `body`, and close the file."""
        chunks: list[bytes] = []
        waiting = 0
        async for chunk in body:
            chunks.append(chunk)
            waiting += len(chunk)
            if waiting >= WRITTEN_AT_ONCE:
                await asyncio.to_thread(self._write, chunks)
                chunks, waiting = [], 0
        await asyncio.to_thread(self._write, chunks)
        await asyncio.to_thread(self._file.close)

    def _write(self, chunks: Sequence[bytes]) -> None:
        for chunk in chunks:
            self._digest.update(chunk)
            self.size += self._file.write(chunk)

    def drop(self) -> None:
        """Remove the file, unless it has become that of an import."""
        self._file.close()
        self.path.unlink(missing_ok=True)


class ImportFiles:
    """All files of the imports of one house, in one folder that nothing else is in."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def tidy_up(self) -> None:
        """Make the folder, and remove what was coming in when an earlier program ended."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for part in self._folder.glob(f"{_PART}*"):
            part.unlink()

    def new_part(self, order: ImportOrder) -> PartFile:
        """Begin a file for what is uploaded."""
        return PartFile(self._folder, _suffix(order))

    def of_list(self, found: ListImport) -> Path:
        """Return where the list of an import lies."""
        return self._folder / f"import-{found.import_id}{_suffix(found.order)}"

    def of_rejects(self, found: ListImport) -> Path:
        """Return where the rejects of an import lie, if there are any."""
        return self._folder / f"import-{found.import_id}.rejects.csv"

    def drop(self, found: ListImport) -> None:
        """Remove both."""
        self.of_list(found).unlink(missing_ok=True)
        self.of_rejects(found).unlink(missing_ok=True)


async def read(path: Path) -> AsyncIterator[bytes]:
    """Go through the file, piece by piece."""
    file = await asyncio.to_thread(path.open, "rb")
    try:
        while piece := await asyncio.to_thread(file.read, READ_AT_ONCE):
            yield piece
    finally:
        await asyncio.to_thread(file.close)


def _suffix(order: ImportOrder) -> str:
    """Return how the file has to end: nothing else of the name that somebody gave it counts."""
    suffix = Path(order.filename).suffix.lower()
    return suffix if suffix in EXCEL_SUFFIXES else ".csv"

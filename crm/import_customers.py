"""Load a list of customers: a CSV file of any size in, records in a store and a list of rejects out.

Lines that are wrong are rejected one by one while the others load, and loading the same file again
changes nothing, so the way to mend a list is to mend it and load it again. The file is read and parsed
in a worker thread, batch by batch; phone numbers and PIN hashes take nearly all of the time.
"""

from __future__ import annotations

import asyncio
import csv
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, TextIO

from core.kernel.errors import ConfigError
from core.model.ids import CustomerId
from crm.customer_row import Reject, RowReader
from crm.records import CustomerRecord, CustomerSink

Progress = Callable[[int, int], None]
"""Called after each batch with the bytes read so far and the size of the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSettings:
    """How a list is read. `region` is the country of numbers without a country code.

    Rejects are written to `rejects_path` where given; the first `rejects_kept_max` are also returned.
    """

    region: str = "US"
    tiers: tuple[str, ...] = ("standard", "silver", "gold", "platinum")
    rejects_path: Path | None = None
    rejects_kept_max: int = 100
    batch_rows: int = 1_000


@dataclass(slots=True, kw_only=True)
class ImportResult:
    """What became of the lines of a file; `rejects` are the first of the reasons."""

    created: int = 0
    updated: int = 0
    rejected_lines: int = 0
    rejects: list[Reject] = field(default_factory=list)


async def import_customers(
    sink: CustomerSink, path: Path, settings: ImportSettings, progress: Progress | None = None
) -> ImportResult:
    """Load the customers in the file at `path` into `sink`.

    Raises `ConfigError` where the file as a whole cannot be read (encoding, header), `OSError` or
    `TimeoutError` where the file or the store is away; what was loaded until then stays.
    """
    result = ImportResult()
    with (
        await asyncio.to_thread(path.open, "rb") as file,
        _RejectsFile(settings.rejects_path) as rejects_file,
    ):
        source = await asyncio.to_thread(_CustomerList, file, settings)
        while batch := await asyncio.to_thread(source.next_batch):
            rejects = batch.rejects + await _save(sink, batch, result)
            rejects_file.write(rejects)
            result.rejected_lines += len({reject.line for reject in rejects})
            result.rejects += rejects[: settings.rejects_kept_max - len(result.rejects)]
            if progress is not None:
                progress(file.tell(), os.fstat(file.fileno()).st_size)
    return result


@dataclass(slots=True)
class _Batch:
    """Some lines of the file, read: what to save, from which line it came, and what was wrong."""

    records: list[CustomerRecord] = field(default_factory=list)
    lines: dict[CustomerId, int] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)


async def _save(sink: CustomerSink, batch: _Batch, result: ImportResult) -> list[Reject]:
    outcome = await sink.save_customers(batch.records)
    result.created += outcome.created
    result.updated += outcome.updated
    accounts = {record.external_id: record.account for record in batch.records}
    return [
        Reject(
            line=batch.lines[refused],
            column="account_number",
            value=account.number if (account := accounts[refused]) else "",
            allowed="a number that no other customer has",
        )
        for refused in outcome.refused
    ]


class _CustomerList:
    """The lines of an open file, read in batches."""

    def __init__(self, file: BinaryIO, settings: ImportSettings) -> None:
        text = TextIOWrapper(file, _encoding_of(file), newline="")
        header_line = text.readline()
        text.seek(0)
        self._cells = csv.reader(text, delimiter=max(",;\t|", key=header_line.count))
        self._reader = RowReader(next(self._cells, []), settings.region, settings.tiers)
        self._batch_rows = settings.batch_rows
        self._seen: dict[CustomerId, int] = {}

    def next_batch(self) -> _Batch | None:
        """Return what the next lines hold, or None after the last."""
        batch = _Batch()
        rows = 0
        for line, cells in self._rows(batch.rejects):
            rows += 1
            self._read_row(batch, line, cells)
            if rows == self._batch_rows:
                break
        return batch if rows or batch.rejects else None

    def _rows(self, rejects: list[Reject]) -> Iterator[tuple[int, list[str]]]:
        """Yield the lines that are not blank with the number each begins at; what is no CSV is rejected."""
        while True:
            line = self._cells.line_num + 1
            try:
                cells = next(self._cells)
            except StopIteration:
                return
            except csv.Error as error:
                rejects.append(Reject(line=line, column="", value="", allowed=f"CSV; this is none: {error}"))
                continue
            if any(cells):
                yield line, cells

    def _read_row(self, batch: _Batch, line: int, cells: Sequence[str]) -> None:
        read = self._reader.read(line, cells)
        if isinstance(read, list):
            batch.rejects += read
            return
        first_line = self._seen.setdefault(read.external_id, line)
        if first_line != line:
            allowed = f"each customer once; this one is on line {first_line}"
            batch.rejects.append(
                Reject(line=line, column="external_id", value=read.external_id, allowed=allowed)
            )
            return
        batch.records.append(read)
        batch.lines[read.external_id] = line


class _RejectsFile:
    """Rejects as a CSV a spreadsheet can open safely; not made before there is one, an old one goes."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: TextIO | None = None
        if path is not None:
            path.unlink(missing_ok=True)

    def __enter__(self) -> _RejectsFile:
        return self

    def __exit__(self, *_failure: object) -> None:
        if self._file is not None:
            self._file.close()

    def write(self, rejects: Sequence[Reject]) -> None:
        if self._path is None or not rejects:
            return
        if self._file is None:
            # With a byte order mark: without one Excel takes UTF-8 for the local code page.
            self._file = self._path.open("w", encoding="utf-8-sig", newline="")
            csv.writer(self._file).writerow(("line", "column", "value", "allowed"))
        csv.writer(self._file).writerows(
            (reject.line, _harmless(reject.column), _harmless(reject.value), reject.allowed)
            for reject in rejects
        )


def _harmless(cell: str) -> str:
    """Return `cell` so that no spreadsheet runs it as a formula (OWASP, "CSV injection")."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else cell


def _encoding_of(file: BinaryIO) -> str:
    """Return the encoding that the whole file is valid in: UTF-8, or that of a Chinese Excel."""
    for encoding in ("utf-8-sig", "gb18030"):
        text = TextIOWrapper(file, encoding, newline="")
        try:
            while text.read(1 << 20):
                pass
        except UnicodeDecodeError:
            continue
        finally:
            text.detach()
            file.seek(0)
        return encoding
    raise ConfigError("encoding", "bytes of another one", "save the list as UTF-8 or GB18030")

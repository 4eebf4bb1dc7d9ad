"""Load a list of customers: a CSV file of any size in, records in a store and a list of rejects out.

Lines that are wrong are rejected one by one while the others load, and loading the same file again
changes nothing, so the way to mend a list is to mend it and load it again. The file is read and parsed
in a worker thread, batch by batch; phone numbers and PIN hashes take nearly all of the time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from core.model.ids import CustomerId
from crm.cells import Reject
from crm.customer_row import RowReader
from crm.list_file import ListFile, RejectsFile, open_list
from crm.records import CustomerRecord, CustomerSink

Progress = Callable[[int, int], None]
"""Called after each batch with the bytes read so far and the size of the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSettings:
    """How a list is read. `region` is the country of numbers without a country code.

    The `encoding` of a CSV file is found out where none is named. Rejects are written to `rejects_path` where
    given; the first `rejects_kept_max` are also returned.
    """

    region: str = "US"
    encoding: str = ""
    tiers: tuple[str, ...] = ("standard", "silver", "gold", "platinum")
    rejects_path: Path | None = None
    rejects_kept_max: int = 100
    batch_rows: int = 1_000


@dataclass(slots=True, kw_only=True)
class ImportResult:
    """What became of the lines of a file; `rejects` are the first of the reasons.

    `guessed` is the encoding of the file where that is a guess.
    """

    created: int = 0
    updated: int = 0
    rejected_lines: int = 0
    rejects: list[Reject] = field(default_factory=list)
    guessed: str = ""


async def import_customers(
    sink: CustomerSink, path: Path, settings: ImportSettings, progress: Progress | None = None
) -> ImportResult:
    """Load the customers in the file at `path` into `sink`.

    Raises `ConfigError` where the file as a whole cannot be read (encoding, header), `OSError` or
    `TimeoutError` where the file or the store is away; what was loaded until then stays.
    """
    result = ImportResult()
    with (
        closing(await asyncio.to_thread(open_list, path, settings.encoding)) as file,
        RejectsFile(settings.rejects_path) as rejects_file,
    ):
        result.guessed = file.guessed
        source = _CustomerList(file, settings)
        while batch := await asyncio.to_thread(source.next_batch):
            rejects = batch.rejects + await _save(sink, batch, result)
            rejects_file.write((r.line, r.column, r.value, r.allowed) for r in rejects)
            result.rejected_lines += len({reject.line for reject in rejects})
            result.rejects += rejects[: settings.rejects_kept_max - len(result.rejects)]
            if progress is not None:
                progress(*file.progress())
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
    """The lines of an open list, read in batches."""

    def __init__(self, file: ListFile, settings: ImportSettings) -> None:
        self._lines = file.lines()
        self._reader = RowReader(file.header, settings.region, settings.tiers)
        self._batch_rows = settings.batch_rows
        self._seen: dict[CustomerId, int] = {}

    def next_batch(self) -> _Batch | None:
        """Return what the next lines hold, or None after the last."""
        lines = list(islice(self._lines, self._batch_rows))
        batch = _Batch()
        for line in lines:
            if line.problem:
                batch.rejects.append(Reject(line=line.number, column="", value="", allowed=line.problem))
            else:
                self._read_row(batch, line.number, line.cells)
        return batch if lines else None

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

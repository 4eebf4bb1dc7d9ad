"""Load a list of leads from a file of any size; see `crm.leads.loading` for what becomes of its lines.

While a batch is written, a thread reads the next.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, closing
from itertools import islice
from pathlib import Path
from time import perf_counter

from core.model.list_import import Fault
from crm.cells import Reject
from crm.leads.loading import Batch, ImportResult, ImportSettings, NotLoaded, Progress, Twins, load
from crm.leads.records import LeadSink, ListPlan, Verdict
from crm.leads.row import LeadRowReader
from crm.list_file import Line, ListFile, open_list


async def import_leads(
    sink: LeadSink,
    path: Path,
    plan: ListPlan,
    settings: ImportSettings,
    progress: Progress | None = None,
) -> ImportResult:
    """Load the leads in the file at `path` into `sink`.

    Raises `ConfigError` where the file as a whole cannot be read (encoding, header), `OSError` or
    `TimeoutError` where the file or the store is away: none of the leads comes up then, until the list is
    loaded again.
    """
    started_s = perf_counter()  # det-ok: only told, nothing depends on it
    with closing(await asyncio.to_thread(open_list, path, settings.encoding)) as file:
        source = _LeadList(file, plan, settings)
        told = progress or (lambda done, size: None)
        async with aclosing(_read_ahead(source)) as batches:
            result = await load(sink, batches, plan, settings, lambda: told(*file.progress()))
    result.close(started_s, source.reader.number_readers)
    result.guessed = file.guessed
    return result


async def _read_ahead(source: _LeadList) -> AsyncGenerator[Batch, None]:
    """Go through the batches; while one is in use, a thread reads the next."""
    reading = asyncio.ensure_future(asyncio.to_thread(source.next_batch))  # det-ok: an edge
    try:
        while batch := await reading:
            reading = asyncio.ensure_future(asyncio.to_thread(source.next_batch))  # det-ok: an edge
            yield batch
    finally:
        # No thread reads on in a file that is about to be closed.
        await asyncio.gather(reading, return_exceptions=True)


class _LeadList:
    """The lines of an open list, read in batches, twins within the file held back."""

    def __init__(self, file: ListFile, plan: ListPlan, settings: ImportSettings) -> None:
        self._lines = file.lines()
        self._guessed = file.guessed
        self.reader = LeadRowReader(file.header, settings.rows)
        self._batch_lines = settings.batch_lines
        self._twins = Twins(self.reader.names_leads, plan)

    def next_batch(self) -> Batch | None:
        """Return what the next lines hold, or None after the last."""
        lines = list(islice(self._lines, self._batch_lines))
        batch = Batch(guessed=self._guessed)
        for line in lines:
            self._read_line(batch, line)
        return batch if lines else None

    def _read_line(self, batch: Batch, line: Line) -> None:
        if line.problem:
            reason = Reject(
                line=line.number, column="", value="", allowed=line.problem, fault=Fault.UNREADABLE
            )
            batch.rejects.append(NotLoaded(Verdict.REJECTED, reason))
            return
        batch.cells[line.number] = line.cells
        read = self.reader.read(line.number, line.cells)
        if isinstance(read, list):
            batch.rejects += [NotLoaded(Verdict.REJECTED, reason) for reason in read]
        else:
            batch.add(line.number, read, self._twins)

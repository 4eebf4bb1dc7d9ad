"""Load a list of leads: a file of any size in, leads in a store and a verdict on every line out.

A wrong line is rejected with the reason while the others load. Each batch is one transaction and no lead
comes up before the last one is in, so after a kill in the middle nothing is half there; loading the list
again goes on, and loading it once more changes nothing. While a batch is written, a thread reads the next.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, aclosing, closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from time import perf_counter

from crm.cells import Reject
from crm.leads.records import Judgement, LeadRecord, LeadSink, ListPlan, Scope, Verdict
from crm.leads.row import LeadRowReader, RowSettings
from crm.list_file import Line, ListFile, RejectsFile, open_list

Progress = Callable[[int, int], None]
"""Called after each batch with how much of the file has been read, and of how much."""
REJECT_COLUMNS = ("line", "verdict", "column", "value", "allowed")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSettings:
    """How a list is loaded. A `dry` run gives the same verdicts and writes nothing.

    Lines that were not loaded are written to `rejects_path` where given, and the first `rejects_kept_max`
    are returned. A batch of `batch_lines` is a transaction of about a tenth of a second.
    """

    rows: RowSettings = field(default_factory=RowSettings)
    dry: bool = False
    rejects_path: Path | None = None
    rejects_kept_max: int = 100
    batch_lines: int = 2_000


@dataclass(frozen=True, slots=True)
class NotLoaded:
    """Why a line was not loaded."""

    verdict: Verdict
    reason: Reject

    def cells(self) -> tuple[object, ...]:
        """Return what stands in the file of rejects, in the order of `REJECT_COLUMNS`."""
        reason = self.reason
        return (reason.line, self.verdict.value, reason.column, reason.value, reason.allowed)


@dataclass(slots=True, kw_only=True)
class ImportResult:
    """What became of the lines of a file: how many of each verdict, and the first that were not loaded.

    `parsing_s` is the part of `elapsed_s` that went into `numbers` telephone numbers, of which `looked_up`
    were of an area not seen before.
    """

    lines: Counter[Verdict] = field(default_factory=Counter)
    not_loaded: list[NotLoaded] = field(default_factory=list)
    elapsed_s: float = 0.0
    parsing_s: float = 0.0
    numbers: int = 0
    looked_up: int = 0

    @property
    def rejected_lines(self) -> int:
        """Return how many lines were wrong."""
        return self.lines[Verdict.REJECTED]


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
    result = ImportResult()
    started = perf_counter()  # det-ok: only told, nothing depends on it
    async with AsyncExitStack() as lent:
        file = lent.enter_context(closing(await asyncio.to_thread(open_list, path)))
        rejects_file = lent.enter_context(RejectsFile(settings.rejects_path, REJECT_COLUMNS))
        source = _LeadList(file, plan, settings)
        batches = await lent.enter_async_context(aclosing(_read_ahead(source)))
        async for batch in batches:
            judging = sink.judge_leads if settings.dry else sink.save_leads
            judgements = await judging(plan, batch.leads)
            refused = batch.rejects + _refused(batch, judgements)
            rejects_file.write(one.cells() for one in sorted(refused, key=lambda one: one.reason.line))
            result.lines.update(judgement.verdict for judgement in judgements)
            result.lines.update(_by_line(batch.rejects).values())
            result.not_loaded += refused[: settings.rejects_kept_max - len(result.not_loaded)]
            if progress is not None:
                progress(*file.progress())
        if not settings.dry:
            await sink.finish_list(plan)
    for reader in source.reader.number_readers:
        result.parsing_s += reader.spent_s
        result.numbers += reader.read_count
        result.looked_up += reader.looked_up
    result.elapsed_s = perf_counter() - started  # det-ok: as above
    return result


async def _read_ahead(source: _LeadList) -> AsyncGenerator[_Batch, None]:
    """Go through the batches; while one is in use, a thread reads the next."""
    reading = asyncio.ensure_future(asyncio.to_thread(source.next_batch))  # det-ok: an edge
    try:
        while batch := await reading:
            reading = asyncio.ensure_future(asyncio.to_thread(source.next_batch))  # det-ok: an edge
            yield batch
    finally:
        # No thread reads on in a file that is about to be closed.
        await asyncio.gather(reading, return_exceptions=True)


@dataclass(slots=True)
class _Batch:
    """Some lines of the file, read: the leads, from which line each came, and what was wrong."""

    leads: list[LeadRecord] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    rejects: list[NotLoaded] = field(default_factory=list)


def _by_line(rejects: Sequence[NotLoaded]) -> dict[int, Verdict]:
    """Return the verdict on each line: it counts once, however much is wrong with it."""
    return {one.reason.line: one.verdict for one in rejects}


def _refused(batch: _Batch, judgements: Sequence[Judgement]) -> list[NotLoaded]:
    """Return what the store would not have, with where it is already or what forbids it."""
    return [
        NotLoaded(
            judgement.verdict,
            Reject(line=line, column="phone", value=lead.numbers[0].number, allowed=_allowed(judgement)),
        )
        for lead, line, judgement in zip(batch.leads, batch.lines, judgements, strict=True)
        if judgement.verdict in (Verdict.DUPLICATE, Verdict.LISTED)
    ]


def _allowed(judgement: Judgement) -> str:
    if judgement.verdict is Verdict.LISTED:
        return f"a number that may be called; this one is on: {judgement.because}"
    return f"each number once; this one is in {judgement.because}"


class _LeadList:
    """The lines of an open list, read in batches, twins within the file held back."""

    def __init__(self, file: ListFile, plan: ListPlan, settings: ImportSettings) -> None:
        self._lines = file.lines()
        self.reader = LeadRowReader(file.header, settings.rows)
        self._batch_lines = settings.batch_lines
        self._numbers_once = plan.duplicates is not Scope.NONE
        # Keys are hashes of texts and digits of numbers: a third of the memory of the texts.
        self._line_of_id: dict[int, int] = {}
        self._line_of_number: dict[int, int] = {}

    def next_batch(self) -> _Batch | None:
        """Return what the next lines hold, or None after the last."""
        lines = list(islice(self._lines, self._batch_lines))
        batch = _Batch()
        for line in lines:
            self._read_line(batch, line)
        return batch if lines else None

    def _read_line(self, batch: _Batch, line: Line) -> None:
        if line.problem:
            reason = Reject(line=line.number, column="", value="", allowed=line.problem)
            batch.rejects.append(NotLoaded(Verdict.REJECTED, reason))
            return
        read = self.reader.read(line.number, line.cells)
        if isinstance(read, list):
            batch.rejects += [NotLoaded(Verdict.REJECTED, reason) for reason in read]
            return
        twin = self._twin(line.number, read)
        if twin is not None:
            batch.rejects.append(NotLoaded(Verdict.DUPLICATE, twin))
            return
        batch.leads.append(read)
        batch.lines.append(line.number)

    def _twin(self, line: int, lead: LeadRecord) -> Reject | None:
        """Return what speaks against a lead that stands in the file already, None if it does not."""
        number = lead.numbers[0].number
        if self.reader.names_leads:
            first = self._line_of_id.setdefault(hash(lead.external_id), line)  # det-ok: stays here
            if first != line:
                allowed = f"each lead once; this one is on line {first}"
                return Reject(line=line, column="external_id", value=lead.external_id, allowed=allowed)
            if not self._numbers_once:
                return None
        first = self._line_of_number.setdefault(int(number[1:]), line)
        if first != line:
            allowed = f"each number once; this one is on line {first}"
            return Reject(line=line, column="phone", value=number, allowed=allowed)
        return None

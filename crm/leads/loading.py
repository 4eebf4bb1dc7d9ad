"""Load leads into a store, batch by batch, with a verdict on every line, wherever the lines come from.

A wrong line is rejected with the reason while the others load. Each batch is one transaction and no lead
comes up before the last one is in, so after a kill in the middle nothing is half there; loading the list
again goes on, and loading it once more changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from time import perf_counter
from typing import Protocol

from core.model.list_import import Fault
from crm.cells import Reject
from crm.leads.numbers import NumberReader
from crm.leads.records import Judgement, LeadRecord, LeadSink, ListPlan, Scope, Verdict
from crm.leads.row import RowSettings
from crm.list_file import RejectsFile

Progress = Callable[[int, int], None]
"""Called after each batch with how much of the file has been read, and of how much."""
REJECT_COLUMNS = ("line", "verdict", "column", "value", "allowed")
Cells = tuple[int, str, str, str, str]
"""A row of the file of rejects: the cells of `REJECT_COLUMNS`."""


class Report(Protocol):
    """Whoever wants to hear what became of the lines while they are loaded."""

    def take(
        self, batch: Batch, judgements: Sequence[Judgement], refused: Sequence[NotLoaded]
    ) -> Awaitable[None]:
        """Hear of a batch: what was read, what became of each lead, and all that was not loaded."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSettings:
    """How a list is loaded. A `dry` run gives the same verdicts and changes nothing.

    The `encoding` of a CSV file is found out where none is named.

    Lines that were not loaded are written to `rejects_path` where given, in a dry run all of them, and the
    first `rejects_kept_max` not loaded are returned. A batch of `batch_lines` is a transaction of about a
    tenth of a second. The `report` hears of every batch.
    """

    rows: RowSettings = field(default_factory=RowSettings)
    encoding: str = ""
    dry: bool = False
    rejects_path: Path | None = None
    rejects_kept_max: int = 100
    batch_lines: int = 2_000
    report: Report | None = None


@dataclass(frozen=True, slots=True)
class NotLoaded:
    """Why a line was not loaded."""

    verdict: Verdict
    reason: Reject

    def cells(self) -> Cells:
        """Return what stands in the file of rejects."""
        reason = self.reason
        return (reason.line, self.verdict.value, reason.column, reason.value, reason.allowed)


@dataclass(slots=True, kw_only=True)
class ImportResult:
    """What became of the lines of a file: how many of each verdict, and the first that were not loaded.

    `parsing_s` is the part of `elapsed_s` that went into `numbers` telephone numbers, of which `looked_up`
    were of an area not seen before. `guessed` is the encoding of the file where that is a guess, `lawless`
    counts leads with a number of a country that no law of the campaign covers.
    """

    lines: Counter[Verdict] = field(default_factory=Counter)
    not_loaded: list[NotLoaded] = field(default_factory=list)
    elapsed_s: float = 0.0
    parsing_s: float = 0.0
    numbers: int = 0
    looked_up: int = 0
    guessed: str = ""
    lawless: Counter[str] = field(default_factory=Counter)

    @property
    def rejected_lines(self) -> int:
        """Return how many lines were wrong."""
        return self.lines[Verdict.REJECTED]

    def close(self, started_s: float, readers: Iterable[NumberReader]) -> None:
        """Take the time since `started_s` (of `perf_counter`) and count the numbers that were read."""
        self.elapsed_s = perf_counter() - started_s  # det-ok: only told, nothing depends on it
        for reader in readers:
            self.parsing_s += reader.spent_s
            self.numbers += reader.read_count
            self.looked_up += reader.looked_up


@dataclass(slots=True)
class Batch:
    """Some lines, read: the leads, from which line each came, and what was wrong.

    `cells` are the lines as they stand in a file, by their numbers; `guessed` is its encoding where that is a
    guess.
    """

    leads: list[LeadRecord] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    rejects: list[NotLoaded] = field(default_factory=list)
    cells: dict[int, Sequence[str]] = field(default_factory=dict)
    guessed: str = ""

    def add(self, line: int, lead: LeadRecord, twins: Twins) -> None:
        """Add the lead on a line, unless it stood on another one before."""
        twin = twins.find(line, lead)
        if twin is not None:
            self.rejects.append(NotLoaded(Verdict.DUPLICATE, twin))
            return
        self.leads.append(lead)
        self.lines.append(line)


async def load(
    sink: LeadSink,
    batches: AsyncIterator[Batch],
    plan: ListPlan,
    settings: ImportSettings,
    after_batch: Callable[[], None],
) -> ImportResult:
    """Load the leads of all batches. Raises `OSError` or `TimeoutError` where the store is away.

    None of the leads comes up then, until the list is loaded again.
    """
    result = ImportResult()
    with RejectsFile(settings.rejects_path, REJECT_COLUMNS) as rejects_file:
        async for batch in batches:
            judging = sink.judge_leads if settings.dry else sink.save_leads
            judgements = await judging(plan, batch.leads)
            refused = batch.rejects + _refused(batch, judgements)
            told = [one.cells() for one in refused] + (_accepted(batch, judgements) if settings.dry else [])
            rejects_file.write(sorted(told, key=itemgetter(0)))
            result.lines.update(judgement.verdict for judgement in judgements)
            result.lines.update(_by_line(batch.rejects).values())
            result.not_loaded += refused[: settings.rejects_kept_max - len(result.not_loaded)]
            if settings.report is not None:
                await settings.report.take(batch, judgements, refused)
            after_batch()
        if not settings.dry:
            await sink.finish_list(plan)
    return result


def _by_line(rejects: Sequence[NotLoaded]) -> dict[int, Verdict]:
    """Return the verdict on each line: it counts once, however much is wrong with it."""
    return {one.reason.line: one.verdict for one in rejects}


def _refused(batch: Batch, judgements: Sequence[Judgement]) -> list[NotLoaded]:
    """Return what the store would not have, with where it is already or what forbids it."""
    return [
        NotLoaded(
            judgement.verdict,
            Reject(
                line=line,
                column="phone",
                value=lead.numbers[0].number,
                allowed=_allowed(judgement),
                fault=judgement.fault or Fault.BAD_VALUE,
            ),
        )
        for lead, line, judgement in zip(batch.leads, batch.lines, judgements, strict=True)
        if judgement.verdict in (Verdict.DUPLICATE, Verdict.LISTED)
    ]


def _accepted(batch: Batch, judgements: Sequence[Judgement]) -> list[Cells]:
    """Return what stands in the file of rejects of lines that are none."""
    return [
        (line, judgement.verdict.value, "external_id", lead.external_id, "")
        for lead, line, judgement in zip(batch.leads, batch.lines, judgements, strict=True)
        if judgement.verdict not in (Verdict.DUPLICATE, Verdict.LISTED)
    ]


def _allowed(judgement: Judgement) -> str:
    if judgement.verdict is Verdict.LISTED:
        return f"a number that may be called; this one is on: {judgement.because}"
    return f"each number once; this one is in {judgement.because}"


class Twins:
    """Finds leads and first numbers that stood on an earlier line; `names_leads` as `LeadRowReader` says."""

    def __init__(self, names_leads: bool, plan: ListPlan) -> None:
        self._names_leads = names_leads
        self._numbers_once = plan.duplicates is not Scope.NONE
        # Keys are hashes of texts and digits of numbers: a third of the memory of the texts.
        self._line_of_id: dict[int, int] = {}
        self._line_of_number: dict[int, int] = {}

    def find(self, line: int, lead: LeadRecord) -> Reject | None:
        """Return what speaks against a lead that stood there before, None if it does not."""
        number = lead.numbers[0].number
        if self._names_leads:
            first = self._line_of_id.setdefault(hash(lead.external_id), line)  # det-ok: stays here
            if first != line:
                allowed = f"each lead once; this one is on line {first}"
                return _twin(line, "external_id", lead.external_id, allowed)
            if not self._numbers_once:
                return None
        first = self._line_of_number.setdefault(int(number[1:]), line)
        if first != line:
            allowed = f"each number once; this one is on line {first}"
            return _twin(line, "phone", number, allowed)
        return None


def _twin(line: int, column: str, value: str, allowed: str) -> Reject:
    return Reject(line=line, column=column, value=value, allowed=allowed, fault=Fault.TWICE)

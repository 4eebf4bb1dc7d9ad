"""What becomes of the lines of a list while it is read: counted, with examples, and the rejects in a file.

The file of rejects has the lines as they stand in the list, and in three more columns where each stood, the
verdict and the reason: mend it and load it again. It opens safely in a spreadsheet.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.model.lead import LeadNumber
from core.model.list_import import Example, Fault, ImportFindings, Remark
from crm.cells import VALUE_CHARS_MAX, Reject
from crm.imports.columns import REPORT_COLUMNS
from crm.leads.loading import Batch, NotLoaded
from crm.leads.records import Judgement, LeadRecord, Verdict
from crm.list_file import RejectsFile

EXAMPLES_MAX = 5
"""Examples of each fault and each remark; all faults are in the file of rejects."""
_REFUSED = frozenset({Verdict.DUPLICATE, Verdict.LISTED, Verdict.REJECTED})


class ImportCancelled(Exception):
    """Somebody wants no more of the list to be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRules:
    """What a list of a campaign is held against: the country of its numbers, its tiers, whom a law covers."""

    region: str = "US"
    tier_ranks: Mapping[str, int]
    covers: Callable[[str], bool] = lambda country: True


class ImportReport:
    """Hears of every batch (`crm.leads.loading.Report`); between two of them the import may be cancelled."""

    def __init__(self, path: Path, header: Sequence[str], region: str, covers: Callable[[str], bool]) -> None:
        self._rejects = RejectsFile(path, (*header, *REPORT_COLUMNS))
        self._header = tuple(header)
        self._width = len(header)
        self._region = region
        self._covers = covers
        self._read = (0, 0)
        self._verdicts: Counter[str] = Counter()
        self._faults: Counter[str] = Counter()
        self._remarks: Counter[str] = Counter()
        self._examples: dict[str, list[Example]] = {}
        self.is_cancelled = False

    @property
    def findings(self) -> ImportFindings:
        """Return what was found so far."""
        read, size = self._read
        examples = (example for of_kind in self._examples.values() for example in of_kind)
        return ImportFindings(
            read=read,
            size=size,
            verdicts=dict(self._verdicts),
            faults=dict(self._faults),
            remarks=dict(self._remarks),
            examples=tuple(sorted(examples, key=lambda example: (example.line, example.why))),
        )

    def progress(self, read: int, size: int) -> None:
        """Hear how far the file has been read."""
        self._read = read, size

    async def take(self, batch: Batch, judgements: Sequence[Judgement], refused: Sequence[NotLoaded]) -> None:
        """Hear of a batch; raise `ImportCancelled` where there is to be no other."""
        for record, line, judgement in zip(batch.leads, batch.lines, judgements, strict=True):
            if judgement.verdict not in _REFUSED:
                self._verdicts[judgement.verdict.value] += 1
                self._remark(line, record)
            if batch.guessed:
                self._remark_letters(line, batch)
        of_line: dict[int, list[NotLoaded]] = {}
        for one in refused:
            of_line.setdefault(one.reason.line, []).append(one)
        for found in of_line.values():
            self._verdicts[found[-1].verdict.value] += 1
            self._note(one.reason for one in found)
        if of_line:
            rows = [self._row(batch, line, of_line[line]) for line in sorted(of_line)]
            await asyncio.to_thread(self._rejects.write, rows)
        if self.is_cancelled:
            raise ImportCancelled

    def close(self) -> None:
        """Let go of the file of rejects."""
        self._rejects.close()

    def _note(self, reasons: Iterable[Reject]) -> None:
        counted: set[Fault] = set()
        for reason in reasons:
            if reason.fault not in counted:
                counted.add(reason.fault)
                self._faults[reason.fault.value] += 1
            self._keep(reason.fault, reason.line, reason.column, reason.value, reason.allowed)

    def _remark(self, line: int, record: LeadRecord) -> None:
        number = record.numbers[0]
        for remark, said in self._remarks_on(number):
            self._remarks[remark.value] += 1
            self._keep(remark, line, "phone", number.number, said)

    def _remark_letters(self, line: int, batch: Batch) -> None:
        """Show letters that somebody has to look at: nothing says that they are those of the file."""
        strange = [nth for nth, cell in enumerate(batch.cells[line][: self._width]) if not cell.isascii()]
        if strange:
            self._remarks[Remark.GUESSED.value] += 1
            cell = batch.cells[line][strange[0]]
            self._keep(Remark.GUESSED, line, self._header[strange[0]], cell, batch.guessed)

    def _remarks_on(self, number: LeadNumber) -> Iterable[tuple[Remark, str]]:
        if not number.zones:
            yield Remark.ZONE_UNKNOWN, "called on the campaign's clock"
        if number.country and number.country != self._region:
            yield Remark.ABROAD, number.country
        if not self._covers(number.country):
            yield Remark.NO_LAW, number.country

    def _keep(self, why: Fault | Remark, line: int, column: str, value: str, allowed: str) -> None:
        kept = self._examples.setdefault(why.value, [])
        if len(kept) < EXAMPLES_MAX:
            value = value[:VALUE_CHARS_MAX]
            kept.append(Example(line=line, why=why.value, column=column, value=value, allowed=allowed))

    def _row(self, batch: Batch, line: int, found: Sequence[NotLoaded]) -> list[object]:
        cells = batch.cells.get(line, ())[: self._width]
        missing = [""] * (self._width - len(cells))
        reason = "; ".join(one.reason.said() for one in found)
        return [*cells, *missing, line, found[-1].verdict.value, reason]

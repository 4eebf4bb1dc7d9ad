"""The office that takes lists in: files as they are uploaded, checked, loaded or cancelled, one at a time.

    RECEIVED -> CHECKING -> CHECKED -> LOADING -> LOADED        (`core.model.list_import.IMPORT`)

A file is read by a thread, batch by batch, and nothing here keeps the loop for longer than one. What is at
work when the program ends is taken up by the next: loading a list again changes nothing. The file goes when
its list is loaded or given up; the file of rejects stays as long as the import is remembered.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from core.kernel.clock import Clock
from core.kernel.errors import ConfigError, RequestRefused
from core.kernel.record import replace
from core.model.list_import import (
    AT_WORK,
    IMPORT,
    ImportOrder,
    ImportState,
    ImportTrigger,
    ListChange,
    ListImport,
    MappingTemplate,
)
from crm.imports.book import ImportBook
from crm.imports.columns import Head, head_of, left_out
from crm.imports.files import ImportFiles, PartFile, read
from crm.imports.report import ImportCancelled, ImportReport, ListRules
from crm.leads.import_leads import import_leads
from crm.leads.loading import ImportSettings
from crm.leads.records import LeadSink, ListPlan, Moved, Scope
from crm.leads.row import MEANINGS, LeadRowReader, RowSettings

log = structlog.get_logger()

AGAIN_S = 5.0
"""When an import is taken up again of which nothing could be written down."""

_NOT_MOVED = {
    Moved.UNKNOWN_LIST: "there is no list {to!r}",
    Moved.NOT_PROMISED: "the lead {lead_id} is promised no call, or somebody has it in hand",
    Moved.THERE_ALREADY: "a lead of the same id stands in the list {to!r} already",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeSettings:
    """Where files lie meanwhile, and the bounds.

    A batch of `batch_lines` keeps the loop for a few milliseconds; `imports_max` are remembered, with their
    rejects; `uploads_max` may come in at once.
    """

    folder: Path
    batch_lines: int = 200
    imports_max: int = 500
    uploads_max: int = 4


class ListOffice:
    """Takes lists in and works them off, in the order in which they came (`web.ports.ListOffice`).

    `loaded` hears of each campaign that a list was loaded for.
    """

    def __init__(
        self,
        sink: LeadSink,
        book: ImportBook,
        campaigns: Mapping[str, ListRules],
        settings: OfficeSettings,
        clock: Clock,
        loaded: Callable[[str], None] = lambda campaign: None,
    ) -> None:
        self._sink = sink
        self._book = book
        self._campaigns = campaigns
        self._settings = settings
        self._files = ImportFiles(settings.folder)
        self._clock = clock
        self._loaded = loaded
        self._queue: asyncio.Queue[str] = asyncio.Queue()
        self._changing = asyncio.Lock()
        self._at_work: dict[str, None] = {}
        self._reports: dict[str, ImportReport] = {}
        self._rested = asyncio.Condition()
        self._uploads = 0
        self._task: asyncio.Task[None] | None = None

    # --- coming and going ---------------------------------------------------------------------------

    async def start(self) -> None:
        """Go on with what an earlier program left, and begin to work."""
        await asyncio.to_thread(self._files.tidy_up)
        for found in await self._book.unfinished():
            await self._take_up(found)
        self._task = asyncio.get_running_loop().create_task(self._work())  # det-ok: an edge

    async def close(self) -> None:
        """Stop where we are; the next program goes on from there."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _take_up(self, found: ListImport) -> None:
        """Go on with an import, unless its file is not ours: another program works it off."""
        if not await asyncio.to_thread(self._files.of_list(found).exists):
            return
        if found.state is ImportState.RECEIVED:
            found = await self._begin(found)
        if found.order.campaign in self._campaigns:
            self._await_turn(found)
        else:
            await self._end(replace(found, problem="there is no such campaign any more"), ImportTrigger.FAIL)

    def _await_turn(self, found: ListImport) -> None:
        self._at_work[found.import_id] = None
        self._queue.put_nowait(found.import_id)

    # --- taking in ------------------------------------------------------------------------------------

    async def take_in(self, order: ImportOrder, body: AsyncIterator[bytes]) -> ListImport:
        """Take in an uploaded list and begin with it; one that was taken in before is returned as it stands.

        The same key means the same import; so does the same file, meant the same way, for a list into which
        nothing else was loaded since. Raises `ConfigError` where the file cannot be a list.
        """
        known = await self._book.of_key(order.key) if order.key else None
        if known is not None:
            if (known.order.campaign, known.order.list_name) != (order.campaign, order.list_name):
                raise RequestRefused("key_used", "this key was used for another list")
            return self._now(known)
        if self._uploads >= self._settings.uploads_max:
            raise RequestRefused("too_many_uploads", "wait until one of the uploads under way is in")
        self._uploads += 1
        try:
            return await self._receive(order, body)
        finally:
            self._uploads -= 1

    async def _receive(self, order: ImportOrder, body: AsyncIterator[bytes]) -> ListImport:
        part = await asyncio.to_thread(self._files.new_part, order)
        try:
            await part.fill(body)
            head = await asyncio.to_thread(head_of, part.path, order.encoding)
            async with self._changing:
                last = await self._book.last_of(order.campaign, order.list_name)
                if last is not None and last.file_hash == part.hash and _means_the_same(last.order, order):
                    return self._now(last)
                return await self._enter(order, part, head)
        finally:
            await asyncio.to_thread(part.drop)

    async def _enter(self, order: ImportOrder, part: PartFile, head: Head) -> ListImport:
        now_us = self._clock.now_us()
        new = ListImport(
            import_id="",
            order=replace(order, mapping={**left_out(), **order.mapping}),
            created_us=now_us,
            changed_us=now_us,
            file_hash=part.hash,
            size_bytes=part.size,
            header=head.header,
            suggested=head.suggested,
            samples=head.samples,
        )
        found = await self._book.add(new)
        await asyncio.to_thread(part.path.rename, self._files.of_list(found))
        found = await self._begin(found)
        self._await_turn(found)
        await self._forget_old()
        return found

    async def _begin(self, found: ListImport) -> ListImport:
        return await self._move(found, ImportTrigger.CHECK if found.order.dry else ImportTrigger.LOAD)

    async def _forget_old(self) -> None:
        """Forget the oldest of those that rest, where there are too many."""
        kept = await self._book.newest("", "", 2 * self._settings.imports_max)
        for old in kept[self._settings.imports_max :]:
            if old.state not in AT_WORK:
                await asyncio.to_thread(self._files.drop, old)
                await self._book.forget(old.import_id)

    # --- what people ask --------------------------------------------------------------------------------

    async def find(self, import_id: str) -> ListImport:
        """Return an import as it stands; raise `RequestRefused` (`unknown_import`) where there is none."""
        found = await self._book.find(import_id)
        if found is None:
            raise RequestRefused("unknown_import", f"there is no import {import_id!r}")
        return self._now(found)

    async def newest(self, campaign: str, before: str, count: int) -> Sequence[ListImport]:
        """Return imports, the newest first (`crm.imports.book.ImportBook.newest`)."""
        return [self._now(found) for found in await self._book.newest(campaign, before, count)]

    async def map_columns(self, import_id: str, mapping: Mapping[str, str]) -> ListImport:
        """Say what columns hold, and have the list checked again.

        Raises `ConfigError` where that cannot be a list of leads, `RequestRefused` while it is at work.
        """
        async with self._changing:
            found = await self.find(import_id)
            order = replace(found.order, mapping={**left_out(), **mapping}, dry=True)
            LeadRowReader(found.header, RowSettings(mapping=order.mapping))
            found = await self._move(replace(found, order=order), ImportTrigger.CHECK)
            self._await_turn(found)
        return found

    async def commit(self, import_id: str) -> ListImport:
        """Load the list that was checked; raise `RequestRefused` where it was not, or is loaded already."""
        async with self._changing:
            found = await self.find(import_id)
            order = replace(found.order, dry=False)
            found = await self._move(replace(found, order=order), ImportTrigger.LOAD)
            self._await_turn(found)
        return found

    async def cancel(self, import_id: str) -> ListImport:
        """Give an import up; nothing of what it brought stays. Raises `RequestRefused` once it is loaded.

        Returns when it has come to rest: what was loaded meanwhile stays loaded.
        """
        async with self._changing:
            report = self._reports.get(import_id)
            if report is None:
                return await self._end(await self.find(import_id), ImportTrigger.CANCEL)
            report.is_cancelled = True
        return await self.at_rest(import_id)

    async def at_rest(self, import_id: str) -> ListImport:
        """Return an import when it is not at work any more."""
        async with self._rested:
            await self._rested.wait_for(lambda: import_id not in self._at_work)
        return await self.find(import_id)

    async def rejects(self, import_id: str) -> AsyncIterator[bytes] | None:
        """Return the file of rejects, None where no line was rejected so far."""
        path = self._files.of_rejects(await self.find(import_id))
        if not await asyncio.to_thread(path.exists):
            return None
        return read(path)

    def meanings(self) -> Sequence[str]:
        """Return what a column may hold, for people to choose from."""
        return MEANINGS

    async def arrange(self, campaign: str, list_name: str, change: ListChange) -> None:
        """Say otherwise when a list has its turn; raise `RequestRefused` where there is no such list."""
        if not await self._sink.arrange_list(campaign, list_name, change):
            raise RequestRefused("unknown_list", f"there is no list {list_name!r}")

    async def move_promise(self, campaign: str, lead_id: str, to: str) -> None:
        """Have a promised call made from another list; raise `RequestRefused` where that cannot be."""
        moved = await self._sink.move_promise(campaign, lead_id, to)
        if moved is not Moved.MOVED:
            raise RequestRefused(moved.value, _NOT_MOVED[moved].format(to=to, lead_id=lead_id))

    async def templates(self, campaign: str) -> Sequence[MappingTemplate]:
        """Return the mappings that a campaign keeps."""
        return await self._book.templates(campaign)

    async def keep_template(self, template: MappingTemplate) -> None:
        """Keep a mapping."""
        await self._book.keep_template(template)

    async def forget_template(self, campaign: str, name: str) -> bool:
        """Forget a mapping; return whether there was one."""
        return await self._book.forget_template(campaign, name)

    # --- the work ---------------------------------------------------------------------------------------

    async def _work(self) -> None:
        while True:
            import_id = await self._queue.get()
            try:
                await self._work_off(import_id)
            except OSError as error:  # TimeoutError is one: its book is away, and is tried again
                log.warning("import_waits", import_id=import_id, error=str(error))
                self._reports.pop(import_id, None)
                await asyncio.sleep(AGAIN_S)
                self._queue.put_nowait(import_id)
                continue
            async with self._rested:
                self._at_work.pop(import_id, None)
                self._rested.notify_all()

    async def _work_off(self, import_id: str) -> None:
        async with self._changing:
            found = await self._book.find(import_id)
            if found is None or found.state not in AT_WORK:
                return
            report = self._begin_report(found)
        await self._run(found, report)

    def _begin_report(self, found: ListImport) -> ImportReport:
        rules, region = self._campaigns[found.order.campaign], self._region(found.order)
        report = ImportReport(self._files.of_rejects(found), found.header, region, rules.covers)
        self._reports[found.import_id] = report
        return report

    def _region(self, order: ImportOrder) -> str:
        return order.country or self._campaigns[order.campaign].region

    async def _run(self, found: ListImport, report: ImportReport) -> None:
        order, ranks = found.order, self._campaigns[found.order.campaign].tier_ranks
        settings = ImportSettings(
            rows=RowSettings(region=self._region(order), tier_ranks=ranks, mapping=order.mapping),
            encoding=order.encoding,
            dry=found.state is ImportState.CHECKING,
            batch_lines=self._settings.batch_lines,
            report=report,
        )
        trigger, problem = ImportTrigger.FINISH, ""
        try:
            await import_leads(
                self._sink, self._files.of_list(found), plan_of(order), settings, report.progress
            )
        except ImportCancelled:
            trigger = ImportTrigger.CANCEL
        except ConfigError as error:
            trigger, problem = ImportTrigger.FAIL, str(error)
        except OSError as error:  # TimeoutError is one
            trigger, problem = ImportTrigger.FAIL, "the store of leads, or the file, was away: check again"
            log.warning("import_failed", import_id=found.import_id, error=str(error))
        except Exception:  # whatever a file does to its reader, others are waiting
            trigger, problem = ImportTrigger.FAIL, "the file cannot be read; the log of the program tells why"
            log.exception("import_failed", import_id=found.import_id)
        finally:
            await asyncio.to_thread(report.close)
        await self._rest(found, report, trigger, problem)

    async def _rest(
        self, found: ListImport, report: ImportReport, trigger: ImportTrigger, problem: str
    ) -> None:
        """Let an import come to rest."""
        async with self._changing:
            found = replace(found, findings=report.findings, problem=problem)
            await self._end(found, trigger)
            del self._reports[found.import_id]

    async def _end(self, found: ListImport, trigger: ImportTrigger) -> ListImport:
        ended = await self._move(found, trigger)
        if ended.state is ImportState.CANCELLED and found.state is ImportState.LOADING:
            await self._sink.forget_held(plan_of(found.order))
        if ended.state is ImportState.CANCELLED:
            await asyncio.to_thread(self._files.drop, ended)
        if ended.state is ImportState.LOADED:
            await asyncio.to_thread(self._files.of_list(ended).unlink, True)
            self._loaded(ended.order.campaign)
        return ended

    async def _move(self, found: ListImport, trigger: ImportTrigger) -> ListImport:
        """Change the state by the table and keep that; refuse what the table does not have."""
        if not IMPORT.allows(found.state, trigger):
            raise RequestRefused(f"import_{found.state}", f"the import is {found.state}")
        state = IMPORT.after(found.state, trigger)
        moved = replace(found, state=state, changed_us=self._clock.now_us())
        await self._book.keep(moved)
        return moved

    def _now(self, found: ListImport) -> ListImport:
        """Return the import with what is found out of it at this moment."""
        report = self._reports.get(found.import_id)
        return found if report is None else replace(found, findings=report.findings)


def plan_of(order: ImportOrder) -> ListPlan:
    """Return how the list is loaded; raise `ValueError` where it cannot be so."""
    return ListPlan(
        campaign=order.campaign,
        name=order.list_name,
        position=order.position,
        weight=order.weight,
        duplicates=Scope(order.duplicates),
        keeps_listed=order.keeps_listed,
    )


def _means_the_same(one: ImportOrder, other: ImportOrder) -> bool:
    """Tell whether two orders would make the same of the same file."""
    plain = {"by": "", "key": "", "filename": "", "dry": True}
    mapping = {**left_out(), **other.mapping}
    return replace(one, **plain) == replace(other, mapping=mapping, **plain)

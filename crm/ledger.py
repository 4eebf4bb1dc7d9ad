"""The ledger in a database: every domain event, once, in order, and never in the engine's way.

`append` only puts the event in a list. One writer task takes what gathered, writes it in one transaction
and fills the table of finished interactions on the way, and that of numbers nobody may call any more: a wish
to be left alone is kept wherever the word of it is. While the database is away the events go to a
file (`crm.spool`) and are played in, in order, when it is back. (run, sequence) names each event, so a
batch whose commit was not heard of is simply written again and still counts once.

What a power cut or SIGKILL can take is what gathered since the last batch: at most `batch_delay_s`.
An edge file: it runs a task and reads the loop's clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import orjson
import structlog
from sqlalchemy import Insert

from core.kernel.clock import Clock
from core.model.campaign_events import NumberForbidden
from core.model.events import InteractionRecorded
from core.model.message import DomainEvent
from crm.database import ROW_ERRORS, Database
from crm.leads.models import ListedNumberRow
from crm.ledger_reader import LedgerReader
from crm.ledger_rows import Entry, entry_of, interaction_of, listed_of
from crm.models import EngineRunRow, InteractionRow, LedgerEventRow
from crm.spool import Spool

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSettings:
    """How long events gather, and how many may wait where.

    A batch is written `batch_delay_s` after its first event, or at `batch_events_max`. Up to
    `waiting_events_max` wait in memory while a batch is being written, up to `spool_bytes_max` in the file
    while the database is away (a busy day of 100,000 contacts is about 400 MB); it is asked again every
    `retry_s`. What the disk does not take either goes on waiting in memory. What exceeds a limit is lost and
    counted, for the alternative is to stop answering calls.
    """

    spool_path: Path
    spool_bytes_max: int = 1024**3
    batch_delay_s: float = 0.05
    batch_events_max: int = 1_000
    waiting_events_max: int = 100_000
    retry_s: float = 1.0


async def new_run(database: Database, clock: Clock) -> int:
    """Return a number no earlier start of an engine on `database` had."""
    started = database.insert(EngineRunRow).values(started_at_us=clock.now_us()).returning(EngineRunRow.run)
    async with database.writing() as connection:
        return (await connection.execute(started)).scalar_one()


class SqlLedger(LedgerReader):
    """Domain events of one run of the engine, and reading those of all runs.

    `lost` counts events that no longer fitted anywhere, `refused` those the database will never take, and
    lines of the spool that nobody can read; these are kept beside the spool, in a file ending in `.refused`.
    `spooling` is set while the database is away and events go to the spool, `stuck` while the disk does not
    take them either and they wait in memory.
    """

    def __init__(self, database: Database, run: int, settings: LedgerSettings) -> None:
        self.run = run
        self.lost = 0
        self.refused = 0
        self.spooling = asyncio.Event()
        self.stuck = False
        super().__init__(database)
        self._settings = settings
        self._path = path = settings.spool_path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._spool = Spool(path, settings.spool_bytes_max)
        self._refusals = Spool(path.with_name(path.name + ".refused"), settings.spool_bytes_max)
        self._sequence = 0
        self._waiting: list[Entry] = []
        self._retry_at_s = 0.0
        self._away_since_s = 0.0
        self._closing = asyncio.Event()
        # `_filled`: something waits; `_urgent`: do not gather any longer; `_settled`: all is in the database.
        self._filled, self._urgent, self._settled = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._writer = asyncio.create_task(self._write_on())  # det-ok: the ledger's own edge
        self._writer.add_done_callback(lambda _: self._settled.set())

    @classmethod
    async def open(cls, database: Database, clock: Clock, settings: LedgerSettings) -> Self:
        """Begin a new run, with all that an earlier one left in the spool in its place.

        Raises `OSError` or `TimeoutError` when the database is away, `BlockingIOError` when another
        process has the spool.
        """
        ledger = cls(database, await new_run(database, clock), settings)
        await ledger.settled()
        return ledger

    def append(self, event: DomainEvent) -> None:
        """Accept `event`; it is in the database or on the disk within `batch_delay_s` and a write.

        Raises what ended the writer, should that ever happen: better to stop than to forget.
        """
        self._check_writer()
        self._sequence += 1  # one that is lost leaves its number out: whoever counts along stays in step
        if len(self._waiting) >= self._settings.waiting_events_max:
            self._lose(1)
            return
        self._waiting.append(entry_of(event, self.run, self._sequence))
        self._settled.clear()
        self._filled.set()
        if len(self._waiting) >= self._settings.batch_events_max:
            self._urgent.set()

    @property
    def waiting(self) -> int:
        """Return how many events are in no database and on no disk yet."""
        return len(self._waiting)

    @property
    def spooled_bytes(self) -> int:
        """Return how much on the disk waits for the database."""
        return self._spool.waiting_bytes

    async def settled(self) -> None:
        """Wait until all that was appended is in the database, however long that may be away."""
        await self._settled.wait()
        self._check_writer()

    async def close(self) -> None:
        """Write or spool what is still waiting, and let go of the spool; the database stays open."""
        self._closing.set()
        self._filled.set()
        self._urgent.set()
        await self._writer
        if not self._spool.empty:
            log.warning("ledger_left_spooled", bytes=self._spool.waiting_bytes, file=str(self._path))
        if self.lost:
            log.error("ledger_lost_events", events=self.lost)
        self._spool.close()
        self._refusals.close()

    # --- the writer task --------------------------------------------------------------------------

    async def _write_on(self) -> None:
        while not (self._closing.is_set() and not self._waiting):
            await self._keep(self._take_batch())
            if not self._waiting and self._spool.empty:
                self._settled.set()
            await self._gather()

    def _check_writer(self) -> None:
        if self._writer.done():
            self._writer.result()

    async def _gather(self) -> None:
        """Wait for an event, or for the next attempt to empty the spool; then for a batch to fill up."""
        settings = self._settings
        pauses = self._spool.waiting_bytes or self.stuck
        with suppress(TimeoutError):
            async with asyncio.timeout(settings.retry_s if pauses else None):
                await (self._closing if self.stuck else self._filled).wait()
        with suppress(TimeoutError):
            async with asyncio.timeout(settings.batch_delay_s):
                await self._urgent.wait()

    def _take_batch(self) -> list[Entry]:
        count = self._settings.batch_events_max
        batch, self._waiting = self._waiting[:count], self._waiting[count:]
        if not self._waiting and not self._closing.is_set():
            self._filled.clear()
        if len(self._waiting) < count and not self._closing.is_set():
            self._urgent.clear()
        return batch

    async def _keep(self, batch: Sequence[Entry]) -> None:
        """Write `batch` to the database, or to the spool while that is away."""
        now_s = asyncio.get_running_loop().time()
        if now_s < self._retry_at_s or not await self._write(batch, now_s):
            await self._spool_batch(batch)
            self.spooling.set()

    async def _write(self, batch: Sequence[Entry], now_s: float) -> bool:
        """Write what is spooled, then `batch`; return False if the database is away."""
        try:
            await self._play_in()
            await self._insert(batch)
        except OSError as error:  # TimeoutError is one
            self._retry_at_s = now_s + self._settings.retry_s
            if not self.spooling.is_set():
                self._away_since_s = now_s
                log.warning("ledger_is_spooling", error=repr(error))
            return False
        if self.spooling.is_set():
            log.info("ledger_writes_again", away_s=round(now_s - self._away_since_s, 1), lost=self.lost)
        self.spooling.clear()
        self.stuck = False
        return True

    async def _play_in(self) -> None:
        while not self._spool.empty:
            lines = await asyncio.to_thread(self._spool.peek, self._settings.batch_events_max)
            await self._insert([entry for line in lines if (entry := await self._read_line(line))])
            await asyncio.to_thread(self._spool.take, lines)

    async def _read_line(self, line: bytes) -> Entry | None:
        """Return the entry of a line of the spool; one that nobody can read is set aside, not in the way."""
        try:
            entry: Entry = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            await self._refuse(line, "spool_line_unreadable", error=str(error))
            return None
        return entry

    async def _insert(self, batch: Sequence[Entry]) -> None:
        """Write `batch` in one transaction; where a row is refused, find it by halves and set it aside."""
        if not batch:
            return
        try:
            await self._insert_all(batch)
        except ROW_ERRORS as error:
            if len(batch) > 1:
                half = len(batch) // 2
                await self._insert(batch[:half])
                await self._insert(batch[half:])
                return
            kind, why = batch[0]["kind"], type(error.orig).__name__
            await self._refuse(orjson.dumps(batch[0]), "ledger_event_refused", kind=kind, error=why)

    async def _insert_all(self, batch: Sequence[Entry]) -> None:
        finished = [interaction_of(entry) for entry in batch if entry["kind"] == InteractionRecorded.__name__]
        forbidden = [listed_of(entry) for entry in batch if entry["kind"] == NumberForbidden.__name__]
        async with self._database.writing() as connection:
            await connection.execute(self._insert_once(LedgerEventRow), list(batch))
            if finished:
                await connection.execute(self._insert_once(InteractionRow), finished)
            if forbidden:
                await connection.execute(self._insert_once(ListedNumberRow), forbidden)

    def _insert_once(self, table: type[LedgerEventRow | InteractionRow | ListedNumberRow]) -> Insert:
        key = [column.name for column in table.__table__.primary_key]
        return self._database.insert(table).on_conflict_do_nothing(index_elements=key)

    async def _refuse(self, line: bytes, what: str, **why: str) -> None:
        """Keep for people what the database will never take."""
        self.refused += 1
        log.error(what, **why)
        try:
            kept = await asyncio.to_thread(self._refusals.append, [line])
        except OSError as error:
            log.error("refusal_not_kept", error=repr(error))
            kept = 0
        self._lose(1 - kept)

    async def _spool_batch(self, batch: Sequence[Entry]) -> None:
        """Put `batch` on the disk, or back before all that waits where that does not take it either."""
        if not batch:
            return
        try:
            kept = await asyncio.to_thread(self._spool.append, [orjson.dumps(entry) for entry in batch])
        except OSError as error:
            self._wait_on(batch, error)
            return
        self.stuck = False
        self._lose(len(batch) - kept)

    def _wait_on(self, batch: Sequence[Entry], error: OSError) -> None:
        # Said once: a line for each attempt would fill the disk that may be the trouble.
        if not self.stuck:
            log.error("spool_failed", error=repr(error), file=str(self._path))
        self.stuck = True
        if self._closing.is_set():
            self._lose(len(batch))
            return
        self._waiting[:0] = batch
        self._filled.set()
        if len(self._waiting) >= self._settings.batch_events_max:
            self._urgent.set()

    def _lose(self, count: int) -> None:
        # Said once, too.
        if count and not self.lost:
            log.error("ledger_loses_events")
        self.lost += count

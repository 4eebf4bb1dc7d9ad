"""The ledger in a database: every domain event, once, in order, and never in the engine's way.

`append` only puts the event in a list. One writer task takes what gathered, writes it in one transaction
and fills the table of finished interactions on the way. While the database is away the events go to a
file (`crm.spool`) and are played in, in order, when it is back. (run, sequence) names each event, so a
batch whose commit was not heard of is simply written again and still counts once.

What a power cut or SIGKILL can take is what gathered since the last batch: at most `batch_delay_s`.
An edge file: it runs a task and reads the loop's clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, cast

import orjson
import structlog
from sqlalchemy import Insert, and_, bindparam, exists, func, or_, select

from core.kernel.clock import Clock
from core.model.attempt_events import AttemptDialed, AttemptEnded, AttemptRecalled
from core.model.callback_events import CallbackBooked
from core.model.campaign_events import CampaignChanged, CampaignEvent, CampaignLearned, RulesSet
from core.model.campaign_requests import RestoreCampaign, RestoreExperience, RestoreRules
from core.model.codec import decode_as, encode
from core.model.contact import VOICE
from core.model.events import (
    AgentStateChanged,
    ContactArrived,
    ContactEvent,
    ContactRecalled,
    InteractionRecorded,
    QualityLearned,
    WorkAdded,
)
from core.model.ids import ContactId
from core.model.message import DomainEvent
from core.model.requests import RestoreAgent, RestoreAgentLevels, RestoreAgentQueues, RestoreQuality
from core.model.supervision import AgentLevelsSet, AgentQueuesSet
from crm.agent_levels import fold_agent_levels
from crm.agent_quality import fold_quality
from crm.agent_queues import fold_agent_queues
from crm.agent_states import fold_agent_states
from crm.campaign_experience import fold_campaign_experience
from crm.campaign_rules import fold_campaign_rules
from crm.campaign_states import fold_campaign_states
from crm.database import ROW_ERRORS, Database
from crm.models import EngineRunRow, InteractionRow, LedgerEventRow
from crm.open_attempts import fold_open_attempts
from crm.open_contacts import fold_open_contacts
from crm.spool import Spool

log = structlog.get_logger(__name__)

Entry = dict[str, Any]
"""One event as the columns of `ledger_event`; also, as JSON, one line of the spool."""

_INTERACTION_COLUMNS = tuple(column.name for column in InteractionRow.__table__.columns)


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


CAMPAIGN_CHANGES_MAX = 10_000
"""How far back the last state of a campaign is looked for: months, where one runs dry every few minutes."""


async def new_run(database: Database, clock: Clock) -> int:
    """Return a number no earlier start of an engine on `database` had."""
    started = database.insert(EngineRunRow).values(started_at_us=clock.now_us()).returning(EngineRunRow.run)
    async with database.writing() as connection:
        return (await connection.execute(started)).scalar_one()


async def read_history(database: Database, contact_id: ContactId) -> Sequence[DomainEvent]:
    """Return all that happened to one contact in any run, oldest first."""
    return await _read(database, _HISTORY, {"contact_id": contact_id})


async def read_changes(database: Database, until_us: int) -> Sequence[AgentStateChanged]:
    """Return the last change of state of each agent up to the instant `until_us`."""
    changes = await _read(
        database, _CHANGES_UNTIL, {"kind": AgentStateChanged.__name__, "until_us": until_us}
    )
    return [change for change in changes if isinstance(change, AgentStateChanged)]


async def read_assignments(database: Database, until_us: int) -> Sequence[AgentQueuesSet]:
    """Return which queues each agent of whom it was ever said served last, up to the instant `until_us`."""
    told = await _read(database, _CHANGES_UNTIL, {"kind": AgentQueuesSet.__name__, "until_us": until_us})
    return [event for event in told if isinstance(event, AgentQueuesSet)]


async def read_levels(database: Database, until_us: int) -> Sequence[AgentLevelsSet]:
    """Return which levels were set last of each agent of whom it was ever said, up to `until_us`."""
    told = await _read(database, _CHANGES_UNTIL, {"kind": AgentLevelsSet.__name__, "until_us": until_us})
    return [event for event in told if isinstance(event, AgentLevelsSet)]


async def read_campaign_states(database: Database) -> Sequence[RestoreCampaign]:
    """Return the last state of each campaign, in any run."""
    told = await _read(
        database, _LAST_TOLD, {"kind": CampaignChanged.__name__, "count": CAMPAIGN_CHANGES_MAX}
    )
    return fold_campaign_states(reversed(cast(Sequence[CampaignChanged], told)))


class SqlLedger:
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
        self._database = database
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
        self._waiting.append(_entry(event, self.run, self._sequence))
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

    async def history(self, contact_id: ContactId) -> Sequence[DomainEvent]:
        """Return all that happened to one contact in any run, oldest first."""
        return await read_history(self._database, contact_id)

    async def changes(self, until_us: int) -> Sequence[AgentStateChanged]:
        """Return the last change of state of each agent up to the instant `until_us`, in any run."""
        return await read_changes(self._database, until_us)

    async def last_agent_states(self) -> Sequence[RestoreAgent]:
        """Return what each agent not logged out was doing last."""
        changes = await _read(self._database, _LAST_CHANGES, {"kind": AgentStateChanged.__name__})
        return fold_agent_states(cast(Sequence[AgentStateChanged], changes))

    async def last_campaign_states(self) -> Sequence[RestoreCampaign]:
        """Return the last state of each campaign."""
        return await read_campaign_states(self._database)

    async def learned_quality(self) -> Sequence[RestoreQuality]:
        """Return what had been learned last of each agent."""
        learned = await _read(self._database, _LAST_CHANGES, {"kind": QualityLearned.__name__})
        return fold_quality(cast(Sequence[QualityLearned], learned))

    async def agent_queues(self) -> Sequence[RestoreAgentQueues]:
        """Return which queues those serve who do not serve all they may."""
        told = await _read(self._database, _LAST_CHANGES, {"kind": AgentQueuesSet.__name__})
        return fold_agent_queues(cast(Sequence[AgentQueuesSet], told))

    async def agent_levels(self) -> Sequence[RestoreAgentLevels]:
        """Return which levels are not as configured."""
        told = await _read(self._database, _LAST_CHANGES, {"kind": AgentLevelsSet.__name__})
        return fold_agent_levels(cast(Sequence[AgentLevelsSet], told))

    async def campaign_experience(self) -> Sequence[RestoreExperience]:
        """Return what had been learned last by each campaign."""
        learned = await _read(self._database, _LAST_CHANGES, {"kind": CampaignLearned.__name__})
        return fold_campaign_experience(cast(Sequence[CampaignLearned], learned))

    async def campaign_rules(self) -> Sequence[RestoreRules]:
        """Return what is set at work for campaigns that do not go by their file alone."""
        told = await _read(self._database, _LAST_CHANGES, {"kind": RulesSet.__name__})
        return fold_campaign_rules(cast(Sequence[RulesSet], told))

    async def open_attempts(self, since_us: int) -> Sequence[AttemptRecalled]:
        """Return the attempts dialed from `since_us` on that have no end; oldest first."""
        return fold_open_attempts(await _read(self._database, _UNENDED, {"since_us": since_us}))

    async def open_contacts(self, since_us: int) -> Sequence[ContactRecalled]:
        """Return callbacks, work, and contacts from `since_us` on, that have no record; oldest first."""
        return await read_open_contacts(self._database, since_us)

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
        finished = [_interaction(entry) for entry in batch if entry["kind"] == InteractionRecorded.__name__]
        async with self._database.writing() as connection:
            await connection.execute(self._insert_once(LedgerEventRow), list(batch))
            if finished:
                await connection.execute(self._insert_once(InteractionRow), finished)

    def _insert_once(self, table: type[LedgerEventRow | InteractionRow]) -> Insert:
        return self._database.insert(table).on_conflict_do_nothing(index_elements=["run", "sequence"])

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


_EVENTS = select(LedgerEventRow.kind, LedgerEventRow.body).order_by(
    LedgerEventRow.run, LedgerEventRow.sequence
)
_LAST_TOLD = (
    select(LedgerEventRow.kind, LedgerEventRow.body)
    .where(LedgerEventRow.kind == bindparam("kind"))
    .order_by(LedgerEventRow.run.desc(), LedgerEventRow.sequence.desc())
    .limit(bindparam("count"))
)
_HISTORY = _EVENTS.where(LedgerEventRow.contact_id == bindparam("contact_id"))

# A callback may wait for days, and there are few: all of them count.
_ARRIVALS = select(LedgerEventRow.contact_id).where(
    or_(
        and_(LedgerEventRow.at_us >= bindparam("since_us"), LedgerEventRow.kind == ContactArrived.__name__),
        LedgerEventRow.kind.in_((CallbackBooked.__name__, WorkAdded.__name__)),
    )
)
_UNRECORDED = _EVENTS.where(
    LedgerEventRow.contact_id.in_(
        _ARRIVALS.where(~exists().where(InteractionRow.contact_id == LedgerEventRow.contact_id))
    )
)
_DIALED = select(LedgerEventRow.contact_id).where(
    LedgerEventRow.kind == AttemptDialed.__name__, LedgerEventRow.at_us >= bindparam("since_us")
)
_ENDED = select(LedgerEventRow.contact_id).where(
    LedgerEventRow.kind == AttemptEnded.__name__, LedgerEventRow.at_us >= bindparam("since_us")
)
_UNENDED = _EVENTS.where(LedgerEventRow.contact_id.in_(_DIALED), LedgerEventRow.contact_id.not_in(_ENDED))
_LAST_INSTANT = select(func.max(LedgerEventRow.at_us))

_RECENCY = func.row_number().over(
    partition_by=LedgerEventRow.agent_id,
    order_by=(LedgerEventRow.run.desc(), LedgerEventRow.sequence.desc()),
)
_CHANGES = select(LedgerEventRow.kind, LedgerEventRow.body, _RECENCY.label("recency")).where(
    LedgerEventRow.kind == bindparam("kind")
)


def _latest(changes: Any) -> Any:
    """Return the query of the last of each agent's `changes`."""
    ranked = changes.subquery()
    return select(ranked.c.kind, ranked.c.body).where(ranked.c.recency == 1)


_LAST_CHANGES = _latest(_CHANGES)
_CHANGES_UNTIL = _latest(_CHANGES.where(LedgerEventRow.at_us <= bindparam("until_us")))


async def read_open_contacts(database: Database, since_us: int) -> Sequence[ContactRecalled]:
    """Return callbacks, work, and contacts from `since_us` on, that have no record; oldest first."""
    told = await _read(database, _UNRECORDED, {"since_us": since_us})
    async with database.reading() as connection:
        seen_us = (await connection.execute(_LAST_INSTANT)).scalar_one()
    return fold_open_contacts(cast(Sequence[ContactEvent], told), seen_us or 0)


async def _read(database: Database, query: Any, values: Mapping[str, object]) -> Sequence[DomainEvent]:
    async with database.reading() as connection:
        rows = await connection.execute(query, values)
        return [cast(DomainEvent, decode_as(row.kind, row.body)) for row in rows]


def _entry(event: DomainEvent, run: int, sequence: int) -> Entry:
    return {
        "run": run,
        "sequence": sequence,
        "at_us": event.at_us,
        "kind": type(event).__name__,
        "contact_id": _clean(getattr(event, "contact_id", "")),
        "agent_id": _clean(_whose(event)),
        "body": encode(event).decode(),
    }


def _whose(event: DomainEvent) -> str:
    """Return the agent an event is about, or the campaign where it is about one as a whole."""
    return event.campaign if isinstance(event, CampaignEvent) else getattr(event, "agent_id", None) or ""


_UNTOLD = {"channel": VOICE, "notes": ""}


def _interaction(entry: Entry) -> Entry:
    """Return the columns of `interaction` for a ledger entry of `InteractionRecorded`.

    An entry that an older program left in the spool says nothing of channels (it had one) or notes.
    """
    told = entry | _UNTOLD | orjson.loads(entry["body"]) | {"ended_at_us": entry["at_us"]}
    return {name: _clean(told[name]) for name in _INTERACTION_COLUMNS}


def _clean(value: Any) -> Any:
    """Return a text without NUL, which PostgreSQL keeps in no column; the body has it escaped."""
    return value.replace("\0", "") if isinstance(value, str) else value

"""The ledger as reports and screens read it: in SQL beside an engine that writes, and in memory.

Pages are small and each is read in one go: whoever reads a whole day must not keep a call waiting meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import bindparam, select, tuple_

from core.model.codec import decode_as
from core.model.events import AgentStateChanged, ContactEvent, ContactRecalled, InteractionRecorded
from core.model.ids import ContactId
from core.model.message import DomainEvent
from core.model.supervision import AgentLevelsSet, AgentQueuesSet
from crm.ledger_reader import LedgerReader
from crm.memory import MemoryLedger
from crm.models import LedgerEventRow

Place = tuple[int, int]
"""Where in the ledger an event stands: the run of the engine, and the number within it."""

PAGE_ROWS = 250
"""Events decoded at a time: about two milliseconds."""
NOWHERE: Place = (-1, -1)

_ROW = LedgerEventRow
_PLACE = tuple_(_ROW.run, _ROW.sequence)
_BEYOND = tuple_(bindparam("run"), bindparam("sequence"))
_SPAN = (
    select(_ROW.run, _ROW.sequence, _ROW.kind, _ROW.body)
    .where(_ROW.at_us >= bindparam("since_us"), _ROW.at_us < bindparam("until_us"))
    .where(_PLACE > _BEYOND)
    .order_by(_ROW.run, _ROW.sequence)
    .limit(PAGE_ROWS)
)
_SPAN_OF_KINDS = _SPAN.where(_ROW.kind.in_(bindparam("kinds", expanding=True)))
_INTERACTIONS = (
    select(_ROW.run, _ROW.sequence, _ROW.kind, _ROW.body)
    .where(_ROW.kind == InteractionRecorded.__name__)
    .where(_ROW.at_us >= bindparam("since_us"), _ROW.at_us < bindparam("until_us"))
    .where(_PLACE > _BEYOND)
    .order_by(_ROW.run, _ROW.sequence)
    .limit(bindparam("count"))
)


class SqlHistory(LedgerReader):
    """What a database holds of all runs of the engine, page by page as well."""

    async def events(
        self, since_us: int, until_us: int, kinds: Collection[type[DomainEvent]] = ()
    ) -> AsyncIterator[tuple[Place, DomainEvent]]:
        """Yield the events from `since_us` until before `until_us` in the ledger's order, with their places.

        Of these classes only, where any is given.
        """
        values = {"since_us": since_us, "until_us": until_us}
        names = {"kinds": sorted(kind.__name__ for kind in kinds)} if kinds else {}
        query, place = _SPAN_OF_KINDS if kinds else _SPAN, NOWHERE
        while True:
            page = await self._page(query, {**values, **names}, place)
            for place, event in page:
                yield place, event
            if len(page) < PAGE_ROWS:
                return

    async def interactions(
        self, since_us: int, until_us: int, after: Place, count: int
    ) -> Sequence[tuple[Place, InteractionRecorded]]:
        """Return `count` records at most that ended in that time, those beyond `after`, in their order."""
        values = {"since_us": since_us, "until_us": until_us, "count": count}
        page = await self._page(_INTERACTIONS, values, after)
        return cast(Sequence[tuple[Place, InteractionRecorded]], page)

    async def _page(
        self, query: Any, values: Mapping[str, object], after: Place
    ) -> Sequence[tuple[Place, DomainEvent]]:
        run, sequence = after
        async with self._database.reading() as connection:
            rows = (await connection.execute(query, {**values, "run": run, "sequence": sequence})).all()
        return [((row.run, row.sequence), cast(DomainEvent, decode_as(row.kind, row.body))) for row in rows]


class MemoryHistory:
    """The same of a ledger in memory, whose events are all of one `run`, numbered from 1."""

    def __init__(self, ledger: MemoryLedger, run: int = 1) -> None:
        self._ledger = ledger
        self._run = run

    async def events(
        self, since_us: int, until_us: int, kinds: Collection[type[DomainEvent]] = ()
    ) -> AsyncIterator[tuple[Place, DomainEvent]]:
        """Yield the events of that time, with their places."""
        for count, (place, event) in enumerate(self._placed(since_us, until_us)):
            if not kinds or type(event) in kinds:
                yield place, event
            if count % PAGE_ROWS == PAGE_ROWS - 1:
                await asyncio.sleep(0)

    async def interactions(
        self, since_us: int, until_us: int, after: Place, count: int
    ) -> Sequence[tuple[Place, InteractionRecorded]]:
        """Return a page of records."""
        placed = self._placed(since_us, until_us)
        found = [(p, e) for p, e in placed if isinstance(e, InteractionRecorded) and p > after]
        return found[:count]

    async def history(self, contact_id: ContactId) -> Sequence[DomainEvent]:
        """Return all that happened to one contact."""
        return [e for e in self._ledger.events if isinstance(e, ContactEvent) and e.contact_id == contact_id]

    async def open_contacts(self, since_us: int) -> Sequence[ContactRecalled]:
        """Return the contacts that have no record."""
        return await self._ledger.open_contacts(since_us)

    async def changes(self, until_us: int) -> Sequence[AgentStateChanged]:
        """Return the last change of state of each agent up to the instant `until_us`."""
        return await self._ledger.changes(until_us)

    async def assignments(self, until_us: int) -> Sequence[AgentQueuesSet]:
        """Return which queues agents served last up to the instant `until_us`."""
        return await self._ledger.assignments(until_us)

    async def levels(self, until_us: int) -> Sequence[AgentLevelsSet]:
        """Return which levels were set last up to the instant `until_us`."""
        return await self._ledger.levels(until_us)

    def _placed(self, since_us: int, until_us: int) -> list[tuple[Place, DomainEvent]]:
        return [
            ((self._run, number), event)
            for number, event in enumerate(self._ledger.events, 1)
            if since_us <= event.at_us < until_us
        ]

"""Long stretches of the ledger, read page by page: for folds over days, not for the running engine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import cast

from sqlalchemy import bindparam, func, select, tuple_

from core.model.codec import decode_as
from core.model.message import DomainEvent
from crm.database import Database
from crm.models import LedgerEventRow

PAGE_ROWS = 5_000
"""Events held in memory at a time."""
END_OF_TIME_US = 2**62
"""Later than any instant the ledger can hold."""

_ROW = LedgerEventRow
_PAGE = (
    select(_ROW.run, _ROW.sequence, _ROW.kind, _ROW.body)
    .where(
        _ROW.at_us >= bindparam("since_us"),
        _ROW.at_us < bindparam("until_us"),
        _ROW.kind.in_(bindparam("kinds", expanding=True)),
        tuple_(_ROW.run, _ROW.sequence) > tuple_(bindparam("run"), bindparam("sequence")),
    )
    .order_by(_ROW.run, _ROW.sequence)
    .limit(PAGE_ROWS)
)


async def read_events(
    database: Database,
    kinds: Iterable[type[DomainEvent]],
    since_us: int = 0,
    until_us: int = END_OF_TIME_US,
) -> AsyncIterator[DomainEvent]:
    """Yield the events of these classes from `since_us` until before `until_us`, in the ledger's order."""
    names = sorted(kind.__name__ for kind in kinds)
    run, sequence = -1, -1
    while True:
        values = {
            "since_us": since_us,
            "until_us": until_us,
            "kinds": names,
            "run": run,
            "sequence": sequence,
        }
        async with database.reading() as connection:
            rows = (await connection.execute(_PAGE, values)).all()
        for row in rows:
            yield cast(DomainEvent, decode_as(row.kind, row.body))
        if len(rows) < PAGE_ROWS:
            return
        run, sequence = rows[-1].run, rows[-1].sequence


async def read_span(
    database: Database, kind: type[DomainEvent], since_us: int = 0, until_us: int = END_OF_TIME_US
) -> tuple[int, int] | None:
    """Return the first and the last instant of an event of this class in that time, None without any."""
    span = select(func.min(_ROW.at_us), func.max(_ROW.at_us)).where(
        _ROW.kind == kind.__name__, _ROW.at_us >= since_us, _ROW.at_us < until_us
    )
    async with database.reading() as connection:
        first_us, last_us = (await connection.execute(span)).one()
    return None if first_us is None else (first_us, last_us)


_AFTER = (
    select(_ROW.run, _ROW.sequence, _ROW.kind, _ROW.body)
    .where(tuple_(_ROW.run, _ROW.sequence) > tuple_(bindparam("run"), bindparam("sequence")))
    .order_by(_ROW.run, _ROW.sequence)
    .limit(PAGE_ROWS)
)


async def read_after(
    database: Database, run: int, sequence: int
) -> AsyncIterator[tuple[tuple[int, int], DomainEvent]]:
    """Yield all events beyond that one, of later runs too, each with its run and its number in it."""
    while True:
        async with database.reading() as connection:
            rows = (await connection.execute(_AFTER, {"run": run, "sequence": sequence})).all()
        for row in rows:
            yield (row.run, row.sequence), cast(DomainEvent, decode_as(row.kind, row.body))
        if len(rows) < PAGE_ROWS:
            return
        run, sequence = rows[-1].run, rows[-1].sequence


async def read_end(database: Database) -> tuple[int, int]:
    """Return the run and the number of the last event there is; (0, 0) where there is none."""
    last = select(_ROW.run, _ROW.sequence).order_by(_ROW.run.desc(), _ROW.sequence.desc()).limit(1)
    async with database.reading() as connection:
        row = (await connection.execute(last)).one_or_none()
    return (0, 0) if row is None else (row.run, row.sequence)

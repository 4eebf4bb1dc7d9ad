"""Whom attempts are at: no two of them, whatever engines and campaigns, are at one person or one telephone.

An attempt engages both at the moment of dialing, and lets go when it is settled, in the transaction that
writes down what it came to. So whoever has them next reads of it in the past, and every cap and lock-out
holds at once between engines. Keys are locked in their order by all who lock several: nobody waits in a
circle.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model.lead import at_whom
from core.model.lead_orders import CheckNumbers
from crm.database import Database
from crm.leads.models import EngagedRow
from crm.leads.reading import filled_up


class Wanted(NamedTuple):
    """A person or a telephone that an attempt is to have; in their order."""

    whom: str
    place: int
    attempt_id: str


def wanted_by(order: CheckNumbers) -> list[Wanted]:
    """Return what the attempts of an order need, in the order in which it is given away."""
    asked = zip(order.attempt_ids, order.person_ids, order.numbers, strict=True)
    return sorted(
        Wanted(whom, place, attempt_id)
        for place, (attempt_id, person_id, number) in enumerate(asked)
        for whom in at_whom(person_id, number)
    )


def refused_among(wanted: Iterable[Wanted], holders: Mapping[str, str]) -> list[str]:
    """Return the attempts that do not have all they need, in their order; `holders` are attempts by whom."""
    lacking = {each.place: each.attempt_id for each in wanted if holders.get(each.whom) != each.attempt_id}
    return [lacking[place] for place in sorted(lacking)]


class MemoryEngaged:
    """Who is engaged, in memory: by which attempt, and until when."""

    def __init__(self) -> None:
        self._by_whom: dict[str, tuple[str, int]] = {}

    def engage(self, order: CheckNumbers, now_us: int) -> list[str]:
        """Let attempts have whom they are at; return those that may not, who then have neither."""
        wanted = wanted_by(order)
        for each in wanted:
            holder, until_us = self._by_whom.get(each.whom, ("", 0))
            if until_us <= now_us or holder == each.attempt_id:
                self._by_whom[each.whom] = each.attempt_id, order.until_us
        refused = refused_among(wanted, {each.whom: self._by_whom[each.whom][0] for each in wanted})
        for each in wanted:
            if each.attempt_id in refused:
                self.let_go(each.attempt_id, [each.whom])
        return refused

    def keep(self, attempt_id: str, whoms: Iterable[str], until_us: int) -> None:
        """Let an attempt keep what it has of `whoms` until another instant."""
        for whom in self._held(attempt_id, whoms):
            self._by_whom[whom] = attempt_id, until_us

    def let_go(self, attempt_id: str, whoms: Iterable[str]) -> None:
        """Let go of what an attempt has of `whoms`."""
        for whom in self._held(attempt_id, whoms):
            del self._by_whom[whom]

    def _held(self, attempt_id: str, whoms: Iterable[str]) -> list[str]:
        return [whom for whom in whoms if self._by_whom.get(whom, ("", 0))[0] == attempt_id]


async def engage(database: Database, order: CheckNumbers, now_us: int) -> list[str]:
    """Let attempts have whom they are at; return those that may not, who then have neither."""
    wanted = wanted_by(order)
    rows = [
        {"whom": each.whom, "attempt_id": each.attempt_id, "until_us": order.until_us, "now_us": now_us}
        for each in wanted
    ]
    insert = database.insert(EngagedRow)
    statement = insert.on_conflict_do_update(
        index_elements=["whom"],
        set_={"attempt_id": insert.excluded.attempt_id, "until_us": insert.excluded.until_us},
        where=or_(
            EngagedRow.until_us <= bindparam("now_us"), EngagedRow.attempt_id == insert.excluded.attempt_id
        ),
    )
    async with database.writing() as connection:
        await connection.execute(statement, rows)
        found = await connection.execute(_HOLDERS, {"whoms": filled_up([each.whom for each in wanted])})
        refused = refused_among(wanted, {row.whom: row.attempt_id for row in found})
        if refused:
            await _let_go(connection, [each for each in wanted if each.attempt_id in refused])
    return refused


async def keep_engaged(
    connection: AsyncConnection, attempt_id: str, whoms: Iterable[str], until_us: int
) -> None:
    """Let an attempt keep what it has of `whoms` until another instant."""
    rows = [{"key": whom, "attempt": attempt_id, "new_until_us": until_us} for whom in sorted(whoms)]
    await connection.execute(_KEEP, rows)


async def disengage(connection: AsyncConnection, attempt_id: str, whoms: Iterable[str]) -> None:
    """Let go of what an attempt has of `whoms`."""
    await _let_go(connection, [Wanted(whom, 0, attempt_id) for whom in sorted(whoms)])


async def _let_go(connection: AsyncConnection, wanted: Iterable[Wanted]) -> None:
    rows = [{"key": each.whom, "attempt": each.attempt_id} for each in wanted]
    await connection.execute(_LET_GO, rows)


_ENGAGED = EngagedRow.__table__
_ITS = (EngagedRow.whom == bindparam("key"), EngagedRow.attempt_id == bindparam("attempt"))
_HOLDERS = select(EngagedRow.whom, EngagedRow.attempt_id).where(
    EngagedRow.whom.in_(bindparam("whoms", expanding=True))
)
_KEEP = update(_ENGAGED).where(*_ITS).values(until_us=bindparam("new_until_us"))  # type: ignore[arg-type]
_LET_GO = delete(_ENGAGED).where(*_ITS)  # type: ignore[arg-type]

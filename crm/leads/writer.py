"""Write the leads of a list into the database, a batch in one transaction.

What is known is read first, `crm.leads.records.judge` says what becomes of each lead, and only that is
written. Batches take turns, so that two lists that are loaded at once see each other's numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Executable,
    and_,
    bindparam,
    case,
    delete,
    exists,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from crm.database import Database
from crm.leads.models import PLACE_BITS, CampaignRow, LeadListRow, LeadNumberRow, LeadRow
from crm.leads.reading import AnyRow, chunks, filled_up, listed_among
from crm.leads.records import Judgement, Known, LeadRecord, LeadState, ListPlan, Place, Scope, Verdict, judge
from crm.leads.standing import RANK_PART, rank_part, standing_of

RELEASED_AT_ONCE = 20_000
"""Leads let into the line in one transaction: a third of a second, so that the ledger need not wait long."""

LEADS_COUNTED = 6_000
"""Leads of a list after which PostgreSQL is told to count: a plan made for an empty table reads all of it."""

# Any fixed number of ours: the batches of two imports take turns on PostgreSQL.
IMPORT_LOCK = 7_465_320


class _Target(NamedTuple):
    """The list to write to; ids are `_NOWHERE` where it, or its campaign, is not there yet."""

    campaign_id: int
    list_id: int
    places: int


_NOWHERE = -1


async def judge_leads(
    database: Database, plan: ListPlan, records: Sequence[LeadRecord]
) -> Sequence[Judgement]:
    """Return what `write_leads` would, and write nothing."""
    async with database.reading() as connection:
        target = await _find_target(connection, plan)
        there = await _leads_there(connection, target, records)
        return judge(plan, records, await _known(connection, plan, target, records, there))


async def write_leads(
    database: Database, plan: ListPlan, records: Sequence[LeadRecord]
) -> Sequence[Judgement]:
    """Create or update each lead; see `crm.leads.records.LeadSink`."""
    async with database.writing() as connection:
        if database.dialect == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": IMPORT_LOCK})
        target = await _claim_places(database, connection, plan, len(records))
        there = await _leads_there(connection, target, records)
        judgements = judge(plan, records, await _known(connection, plan, target, records, there))
        by_verdict: dict[Verdict, list[LeadRecord]] = {}
        for record, judgement in zip(records, judgements, strict=True):
            by_verdict.setdefault(judgement.verdict, []).append(record)
        await _insert(connection, target, by_verdict.get(Verdict.NEW, ()))
        await _change(connection, by_verdict.get(Verdict.UPDATED, ()), there)
        if database.dialect == "postgresql" and 0 <= LEADS_COUNTED - target.places < len(records):
            await connection.execute(_COUNT)
    return judgements


async def finish_list(database: Database, plan: ListPlan) -> None:
    """Let the leads of the list come up, a part in each transaction, and mark it complete at the end."""
    async with database.reading() as connection:
        target = await _find_target(connection, plan)
    await _part_by_part(database, target, _RELEASE)
    async with database.writing() as connection:
        if database.dialect == "postgresql":
            await connection.execute(_COUNT)
        await connection.execute(_MARK, {"key": target.list_id, "whole": True, "count": 0})


async def forget_held(database: Database, plan: ListPlan) -> None:
    """Forget the leads that never were in line, a part in each transaction, and the list if none is left."""
    async with database.reading() as connection:
        target = await _find_target(connection, plan)
    await _part_by_part(database, target, _FORGET_HELD)
    async with database.writing() as connection:
        await connection.execute(_FORGET_EMPTY, {"key": target.list_id})
        await connection.execute(_MARK, {"key": target.list_id, "whole": True, "count": 0})


async def _part_by_part(database: Database, target: _Target, statement: Executable) -> None:
    """Execute a statement on all places of a list, some in each transaction, so that the ledger can write."""
    for first in range(0, target.places, RELEASED_AT_ONCE):
        lowest = target.list_id << PLACE_BITS | first
        async with database.writing() as connection:
            await connection.execute(statement, {"lowest": lowest, "beyond": lowest + RELEASED_AT_ONCE})


# --- the list -----------------------------------------------------------------------------------------


async def _find_target(connection: AsyncConnection, plan: ListPlan) -> _Target:
    found = (await connection.execute(_TARGET, {"campaign": plan.campaign, "name": plan.name})).one_or_none()
    if found is None or found.list_id is None:
        campaign_id = _NOWHERE if found is None else found.campaign_id
        return _Target(campaign_id, _NOWHERE, 0)
    return _Target(*found)


async def _claim_places(
    database: Database, connection: AsyncConnection, plan: ListPlan, count: int
) -> _Target:
    """Make the list where it is missing and take places for `count` leads; `places` counts those before."""
    await connection.execute(database.insert(CampaignRow).on_conflict_do_nothing(), {"name": plan.campaign})
    target = await _find_target(connection, plan)
    if target.list_id == _NOWHERE:
        row = {"campaign_id": target.campaign_id, "name": plan.name}
        row |= {"position": plan.position, "weight": plan.weight, "places": 0, "complete": False}
        await connection.execute(insert(LeadListRow), row)
        target = await _find_target(connection, plan)
    await connection.execute(_MARK, {"key": target.list_id, "whole": False, "count": count})
    return target


# --- what is known ----------------------------------------------------------------------------------


async def _leads_there(
    connection: AsyncConnection, target: _Target, records: Sequence[LeadRecord]
) -> dict[str, AnyRow]:
    """Return the leads of the batch that are in the list already, by external id."""
    asked = {"list_id": target.list_id, "ids": filled_up([record.external_id for record in records])}
    return {row.external_id: row for row in await connection.execute(_LEADS_THERE, asked)}


async def _known(
    connection: AsyncConnection,
    plan: ListPlan,
    target: _Target,
    records: Sequence[LeadRecord],
    there: dict[str, AnyRow],
) -> Known:
    numbers = [number.number for record in records for number in record.numbers]
    return Known(
        digests={key: row.digest for key, row in there.items()},
        taken=await _taken(connection, plan.duplicates, target, [r.numbers[0].number for r in records]),
        listed=await listed_among(connection, plan.campaign, numbers),
    )


async def _taken(
    connection: AsyncConnection, scope: Scope, target: _Target, numbers: Iterable[str]
) -> dict[str, Place]:
    """Return where first numbers stand already, as far as `scope` looks: the lead that was there first."""
    if scope in (Scope.NONE, Scope.FILE):
        return {}
    stands: list[tuple[str, int]] = []
    for chunk in chunks(dict.fromkeys(numbers)):
        for row in await connection.execute(_FIRST_NUMBERS, {"numbers": chunk}):
            if scope is not Scope.LIST or row.lead_id >> PLACE_BITS == target.list_id:
                stands.append((row.number, row.lead_id))
    where: dict[int, Place] = {}
    for ids in chunks(lead_id for _, lead_id in stands):
        for lead in await connection.execute(_WHOSE, {"ids": ids}):
            if scope is not Scope.CAMPAIGN or lead.campaign_id == target.campaign_id:
                where[lead.id] = Place(lead.campaign, lead.list_name, lead.external_id)
    taken: dict[str, Place] = {}
    for number, lead_id in stands:
        if lead_id in where:
            taken.setdefault(number, where[lead_id])
    return taken


# --- writing ------------------------------------------------------------------------------------------


async def _insert(connection: AsyncConnection, target: _Target, records: Sequence[LeadRecord]) -> None:
    if not records:
        return
    first = target.list_id << PLACE_BITS | target.places
    places = range(target.places, target.places + len(records))
    leads = [_new_lead(target, place, record) for place, record in zip(places, records, strict=True)]
    await connection.execute(insert(LeadRow), leads)
    await _insert_numbers(connection, enumerate(records, start=first))


async def _change(
    connection: AsyncConnection, records: Sequence[LeadRecord], there: dict[str, AnyRow]
) -> None:
    """Lay what a list says now over the leads it brought before; they keep their attempts and their time."""
    if not records:
        return
    # In the order of their ids, as all lock leads who lock several: nobody waits in a circle.
    changed = sorted((there[record.external_id].id, record) for record in records)
    await connection.execute(_CHANGE, [_changed_lead(key, record) for key, record in changed])
    await connection.execute(_FORGET_NUMBERS, {"ids": filled_up([key for key, _ in changed])})
    await _insert_numbers(connection, changed)


async def _insert_numbers(connection: AsyncConnection, records: Iterable[tuple[int, LeadRecord]]) -> None:
    rows = [
        {
            "lead_id": lead_id,
            "place": place,
            "number": number.number,
            "kind": number.kind,
            "country": number.country,
            "zones": " ".join(number.zones),
            "regions": " ".join(number.regions),
        }
        for lead_id, record in records
        for place, number in enumerate(record.numbers)
    ]
    await connection.execute(insert(LeadNumberRow), rows)


def _new_lead(target: _Target, place: int, record: LeadRecord) -> dict[str, Any]:
    return {
        "id": target.list_id << PLACE_BITS | place,
        "campaign_id": target.campaign_id,
        "list_id": target.list_id,
        "external_id": record.external_id,
        **_columns(record),
        "owner": record.owner,
        "state": LeadState.HELD.value,
        "standing": standing_of(rank=record.rank, turn=place, tried=False, callback=False),
        "due_us": 0,
        "lease_id": "",
        "attempts": 0,
        "callback": False,
        "alone_until_us": 0,
    }


def _changed_lead(key: int, record: LeadRecord) -> dict[str, Any]:
    return {
        "key": key,
        **_columns(record),
        "new_owner": record.owner,
        "new_rank_part": rank_part(record.rank),
    }


def _columns(record: LeadRecord) -> dict[str, Any]:
    return {
        "person_id": record.person_id,
        "customer_id": record.customer_id,
        "name": record.name,
        "tier": record.tier,
        "language": record.language,
        "rank": record.rank,
        "fields": record.fields,
        "digest": record.digest,
    }


# --- statements ---------------------------------------------------------------------------------------

_TARGET = (
    select(
        CampaignRow.id.label("campaign_id"),
        LeadListRow.id.label("list_id"),
        LeadListRow.places,
    )
    .select_from(CampaignRow)
    .outerjoin(
        LeadListRow,
        and_(LeadListRow.campaign_id == CampaignRow.id, LeadListRow.name == bindparam("name")),
    )
    .where(CampaignRow.name == bindparam("campaign"))
)
_MARK = (
    update(LeadListRow)
    .where(LeadListRow.id == bindparam("key"))
    .values(places=LeadListRow.places + bindparam("count"), complete=bindparam("whole"))
)
_COUNT = text("ANALYZE lead, lead_number")
_RELEASE = (
    update(LeadRow)
    .where(
        LeadRow.id >= bindparam("lowest"),
        LeadRow.id < bindparam("beyond"),
        LeadRow.state == LeadState.HELD.value,
    )
    .values(state=LeadState.READY.value)
)
_FORGET_HELD = delete(LeadRow).where(
    LeadRow.id >= bindparam("lowest"),
    LeadRow.id < bindparam("beyond"),
    LeadRow.state == LeadState.HELD.value,
)
_FORGET_EMPTY = delete(LeadListRow).where(
    LeadListRow.id == bindparam("key"), ~exists().where(LeadRow.list_id == LeadListRow.id)
)
_LEADS_THERE = select(LeadRow.external_id, LeadRow.id, LeadRow.digest).where(
    LeadRow.list_id == bindparam("list_id"), LeadRow.external_id.in_(bindparam("ids", expanding=True))
)
# Numbers first, by their index: asked for in one join, SQLite goes through all leads of the list instead.
_FIRST_NUMBERS = (
    select(LeadNumberRow.number, LeadNumberRow.lead_id)
    .where(LeadNumberRow.number.in_(bindparam("numbers", expanding=True)), LeadNumberRow.place == 0)
    .order_by(LeadNumberRow.lead_id)
)
_WHOSE = (
    select(
        LeadRow.id,
        LeadRow.external_id,
        LeadRow.campaign_id,
        LeadListRow.name.label("list_name"),
        CampaignRow.name.label("campaign"),
    )
    .join(LeadListRow, LeadListRow.id == LeadRow.list_id)
    .join(CampaignRow, CampaignRow.id == LeadRow.campaign_id)
    .where(LeadRow.id.in_(bindparam("ids", expanding=True)))
)
# Sets the columns that the values name, and two by what they are at that moment: an engine may settle the
# lead while its list is loaded. Who promised a callback keeps it, whoever the list says the owner is.
_CHANGE = (
    update(LeadRow.__table__)  # type: ignore[arg-type]
    .where(LeadRow.id == bindparam("key"))
    .values(
        owner=case((LeadRow.callback, LeadRow.owner), else_=bindparam("new_owner")),
        standing=LeadRow.standing.bitwise_and(~RANK_PART).bitwise_or(
            bindparam("new_rank_part", type_=BigInteger)
        ),
    )
)
_FORGET_NUMBERS = delete(LeadNumberRow).where(LeadNumberRow.lead_id.in_(bindparam("ids", expanding=True)))

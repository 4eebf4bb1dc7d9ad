"""Have a promised call made from another list of the campaign, where that of the lead is not dialed any more.

The lead stands in the other list from then on, with its attempts, its owner and its time. In its old list it
stays, done: whoever loads that list once more brings nobody back who is promised a call elsewhere.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, exists, insert, select, text, update

from crm.database import Database
from crm.leads.lines import LIST_ID
from crm.leads.models import PLACE_BITS, CampaignRow, LeadListRow, LeadNumberRow, LeadRow
from crm.leads.records import LeadState, Moved
from crm.leads.writer import IMPORT_LOCK


async def move_promise(database: Database, campaign: str, lead_id: int, to: str) -> Moved:
    """Move a lead that is promised a call, and in nobody's hands, to the list `to` of its campaign."""
    async with database.writing() as connection:
        if database.dialect == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": IMPORT_LOCK})
        asked = {"campaign": campaign, "name": to, "lead_id": lead_id}
        list_id = (await connection.execute(LIST_ID, asked)).scalar_one_or_none()
        if list_id is None:
            return Moved.UNKNOWN_LIST
        external_id = (await connection.execute(_PROMISED, asked)).scalar_one_or_none()
        if external_id is None:
            return Moved.NOT_PROMISED
        there = {"list_id": list_id, "external_id": external_id}
        if (await connection.execute(_IS_THERE, there)).scalar_one():
            return Moved.THERE_ALREADY
        place = (await connection.execute(_CLAIM, {"key": list_id})).scalar_one() - 1
        keys = {"lead_id": lead_id, "to_list": list_id, "to_id": list_id << PLACE_BITS | place}
        await connection.execute(_COPY, keys)
        await connection.execute(_COPY_NUMBERS, keys)
        await connection.execute(_LEAVE, keys)
        return Moved.MOVED


# Locked on PostgreSQL, and not by an engine: who leases takes what nobody has locked.
_PROMISED = (
    select(LeadRow.external_id)
    .where(
        LeadRow.id == bindparam("lead_id"),
        LeadRow.campaign_id
        == select(CampaignRow.id).where(CampaignRow.name == bindparam("campaign")).scalar_subquery(),
        LeadRow.callback.is_(True),
        LeadRow.lease_id == "",
        LeadRow.state != LeadState.DONE.value,
    )
    .with_for_update()
)
_IS_THERE = select(
    exists().where(LeadRow.list_id == bindparam("list_id"), LeadRow.external_id == bindparam("external_id"))
)
_CLAIM = (
    update(LeadListRow)
    .where(LeadListRow.id == bindparam("key"))
    .values(places=LeadListRow.places + 1)
    .returning(LeadListRow.places)
)
_LEADS, _NUMBERS = LeadRow.__table__, LeadNumberRow.__table__
_ELSEWHERE: dict[str, Any] = {"id": bindparam("to_id"), "list_id": bindparam("to_list")}
_COPY = insert(LeadRow).from_select(
    [column.name for column in _LEADS.columns],
    select(*(_ELSEWHERE.get(column.name, column) for column in _LEADS.columns)).where(
        LeadRow.id == bindparam("lead_id")
    ),
)
_COPY_NUMBERS = insert(LeadNumberRow).from_select(
    [column.name for column in _NUMBERS.columns],
    select(
        *(bindparam("to_id") if column.name == "lead_id" else column for column in _NUMBERS.columns)
    ).where(LeadNumberRow.lead_id == bindparam("lead_id")),
)
_LEAVE = (
    update(LeadRow)
    .where(LeadRow.id == bindparam("lead_id"))
    .values(state=LeadState.DONE.value, callback=False, alone_until_us=0)
)

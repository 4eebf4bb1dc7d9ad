"""The lines of a campaign's lists in a database: which there are, their fronts, when each has its turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import asdict
from sqlalchemy import ColumnElement, Select, bindparam, literal_column, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model.list_import import ListChange
from crm.leads.mix import Line, Stood
from crm.leads.models import CampaignRow, LeadListRow, LeadRow
from crm.leads.records import LeadState

Front = Select[int, int]


def front_where(*conditions: ColumnElement[bool]) -> Front:
    """Return the query of the first `count` in line of the list `list`, of those that meet `conditions`."""
    return (
        select(LeadRow.standing, LeadRow.id)
        .where(LeadRow.list_id == bindparam("list"), LeadRow.state == _READY, *conditions)
        .order_by(LeadRow.standing, LeadRow.id)
        .limit(bindparam("count"))
    )


async def lines_of(connection: AsyncConnection, campaign: str) -> list[Line]:
    """Return the lines that leads are leased from: those of the lists that are not switched off."""
    return [Line(*row) for row in await connection.execute(_LINES, {"campaign": campaign})]


async def fronts_of(
    connection: AsyncConnection, front: Front, lines: Sequence[Line], asked: Mapping[str, Any]
) -> list[tuple[Line, list[Stood]]]:
    """Return what `front` finds of each line."""
    found = []
    for line in lines:
        rows = await connection.execute(front, {**asked, "list": line.key})
        found.append((line, [Stood(row.standing, row.id) for row in rows]))
    return found


async def arrange_list(connection: AsyncConnection, campaign: str, name: str, change: ListChange) -> bool:
    """Say otherwise when a list has its turn; tell whether there is such a list."""
    changed = {key: value for key, value in asdict(change).items() if value is not None}
    found = (await connection.execute(_LIST, {"campaign": campaign, "name": name})).scalar_one_or_none()
    if found is not None and changed:
        await connection.execute(update(LeadListRow).where(LeadListRow.id == found).values(**changed))
    return found is not None


# The state stands in the statement as it does in the partial index.
_READY: ColumnElement[int] = literal_column(str(LeadState.READY.value))
_LIST = (
    select(LeadListRow.id)
    .join(CampaignRow, CampaignRow.id == LeadListRow.campaign_id)
    .where(CampaignRow.name == bindparam("campaign"), LeadListRow.name == bindparam("name"))
)
_LINES = (
    select(LeadListRow.id, LeadListRow.name, LeadListRow.position, LeadListRow.weight)
    .join(CampaignRow, CampaignRow.id == LeadListRow.campaign_id)
    .where(CampaignRow.name == bindparam("campaign"), LeadListRow.active == true())
    .order_by(LeadListRow.id)
)

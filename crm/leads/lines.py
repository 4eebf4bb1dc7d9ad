"""The lines of a campaign's lists in a database: which there are, their fronts, when each has its turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, literal_column, not_, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.kernel.record import asdict
from core.model.list_import import ListChange
from crm.leads.mix import Line, Stood
from crm.leads.models import CampaignRow, LeadListRow, LeadRow
from crm.leads.records import LeadState

Front = Select[int, int]


def front_where(*conditions: ColumnElement[bool]) -> Front:
    """Return the query of the first `count` in line of the list `list`, of those that meet `conditions`.

    Of the line only what stands before `ends_before` is looked at.
    """
    return (
        select(LeadRow.standing, LeadRow.id)
        .where(
            LeadRow.list_id == bindparam("list"),
            LeadRow.state == _READY,
            LeadRow.standing < bindparam("ends_before"),
            *conditions,
        )
        .order_by(LeadRow.standing, LeadRow.id)
        .limit(bindparam("count"))
    )


async def lines_of(connection: AsyncConnection, campaign: str) -> list[Line]:
    """Return the lines that leads are leased from: of lists switched on, or that keep their promises."""
    return [Line(*row) for row in await connection.execute(_LINES, {"campaign": campaign})]


async def fronts_of(
    connection: AsyncConnection, front: Front, lines: Sequence[Line], asked: Mapping[str, Any]
) -> list[tuple[Line, list[Stood]]]:
    """Return what `front` finds of each line."""
    found = []
    for line in lines:
        rows = await connection.execute(front, {**asked, **part_of(line)})
        found.append((line, [Stood(row.standing, row.id) for row in rows]))
    return found


def part_of(line: Line) -> dict[str, int]:
    """Return what `front_where` is to be asked with, to look at the part of a line that is in turn."""
    return {"list": line.key, "ends_before": line.ends_before}


async def arrange_list(connection: AsyncConnection, campaign: str, name: str, change: ListChange) -> bool:
    """Say otherwise when a list has its turn; tell whether there is such a list."""
    changed = {key: value for key, value in asdict(change).items() if value is not None}
    found = (await connection.execute(LIST_ID, {"campaign": campaign, "name": name})).scalar_one_or_none()
    if found is not None and changed:
        await connection.execute(update(LeadListRow).where(LeadListRow.id == found).values(**changed))
    return found is not None


# The state stands in the statement as it does in the partial index.
_READY: ColumnElement[int] = literal_column(str(LeadState.READY.value))
LIST_ID = (
    select(LeadListRow.id)
    .join(CampaignRow, CampaignRow.id == LeadListRow.campaign_id)
    .where(CampaignRow.name == bindparam("campaign"), LeadListRow.name == bindparam("name"))
)
_LINES = (
    select(
        LeadListRow.id, LeadListRow.name, LeadListRow.position, LeadListRow.weight, not_(LeadListRow.active)
    )
    .join(CampaignRow, CampaignRow.id == LeadListRow.campaign_id)
    .where(
        CampaignRow.name == bindparam("campaign"),
        or_(LeadListRow.active == true(), LeadListRow.keeps_promises == true()),
    )
    .order_by(LeadListRow.id)
)

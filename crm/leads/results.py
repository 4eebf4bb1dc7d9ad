"""What the attempts of a campaign came to, counted by what one asks: list, arm, hour, tier and so on.

Conversions that came later count with their attempt (`core.model.campaign_results`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, bindparam, case, cast, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute

from core.model.attempt import AttemptState
from core.model.campaign_results import ALWAYS_US, Grouping, ListStanding, ResultCount
from core.model.lead_orders import CountedResult, CountResults
from crm.database import Database
from crm.leads.models import AttemptRow, CampaignRow, ConversionRow, LeadListRow, LeadRow
from crm.leads.records import LeadState


async def count_results(
    database: Database, campaign: str, by: Grouping, since_us: int = 0, until_us: int = ALWAYS_US
) -> Sequence[ResultCount]:
    """Return the counts of attempts dialed in `[since_us, until_us)`, by group in its order."""
    asked = {"campaign": campaign, "since_us": since_us, "until_us": until_us}
    async with database.reading() as connection:
        rows = await connection.execute(_COUNTS[by], asked)
        return [ResultCount(str(row.group), AttemptState(row.outcome), *row[2:]) for row in rows]


async def count_people(
    database: Database, campaign: str, by: Grouping | None, since_us: int = 0, until_us: int = ALWAYS_US
) -> Mapping[str, int]:
    """Return how many different persons were tried in each group: what a share of buyers is a share of.

    Without a grouping all are in one group, which has no name.
    """
    asked = {"campaign": campaign, "since_us": since_us, "until_us": until_us}
    async with database.reading() as connection:
        return {str(group): people for group, people in await connection.execute(_PEOPLE[by], asked)}


async def results_by_segment(database: Database, order: CountResults) -> Sequence[CountedResult]:
    """Return what attempts came to by segment and disposition, apart from those of one run of an engine."""
    asked = {"campaign": order.campaign, "apart_from": order.apart_from + "%"}
    async with database.reading() as connection:
        rows = await connection.execute(_BY_SEGMENT, asked)
        return [CountedResult(**row) for row in rows.mappings()]


async def list_standings(database: Database, campaign: str) -> Sequence[ListStanding]:
    """Return how far each list of a campaign has been worked, in the order of the lists."""
    async with database.reading() as connection:
        rows = await connection.execute(_STANDINGS, {"campaign": campaign})
        return [ListStanding._make(row) for row in rows]


# --- statements ---------------------------------------------------------------------------------------

_GROUPS: dict[Grouping, InstrumentedAttribute[Any]] = {
    Grouping.LIST: AttemptRow.list_name,
    Grouping.SEGMENT: AttemptRow.segment,
    Grouping.ARM: AttemptRow.arm,
    Grouping.HOUR: AttemptRow.hour,
    Grouping.ATTEMPT: AttemptRow.nth,
    Grouping.TIER: AttemptRow.tier,
    Grouping.AGENT: AttemptRow.agent_id,
    Grouping.CALLER_ID: AttemptRow.caller_id,
}
_CONVERTED = (
    select(
        ConversionRow.attempt_id,
        func.count().label("count"),
        func.sum(ConversionRow.value_cents).label("cents"),
    )
    .group_by(ConversionRow.attempt_id)
    .subquery()
)


def _counts(group: InstrumentedAttribute[Any]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            group.label("group"),
            AttemptRow.outcome,
            AttemptRow.disposition,
            func.count(),
            func.count(AttemptRow.person_id.distinct()),
            _whole(func.sum(AttemptRow.talk_us)),
            _whole(func.sum(_CONVERTED.c.count)),
            _whole(func.sum(_CONVERTED.c.cents)),
        )
        .join(CampaignRow, CampaignRow.id == AttemptRow.campaign_id)
        .outerjoin(_CONVERTED, _CONVERTED.c.attempt_id == AttemptRow.attempt_id)
        .where(*_asked_for())
        .group_by(group, AttemptRow.outcome, AttemptRow.disposition)
        .order_by(group, AttemptRow.outcome, AttemptRow.disposition)
    )


def _people(group: ColumnElement[Any] | InstrumentedAttribute[Any]) -> Select[*tuple[Any, ...]]:
    return (
        select(group, func.count(AttemptRow.person_id.distinct()))
        .join(CampaignRow, CampaignRow.id == AttemptRow.campaign_id)
        .where(*_asked_for())
        .group_by(group)
        .order_by(group)
    )


def _asked_for() -> tuple[ColumnElement[bool], ...]:
    return (
        CampaignRow.name == bindparam("campaign"),
        AttemptRow.dialed_us >= bindparam("since_us"),
        AttemptRow.dialed_us < bindparam("until_us"),
    )


def _whole(total: ColumnElement[Any]) -> ColumnElement[int]:
    """Return a sum as a whole number, 0 of nothing: PostgreSQL adds whole numbers up to a decimal."""
    return cast(func.coalesce(total, 0), BigInteger)


_COUNTS = {grouping: _counts(column) for grouping, column in _GROUPS.items()}
_PEOPLE: dict[Grouping | None, Select[*tuple[Any, ...]]] = {
    None: _people(literal("")),
    **{by: _people(column) for by, column in _GROUPS.items()},
}
_BY_SEGMENT = (
    select(AttemptRow.segment, AttemptRow.disposition, func.count().label("attempts"))
    .join(CampaignRow, CampaignRow.id == AttemptRow.campaign_id)
    .where(
        CampaignRow.name == bindparam("campaign"),
        AttemptRow.attempt_id.not_like(bindparam("apart_from")),
    )
    .group_by(AttemptRow.segment, AttemptRow.disposition)
    .order_by(AttemptRow.segment, AttemptRow.disposition)
)


def _how_many(which: ColumnElement[bool]) -> ColumnElement[int]:
    return _whole(func.sum(case((which, 1), else_=0)))


_STANDINGS = (
    select(
        LeadListRow.name,
        LeadListRow.complete,
        func.count(LeadRow.id),
        _how_many(LeadRow.attempts > 0),
        _how_many(LeadRow.state == LeadState.DONE.value),
        _how_many(LeadRow.callback.is_(True)),
        _whole(func.sum(LeadRow.attempts)),
        LeadListRow.position,
        LeadListRow.weight,
        LeadListRow.active,
        LeadListRow.keeps_promises,
    )
    .join(CampaignRow, CampaignRow.id == LeadListRow.campaign_id)
    .outerjoin(LeadRow, LeadRow.list_id == LeadListRow.id)
    .where(CampaignRow.name == bindparam("campaign"))
    .group_by(LeadListRow.id)
    .order_by(LeadListRow.id)
)

"""What happened, in figures: by day, interval, queue, tier and agent, and contact by contact; as CSV too.

A span is of whole days of the centre's calendar, both ends included. The running day is as it is shown live,
earlier ones are folded from the ledger by the same code.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from starlette.requests import HTTPConnection

from core.model.events import InteractionRecorded
from metrics.today import CentreDay
from web.callers import OfSite, allow
from web.csv_rows import csv_answer, each
from web.live.topic import FLOOR_READERS
from web.paging import LIMIT_MAX, Cursor, Limit, Page, page_of
from web.ports import Place
from web.problems import ProblemRaised
from web.report_rows import agent_views, day_views, interaction_view, interval_views, queue_views, tier_views
from web.reports import Reports
from web.site import Site
from web.views.reports import (
    AgentReportView,
    DayReportView,
    GroupReportView,
    InteractionReportView,
    IntervalReportView,
)
from web.views.view import View

router = APIRouter(prefix="/reports", tags=["reports"], dependencies=[allow(*FLOOR_READERS)])

V = TypeVar("V", bound=View)
Day = Annotated[date | None, Query(description="A day of the centre's calendar, such as 2026-11-22.")]
Name = Annotated[str | None, Query(max_length=40)]
FIRST: Place = (-1, -1)
RUN_MAX, SEQUENCE_MAX = 2**31 - 1, 2**63 - 1
"""The last place that a ledger in any database could have: beyond it is no place."""


def reports_of(connection: HTTPConnection) -> Reports:
    """Return the reports of the site that serves this connection."""
    reports: Reports = connection.app.state.reports
    return reports


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a report is asked about: a span of days, and one queue or tier where it is named."""

    site: Site
    reports: Reports
    days: list[date]
    queue: str | None
    tier: str | None

    async def figures(self) -> list[CentreDay]:
        """Return the days in figures."""
        return [day async for day in self.reports.days(self.days)]


def _asked(
    site: OfSite,
    reports: Annotated[Reports, Depends(reports_of)],
    first: Annotated[date | None, Query(alias="from", description="The first day; today without.")] = None,
    last: Annotated[date | None, Query(alias="to", description="The last day; the first without.")] = None,
    queue: Name = None,
    tier: Name = None,
) -> Asked:
    days = reports.span(first, last)
    return Asked(site=site, reports=reports, days=days, queue=queue or None, tier=tier or None)


OfAsked = Annotated[Asked, Depends(_asked)]


@router.get("/days")
async def days(asked: OfAsked, limit: Limit = 100, cursor: Cursor = "") -> Page[DayReportView]:
    """Tell of each day."""
    return _page(_by_day(asked, await asked.figures()), limit, cursor)


@router.get("/intervals")
async def intervals(asked: OfAsked, limit: Limit = 100, cursor: Cursor = "") -> Page[IntervalReportView]:
    """Tell of each interval of the days, as far as it has begun."""
    return _page(_by_interval(asked, await asked.figures()), limit, cursor)


@router.get("/queues")
async def queues(asked: OfAsked, limit: Limit = 100, cursor: Cursor = "") -> Page[GroupReportView]:
    """Tell of each queue in the whole span."""
    return _page(_by_queue(asked, await asked.figures()), limit, cursor)


@router.get("/tiers")
async def tiers(asked: OfAsked, limit: Limit = 100, cursor: Cursor = "") -> Page[GroupReportView]:
    """Tell of each tier in the whole span."""
    return _page(_by_tier(asked, await asked.figures()), limit, cursor)


@router.get("/agents")
async def agents(asked: OfAsked, limit: Limit = 100, cursor: Cursor = "") -> Page[AgentReportView]:
    """Tell of each agent in the whole span."""
    return _page(_by_agent(asked, await asked.figures()), limit, cursor)


@router.get("/interactions")
async def interactions(
    asked: OfAsked, limit: Limit = 100, cursor: Cursor = ""
) -> Page[InteractionReportView]:
    """Tell of each contact that ended in the span, in the order in which they ended."""
    found: list[tuple[Place, InteractionRecorded]] = []
    async for each_one in _recorded(asked, _place(cursor), limit + 1):
        found.append(each_one)
        if len(found) > limit:
            break
    return page_of(found, limit, lambda one: f"{one[0][0]}-{one[0][1]}", lambda one: interaction_view(one[1]))


class TableName(StrEnum):
    """The reports that are tables of figures, and the one of contacts."""

    DAYS = "days"
    INTERVALS = "intervals"
    QUEUES = "queues"
    TIERS = "tiers"
    AGENTS = "agents"
    INTERACTIONS = "interactions"


@router.get("/{table}.csv", response_class=StreamingResponse)
async def as_csv(table: TableName, asked: OfAsked) -> StreamingResponse:
    """Give a whole report for a spreadsheet."""
    if table is TableName.INTERACTIONS:
        return csv_answer(f"{table}.csv", _all_interactions(asked), tuple(InteractionReportView.model_fields))
    rows = _ROWS[table](asked, await asked.figures())
    return csv_answer(f"{table}.csv", each(rows))


# --- rows --------------------------------------------------------------------------------------------------


def _by_day(asked: Asked, days: Sequence[CentreDay]) -> Iterable[DayReportView]:
    return day_views(days, asked.queue, asked.tier)


def _by_interval(asked: Asked, days: Sequence[CentreDay]) -> Iterable[IntervalReportView]:
    now_us = asked.site.clock.now_us()
    for day in days:
        yield from interval_views(day, asked.queue, asked.tier, now_us)


def _by_queue(asked: Asked, days: Sequence[CentreDay]) -> Iterable[GroupReportView]:
    return queue_views(days, asked.site.house, asked.tier)


def _by_tier(asked: Asked, days: Sequence[CentreDay]) -> Iterable[GroupReportView]:
    return tier_views(days, asked.site.house, asked.queue)


def _by_agent(asked: Asked, days: Sequence[CentreDay]) -> Iterable[AgentReportView]:
    return agent_views(days, asked.site.house)


_ROWS: Mapping[TableName, Callable[[Asked, Sequence[CentreDay]], Iterable[View]]] = {
    TableName.DAYS: _by_day,
    TableName.INTERVALS: _by_interval,
    TableName.QUEUES: _by_queue,
    TableName.TIERS: _by_tier,
    TableName.AGENTS: _by_agent,
}


def _page(rows: Iterable[V], limit: int, cursor: str) -> Page[V]:
    """Return a page of rows that are all there; a cursor is the number of the row that comes next."""
    begin = int(cursor) if cursor.isascii() and cursor.isdigit() else 0
    all_rows = list(rows)
    end = begin + limit
    return Page(items=all_rows[begin:end], next=str(end) if end < len(all_rows) else None)


async def _recorded(
    asked: Asked, after: Place, at_once: int
) -> AsyncIterator[tuple[Place, InteractionRecorded]]:
    """Yield the records of the span beyond `after`, those of the queue and the tier that are asked for."""
    since_us, until_us = asked.reports.span_us(asked.days)
    while True:
        page = await asked.site.history.interactions(since_us, until_us, after, at_once)
        for place, event in page:
            if asked.queue in (None, event.queue) and asked.tier in (None, event.tier):
                yield place, event
        if len(page) < at_once:
            return
        after = page[-1][0]


async def _all_interactions(asked: Asked) -> AsyncIterator[View]:
    async for _, event in _recorded(asked, FIRST, LIMIT_MAX):
        yield interaction_view(event)


def _place(cursor: str) -> Place:
    run, _, sequence = cursor.partition("-")
    if not cursor:
        return FIRST
    if not (_is_number(run, RUN_MAX) and _is_number(sequence, SEQUENCE_MAX)):
        raise ProblemRaised(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", "no such cursor")
    return int(run), int(sequence)


def _is_number(text: str, most: int) -> bool:
    return text.isascii() and text.isdigit() and int(text) <= most

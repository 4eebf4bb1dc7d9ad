"""The floor as it is now: queues, tiers, agents and contacts, the very rows that screens follow live."""

from __future__ import annotations

from http import HTTPStatus
from typing import TypeVar, cast

from fastapi import APIRouter

from routing.recorded import recorded_course
from web.callers import OfCaller, OfSite, allow
from web.live.topic import AGENTS, CONTACTS, FLOOR_READERS, QUEUES, TIERS, Topic
from web.paging import Cursor, Limit, Page, cut, page_of
from web.problems import ProblemRaised
from web.site import Site
from web.views.floor import AgentView, ContactView, GroupView, QueueView
from web.views.reports import WhyView
from web.views.view import View

router = APIRouter(tags=["floor"])
_READERS = [allow(*FLOOR_READERS)]
V = TypeVar("V", bound=View)


@router.get("/queues")
async def queues(site: OfSite, caller: OfCaller, limit: Limit = 100, cursor: Cursor = "") -> Page[QueueView]:
    """Tell of every queue: who waits, and the figures of today."""
    return _page(site, QUEUES, QueueView, limit, cursor)


@router.get("/queues/{name}")
async def queue(site: OfSite, caller: OfCaller, name: str) -> QueueView:
    """Tell of one queue."""
    return _row(site, QUEUES, QueueView, name)


@router.get("/tiers")
async def tiers(site: OfSite, caller: OfCaller, limit: Limit = 100, cursor: Cursor = "") -> Page[GroupView]:
    """Tell of every tier of customers."""
    return _page(site, TIERS, GroupView, limit, cursor)


@router.get("/agents", dependencies=_READERS)
async def agents(site: OfSite, limit: Limit = 100, cursor: Cursor = "") -> Page[AgentView]:
    """Tell of every agent, at work or not."""
    return _page(site, AGENTS, AgentView, limit, cursor)


@router.get("/agents/{agent_id}", dependencies=_READERS)
async def agent(site: OfSite, agent_id: str) -> AgentView:
    """Tell of one agent."""
    return _row(site, AGENTS, AgentView, agent_id)


@router.get("/contacts", dependencies=_READERS)
async def contacts(site: OfSite, limit: Limit = 100, cursor: Cursor = "") -> Page[ContactView]:
    """Tell of every contact in hand."""
    return _page(site, CONTACTS, ContactView, limit, cursor)


@router.get("/contacts/{contact_id}", dependencies=_READERS)
async def contact(site: OfSite, contact_id: str) -> ContactView:
    """Tell of one contact in hand."""
    return _row(site, CONTACTS, ContactView, contact_id)


@router.get("/contacts/{contact_id}/why", dependencies=_READERS)
async def why(site: OfSite, contact_id: str) -> WhyView:
    """Tell in words why a contact, in hand or ended, went to whom it went."""
    course = await recorded_course(contact_id, site.history, site.house.agents)
    return WhyView(lines=tuple(course.lines()))


def _page(site: Site, topic: Topic, kind: type[V], limit: int, cursor: str) -> Page[V]:
    rows = cast("dict[str, V]", site.live.shown(topic))
    keys = cut(rows, limit, cursor, str)
    return page_of(keys, limit, str, rows.__getitem__)


def _row(site: Site, topic: Topic, kind: type[V], key: str) -> V:
    row = site.live.shown(topic).get(key)
    if not isinstance(row, kind):
        raise ProblemRaised(HTTPStatus.NOT_FOUND, f"unknown_{topic.name[:-1]}", f"there is no {key} now")
    return row

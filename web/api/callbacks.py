"""Callbacks that customers were promised from a queue: what is booked, booking, taking back."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from fastapi import APIRouter
from pydantic import AwareDatetime

from core.kernel.clock import SECOND_US
from core.model.callback_events import CallbackBooked, CallbackDialed, CallbackPostponed
from core.model.events import ContactRecalled
from core.model.ids import AgentId, ContactId, QueueName
from core.model.message import DomainEvent
from core.model.requests import BookCallback, CancelCallback
from web.asked import Asked, Name, Number
from web.callers import OfCaller, OfSite, Role, allow
from web.gate.idempotency import CreatingRoute
from web.paging import Cursor, Limit, Page, cut, page_of
from web.times import moment, moment_if
from web.views.work import CallbackView

router = APIRouter(
    prefix="/callbacks",
    tags=["callbacks"],
    route_class=CreatingRoute,
    dependencies=[allow(Role.AGENT, Role.SUPERVISOR, Role.CAMPAIGN_MANAGER)],
)


class AskedCallback(Asked):
    """Whom to call back, from which queue, and not before `due`, an instant with its zone."""

    number: Number
    queue: Name
    customer_id: Name = ""
    tier: Name = ""
    due: AwareDatetime | None = None


@router.get("")
async def callbacks(
    site: OfSite, agent_id: Name = "", limit: Limit = 100, cursor: Cursor = ""
) -> Page[CallbackView]:
    """Tell the callbacks that are open; with `agent_id` those that are best made by that agent."""
    open_ones = await site.open_contacts(site.clock.now_us())
    found = [view for each in open_ones if (view := _callback(each)) is not None]
    views = [view for view in found if agent_id in ("", view.agent_id)]
    return page_of(cut(views, limit, cursor, _key), limit, _key, lambda view: view)


@router.post("", status_code=HTTPStatus.ACCEPTED, response_model=None)
async def book_callback(asked: AskedCallback, site: OfSite, caller: OfCaller) -> None:
    """Book a callback; it shows among the open ones a moment later."""
    await site.front.ask(
        BookCallback(
            at_us=site.clock.now_us(),
            agent_id=caller.agent_id or AgentId(""),
            number=asked.number,
            queue=QueueName(asked.queue),
            customer_id=asked.customer_id,
            tier=asked.tier,
            due_us=0 if asked.due is None else int(asked.due.timestamp()) * SECOND_US,
        )
    )


@router.delete("/{contact_id}", status_code=HTTPStatus.NO_CONTENT)
async def cancel_callback(contact_id: Name, site: OfSite, caller: OfCaller) -> None:
    """Do not call this customer back any more."""
    await site.front.ask(
        CancelCallback(
            at_us=site.clock.now_us(),
            agent_id=caller.agent_id or AgentId(""),
            contact_id=ContactId(contact_id),
        )
    )


def _key(view: CallbackView) -> str:
    return view.contact_id


def _callback(contact: ContactRecalled) -> CallbackView | None:
    """Return an open contact as a callback, None where it is none."""
    booked = contact.history[0]
    if not isinstance(booked, CallbackBooked):
        return None
    return CallbackView(
        contact_id=contact.contact_id,
        number=booked.number,
        queue=booked.queue,
        customer_id=booked.customer_id,
        tier=booked.tier,
        booked=moment(booked.at_us),
        due=moment_if(_due_us(contact.history)),
        agent_id=booked.preferred_agent,
        attempts=sum(isinstance(event, CallbackDialed) for event in contact.history),
    )


def _due_us(history: Sequence[DomainEvent]) -> int:
    """Return when it comes up next, as the last word on it was."""
    booked = history[0]
    assert isinstance(booked, CallbackBooked)
    postponed = [event.until_us for event in history if isinstance(event, CallbackPostponed)]
    return postponed[-1] if postponed else booked.due_us

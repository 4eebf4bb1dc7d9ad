"""Work without a call that people or programs bring: a task, a mail, a note. It waits in line like calls."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from core.model.commands import AnswerWork
from core.model.contact import Requirement
from core.model.events import ContactRecalled, WorkAdded
from core.model.ids import QueueName
from core.model.requests import AddWork, WithdrawWork
from web.asked import Asked, Name
from web.callers import OfSite, Role, allow
from web.gate.idempotency import CreatingRoute
from web.paging import Cursor, Limit, Page, cut, page_of
from web.times import moment
from web.views.work import TaskView

router = APIRouter(
    prefix="/tasks",
    tags=["tasks"],
    route_class=CreatingRoute,
    dependencies=[allow(Role.AGENT, Role.SUPERVISOR)],
)

REQUIREMENTS_MAX = 20
WorkId = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\s/\x00-\x1f\x7f]+$")]
"""What its bringer calls the work."""


class AskedRequirement(Asked):
    """A skill, and the least level of it."""

    skill: Name
    minimum: Annotated[int, Field(ge=1, le=10)] = 1


class AskedTask(Asked):
    """What is to be done, by whom (`requirements`), for whom, and where it is found (`reference`)."""

    work_id: WorkId
    queue: Name
    channel: Name = "task"
    customer_id: Name = ""
    tier: Name = ""
    requirements: Annotated[tuple[AskedRequirement, ...], Field(max_length=REQUIREMENTS_MAX)] = ()
    reference: Annotated[str, Field(max_length=2_000)] = ""
    language: Name = "en"


@router.get("")
async def tasks(site: OfSite, limit: Limit = 100, cursor: Cursor = "") -> Page[TaskView]:
    """Tell the work that is not done yet."""
    open_ones = await site.open_contacts(site.clock.now_us())
    views = [view for each in open_ones if (view := _task(each)) is not None]
    return page_of(cut(views, limit, cursor, _key), limit, _key, lambda view: view)


@router.post("", status_code=HTTPStatus.CREATED)
async def add_task(asked: AskedTask, response: Response, site: OfSite) -> TaskView:
    """Let an agent do something; under one `work_id` it stays one piece of work."""
    now_us = site.clock.now_us()
    answer = await site.front.ask(
        AddWork(
            at_us=now_us,
            work_id=asked.work_id,
            channel=asked.channel,
            queue=QueueName(asked.queue),
            customer_id=asked.customer_id,
            tier=asked.tier,
            requirements=tuple(
                Requirement(skill=each.skill, minimum=each.minimum) for each in asked.requirements
            ),
            reference=asked.reference,
            language=asked.language,
        )
    )
    assert isinstance(answer, AnswerWork)
    response.headers["Location"] = f"/api/v1/tasks/{asked.work_id}"
    return TaskView(
        work_id=asked.work_id,
        contact_id=answer.contact_id,
        channel=asked.channel,
        queue=asked.queue,
        customer_id=asked.customer_id,
        tier=asked.tier,
        reference=asked.reference,
        added=moment(now_us),
    )


@router.delete("/{work_id}", status_code=HTTPStatus.NO_CONTENT)
async def withdraw_task(work_id: WorkId, site: OfSite) -> None:
    """Take work back that nobody has in hand."""
    await site.front.ask(WithdrawWork(at_us=site.clock.now_us(), work_id=work_id))


def _key(view: TaskView) -> str:
    return view.work_id


def _task(contact: ContactRecalled) -> TaskView | None:
    """Return an open contact as a task, None where it is none."""
    added = next((event for event in contact.history if isinstance(event, WorkAdded)), None)
    if added is None:
        return None
    return TaskView(
        work_id=added.work_id,
        contact_id=contact.contact_id,
        channel=added.channel,
        queue=added.queue,
        customer_id=added.customer_id,
        tier=added.tier,
        reference=added.reference,
        added=moment(added.at_us),
    )

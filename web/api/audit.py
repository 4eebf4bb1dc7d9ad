"""The audit log, for administrators and supervisors: who did what on whom, the newest first."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from core.model.person import AuditEntry
from web.callers import OfSite, Role, allow
from web.paging import Limit, Page, page_of
from web.times import moment
from web.views.people import AuditView

router = APIRouter(prefix="/audit", tags=["audit"], dependencies=[allow(Role.SUPERVISOR)])

Before = Annotated[int, Query(ge=0, le=2**62, description="The `next` of the page before.")]
Who = Annotated[str, Query(max_length=100, description="Only what this login did.")]


@router.get("")
async def audit(site: OfSite, who: Who = "", limit: Limit = 100, cursor: Before = 0) -> Page[AuditView]:
    """Tell what was done."""
    found = await site.people.audit(cursor, limit + 1, who)
    return page_of(found, limit, lambda entry: str(entry.entry_id), _view)


def _view(entry: AuditEntry) -> AuditView:
    return AuditView(
        at=moment(entry.at_us),
        who=entry.who,
        action=entry.action,
        subject=entry.subject,
        outcome=entry.outcome,
        why=entry.why,
    )

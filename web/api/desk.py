"""What an agent does at the desk but for the call itself: work and pauses, offers, wrap-up, other work.

Every wish is granted with 204 or refused with the engine's own code; the page changes by the live connection.
What is wished is about the desk of the caller, never about one that a request names.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from core.model.disposition import CallbackBy
from core.model.ids import AgentId, ContactId, OfferId
from core.model.requests import (
    AcceptOffer,
    DialNumber,
    ExtendWrapUp,
    FinishWork,
    FinishWrapUp,
    GoNotReady,
    GoReady,
    LogIn,
    LogOut,
    PreviewDial,
    PreviewSkip,
    RejectOffer,
    ReturnWork,
)
from web.asked import Asked, AskedCall, Name, Notes, Number, Words
from web.callers import OfCaller, OfSite, OwnDesk
from web.phones import phone_of, remember
from web.site import Site

router = APIRouter(prefix="/agents/me", tags=["desk"])
DONE = HTTPStatus.NO_CONTENT


class AskedLogIn(Asked):
    """At which phone; without, at the one used last. `standing` lets it be rung once for the whole shift."""

    extension: Words = ""
    standing: bool = False


class AskedReason(Asked):
    """Why: one of the reasons of the house."""

    reason: Name


class AskedOffer(Asked):
    """Which offer, as the record showed it; without, the only one there is."""

    offer_id: Name = ""
    version: Annotated[int, Field(ge=0, le=2**31)] = 0


class AskedSkip(AskedOffer):
    """Which preview is passed over, and why."""

    reason: Name


class AskedDial(Asked):
    """Whom to call, and for which campaign where the agent works in several that let agents dial."""

    number: Number
    campaign: Name = ""


class AskedFinish(AskedCall):
    """What the contact came to. `callback_at` is on the customer's own clock, such as `2026-11-23 10:30`."""

    disposition: Name = ""
    notes: Notes = ""
    callback_at: Annotated[str, Field(pattern=r"^(\d{4}-\d\d-\d\d \d\d:\d\d)?$")] = ""
    callback_by: CallbackBy | None = None


class AskedWorkFinish(Asked):
    """What the work came to."""

    disposition: Name = ""
    notes: Notes = ""


@router.post("/log-in", status_code=DONE)
async def log_in(asked: AskedLogIn, site: OfSite, caller: OfCaller, desk: OwnDesk) -> None:
    """Begin work at a phone; which one is remembered for the next time."""
    extension = await phone_of(site, caller.login, asked.extension)
    now_us = site.clock.now_us()
    await site.front.ask(LogIn(at_us=now_us, agent_id=desk, extension=extension, standing=asked.standing))
    await remember(site, caller.login, extension)


@router.post("/log-out", status_code=DONE)
async def log_out(site: OfSite, desk: OwnDesk) -> None:
    """End work, after the contact in hand."""
    await site.front.ask(LogOut(at_us=site.clock.now_us(), agent_id=desk))


@router.post("/ready", status_code=DONE)
async def go_ready(site: OfSite, desk: OwnDesk) -> None:
    """Take contacts; this ends a wrap-up too."""
    await site.front.ask(GoReady(at_us=site.clock.now_us(), agent_id=desk))


@router.post("/not-ready", status_code=DONE)
async def go_not_ready(asked: AskedReason, site: OfSite, desk: OwnDesk) -> None:
    """Take no contacts, from the end of the one in hand on."""
    await site.front.ask(GoNotReady(at_us=site.clock.now_us(), agent_id=desk, reason=asked.reason))


@router.post("/offer/accept", status_code=DONE)
async def accept_offer(asked: AskedOffer, site: OfSite, desk: OwnDesk) -> None:
    """Take the offered work."""
    await _ask_about(site, desk, AcceptOffer, asked)


@router.post("/offer/reject", status_code=DONE)
async def reject_offer(asked: AskedOffer, site: OfSite, desk: OwnDesk) -> None:
    """Do not take the offered contact."""
    await _ask_about(site, desk, RejectOffer, asked)


@router.post("/preview/dial", status_code=DONE)
async def dial_preview(asked: AskedOffer, site: OfSite, desk: OwnDesk) -> None:
    """Call the customer whose record is shown."""
    await _ask_about(site, desk, PreviewDial, asked)


@router.post("/preview/skip", status_code=DONE)
async def skip_preview(asked: AskedSkip, site: OfSite, desk: OwnDesk) -> None:
    """Do not call the customer whose record is shown."""
    await site.front.ask(
        PreviewSkip(
            at_us=site.clock.now_us(),
            agent_id=desk,
            offer_id=OfferId(asked.offer_id),
            version=asked.version,
            reason=asked.reason,
        )
    )


@router.post("/dial", status_code=DONE)
async def dial_number(asked: AskedDial, site: OfSite, desk: OwnDesk) -> None:
    """Call a number for a campaign; the law is asked first."""
    await site.front.ask(
        DialNumber(at_us=site.clock.now_us(), agent_id=desk, number=asked.number, campaign=asked.campaign)
    )


@router.post("/wrap-up/finish", status_code=DONE)
async def finish_wrap_up(asked: AskedFinish, site: OfSite, desk: OwnDesk) -> None:
    """End the work after the call: what came of it, what is to be remembered, what was promised."""
    await site.front.ask(
        FinishWrapUp(
            at_us=site.clock.now_us(),
            agent_id=desk,
            contact_id=ContactId(asked.contact_id),
            disposition=asked.disposition,
            notes=asked.notes,
            callback_at=asked.callback_at,
            callback_by=asked.callback_by or "",
        )
    )


@router.post("/wrap-up/extend", status_code=DONE)
async def extend_wrap_up(asked: AskedCall, site: OfSite, desk: OwnDesk) -> None:
    """Take longer for the work after the call."""
    await site.front.ask(
        ExtendWrapUp(at_us=site.clock.now_us(), agent_id=desk, contact_id=ContactId(asked.contact_id))
    )


@router.post("/work/{contact_id}/finish", status_code=DONE)
async def finish_work(contact_id: Name, asked: AskedWorkFinish, site: OfSite, desk: OwnDesk) -> None:
    """Work in hand is done."""
    await site.front.ask(
        FinishWork(
            at_us=site.clock.now_us(),
            agent_id=desk,
            contact_id=ContactId(contact_id),
            disposition=asked.disposition,
            notes=asked.notes,
        )
    )


@router.post("/work/{contact_id}/return", status_code=DONE)
async def return_work(contact_id: Name, site: OfSite, desk: OwnDesk) -> None:
    """Give work in hand back: it goes to somebody else, from the place it had."""
    await site.front.ask(
        ReturnWork(at_us=site.clock.now_us(), agent_id=desk, contact_id=ContactId(contact_id))
    )


async def _ask_about(
    site: Site, desk: AgentId, kind: type[AcceptOffer | RejectOffer | PreviewDial], asked: AskedOffer
) -> None:
    await site.front.ask(
        kind(
            at_us=site.clock.now_us(),
            agent_id=desk,
            offer_id=OfferId(asked.offer_id),
            version=asked.version,
        )
    )

"""What an agent does with the call in hand: hold, mute, keys, transfer, consultation, conference.

As at the rest of the desk a wish is granted with 204, or refused with the engine's own code; what has come of
it the live connection shows.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from core.model.control import (
    CancelConsult,
    CompleteConsult,
    HoldContact,
    LeaveConference,
    MuteContact,
    ResumeContact,
    SendDigits,
    StartConference,
    StartConsult,
    SwapConsult,
    TargetKind,
    TransferContact,
    UnmuteContact,
)
from core.model.ids import AgentId, ContactId
from core.model.requests import CallRequest, HangUpContact
from web.asked import AskedCall, Words
from web.callers import OfSite, OwnDesk
from web.site import Site

router = APIRouter(prefix="/agents/me/call", tags=["call"])
DONE = HTTPStatus.NO_CONTENT
_WRITTEN = re.compile(r"[ ()./-]")
"""What people put between the digits of a number."""


class AskedDigits(AskedCall):
    """The keys that the other side shall hear."""

    digits: Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[0-9A-D*#]+$")]


class AskedTarget(AskedCall):
    """Whom to pass the call on to, or to ask: an agent, a queue, a flow by name, or a number."""

    to: TargetKind
    target: Annotated[Words, Field(min_length=1)]

    @property
    def name(self) -> str:
        """The target as the engine knows it: a number without what people write between its digits."""
        return _WRITTEN.sub("", self.target) if self.to is TargetKind.NUMBER else self.target


@router.post("/hold", status_code=DONE)
async def hold_call(asked: AskedCall, site: OfSite, desk: OwnDesk) -> None:
    """Let the customer hear music."""
    await _ask(site, desk, HoldContact, asked)


@router.post("/resume", status_code=DONE)
async def resume_call(asked: AskedCall, site: OfSite, desk: OwnDesk) -> None:
    """Talk with the customer on hold again."""
    await _ask(site, desk, ResumeContact, asked)


@router.post("/mute", status_code=DONE)
async def mute_call(asked: AskedCall, site: OfSite, desk: OwnDesk) -> None:
    """Let nobody hear the agent."""
    await _ask(site, desk, MuteContact, asked)


@router.post("/unmute", status_code=DONE)
async def unmute_call(asked: AskedCall, site: OfSite, desk: OwnDesk) -> None:
    """Let the agent be heard again."""
    await _ask(site, desk, UnmuteContact, asked)


@router.post("/hang-up", status_code=DONE)
async def hang_up_call(asked: AskedCall, site: OfSite, desk: OwnDesk) -> None:
    """End the conversation."""
    await _ask(site, desk, HangUpContact, asked)


@router.post("/digits", status_code=DONE)
async def send_digits(asked: AskedDigits, site: OfSite, desk: OwnDesk) -> None:
    """Let the other side hear keys."""
    await site.front.ask(
        SendDigits(
            at_us=site.clock.now_us(),
            agent_id=desk,
            contact_id=ContactId(asked.contact_id),
            digits=asked.digits,
        )
    )


@router.post("/transfer", status_code=DONE)
async def transfer_call(asked: AskedTarget, site: OfSite, desk: OwnDesk) -> None:
    """Pass the customer on without a word; the record goes along."""
    await _ask_about(site, desk, TransferContact, asked)


@router.post("/consult", status_code=DONE)
async def start_consult(asked: AskedTarget, site: OfSite, desk: OwnDesk) -> None:
    """Put the customer on hold and call somebody, who sees the record first."""
    await _ask_about(site, desk, StartConsult, asked)


@router.post("/consult/swap", status_code=DONE)
async def swap_consult(asked: AskedCall, site: OfSite, desk: OwnDesk) -> None:
    """Talk with the customer for a word while whoever is asked hears music; and back again."""
    await _ask(site, desk, SwapConsult, asked)


@router.post("/consult/complete", status_code=DONE)
async def complete_consult(asked: AskedCall, site: OfSite, desk: OwnDesk) -> None:
    """Give the customer to whoever was asked."""
    await _ask(site, desk, CompleteConsult, asked)


@router.post("/consult/cancel", status_code=DONE)
async def cancel_consult(asked: AskedCall, site: OfSite, desk: OwnDesk) -> None:
    """Let go of who was called, and talk with the customer again."""
    await _ask(site, desk, CancelConsult, asked)


@router.post("/conference", status_code=DONE)
async def start_conference(asked: AskedCall, site: OfSite, desk: OwnDesk) -> None:
    """Bring the customer and whoever was asked together."""
    await _ask(site, desk, StartConference, asked)


@router.post("/conference/leave", status_code=DONE)
async def leave_conference(asked: AskedCall, site: OfSite, desk: OwnDesk) -> None:
    """Let the others go on without the agent."""
    await _ask(site, desk, LeaveConference, asked)


async def _ask(site: Site, desk: AgentId, kind: type[CallRequest], asked: AskedCall) -> None:
    contact_id = ContactId(asked.contact_id)
    await site.front.ask(kind(at_us=site.clock.now_us(), agent_id=desk, contact_id=contact_id))


async def _ask_about(
    site: Site, desk: AgentId, kind: type[TransferContact | StartConsult], asked: AskedTarget
) -> None:
    await site.front.ask(
        kind(
            at_us=site.clock.now_us(),
            agent_id=desk,
            contact_id=ContactId(asked.contact_id),
            to=asked.to,
            target=asked.name,
        )
    )

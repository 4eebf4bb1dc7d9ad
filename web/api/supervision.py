"""What supervisors do on the floor: hear agents, force their states, set their queues, move those who wait.

Every wish is granted with 204 or refused with the engine's own code, the page changes by the live connection,
and the audit log tells who asked and why.
"""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import Field, model_validator

from core.kernel.clock import SECOND_US
from core.model.ids import AgentId, ContactId, QueueName
from core.model.need import LEVEL_MAX
from core.model.requests import (
    AgentRequest,
    GoNotReady,
    GoReady,
    LogOut,
    MoveContact,
    SetAgentLevels,
    SetAgentQueues,
    StopSupervising,
    Supervise,
    TakeOver,
)
from core.model.supervision import SupervisionMode
from metrics.today import date_of, midnight_us
from web.asked import Asked, Name, Words
from web.callers import OfCaller, OfSite, Role, allow
from web.gate.audit import note
from web.phones import phone_of, remember
from web.problems import ProblemRaised
from web.roles import Caller
from web.site import Site

ALLOWED = [allow(Role.SUPERVISOR)]
DONE = HTTPStatus.NO_CONTENT
QUEUES_MAX = 1_000
"""Queues in one request: more than any centre has."""
SKILLS_MAX = 1_000
"""Skills in one request: more than any centre has."""
Level = Annotated[int, Field(ge=0, le=LEVEL_MAX)]
MOVE_MAX_S = 86_400
"""Seconds of waiting that a contact may be moved by: nobody waits longer than a day."""

agents = APIRouter(prefix="/agents/{agent_id}", tags=["supervision"], dependencies=ALLOWED)
contacts = APIRouter(prefix="/contacts/{contact_id}", tags=["supervision"], dependencies=ALLOWED)


class AskedWhy(Asked):
    """Why, in words: kept in the audit log and, with the event, in the ledger."""

    why: Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""


class AskedPause(AskedWhy):
    """Which of the house's reasons the agent is not ready for."""

    reason: Name


class AskedEar(AskedWhy):
    """At which phone the agent is heard; without, at the one used last. `follow`: the next talks as well."""

    extension: Words = ""
    follow: bool = False


class AskedQueues(AskedWhy):
    """Which queues the agent serves from now on; null: all that its skills allow."""

    queues: Annotated[list[Name], Field(max_length=QUEUES_MAX)] | None


class AskedLevels(AskedWhy):
    """Skill levels in place of the configured ones; 0: without the skill, null: all as configured.

    They hold for today, by the house's clock, or until somebody says otherwise.
    """

    levels: Annotated[dict[Name, Level], Field(max_length=SKILLS_MAX)] | None
    for_today: bool = True


class AskedPlace(AskedWhy):
    """By how much waiting a contact is moved forward, back where negative; or to the front of its queue."""

    credit_seconds: Annotated[int, Field(ge=-MOVE_MAX_S, le=MOVE_MAX_S)] = 0
    to_front: bool = False

    @model_validator(mode="after")
    def _one_of_them(self) -> AskedPlace:
        if self.to_front is bool(self.credit_seconds):
            raise ValueError("either credit_seconds or to_front")
        return self


class Wish:
    """Asks the engine in the name of the supervisor who calls; what is asked for is in the audit log."""

    def __init__(self, request: Request, site: OfSite, caller: OfCaller) -> None:
        self._request = request
        self.site: Site = site
        self.caller: Caller = caller

    async def ask(self, kind: type[AgentRequest], agent_id: str, asked: AskedWhy, **fields: Any) -> None:
        """Make the wish `kind` about the agent; raise what the front office raises."""
        note(self._request, why=asked.why)
        await self.site.front.ask(
            kind(
                at_us=self.site.clock.now_us(),
                agent_id=AgentId(agent_id),
                asked_by=self.caller.login,
                because=asked.why,
                **fields,
            )
        )


OfWish = Annotated[Wish, Depends()]


# --- states ---------------------------------------------------------------------------------------------


@agents.post("/ready", status_code=DONE)
async def make_ready(agent_id: Name, asked: AskedWhy, wish: OfWish) -> None:
    """Let the agent take contacts; this ends a wrap-up too."""
    await wish.ask(GoReady, agent_id, asked)


@agents.post("/not-ready", status_code=DONE)
async def make_not_ready(agent_id: Name, asked: AskedPause, wish: OfWish) -> None:
    """Let the agent take no contacts, from the end of the one in hand on."""
    await wish.ask(GoNotReady, agent_id, asked, reason=asked.reason)


@agents.post("/log-out", status_code=DONE)
async def make_log_out(agent_id: Name, asked: AskedWhy, wish: OfWish) -> None:
    """End the agent's work, after the contact in hand."""
    await wish.ask(LogOut, agent_id, asked)


@agents.put("/queues", status_code=DONE)
async def set_queues(agent_id: Name, asked: AskedQueues, wish: OfWish) -> None:
    """Let the agent serve these queues, from this instant on and until it is said otherwise."""
    queues = None if asked.queues is None else tuple(map(QueueName, asked.queues))
    await wish.ask(SetAgentQueues, agent_id, asked, queues=queues)


@agents.put("/levels", status_code=DONE)
async def set_levels(agent_id: Name, asked: AskedLevels, wish: OfWish) -> None:
    """Let the agent have other skill levels than configured, from the next decision on."""
    until_us = _next_midnight_us(wish.site) if asked.for_today else 0
    levels = tuple(sorted((asked.levels or {}).items()))
    await wish.ask(SetAgentLevels, agent_id, asked, levels=levels, until_us=until_us)


def _next_midnight_us(site: Site) -> int:
    zone = site.house.zone
    return midnight_us(date_of(site.clock.now_us(), zone) + timedelta(days=1), zone)


# --- hearing ----------------------------------------------------------------------------------------------


@agents.post("/listen", status_code=DONE)
async def listen(agent_id: Name, asked: AskedEar, wish: OfWish) -> None:
    """Hear the agent's talk; nobody hears the supervisor."""
    await _supervise(SupervisionMode.LISTEN, agent_id, asked, wish)


@agents.post("/whisper", status_code=DONE)
async def whisper(agent_id: Name, asked: AskedEar, wish: OfWish) -> None:
    """Hear the talk and speak to the agent; the customer does not hear it."""
    await _supervise(SupervisionMode.WHISPER, agent_id, asked, wish)


@agents.post("/barge", status_code=DONE)
async def barge(agent_id: Name, asked: AskedEar, wish: OfWish) -> None:
    """Hear the talk and speak to both."""
    await _supervise(SupervisionMode.BARGE, agent_id, asked, wish)


@agents.post("/stop-listening", status_code=DONE)
async def stop_listening(agent_id: Name, asked: AskedWhy, wish: OfWish) -> None:
    """Hear the agent no longer, in whichever mode."""
    await wish.ask(StopSupervising, agent_id, asked)


@agents.post("/take-over", status_code=DONE)
async def take_over(agent_id: Name, asked: AskedWhy, wish: OfWish) -> None:
    """Have the customer in the agent's place, at a desk of one's own; the agent wraps up."""
    desk = wish.caller.agent_id
    if desk is None:
        raise ProblemRaised(HTTPStatus.FORBIDDEN, "no_desk", "who takes a call over has a desk for it")
    await wish.ask(TakeOver, agent_id, asked, by=desk)


async def _supervise(mode: SupervisionMode, agent_id: str, asked: AskedEar, wish: Wish) -> None:
    extension = await phone_of(wish.site, wish.caller.login, asked.extension)
    await wish.ask(Supervise, agent_id, asked, mode=mode, extension=extension, follows=asked.follow)
    await remember(wish.site, wish.caller.login, extension)


# --- those who wait ---------------------------------------------------------------------------------------


@contacts.put("/priority", status_code=DONE)
async def move_contact(contact_id: Name, asked: AskedPlace, wish: OfWish) -> None:
    """Let a contact that waits stand further forward or back in its line."""
    await wish.ask(
        MoveContact,
        "",
        asked,
        contact_id=ContactId(contact_id),
        credit_us=asked.credit_seconds * SECOND_US,
        to_front=asked.to_front,
    )

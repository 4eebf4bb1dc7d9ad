"""Signing in elsewhere (OpenID Connect): the way there, and back again. Only browsers come here."""

from __future__ import annotations

import hmac
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse

from core.model.person import Person, PersonChange
from web.callers import OfSite
from web.gate.cookie import is_secure, set_token, token_in
from web.gate.gate import Gate, OfGate
from web.gate.origin import own_origin
from web.gate.pending import Pending
from web.gate.recognition import caller_for
from web.pages import home_of
from web.problems import ProblemRaised
from web.site import Site

if TYPE_CHECKING:
    from web.gate.oidc import Elsewhere

router = APIRouter(prefix="/session/oidc", tags=["session"], include_in_schema=False)

COOKIE = "goldline-elsewhere"
PATH = "/api/v1/session/oidc"
BACK_WITHIN_S = 600
"""How long somebody may take to sign in there."""


@router.get("")
async def go_there(request: Request, site: OfSite, gate: OfGate) -> RedirectResponse:
    """Send the browser to where people sign in."""
    address, pending = await _elsewhere(gate).begin(_callback_url(request, site))
    response = RedirectResponse(address, HTTPStatus.SEE_OTHER)
    response.set_cookie(
        COOKIE,
        pending.text(),
        max_age=BACK_WITHIN_S,
        path=PATH,
        httponly=True,
        samesite="lax",  # it comes back from another site
        secure=is_secure(site.settings),
    )
    return response


@router.get("/callback")
async def come_back(
    request: Request,
    site: OfSite,
    gate: OfGate,
    code: Annotated[str, Query(max_length=4_000)] = "",
    state: Annotated[str, Query(max_length=200)] = "",
) -> RedirectResponse:
    """Sign in whom the provider says it is; roles and name are as they are there today."""
    elsewhere = _elsewhere(gate)
    pending = Pending.read(request.cookies.get(COOKIE, ""))
    if pending is None or not hmac.compare_digest(pending.state.encode(), state.encode()):
        detail = "this browser did not ask to sign in; begin again"
        raise ProblemRaised(HTTPStatus.FORBIDDEN, "not_begun_here", detail)
    found = await elsewhere.finish(_callback_url(request, site), pending, code)
    person = await _known(found, site, gate)
    token = await gate.reception.let_in(person, old_token=token_in(request))
    request.state.caller = caller = caller_for(person)
    response = RedirectResponse(f"/{home_of(caller)}", HTTPStatus.SEE_OTHER)
    set_token(response, token, site.settings)
    response.delete_cookie(COOKIE, path=PATH)
    return response


def _elsewhere(gate: Gate) -> Elsewhere:
    if gate.elsewhere is None:
        raise ProblemRaised(HTTPStatus.NOT_FOUND, "no_elsewhere", "people sign in with passwords here")
    return gate.elsewhere


def _callback_url(request: Request, site: Site) -> str:
    return f"{own_origin(request, site.settings)}{PATH}/callback"


async def _known(found: Person, site: Site, gate: Gate) -> Person:
    """Return the person kept here, as the provider tells today; at the first time an agent has a desk."""
    login = found.login
    agent_id = login if login in site.house.agents else ""
    await site.people.add_person(Person(login=login, subject=found.subject, agent_id=agent_id))
    kept = await site.people.person(login)
    if kept is None or kept.subject != found.subject:
        detail = "somebody else signs in by this name here"
        raise ProblemRaised(HTTPStatus.FORBIDDEN, "login_taken", detail)
    if kept.disabled:
        raise ProblemRaised(HTTPStatus.FORBIDDEN, "disabled", "an administrator let nobody in as this person")
    changed = await gate.reception.change(login, PersonChange(name=found.name, roles=found.roles))
    assert changed is not None
    return changed

"""Signing in and out, and what a person may change of their own: language, theme, keys, password."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field

from core.model.person import Person, PersonChange
from web.asked import Asked, Login, Password, Words
from web.callers import OfCaller, OfSite
from web.gate.cookie import set_token, take_token, token_in
from web.gate.gate import OfGate
from web.gate.middleware import address_of
from web.gate.recognition import caller_for
from web.gate.tokens import csrf_token
from web.problems import ProblemRaised
from web.site import Site
from web.views.people import SignedInView, WaysView

router = APIRouter(prefix="/session", tags=["session"])

ACTIONS_MAX = 100
"""Actions that have keys; the pages have about thirty."""


class Credentials(Asked):
    """Who wants in."""

    login: Login
    password: Password


class Preferences(Asked):
    """How a person likes the pages; what is left out stays. `keys` replaces all."""

    language: Literal["en", "zh-CN"] | None = None
    theme: Literal["light", "dark", "system"] | None = None
    keys: Annotated[dict[Words, Words], Field(max_length=ACTIONS_MAX)] | None = None
    extension: Words | None = None


class NewPassword(Asked):
    """A new password, for who knows the old one."""

    password: Password
    new_password: Password


@router.post("")
async def sign_in(
    asked: Credentials, request: Request, response: Response, site: OfSite, gate: OfGate
) -> SignedInView:
    """Sign in with login and password; the cookie of the answer is the sign-in."""
    person = await gate.reception.check(asked.login, asked.password, address_of(request))
    token = await gate.reception.let_in(person, old_token=token_in(request))
    set_token(response, token, site.settings)
    request.state.caller = caller_for(person)  # so that the audit log knows who it was
    return _view(person, token)


@router.get("/ways")
async def ways(gate: OfGate) -> WaysView:
    """Tell how people can sign in, for who is not signed in yet."""
    return WaysView(password=True, elsewhere=gate.elsewhere is not None)


@router.get("")
async def who_is_signed_in(request: Request, site: OfSite, caller: OfCaller) -> SignedInView:
    """Tell who is signed in here."""
    return _view(await _person(site, caller.login), token_in(request))


@router.patch("")
async def change_preferences(
    asked: Preferences, request: Request, site: OfSite, gate: OfGate, caller: OfCaller
) -> SignedInView:
    """Keep how the person likes the pages."""
    await _person(site, caller.login)
    changed = await gate.reception.change(caller.login, PersonChange(**asked.model_dump()))
    assert changed is not None
    return _view(changed, token_in(request))


@router.put("/password", status_code=HTTPStatus.NO_CONTENT)
async def change_password(
    asked: NewPassword, request: Request, site: OfSite, gate: OfGate, caller: OfCaller
) -> None:
    """Change the person's own password; other browsers are signed out."""
    await _person(site, caller.login)
    await gate.reception.check(caller.login, asked.password, address_of(request))
    await gate.reception.set_password(caller.login, asked.new_password, kept_token=token_in(request))


@router.delete("", status_code=HTTPStatus.NO_CONTENT)
async def sign_out(request: Request, response: Response, site: OfSite, gate: OfGate) -> None:
    """Sign out; who is not signed in is out already."""
    await gate.reception.let_out(token_in(request))
    take_token(response, site.settings)


async def _person(site: Site, login: str) -> Person:
    person = await site.people.person(login)
    if person is None:
        raise ProblemRaised(HTTPStatus.FORBIDDEN, "no_person", "a program has no preferences and no password")
    return person


def _view(person: Person, token: str) -> SignedInView:
    return SignedInView(
        login=person.login,
        name=person.name,
        roles=person.roles,
        agent_id=person.agent_id or None,
        csrf_token=csrf_token(token),
        language=person.language,
        theme=person.theme,
        keys=dict(person.keys),
        extension=person.extension,
    )

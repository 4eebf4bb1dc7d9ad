"""The people who may sign in, for administrators: adding, changing, new passwords."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from core.model.person import Person, PersonChange
from web.asked import Asked, Login, Name, Password, Words
from web.callers import OfCaller, OfSite, Role, allow
from web.gate.audit import note
from web.gate.gate import OfGate
from web.gate.idempotency import CreatingRoute
from web.paging import Cursor, Limit, Page, page_of
from web.problems import ProblemRaised
from web.site import Site
from web.views.people import PersonView

router = APIRouter(
    prefix="/people", tags=["people"], route_class=CreatingRoute, dependencies=[allow(Role.ADMINISTRATOR)]
)

Roles = Annotated[frozenset[Role], Field(max_length=len(Role))]


class AskedPerson(Asked):
    """Somebody new; without a password they can only sign in elsewhere."""

    login: Login
    name: Words = ""
    roles: Roles
    agent_id: Name = ""
    password: Password | None = None


class AskedChange(Asked):
    """What becomes different of somebody; what is left out stays."""

    name: Words | None = None
    roles: Roles | None = None
    agent_id: Name | None = None
    disabled: bool | None = None


class AskedPassword(Asked):
    """A new password for somebody."""

    password: Password


@router.get("")
async def people(site: OfSite, limit: Limit = 100, cursor: Cursor = "") -> Page[PersonView]:
    """Tell who may sign in, by login."""
    found = await site.people.people(cursor, limit + 1)
    return page_of(found, limit, lambda person: person.login, person_view)


@router.post("", status_code=HTTPStatus.CREATED)
async def add_person(
    asked: AskedPerson, request: Request, response: Response, site: OfSite, gate: OfGate
) -> PersonView:
    """Let somebody sign in."""
    note(request, subject=asked.login)
    _desk_there(asked.agent_id, site)
    password_hash = "" if asked.password is None else await gate.reception.new_hash(asked.password)
    person = Person(
        login=asked.login,
        name=asked.name,
        roles=words_of(asked.roles),
        agent_id=asked.agent_id,
        password_hash=password_hash,
    )
    if not await site.people.add_person(person):
        raise ProblemRaised(HTTPStatus.CONFLICT, "login_taken", f"somebody signs in as {asked.login} already")
    response.headers["Location"] = f"/api/v1/people/{asked.login}"
    return person_view(person)


@router.get("/{login}")
async def person(login: Login, site: OfSite) -> PersonView:
    """Tell about one person."""
    return person_view(_known(await site.people.person(login)))


@router.patch("/{login}")
async def change_person(
    login: Login, asked: AskedChange, caller: OfCaller, site: OfSite, gate: OfGate
) -> PersonView:
    """Change somebody's name, roles or desk, or whether they may sign in; who may not is signed out."""
    _desk_there(asked.agent_id, site)
    is_lost = asked.disabled or (asked.roles is not None and Role.ADMINISTRATOR not in asked.roles)
    if login == caller.login and is_lost:
        detail = "nobody takes the keys from their own hand: let another administrator do it"
        raise ProblemRaised(HTTPStatus.CONFLICT, "own_account", detail)
    change = PersonChange(
        name=asked.name,
        roles=None if asked.roles is None else words_of(asked.roles),
        agent_id=asked.agent_id,
        disabled=asked.disabled,
    )
    return person_view(_known(await gate.reception.change(login, change)))


@router.put("/{login}/password", status_code=HTTPStatus.NO_CONTENT)
async def reset_password(login: Login, asked: AskedPassword, gate: OfGate) -> None:
    """Give somebody a new password; their browsers are signed out."""
    _known(await gate.reception.set_password(login, asked.password))


def words_of(roles: frozenset[Role]) -> tuple[str, ...]:
    """Return `roles` in the order of their list."""
    return tuple(role for role in Role if role in roles)


def person_view(person: Person) -> PersonView:
    """Return somebody as administrators see one."""
    return PersonView(
        login=person.login,
        name=person.name,
        roles=person.roles,
        agent_id=person.agent_id or None,
        extension=person.extension,
        language=person.language,
        disabled=person.disabled,
        has_password=bool(person.password_hash),
    )


def _desk_there(agent_id: str | None, site: Site) -> None:
    """Refuse the desk of an agent whom the centre does not have; no desk at all is fine."""
    agents = site.house.agents
    if agent_id and agent_id not in agents:
        detail = f"no agent is called {agent_id}; there are {', '.join(sorted(agents)) or 'none'}"
        raise ProblemRaised(HTTPStatus.UNPROCESSABLE_ENTITY, "unknown_agent", detail)


def _known(person: Person | None) -> Person:
    if person is None:
        raise ProblemRaised(HTTPStatus.NOT_FOUND, "unknown_person", "nobody has this login")
    return person

"""Who calls the API, and which roles a route is for.

    router = APIRouter(prefix="/queues", dependencies=[allow(Role.SUPERVISOR, Role.READ_ONLY)])

    @router.get("")
    async def queues(site: OfSite, caller: OfCaller) -> ...

`web.sign_in` puts the `Caller` into the request's state before any route runs. An administrator may
whatever anybody may.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import HTTPConnection

from core.model.ids import AgentId
from web.problems import ProblemRaised
from web.site import Site


class Role(StrEnum):
    """What a person or a program may do."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    CAMPAIGN_MANAGER = "campaign_manager"
    ADMINISTRATOR = "administrator"
    READ_ONLY = "read_only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A person who signed in, or a program with a key; `agent_id` is the desk of a person who has one."""

    login: str
    name: str = ""
    roles: frozenset[Role] = frozenset()
    agent_id: AgentId | None = None
    is_program: bool = False

    def may(self, *roles: Role) -> bool:
        """Tell whether the caller has one of `roles`."""
        return Role.ADMINISTRATOR in self.roles or not self.roles.isdisjoint(roles)


def site_of(connection: HTTPConnection) -> Site:
    """Return the site that serves this connection."""
    site: Site = connection.app.state.site
    return site


def caller_of(connection: HTTPConnection) -> Caller:
    """Return who calls; raise a problem where nobody signed in."""
    caller: Caller | None = getattr(connection.state, "caller", None)
    if caller is None:
        raise ProblemRaised(HTTPStatus.UNAUTHORIZED, "not_signed_in", "sign in first, or show an API key")
    return caller


OfSite = Annotated[Site, Depends(site_of)]
OfCaller = Annotated[Caller, Depends(caller_of)]


def allow(*roles: Role) -> Any:
    """Return the dependency of a route that only `roles` (and administrators) may use."""

    def check(caller: OfCaller) -> Caller:
        if not caller.may(*roles):
            needed = ", ".join(sorted(roles))
            raise ProblemRaised(
                HTTPStatus.FORBIDDEN, "role_missing", f"this takes one of the roles: {needed}"
            )
        return caller

    return Depends(check)

"""Who calls the API, and which roles a route is for.

    router = APIRouter(prefix="/queues", dependencies=[allow(Role.SUPERVISOR, Role.READ_ONLY)])

    @router.get("")
    async def queues(site: OfSite, caller: OfCaller) -> ...

`web.gate.middleware` puts the `Caller` into the request's state before any route runs. An administrator may
whatever anybody may.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import HTTPConnection

from core.model.ids import AgentId
from web.problems import ProblemRaised
from web.roles import Caller as Caller
from web.roles import Role as Role
from web.site import Site


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


def own_desk(caller: OfCaller) -> AgentId:
    """Return the desk of the caller; raise a problem where there is none, or the caller is no agent."""
    if caller.agent_id is None or not caller.may(Role.AGENT):
        raise ProblemRaised(HTTPStatus.FORBIDDEN, "no_desk", "this takes an agent's desk of your own")
    return caller.agent_id


OwnDesk = Annotated[AgentId, Depends(own_desk)]


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

"""The gate of one site, put together: what stands before the routes, and what routes ask of it.

    app.state.gate = gate = Gate(site)
    gate.stand_before(app)

A route that needs it asks for `OfGate`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, FastAPI
from starlette.requests import HTTPConnection

from web.gate.audit import AuditMiddleware
from web.gate.bodies import BodyLimit
from web.gate.headers import SecurityHeaders
from web.gate.middleware import GateMiddleware
from web.gate.reception import Reception
from web.gate.recognition import Recognition
from web.gate.visitors import VisitingPages
from web.site import Site

if TYPE_CHECKING:
    from web.gate.oidc import Elsewhere


class Gate:
    """Recognises callers, lets people in and out, and guards every route of an application."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.recognition = Recognition(site.people, site.gate, site.wall)
        self.reception = Reception(site.people, self.recognition, site.gate, site.wall)
        self.elsewhere = _elsewhere(site)

    def stand_before(self, app: FastAPI) -> None:
        """Guard `app`. The last that is added is the first that a request meets."""
        site = self._site
        app.add_middleware(AuditMiddleware, people=site.people, clock=site.wall)
        app.add_middleware(
            GateMiddleware,
            recognition=self.recognition,
            web=site.settings,
            settings=site.gate,
            clock=site.wall,
        )
        app.add_middleware(BodyLimit, web=site.settings)
        app.add_middleware(VisitingPages, origins=site.settings.allowed_origins)
        app.add_middleware(SecurityHeaders, web=site.settings)


def _elsewhere(site: Site) -> Elsewhere | None:
    """Return where people sign in elsewhere; what that needs is loaded only where they do."""
    if site.oidc is None:
        return None
    from web.gate.oidc import Elsewhere

    return Elsewhere(site.oidc, site.wall)


def gate_of(connection: HTTPConnection) -> Gate:
    """Return the gate before this connection."""
    gate: Gate = connection.app.state.gate
    return gate


OfGate = Annotated[Gate, Depends(gate_of)]

"""Who may do what: one table, and every route of the application held to it, by every role and by nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from core.kernel.errors import RequestRefused
from core.model.message import Event
from tests.services.sites import add_person, browser_of, signed_in, site_of
from web.application import build_application
from web.callers import Role

ANYBODY: frozenset[Role] = frozenset()
"""Even who is not signed in."""
EVERY = frozenset(Role)
DESK = frozenset({Role.AGENT, Role.ADMINISTRATOR})
"""Who has a desk; an administrator with one may use it too."""
SUPERVISORS = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
FLOOR = SUPERVISORS | {Role.READ_ONLY}
AT_CUSTOMERS = SUPERVISORS | {Role.AGENT, Role.CAMPAIGN_MANAGER}
AT_WORK = SUPERVISORS | {Role.AGENT}
CAMPAIGNS = SUPERVISORS | {Role.CAMPAIGN_MANAGER, Role.READ_ONLY}
NUMBERS = frozenset({Role.CAMPAIGN_MANAGER, Role.SUPERVISOR, Role.ADMINISTRATOR})
CAMPAIGN_MANAGERS = frozenset({Role.CAMPAIGN_MANAGER, Role.ADMINISTRATOR})

API = "/api/v1"
RIGHTS: dict[str, dict[str, frozenset[Role]]] = {
    "/": {"GET": ANYBODY},
    "/agent": {"GET": ANYBODY},
    "/wall": {"GET": ANYBODY},
    "/campaigns": {"GET": ANYBODY},
    "/assets/{name}": {"GET": ANYBODY},
    "/healthz": {"GET": ANYBODY},
    "/readyz": {"GET": ANYBODY},
    "/metrics": {"GET": ANYBODY},
    f"{API}/openapi.json": {"GET": ANYBODY},
    f"{API}/session": {"POST": ANYBODY, "GET": EVERY, "PATCH": EVERY, "DELETE": ANYBODY},
    f"{API}/session/password": {"PUT": EVERY},
    f"{API}/session/ways": {"GET": ANYBODY},
    f"{API}/session/oidc": {"GET": ANYBODY},
    f"{API}/session/oidc/callback": {"GET": ANYBODY},
    f"{API}/house": {"GET": EVERY},
    f"{API}/dispositions": {"GET": EVERY},
    **{
        f"{API}/agents/me/{what}": {"POST": DESK}
        for what in (
            *("log-in", "log-out", "ready", "not-ready"),
            *("offer/accept", "offer/reject", "preview/dial", "preview/skip", "dial"),
            *("wrap-up/finish", "wrap-up/extend"),
            *("call/hold", "call/resume", "call/mute", "call/unmute", "call/digits", "call/hang-up"),
            *("call/transfer", "call/consult"),
            *("call/consult/swap", "call/consult/complete", "call/consult/cancel"),
            *("call/conference", "call/conference/leave"),
            *("work/{contact_id}/finish", "work/{contact_id}/return"),
        )
    },
    f"{API}/customers": {"GET": AT_CUSTOMERS},
    f"{API}/customers/{{customer_id}}": {"GET": AT_CUSTOMERS},
    f"{API}/callbacks": {"GET": AT_CUSTOMERS, "POST": AT_CUSTOMERS},
    f"{API}/callbacks/{{contact_id}}": {"DELETE": AT_CUSTOMERS},
    f"{API}/tasks": {"GET": AT_WORK, "POST": AT_WORK},
    f"{API}/tasks/{{work_id}}": {"DELETE": AT_WORK},
    f"{API}/people": {"GET": ADMINISTRATORS, "POST": ADMINISTRATORS},
    f"{API}/people/{{login}}": {"GET": ADMINISTRATORS, "PATCH": ADMINISTRATORS},
    f"{API}/people/{{login}}/password": {"PUT": ADMINISTRATORS},
    f"{API}/keys": {"GET": ADMINISTRATORS, "POST": ADMINISTRATORS},
    f"{API}/keys/{{key_id}}": {"DELETE": ADMINISTRATORS},
    f"{API}/audit": {"GET": SUPERVISORS},
    f"{API}/queues": {"GET": EVERY},
    f"{API}/queues/{{name}}": {"GET": EVERY},
    f"{API}/tiers": {"GET": EVERY},
    f"{API}/agents": {"GET": FLOOR},
    f"{API}/agents/{{agent_id}}": {"GET": FLOOR},
    f"{API}/contacts": {"GET": FLOOR},
    f"{API}/contacts/{{contact_id}}": {"GET": FLOOR},
    f"{API}/contacts/{{contact_id}}/why": {"GET": FLOOR},
    **{
        f"{API}/reports/{what}": {"GET": FLOOR}
        for what in ("days", "intervals", "queues", "tiers", "agents", "interactions", "{table}.csv")
    },
    **{
        f"{API}/agents/{{agent_id}}/{what}": {"POST": SUPERVISORS}
        for what in (
            *("ready", "not-ready", "log-out"),
            *("listen", "whisper", "barge", "take-over", "stop-listening"),
        )
    },
    f"{API}/agents/{{agent_id}}/queues": {"PUT": SUPERVISORS},
    f"{API}/agents/{{agent_id}}/levels": {"PUT": SUPERVISORS},
    f"{API}/contacts/{{contact_id}}/priority": {"PUT": SUPERVISORS},
    f"{API}/campaigns": {"GET": CAMPAIGNS},
    f"{API}/campaigns/{{name}}": {"GET": CAMPAIGNS},
    **{
        f"{API}/campaigns/{{name}}/{what}": {"GET": CAMPAIGNS} for what in ("results", "conversions", "lists")
    },
    **{
        f"{API}/campaigns/{{name}}/{what}": {"GET": NUMBERS}
        for what in ("callbacks", "next", "lists/{list_name}/export.csv")
    },
    f"{API}/campaigns/{{name}}/start": {"POST": CAMPAIGN_MANAGERS},
    f"{API}/campaigns/{{name}}/pause": {"POST": CAMPAIGN_MANAGERS},
    f"{API}/campaigns/{{name}}/pacing": {"PUT": CAMPAIGN_MANAGERS, "DELETE": CAMPAIGN_MANAGERS},
    f"{API}/campaigns/{{name}}/recycling": {"PUT": CAMPAIGN_MANAGERS, "DELETE": CAMPAIGN_MANAGERS},
    f"{API}/campaigns/{{name}}/callbacks/{{lead_id}}": {"PUT": CAMPAIGN_MANAGERS},
    f"{API}/campaigns/{{name}}/lists/{{list_name}}": {"PUT": CAMPAIGN_MANAGERS},
    f"{API}/campaigns/{{name}}/mappings": {"GET": CAMPAIGN_MANAGERS},
    f"{API}/campaigns/{{name}}/mappings/{{mapping}}": {"PUT": CAMPAIGN_MANAGERS, "DELETE": CAMPAIGN_MANAGERS},
    f"{API}/imports": {"GET": CAMPAIGNS, "POST": CAMPAIGN_MANAGERS},
    f"{API}/imports/{{import_id}}": {"GET": CAMPAIGNS, "DELETE": CAMPAIGN_MANAGERS},
    f"{API}/imports/{{import_id}}/columns": {"GET": CAMPAIGN_MANAGERS},
    f"{API}/imports/{{import_id}}/mapping": {"PUT": CAMPAIGN_MANAGERS},
    f"{API}/imports/{{import_id}}/commit": {"POST": CAMPAIGN_MANAGERS},
    f"{API}/imports/{{import_id}}/rejects.csv": {"GET": NUMBERS},
    f"{API}/do-not-call": {"GET": NUMBERS, "POST": CAMPAIGN_MANAGERS},
    f"{API}/do-not-call/{{number}}": {"DELETE": CAMPAIGN_MANAGERS},
}
NOT_LET = {401, 403}


def refuse(request: Event) -> None:
    """Stand for an engine that grants nothing: rights are judged before it is asked."""
    raise RequestRefused("refused", "nothing is granted here")


@pytest.fixture
async def app() -> FastAPI:
    site = site_of(refuse)
    for role in Role:
        await add_person(site, role, role, agent_id=f"desk-of-{role}")
    return build_application(site)


@pytest.fixture
async def browsers(app: FastAPI) -> AsyncIterator[dict[Role | None, httpx.AsyncClient]]:
    """Give a browser of each role, and one of nobody."""
    async with AsyncExitStack() as open_ones:
        yield {
            None: await open_ones.enter_async_context(browser_of(app)),
            **{role: await open_ones.enter_async_context(signed_in(app, role)) for role in Role},
        }


def routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    for route in iter_route_contexts(app.routes):
        for method in sorted(set(route.methods or ()) - {"HEAD"}):
            yield str(route.path), method


async def test_every_route_stands_in_the_table_and_no_other(app: FastAPI) -> None:
    listed = {(path, method) for path, methods in RIGHTS.items() for method in methods}
    assert set(routes(app)) == listed


async def test_every_route_lets_in_whom_it_should_and_refuses_all_others(
    app: FastAPI, browsers: dict[Role | None, httpx.AsyncClient]
) -> None:
    wrong = []
    for path, method in routes(app):
        if path == f"{API}/session" and method == "DELETE":
            continue  # it would sign the browsers out; who is out is out already
        allowed = RIGHTS[path][method]
        for role, browser in browsers.items():
            answer = await browser.request(method, path.replace("{", "x").replace("}", ""))
            may = allowed == ANYBODY or role in allowed
            if (answer.status_code not in NOT_LET) != may:
                wrong.append((method, path, role, answer.status_code))
    assert wrong == []


async def test_nobody_signed_in_is_told_so(
    app: FastAPI, browsers: dict[Role | None, httpx.AsyncClient]
) -> None:
    for path, method in routes(app):
        if RIGHTS[path][method] != ANYBODY:
            answer = await browsers[None].request(method, path.replace("{", "x").replace("}", ""))
            assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in"), (method, path)

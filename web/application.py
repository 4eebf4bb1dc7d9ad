"""The web application: every route of the API, the live connection, the pages, on one `Site`."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

from web.api import (
    audit,
    call,
    callbacks,
    campaigns,
    customers,
    desk,
    events,
    floor,
    health,
    house,
    imports,
    keys,
    lists,
    people,
    reports,
    sign_in,
    sign_in_elsewhere,
    steering,
    supervision,
    tasks,
)
from web.gate.gate import Gate
from web.openapi import Described, operation_id
from web.pages import add_pages, read_files
from web.problems import tell_problems
from web.reports import Reports
from web.site import Site

API = "/api/v1"
ROUTERS: tuple[APIRouter, ...] = (
    sign_in.router,
    sign_in_elsewhere.router,
    events.router,
    house.router,
    desk.router,
    call.router,
    supervision.agents,
    supervision.contacts,
    customers.router,
    callbacks.router,
    tasks.router,
    people.router,
    keys.router,
    audit.router,
    floor.router,
    reports.router,
    campaigns.router,
    steering.router,
    lists.router,
    imports.router,
)
"""The resources of the API; each module of `web.api` has one `router`."""


def build_application(site: Site) -> FastAPI:
    """Return the application that serves `site`."""
    app = describe_application()
    app.state.site = site
    app.state.ops = site.ops
    app.state.reports = Reports(site.history, site.house, site.floor, site.clock)
    app.state.gate = gate = Gate(site)
    gate.stand_before(app)
    add_pages(app, read_files())
    return app


def describe_application() -> FastAPI:
    """Return an application with all routes and nothing behind them: enough to describe it."""
    app = Described(
        title="Goldline",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{API}/openapi.json",
        generate_unique_id_function=operation_id,
    )
    tell_problems(app)
    app.include_router(health.router)
    for router in ROUTERS:
        app.include_router(router, prefix=API)
    return app

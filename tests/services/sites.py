"""Web sides for tests: a site whose engine is a function, people in memory, and browsers signed in to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI

from core.kernel.clock import Clock
from core.model.person import Person
from core.ports import Sink
from crm.history import MemoryHistory
from crm.memory import MemoryCrmStore, MemoryLedger
from crm.people_memory import MemoryPeopleStore
from crm.store import StoreSettings
from tests.services.campaign_sides import campaign_side
from tests.services.clocks import Wristwatch
from web.callers import Role
from web.front import FrontOffice
from web.gate.cookie import NAME
from web.gate.passwords import hash_password
from web.gate.reception import Reception
from web.house import House
from web.live.campaigns import Campaigns
from web.site import Site

HOST = "goldline.test"
ORIGIN = f"http://{HOST}"
PASSWORD = "correct horse battery"
PASSWORD_HASH = hash_password(PASSWORD)


def site_of(engine: Sink, **parts: Any) -> Site:
    """Return a site before `engine`; `parts` are other than the usual."""
    clock: Clock = parts.pop("clock", None) or Wristwatch()
    house: House = parts.pop("house", None) or House()
    ledger = MemoryLedger()
    usual: dict[str, Any] = {
        "clock": clock,
        "front": FrontOffice(engine),
        "house": house,
        "wall": clock,
        "people": MemoryPeopleStore(),
        "customers": MemoryCrmStore(ledger, clock, StoreSettings()),
        "open_contacts": ledger.open_contacts,
        "history": MemoryHistory(ledger),
        "campaigns": campaign_side(clock),
        "campaigns_now": Campaigns(house.campaigns),
    }
    return Site(**(usual | parts))


async def add_person(site: Site, login: str, *roles: Role, agent_id: str = "") -> Person:
    """Let somebody of these roles sign in with `PASSWORD`."""
    person = Person(
        login=login,
        name=login.title(),
        roles=tuple(roles),
        password_hash=PASSWORD_HASH,
        agent_id=agent_id,
    )
    assert await site.people.add_person(person)
    return person


@asynccontextmanager
async def browser_of(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Give a browser on a page of `app`, not signed in."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers={"Origin": ORIGIN}) as browser:
        yield browser


@asynccontextmanager
async def signed_in(app: FastAPI, login: str) -> AsyncIterator[httpx.AsyncClient]:
    """Give a browser of `app` in which the person `login` is signed in already."""
    gate = app.state.gate
    site: Site = app.state.site
    person = await site.people.person(login)
    assert person is not None
    reception: Reception = gate.reception
    token = await reception.let_in(person)
    async with browser_of(app) as browser:
        browser.cookies.set(NAME, token, domain=HOST)
        answer = await browser.get("/api/v1/session")
        browser.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        yield browser

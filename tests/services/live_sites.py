"""Sites with a live side that serve on a port, and screens that follow it: what a page does, for tests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from core.kernel.clock import Clock
from core.model.message import Event
from tests.services.ports import LOOPBACK
from tests.services.sites import add_person, site_of
from web.application import build_application
from web.callers import Role
from web.gate.cookie import NAME
from web.house import House
from web.live.live import Live
from web.live.topic import Fold
from web.server import WebServer
from web.settings import WebSettings
from web.site import Site

LIMIT_S = 5.0


def deaf(request: Event) -> None:
    """Be an engine that answers nothing."""


@dataclass(slots=True)
class LiveSite:
    """A site that serves; `live` is fed by the test."""

    site: Site
    port: int
    app: Any

    @property
    def live(self) -> Live:
        return self.site.live

    async def person(self, login: str, *roles: Role, agent_id: str = "") -> str:
        """Let somebody be signed in; return the cookie's token."""
        person = await add_person(self.site, login, *roles, agent_id=agent_id)
        token: str = await self.app.state.gate.reception.let_in(person)
        return token

    def connect(self, token: str, origin: str | None = "", **more: Any) -> connect:
        """Return a connection of a page with that cookie; a foreign `origin` is another site's page."""
        own = f"http://{LOOPBACK}:{self.port}"
        headers = {"Cookie": f"{NAME}={token}"} if token else {}
        return connect(
            f"ws://{LOOPBACK}:{self.port}/api/v1/events",
            additional_headers=headers,
            origin=own if origin == "" else origin,  # type: ignore[arg-type]
            compression=None,
            **more,
        )

    @asynccontextmanager
    async def screen(self, token: str, *topics: str, **wish: Any) -> AsyncIterator[Screen]:
        """Give a screen that follows `topics`."""
        async with self.connect(token) as socket:
            screen = Screen(socket)
            await screen.frame("welcome")
            if topics or wish:
                await screen.wish(subscribe=topics, **wish)
            yield screen


class Screen:
    """A page: what it was told, frame by frame."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    async def wish(self, **wish: Any) -> None:
        """Ask for something."""
        await self._socket.send(json.dumps(wish))

    async def frame(self, kind: str) -> dict[str, Any]:
        """Return the next frame, which MUST be of `kind`; signs of life are passed over."""
        async with asyncio.timeout(LIMIT_S):
            while True:
                frame: dict[str, Any] = json.loads(await self._socket.recv())
                if frame["kind"] != "beat" or kind == "beat":
                    assert frame["kind"] == kind, frame
                    return frame


@asynccontextmanager
async def live_site(
    folds: Iterable[Fold], clock: Clock, house: House | None = None, **parts: Any
) -> AsyncIterator[LiveSite]:
    """Give a site that serves what `folds` make; `parts` are other than the usual."""
    live = Live(folds, clock.now_us())
    settings = WebSettings(host=LOOPBACK, port=0)
    site = site_of(deaf, live=live, clock=clock, settings=settings, house=house or House(), **parts)
    app = build_application(site)
    server = WebServer(app, site.settings)
    port = await server.start()
    live.start(clock)
    try:
        yield LiveSite(site, port, app)
    finally:
        live.close()
        await server.close()

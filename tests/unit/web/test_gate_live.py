"""The gate before the live connection, on a real server: who may open it, and until when."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from core.kernel.clock import microseconds
from core.model.person import ApiKey, PersonChange
from tests.services.clocks import NOON_US, Wristwatch
from tests.services.sites import add_person, site_of
from web.application import build_application
from web.callers import Role
from web.gate.cookie import NAME
from web.gate.gate import Gate
from web.gate.tokens import hash_of, new_key
from web.gate.watch import POLICY_VIOLATION, SIGNED_OUT
from web.gate_settings import GateSettings
from web.server import WebServer
from web.settings import WebSettings
from web.site import Site

EVIL = "https://evil.example"
CHANGES = {
    "is disabled": PersonChange(disabled=True),
    "has other roles": PersonChange(roles=(Role.SUPERVISOR,)),
}


@dataclass
class Centre:
    """A served site where Anna is signed in with the cookie `token`."""

    site: Site
    gate: Gate
    port: int
    token: str
    wall: Wristwatch

    def opened(self, origin: str | None, **headers: str) -> connect:
        """Return the opening of a live connection."""
        url = f"ws://127.0.0.1:{self.port}/api/v1/events"
        return connect(url, origin=origin, additional_headers=headers)  # type: ignore[arg-type]

    def by_cookie(self) -> connect:
        """Return what a page of ours opens."""
        return self.opened(f"http://127.0.0.1:{self.port}", Cookie=f"{NAME}={self.token}")


@pytest.fixture
async def centre() -> AsyncIterator[Centre]:
    wall = Wristwatch()
    site = site_of(lambda request: None, wall=wall, settings=WebSettings(port=0))
    anna = await add_person(site, "anna", Role.AGENT, agent_id="anna")
    app = build_application(site)
    gate: Gate = app.state.gate
    server = WebServer(app, site.settings)
    port = await server.start()
    yield Centre(site, gate, port, await gate.reception.let_in(anna), wall)
    await server.close()


async def closed_with(connection: ClientConnection) -> tuple[int, str]:
    """Return with which code and reason the server closes the connection."""
    with suppress(ConnectionClosed):
        async for _ in connection:
            pass
    assert connection.close_code is not None
    return connection.close_code, connection.close_reason or ""


async def test_our_own_page_and_a_program_are_welcome(centre: Centre) -> None:
    secret = new_key()
    key = ApiKey(key_id="k", name="bus", key_hash=hash_of(secret), scopes=(), made_by="x", made_us=NOON_US)
    await centre.site.people.add_key(key)
    async with centre.by_cookie() as page:
        assert b"welcome" in await page.recv(decode=False)
    async with centre.opened(None, Authorization=f"Bearer {secret}") as program:
        assert b"welcome" in await program.recv(decode=False)


@pytest.mark.parametrize("origin", [EVIL, "null", None])
async def test_a_page_of_another_site_is_refused(centre: Centre, origin: str | None) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with centre.opened(origin, Cookie=f"{NAME}={centre.token}"):
            raise AssertionError("it was let in")
    assert refused.value.response.status_code == 403


async def test_nobody_is_told_nothing(centre: Centre) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with centre.opened(f"http://127.0.0.1:{centre.port}"):
            raise AssertionError("it was let in")
    assert refused.value.response.status_code == 401


@pytest.mark.parametrize("deed", ["signs out", *CHANGES])
async def test_a_connection_does_not_outlive_its_sign_in(centre: Centre, deed: str) -> None:
    async with centre.by_cookie() as page:
        await page.recv()
        if deed == "signs out":
            await centre.gate.reception.let_out(centre.token)
        else:
            await centre.gate.reception.change("anna", CHANGES[deed])
        centre.wall.at_us += microseconds(GateSettings().recheck_s)
        await page.send('{"subscribe": ["queues"]}')
        assert await closed_with(page) == (POLICY_VIOLATION, SIGNED_OUT)

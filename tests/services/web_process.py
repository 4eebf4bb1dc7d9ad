"""A web process apart, `goldline serve --role web`, and what a page does with it: sign in, ask, look on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect

from tests.services.bus_ends import until
from tests.services.goldline import PROGRAM
from tests.services.ports import LOOPBACK
from tests.services.service import Service
from tests.services.sites import PASSWORD

LIMIT_S = 30


class WebProcess(Service):
    """One web process of the centre that is configured at `config`, which says that it serves at `port`."""

    start_limit_s = 90.0
    """A busy machine takes its time to import everything."""

    def __init__(self, config: Path, port: int) -> None:
        super().__init__(config.parent / "web.log")
        self.url = f"http://{LOOPBACK}:{port}"
        self._config = config

    def command(self) -> list[str | Path]:
        """Return what its operators type."""
        return [PROGRAM, "serve", "--role", "web", "-c", self._config]

    def is_there(self) -> bool:
        """Tell whether it is fed by the engine."""
        return self.readiness().get("status") == "ready"

    def readiness(self) -> dict[str, Any]:
        """Return what it says of itself; nothing where it does not answer."""
        try:
            answer: dict[str, Any] = httpx.get(f"{self.url}/readyz").json()
        except httpx.TransportError:
            return {}
        return answer

    async def serve(self) -> None:
        """Start it and wait until it is fed by the engine, which may be in this very process."""
        await asyncio.to_thread(self.start)

    async def is_fed_again(self) -> None:
        """Wait until it hears the engine; raise `TimeoutError` where it never does."""
        async with asyncio.timeout(LIMIT_S):
            while not await asyncio.to_thread(self.is_there):  # noqa: ASYNC110, it tells nobody
                await asyncio.sleep(0.05)

    @asynccontextmanager
    async def browser(self, login: str) -> AsyncIterator[Browser]:
        """Give a browser in which `login` is signed in."""
        async with httpx.AsyncClient(base_url=self.url, headers={"Origin": self.url}) as client:
            answer = await client.post("/api/v1/session", json={"login": login, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
            client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
            yield Browser(client, self.url)


class Browser:
    """Somebody's browser at a web process; `client` has the cookie."""

    def __init__(self, client: httpx.AsyncClient, url: str) -> None:
        self.client = client
        self._url = url

    async def ask(self, wish: str, **asked: str) -> None:
        """Ask for what an agent asks at the desk, such as `ready`; it MUST be granted."""
        answer = await self.client.post(f"/api/v1/agents/me/{wish}", json=asked)
        assert answer.status_code == 204, answer.text

    @asynccontextmanager
    async def screen(self, *topics: str) -> AsyncIterator[Rows]:
        """Give the live connection of a page that follows `topics`."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.client.cookies.items())
        url = self._url.replace("http", "ws", 1) + "/api/v1/events"
        async with connect(url, additional_headers={"Cookie": cookies}, origin=self._url) as socket:  # type: ignore[arg-type]
            await socket.send(json.dumps({"subscribe": topics}))
            rows = Rows(socket)
            reading = asyncio.create_task(rows.read())
            try:
                yield rows
            finally:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)


class Rows:
    """What a screen shows: the rows of each topic, kept as the live connection tells."""

    def __init__(self, socket: ClientConnection) -> None:
        self.of: dict[str, dict[str, Any]] = {}
        self._socket = socket

    async def read(self) -> None:
        """Take frames until the connection ends."""
        async for text in self._socket:
            frame = json.loads(text)
            match frame["kind"]:
                case "snapshot":
                    self.of[frame["topic"]] = dict(frame["rows"])
                case "delta":
                    rows = self.of[frame["topic"]]
                    rows |= frame["set"]
                    for key in frame["gone"]:
                        rows.pop(key, None)

    def row(self, topic: str, key: str) -> Mapping[str, Any]:
        """Return a row, an empty one where there is none."""
        row: Mapping[str, Any] = self.of.get(topic, {}).get(key, {})
        return row

    @property
    def records(self) -> list[Mapping[str, Any]]:
        """Return the records that the desk shows."""
        return [row for key, row in self.of.get("desk", {}).items() if key.startswith("record:")]

    async def desk_shows(self, **fields: str) -> None:
        """Wait until the state of the desk has these fields; raise `TimeoutError` where it never does."""
        await until(lambda: self.row("desk", "state").items() >= fields.items())

    async def see(self) -> str:
        """Say that the record of an offer is before the agent's eyes, as a page does; give the offer."""
        await until(lambda: any(record.get("offer_id") for record in self.records))
        offer_id = str(self.records[0]["offer_id"])
        await self._socket.send(json.dumps({"seen": offer_id}))
        return offer_id

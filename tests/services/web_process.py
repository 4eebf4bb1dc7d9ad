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
from tests.services.goldline import PROGRAM, readiness_at
from tests.services.ports import LOOPBACK
from tests.services.service import Service
from tests.services.sites import PASSWORD


class WebProcess(Service):
    """One web process of the centre that is configured at `config`, which says that it serves at `port`."""

    start_limit_s = 90.0
    """A busy machine takes its time to import everything."""

    def __init__(self, config: Path, port: int) -> None:
        super().__init__(config.parent / "web.log")
        self.url = f"http://{LOOPBACK}:{port}"
        self._config = config
        self._port = port

    def command(self) -> list[str | Path]:
        """Return what its operators type."""
        return [PROGRAM, "serve", "--role", "web", "-c", self._config]

    def is_there(self) -> bool:
        """Tell whether it is fed by the engine."""
        return readiness_at(self._port).get("status") == "ready"

    async def serve(self) -> None:
        """Start it and wait until it is fed by the engine, which may be in this very process."""
        await asyncio.to_thread(self.start)

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

    async def ask(self, wish: str, **asked: object) -> None:
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

    @property
    def records(self) -> list[Mapping[str, Any]]:
        """Return the records that the desk shows."""
        return [row for key, row in self.of.get("desk", {}).items() if key.startswith("record:")]

    async def shows(self, topic: str, key: str, **fields: Any) -> None:
        """Wait until a row has these fields; raise `TimeoutError` where it never does."""
        await until(lambda: fields.items() <= self.of.get(topic, {}).get(key, {}).items())

    async def desk_shows(self, **fields: str) -> None:
        """Wait until the state of the desk has these fields; raise `TimeoutError` where it never does."""
        await self.shows("desk", "state", **fields)

    async def see_record(self) -> Mapping[str, Any]:
        """Wait for the record of an offer, say that it is before the agent's eyes, and return it."""
        await until(lambda: self.records)
        (record,) = self.records
        await self._socket.send(json.dumps({"seen": record["offer_id"]}))
        return record

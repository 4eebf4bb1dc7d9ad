"""A door of the program that is open for a test: who comes in, and every wish that came in by it."""

from __future__ import annotations

import asyncio
from typing import Any

from websockets.asyncio.client import connect

from core.model.message import Event
from tests.services.ports import LOOPBACK

TOKEN = "only-for-this-test"
LIMIT_S = 5


class OpenDoor:
    """Comes in at `port` by `path`, and hears what others wished there."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.wishes: asyncio.Queue[Event] = asyncio.Queue()
        self.port = 0

    async def wish(self) -> Any:
        """Return the next wish that came in."""
        async with asyncio.timeout(LIMIT_S):
            return await self.wishes.get()

    def come_in(self, path: str = "", token: str = TOKEN) -> connect:
        """Connect by `path`, the door's own where none is given, showing `token`."""
        return connect(
            f"ws://{LOOPBACK}:{self.port}{path or self._path}",
            additional_headers={"Authorization": f"Bearer {token}"},
        )

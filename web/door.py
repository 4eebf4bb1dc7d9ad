"""What all doors share: where they are, who is let in, and how a wish is read from a line of JSON."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Set
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import orjson
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request as HttpRequest
from websockets.http11 import Response

from core.kernel.errors import UnreadableRecord
from core.model.codec import decode_as
from core.model.message import Event

TRY_AGAIN_LATER = 1013
"""With this code somebody is let go who does not read what is sent (RFC 6455, section 7.4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorSettings:
    """Where a door is, and its bounds: messages kept for a slow reader, bytes in one wish."""

    host: str = "127.0.0.1"
    port: int
    token: str = field(default="", repr=False)
    waiting_max: int = 500
    request_bytes_max: int


class Door:
    """A WebSocket server for those who show the token; without a token it is shut to everybody."""

    def __init__(self, settings: DoorSettings, path: str) -> None:
        self._settings = settings
        self._path = path
        self._server: Server | None = None

    async def open(self, serve_one: Callable[[ServerConnection], Awaitable[None]]) -> int:
        """Let `serve_one` have each who comes; return the port, which the system chose where 0 was asked."""
        self._server = await serve(
            serve_one,
            self._settings.host,
            self._settings.port,
            process_request=self._refusal,
            max_size=self._settings.request_bytes_max,
            compression=None,
        )
        return int(next(iter(self._server.sockets)).getsockname()[1])

    async def close(self) -> None:
        """Let everybody go."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def _refusal(self, connection: ServerConnection, request: HttpRequest) -> Response | None:
        """Return what is answered to somebody who may not come in, None where they may."""
        expected = f"Bearer {self._settings.token}".encode()
        given = request.headers.get("Authorization", "").encode()
        if not request.path.startswith(self._path):
            return connection.respond(HTTPStatus.NOT_FOUND, f"this door is at {self._path}\n")
        if not self._settings.token or not hmac.compare_digest(given, expected):
            return connection.respond(HTTPStatus.UNAUTHORIZED, "the token is wrong\n")
        return None


def read_wish(text: str | bytes, kinds: Set[str], **known: Any) -> Event | None:
    """Return the wish in `text`, one of `kinds`, or None where it is none; `known` fields outrank it."""
    try:
        fields = orjson.loads(text)
        kind = fields.pop("request")
        if kind not in kinds:
            return None
        wish = decode_as(kind, orjson.dumps(fields | known))
    except (ValueError, KeyError, AttributeError, TypeError, UnreadableRecord):
        return None
    return wish if isinstance(wish, Event) else None

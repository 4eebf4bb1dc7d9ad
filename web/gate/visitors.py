"""Pages of other sites that may ask with a key, such as a CRM's: the origins that are allowed by name.

Such a page shows the key of a program, never a cookie: browsers are told so (CORS without credentials). On
the live connection, where no page can set a header, the key comes as a word of the protocols it offers:

    new WebSocket(url, ["goldline.v1", "glk_..."])

Of pages on other origins a key is not taken, wherever they have it from.
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.gate.tokens import KEY_PREFIX
from web.gate.watch import POLICY_VIOLATION

PROTOCOL = "goldline.v1"
"""What is spoken on the live connection; a browser wants to hear that one of its words was taken."""
METHODS = "GET, POST, PUT, PATCH, DELETE"
HEADERS = "Authorization, Content-Type, Idempotency-Key"
PREFLIGHT_KEPT_S = 600


class VisitingPages:
    """Lets pages of `origins` ask with a key, and nobody else's."""

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self._app = app
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a connection on, with what browsers have to be told."""
        origin = Headers(scope=scope).get("origin", "") if scope["type"] in ("http", "websocket") else ""
        if scope["type"] == "websocket" and _key_of(scope):
            if origin and origin not in self._origins:
                await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": "foreign_origin"})
                return
            await self._app(_with_key(scope), receive, _taking_the_protocol(send))
        elif scope["type"] == "http" and origin in self._origins:
            await self._visit(scope, receive, send, origin)
        else:
            await self._app(scope, receive, send)

    async def _visit(self, scope: Scope, receive: Receive, send: Send, origin: str) -> None:
        allowed = {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
        if scope["method"] == "OPTIONS":
            told = {
                "Access-Control-Allow-Methods": METHODS,
                "Access-Control-Allow-Headers": HEADERS,
                "Access-Control-Max-Age": str(PREFLIGHT_KEPT_S),
            }
            await Response(status_code=HTTPStatus.NO_CONTENT, headers=allowed | told)(scope, receive, send)
            return

        async def send_allowed(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(allowed)
            await send(message)

        await self._app(scope, receive, send_allowed)


def _key_of(scope: Scope) -> str:
    """Return the key among the protocols that are offered, or an empty text."""
    return next((word for word in scope.get("subprotocols", ()) if word.startswith(KEY_PREFIX)), "")


def _with_key(scope: Scope) -> Scope:
    """Return the connection as one that shows the key in its header."""
    shown = (b"authorization", f"Bearer {_key_of(scope)}".encode())
    return {**scope, "headers": [*scope["headers"], shown], "subprotocols": [PROTOCOL]}


def _taking_the_protocol(send: Send) -> Send:
    async def taking(message: Message) -> None:
        if message["type"] == "websocket.accept":
            message = {**message, "subprotocol": PROTOCOL}
        await send(message)

    return taking

"""How much one request may send: what is more is refused while it streams in, not when it is all here."""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.problems import ProblemRaised, answer
from web.settings import WebSettings

UPLOADS = frozenset({("POST", "/api/v1/imports")})
"""What takes whole files."""


class BodyLimit:
    """Refuses bodies that are too long, by what they say of themselves and by what they are."""

    def __init__(self, app: ASGIApp, web: WebSettings) -> None:
        self._app = app
        self._web = web

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through as far as it is short enough."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_upload = (scope["method"], scope["path"]) in UPLOADS
        bytes_max = self._web.upload_bytes_max if is_upload else self._web.body_bytes_max
        said = HTTPConnection(scope).headers.get("content-length", "")
        if said.isdigit() and int(said) > bytes_max:
            raised = too_large(bytes_max)
            await answer(raised.problem, raised.headers)(scope, receive, send)
            return
        await self._app(scope, _counted(receive, bytes_max), send)


def too_large(bytes_max: int) -> ProblemRaised:
    """Return the problem of a body that is longer than `bytes_max`; nobody reads the rest of it."""
    detail = f"a body has {bytes_max} bytes at most here"
    return ProblemRaised(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_too_large", detail, {"Connection": "close"}
    )


def _counted(receive: Receive, bytes_max: int) -> Receive:
    received = 0

    async def receive_counted() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > bytes_max:
            raise too_large(bytes_max)
        return message

    return receive_counted

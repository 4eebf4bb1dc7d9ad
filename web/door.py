"""What all doors have in common: who is let in, and how a wish is read from a line of JSON."""

from __future__ import annotations

import hmac
from collections.abc import Set
from http import HTTPStatus
from typing import Any

import orjson
from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request as HttpRequest
from websockets.http11 import Response

from core.kernel.errors import UnreadableRecord
from core.model.codec import decode_as
from core.model.message import Event


def refusal(connection: ServerConnection, request: HttpRequest, token: str, path: str) -> Response | None:
    """Return what is answered to somebody who may not come in by `path`, None where they may.

    Without a token the door is shut to everybody.
    """
    expected = f"Bearer {token}".encode()
    given = request.headers.get("Authorization", "").encode()
    if not request.path.startswith(path):
        return connection.respond(HTTPStatus.NOT_FOUND, f"this door is at {path}\n")
    if not token or not hmac.compare_digest(given, expected):
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

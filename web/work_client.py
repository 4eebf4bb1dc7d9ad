"""Puts one wish to a running engine through the door for other programs, and waits for the answer."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from core.kernel.errors import GoldlineError

ANSWER_WITHIN_S = 10.0
"""An engine that takes longer hangs."""
REQUEST_ID = "1"


class NoAnswer(GoldlineError):
    """Somebody is at the door's port, but not an engine that answers us."""


async def ask(url: str, token: str, request: str, **fields: Any) -> dict[str, Any]:
    """Return the answer to one wish, of the class `request` with these `fields`.

    Raises `ConnectionRefusedError` where nothing runs at `url`, `NoAnswer` where the token is wrong or no
    answer comes in time.
    """
    wish = orjson.dumps({"request": request, "request_id": REQUEST_ID, **fields}).decode()
    try:
        async with (
            asyncio.timeout(ANSWER_WITHIN_S),
            connect(url, additional_headers={"Authorization": f"Bearer {token}"}) as door,
        ):
            await door.send(wish)
            answer: dict[str, Any] = orjson.loads(await door.recv())
            return answer
    except InvalidStatus as error:
        raise NoAnswer(f"{url} lets nobody in with this token ({error.response.status_code})") from None
    except (TimeoutError, ConnectionClosed):
        raise NoAnswer(f"{url} did not answer within {ANSWER_WITHIN_S:g} s") from None

"""Creating requests that may be sent again: under one `Idempotency-Key` they are done once.

    router = APIRouter(prefix="/tasks", route_class=CreatingRoute)

Whoever heard no answer asks again, and is given the first answer. Another request under the same key is
refused, and so is one while the first is still being answered. What came to nothing may be asked again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Coroutine
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from core.kernel.clock import microseconds
from core.model.person import KeptAnswer
from web.callers import caller_of, site_of
from web.problems import ProblemRaised
from web.site import Site

HEADER = "Idempotency-Key"
KEY_MAX = 200
PENDING_S = 60.0
"""A request that has no answer by then was cut off, and may be asked again."""
_JSON = "application/json"
_DESCRIBED = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "Under one key it is done once, and answered the same again.",
    "schema": {"type": "string", "maxLength": KEY_MAX},
}
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class CreatingRoute(APIRoute):
    """A route whose POSTs are done once for each key; other methods pass."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        if "POST" in (options.get("methods") or ()):
            options["openapi_extra"] = {"parameters": [_DESCRIBED]}
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Handler:
        """Return the handler, with what is kept around it."""
        handle = super().get_route_handler()

        async def handle_once(request: Request) -> Response:
            key = request.headers.get(HEADER, "")
            if request.method != "POST" or not key:
                return await handle(request)
            return await _once(request, key, handle)

        return handle_once


async def _once(request: Request, key: str, handle: Handler) -> Response:
    if len(key) > KEY_MAX:
        raise ProblemRaised(
            HTTPStatus.UNPROCESSABLE_ENTITY, "key_too_long", f"{HEADER} has {KEY_MAX} letters at most"
        )
    site = site_of(request)
    claim = await _claim(request, key, site)
    kept = await site.people.claim_answer(
        claim,
        since_us=claim.at_us - microseconds(site.gate.answers_kept_s),
        pending_since_us=claim.at_us - microseconds(PENDING_S),
        count_max=site.gate.answers_max,
    )
    if kept is not None:
        return _again(claim, kept)
    try:
        response = await handle(request)
    except BaseException:
        await site.people.drop_claim(claim.who, claim.key)
        raise
    await site.people.keep_answer(
        replace(
            claim,
            status=response.status_code,
            body=bytes(response.body),
            location=response.headers.get("location", ""),
        )
    )
    return response


async def _claim(request: Request, key: str, site: Site) -> KeptAnswer:
    asked = hashlib.sha256()
    for part in (request.method, request.url.path, request.url.query):
        asked.update(part.encode() + b"\n")
    asked.update(await request.body())
    return KeptAnswer(
        who=caller_of(request).login,
        key=key,
        request_hash=asked.hexdigest(),
        at_us=site.wall.now_us(),
    )


def _again(claim: KeptAnswer, kept: KeptAnswer) -> Response:
    if kept.request_hash != claim.request_hash:
        detail = f"this {HEADER} was used for another request"
        raise ProblemRaised(HTTPStatus.UNPROCESSABLE_ENTITY, "key_used", detail)
    if not kept.status:
        detail = "the first request under this key is not answered yet"
        raise ProblemRaised(HTTPStatus.CONFLICT, "key_in_use", detail, {"Retry-After": "1"})
    headers = {"Location": kept.location} if kept.location else None
    return Response(kept.body, kept.status, headers, _JSON if kept.body else None)

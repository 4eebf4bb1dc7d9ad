"""The API's description, made complete: what is refused, in what form, and by what a caller is known.

The framework knows what routes answer when all is well. What stands before them (`web.gate`) and how errors
are told (`web.problems`) are added here, for all routes alike.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from web.gate.cookie import NAME
from web.gate.middleware import API, READS
from web.problems import MEDIA_TYPE, Problem

PROBLEM = "#/components/schemas/Problem"
ABOUT = {
    400: "The body cannot be read.",
    401: "Nobody is signed in, or the login and the password do not fit.",
    403: "The caller has none of the roles, or the request was not made by a page of this site.",
    404: "There is no such thing.",
    409: "It cannot be done in the present state; `code` says why.",
    413: "The body is too long.",
    422: "The request says something impossible; `errors` says what and where.",
    429: "Too many requests, or too many wrong passwords; `Retry-After` says when to come back.",
    503: "The engine or a store is away.",
}
ALWAYS = (401, 403, 429, 503)
WHERE_ASKED = (404, 409, 422)
"""What may be refused of whatever says or changes anything."""
WITH_BODY = (400, 413)
SCHEMES = {
    "cookie": {"type": "apiKey", "in": "cookie", "name": NAME, "description": "A sign-in, by browsers."},
    "key": {"type": "http", "scheme": "bearer", "description": "A program's key, `glk_...`."},
}
NEEDS_NOBODY = {("post", "/api/v1/session"), ("delete", "/api/v1/session"), ("get", "/api/v1/session/ways")}


class Described(FastAPI):
    """An application whose description is complete."""

    def openapi(self) -> dict[str, Any]:
        """Return the description of the API (OpenAPI 3.1)."""
        if self.openapi_schema is None:
            described = super().openapi()
            schemas = described["components"]["schemas"]
            schemas["Problem"] = Problem.model_json_schema()
            for framework_own in ("HTTPValidationError", "ValidationError"):
                schemas.pop(framework_own, None)
            described["components"]["securitySchemes"] = SCHEMES
            described["components"]["responses"] = {str(status): _refusal(status) for status in ABOUT}
            for path, operations in described["paths"].items():
                if path.startswith(API):
                    for method, operation in operations.items():
                        _complete(method, path, operation)
        assert self.openapi_schema is not None
        return self.openapi_schema


def operation_id(route: APIRoute) -> str:
    """Return what the operation of `route` is called by programs that are written from the description."""
    return f"{route.tags[0]}_{route.name}" if route.tags else route.name


def _refusal(status: int) -> dict[str, Any]:
    content = {MEDIA_TYPE: {"schema": {"$ref": PROBLEM}}}
    return {"description": ABOUT[status], "content": content}


def _complete(method: str, path: str, operation: dict[str, Any]) -> None:
    is_write = method.upper() not in READS
    statuses = [*ALWAYS]
    if is_write or "parameters" in operation:
        statuses += WHERE_ASKED
    if is_write:
        statuses += WITH_BODY
    responses = operation["responses"]
    for status in sorted(statuses):
        responses[str(status)] = {"$ref": f"#/components/responses/{status}"}
    operation["responses"] = dict(sorted(responses.items()))
    if (method, path) not in NEEDS_NOBODY:
        operation["security"] = [{"cookie": []}, {"key": []}]

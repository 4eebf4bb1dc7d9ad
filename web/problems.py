"""Errors as programs read them: `application/problem+json` (RFC 9457) with a stable `code`.

Every answer of the API that is no success is one of these. A refusal of the engine keeps its own code.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from core.kernel.errors import RequestRefused

MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """What went wrong: `code` for programs, `title` for all, `detail` for whoever has to mend it."""

    status: int
    code: str
    title: str
    detail: str = ""
    errors: list[dict[str, Any]] = []


class ProblemRaised(HTTPException):
    """Answer the request in hand with this problem; the framework lets those of its own kind pass."""

    def __init__(
        self, status: HTTPStatus, code: str, detail: str = "", headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(status, detail, headers)
        self.problem = Problem(status=status, code=code, title=status.phrase, detail=detail)


def answer(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """Return the answer that tells `problem`."""
    body = orjson.dumps(problem.model_dump(exclude_defaults=True))
    return Response(body, problem.status, headers, MEDIA_TYPE)


def refused(refusal: RequestRefused) -> Problem:
    """Return how the engine's refusal is told: the request was understood, and conflicts with what is."""
    status = HTTPStatus.NOT_FOUND if refusal.code.startswith("unknown_") else HTTPStatus.CONFLICT
    return Problem(status=status, code=refusal.code, title=status.phrase, detail=refusal.reason)


def tell_problems(app: FastAPI) -> None:
    """Let `app` answer every error as a problem."""
    app.add_exception_handler(ProblemRaised, _raised)
    app.add_exception_handler(RequestRefused, _refused)
    app.add_exception_handler(TimeoutError, _late)
    app.add_exception_handler(OSError, _away)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _failed)


async def _raised(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemRaised)
    return answer(error.problem, error.headers)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestRefused)
    return answer(refused(error))


async def _late(request: Request, error: Exception) -> Response:
    status = HTTPStatus.SERVICE_UNAVAILABLE
    detail = "the engine does not answer; whether the request was granted is unknown"
    return answer(Problem(status=status, code="engine_away", title=status.phrase, detail=detail))


async def _away(request: Request, error: Exception) -> Response:
    status = HTTPStatus.SERVICE_UNAVAILABLE
    detail = "a store is away"
    return answer(Problem(status=status, code="store_away", title=status.phrase, detail=detail))


async def _failed(request: Request, error: Exception) -> Response:
    """Answer for a fault of ours; the server logs what it was."""
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return answer(Problem(status=status, code="internal_error", title=status.phrase))


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    errors = [{"where": ".".join(map(str, each["loc"])), "what": each["msg"]} for each in error.errors()]
    return answer(Problem(status=status, code="invalid", title=status.phrase, errors=errors))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    problem = Problem(status=status, code=status.name.lower(), title=status.phrase, detail=str(error.detail))
    return answer(problem, error.headers)

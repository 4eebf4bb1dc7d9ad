"""Whether the program lives and is ready, and its metrics: for balancers and monitors, without signing in.

Everybody may know that it lives, and whether it is ready; what it misses and its metrics are for monitors
(`web.ops.monitors`). Nothing here tells of a person. A proxy before the site passes on none of it.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, FastAPI, Response
from starlette.requests import HTTPConnection

from web.gate.middleware import address_of
from web.ops.exposition import CONTENT_TYPE
from web.ops.ops import Ops
from web.problems import ProblemRaised, tell_problems

router = APIRouter(tags=["health"])


def ops_of(connection: HTTPConnection) -> Ops:
    """Return what operators may ask of this process."""
    ops: Ops = connection.app.state.ops
    return ops


OfOps = Annotated[Ops, Depends(ops_of)]


# Balancers ask with HEAD as a rule; the server leaves the body out.
@router.head("/healthz", include_in_schema=False)
@router.get("/healthz")
async def healthy() -> dict[str, str]:
    """Tell that the program runs and its loop turns."""
    return {"status": "ok"}


def is_monitor(connection: HTTPConnection, ops: OfOps) -> bool:
    """Tell whether who asks may look closer."""
    return ops.monitors.may_look(address_of(connection), connection.headers.get("authorization", ""))


IsMonitor = Annotated[bool, Depends(is_monitor)]


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", responses={503: {"description": "Not ready; `missing` tells monitors why."}})
async def ready(ops: OfOps, is_monitor: IsMonitor) -> Response:
    """Tell whether calls and screens are served now, and to monitors what is missing."""
    is_ready = ops.readiness.is_ready
    status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
    body: dict[str, object] = {"status": "ready" if is_ready else "not ready"}
    if is_monitor:
        body["missing"] = ops.readiness.missing()
    return Response(orjson.dumps(body), status, media_type="application/json")


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}, 401: {"description": "Who asks is no monitor."}},
)
async def metrics(ops: OfOps, is_monitor: IsMonitor) -> Response:
    """Return all metrics in the text format of Prometheus, to monitors."""
    if not is_monitor:
        detail = "show metrics.token, or ask from one of metrics.networks"
        raise ProblemRaised(HTTPStatus.UNAUTHORIZED, "no_monitor", detail, {"WWW-Authenticate": "Bearer"})
    return Response(await ops.exposition.text_beside_the_loop(), media_type=CONTENT_TYPE)


def build_ops_application(ops: Ops) -> FastAPI:
    """Return the application of an engine without a web side: health and metrics, and nothing else."""
    app = FastAPI(title="Goldline engine", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.ops = ops
    tell_problems(app)
    app.include_router(router)
    return app

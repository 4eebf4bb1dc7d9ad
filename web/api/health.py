"""Whether the program lives and is ready, and its metrics: for balancers and monitors, without signing in.

Nothing here tells of a person. A proxy before the site passes on none of it.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, FastAPI, Response
from starlette.requests import HTTPConnection

from web.ops.exposition import CONTENT_TYPE
from web.ops.ops import Ops

router = APIRouter(tags=["health"])


def ops_of(connection: HTTPConnection) -> Ops:
    """Return what operators may ask of this process."""
    ops: Ops = connection.app.state.ops
    return ops


OfOps = Annotated[Ops, Depends(ops_of)]


@router.get("/healthz")
async def healthy() -> dict[str, str]:
    """Tell that the program runs and its loop turns."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: {"description": "Not ready; `missing` says why."}})
async def ready(ops: OfOps) -> Response:
    """Tell whether calls and screens are served now, and if not, what is missing."""
    missing = ops.readiness.missing()
    status = HTTPStatus.SERVICE_UNAVAILABLE if missing else HTTPStatus.OK
    body = {"status": "not ready" if missing else "ready", "missing": missing}
    return Response(orjson.dumps(body), status, media_type="application/json")


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(ops: OfOps) -> Response:
    """Return all metrics in the text format of Prometheus."""
    return Response(ops.exposition.text(), media_type=CONTENT_TYPE)


def build_ops_application(ops: Ops) -> FastAPI:
    """Return the application of an engine without a web side: health and metrics, and nothing else."""
    app = FastAPI(title="Goldline engine", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.ops = ops
    app.include_router(router)
    return app

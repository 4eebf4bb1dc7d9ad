"""The pages for browsers: three documents and what they load, read once and kept ready, plain and packed.

They are built from `web/ui` into `web/static`. The names of what they load change with its content, so a
browser keeps that for ever and asks for the documents alone. The policy for content is `web.gate.headers`.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from web.gate.gate import gate_of
from web.problems import ProblemRaised
from web.roles import Caller, Role

STATIC = Path(__file__).parent / "static"
PAGES = ("agent", "wall", "campaigns")
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
ASK_AGAIN = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Goldline</title>
<h1>The pages were not built</h1>
<p>Run <code>make ui</code> in the checkout; the API and the telephones work without them.</p></html>
"""
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
HOMES = (
    (Role.AGENT, "agent"),
    (Role.CAMPAIGN_MANAGER, "campaigns"),
    (Role.SUPERVISOR, "wall"),
    (Role.READ_ONLY, "wall"),
)
"""Where somebody with a role begins; the first role that one has counts."""


@dataclass(frozen=True, slots=True)
class File:
    """Something a browser loads, as it is and packed."""

    plain: bytes
    packed: bytes
    kind: str

    def answer(self, request: Request, headers: dict[str, str]) -> Response:
        """Return the file as the browser takes it."""
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(self.plain, headers=headers, media_type=self.kind)
        return Response(self.packed, headers=headers | {"Content-Encoding": "gzip"}, media_type=self.kind)


def read_files(folder: Path = STATIC) -> dict[str, File]:
    """Return every file that was built, by its path below `folder`; none where nothing was built."""
    return {
        path.relative_to(folder).as_posix(): File(content, gzip.compress(content), KINDS[path.suffix])
        for path in sorted(folder.rglob("*"))
        if path.suffix in KINDS
        for content in (path.read_bytes(),)
    }


def add_pages(app: FastAPI, files: dict[str, File]) -> None:
    """Let `app` serve the pages that `files` hold."""
    router = APIRouter(include_in_schema=False)

    async def page(request: Request) -> Response:
        found = files.get(f"{request.url.path.strip('/')}.html")
        if found is None:
            return Response(NOT_BUILT, HTTPStatus.SERVICE_UNAVAILABLE, media_type=KINDS[".html"])
        return found.answer(request, ASK_AGAIN)

    @router.get("/assets/{name}")
    async def asset(request: Request, name: str) -> Response:
        found = files.get(f"assets/{name}")
        if found is None:
            raise ProblemRaised(HTTPStatus.NOT_FOUND, "unknown_asset", "no page of this version loads that")
        return found.answer(request, FOR_EVER)

    @router.get("/")
    async def home(request: Request) -> Response:
        return RedirectResponse(f"/{home_of(await gate_of(request).recognition.caller(request))}")

    for name in PAGES:
        router.add_api_route(f"/{name}", page, methods=["GET"])
    app.include_router(router)


def home_of(caller: Caller | None) -> str:
    """Return the page where `caller` begins; each page lets people sign in."""
    roles = caller.roles if caller is not None else frozenset()
    return next((page for role, page in HOMES if role in roles), "wall" if roles else PAGES[0])

"""The pages as a browser is given them."""

from __future__ import annotations

import gzip
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from core.model.message import Event
from tests.services.sites import ORIGIN, add_person, browser_of, signed_in, site_of
from web.application import build_application
from web.callers import Caller, Role
from web.pages import add_pages, home_of, read_files
from web.problems import tell_problems

SCRIPT = b"export const words = 'words words words words words words words words';"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "agent.html").write_text("<!doctype html><title>agent</title>")
    (tmp_path / "assets" / "agent-1a2b3c.js").write_bytes(SCRIPT)
    (tmp_path / ".stamp").write_text("not for browsers")
    return tmp_path


def serving(folder: Path) -> httpx.AsyncClient:
    """Return a browser on the pages that were built in `folder`."""
    app = FastAPI()
    tell_problems(app)
    add_pages(app, read_files(folder))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN)


def nobody(request: Event) -> None:
    raise AssertionError("nobody asked for anything")


async def test_document_is_asked_for_again_and_what_it_loads_is_kept_for_ever(built: Path) -> None:
    async with serving(built) as browser:
        page, script = await browser.get("/agent"), await browser.get("/assets/agent-1a2b3c.js")
    assert page.headers["cache-control"] == "no-cache"
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"


async def test_script_travels_packed_to_who_can_unpack(built: Path) -> None:
    async with serving(built) as browser:
        packed = await browser.get("/assets/agent-1a2b3c.js", headers={"Accept-Encoding": "gzip"})
        plain = await browser.get("/assets/agent-1a2b3c.js", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content == SCRIPT
    assert len(gzip.compress(SCRIPT)) == int(packed.headers["content-length"]) < len(SCRIPT)


@pytest.mark.parametrize(
    "path", ["/assets/agent-0.js", "/assets/../.stamp", "/assets/%2e%2e/.stamp", "/.stamp"]
)
async def test_nothing_else_of_the_folder_is_served(built: Path, path: str) -> None:
    async with serving(built) as browser:
        assert (await browser.get(path)).status_code == 404


async def test_pages_that_were_not_built_say_so(tmp_path: Path) -> None:
    async with serving(tmp_path) as browser:
        page = await browser.get("/wall")
    assert page.status_code == 503
    assert "make ui" in page.text


@pytest.mark.parametrize(
    ("roles", "page"),
    [
        ((), "agent"),
        ((Role.AGENT,), "agent"),
        ((Role.AGENT, Role.SUPERVISOR), "agent"),
        ((Role.SUPERVISOR,), "wall"),
        ((Role.CAMPAIGN_MANAGER, Role.SUPERVISOR), "campaigns"),
        ((Role.READ_ONLY,), "wall"),
        ((Role.ADMINISTRATOR,), "wall"),
    ],
)
def test_everybody_begins_at_the_page_of_their_role(roles: tuple[Role, ...], page: str) -> None:
    assert home_of(Caller(login="sam", roles=frozenset(roles))) == page


async def test_who_is_signed_in_is_sent_to_their_page() -> None:
    site = site_of(nobody)
    app = build_application(site)
    await add_person(site, "sam", Role.SUPERVISOR)
    async with browser_of(app) as stranger, signed_in(app, "sam") as sam:
        assert (await stranger.get("/")).headers["location"] == "/agent"
        assert (await sam.get("/")).headers["location"] == "/wall"

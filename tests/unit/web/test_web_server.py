"""The web server on a port of its own."""

from __future__ import annotations

import logging

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from core.model.message import Event
from tests.services.sites import site_of
from web.application import build_application
from web.server import WebServer
from web.settings import WebSettings


def nobody(request: Event) -> None:
    raise AssertionError("nobody asked for anything")


async def test_health_is_told_and_an_unknown_page_is_a_problem() -> None:
    site = site_of(nobody, settings=WebSettings(port=0))
    server = WebServer(build_application(site), site.settings)
    port = await server.start()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as browser:
        healthy, unknown = await browser.get("/healthz"), await browser.get("/nowhere")
    await server.close()
    assert healthy.json() == {"status": "ok"}
    assert unknown.headers["content-type"] == "application/problem+json"
    assert unknown.json() == {"status": 404, "code": "not_found", "title": "Not Found", "detail": "Not Found"}


async def test_stranger_on_the_live_connection_is_refused_and_fills_no_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    site = site_of(nobody, settings=WebSettings(port=0))
    server = WebServer(build_application(site), site.settings)
    port = await server.start()
    with caplog.at_level(logging.WARNING), pytest.raises(InvalidStatus) as refused:
        await connect(f"ws://127.0.0.1:{port}/api/v1/events")
    await server.close()
    assert refused.value.response.status_code == 401
    assert [record for record in caplog.records if record.name == "uvicorn.error"] == []

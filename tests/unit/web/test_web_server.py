"""The web server on a port of its own."""

from __future__ import annotations

import asyncio
import logging
import resource
from collections.abc import AsyncIterator

import httpx
import orjson
import pytest
from fastapi import FastAPI, Request, WebSocket
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from core.model.message import Event
from tests.services.sites import site_of
from web.application import build_application
from web.patience import BYTES_IN_TIME, connections_max
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


# --- patience -------------------------------------------------------------------------------------------

HURRIED = WebSettings(port=0, slow_after_s=0.2, head_bytes_max=8_192, connections_max=10)
BEGUN = b"GET /healthz HTTP/1.1\r\nHost: here\r\n"
WITH_BODY = b"POST /api/v1/session HTTP/1.1\r\nHost: here\r\nContent-Length: 50\r\n\r\n"


@pytest.fixture
async def hurried() -> AsyncIterator[int]:
    """Return the port of a server that waits for nobody."""
    server = WebServer(build_application(site_of(nobody, settings=HURRIED)), HURRIED)
    yield await server.start()
    await server.close()


async def told_to(port: int, sent: bytes) -> bytes:
    """Send some bytes and no more; return all that is answered until the connection is ended."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    try:
        return await reader.read()
    finally:
        writer.close()


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"\x16\x03\x01\x02\x00\x01\r\n", 400, "unreadable"),
        (b"", 408, "too_slow"),
        (BEGUN, 408, "too_slow"),
        (WITH_BODY + b"{", 408, "too_slow"),
        (BEGUN + b"X: " + b"x" * 9_000, 431, "head_too_large"),
        (BEGUN + b"X: 1\r\n" * 1_500, 431, "head_too_large"),
    ],
    ids=[
        "a greeting of TLS",
        "nothing",
        "half a head",
        "half a body",
        "a line without end",
        "a head without end",
    ],
)
async def test_who_sends_slowly_or_without_end_is_let_go_with_a_word(
    hurried: int, sent: bytes, status: int, code: str
) -> None:
    answer = await told_to(hurried, sent)
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert orjson.loads(answer.partition(b"\r\n\r\n")[2])["code"] == code


async def test_stray_bytes_after_an_answer_keep_no_connection(hurried: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", hurried)
    writer.write(BEGUN + b"\r\n")
    assert (await reader.readuntil(b'{"status":"ok"}')).startswith(b"HTTP/1.1 200 ")
    writer.write(b"\r\n")
    assert b"too_slow" in await reader.read()
    writer.close()


@pytest.mark.slow
async def test_a_long_body_takes_as_long_as_it_takes() -> None:
    app = FastAPI()

    @app.post("/")
    async def count(request: Request) -> int:
        return len(await request.body())

    server = WebServer(app, WebSettings(port=0, slow_after_s=2))
    reader, writer = await asyncio.open_connection("127.0.0.1", await server.start())
    writer.write(b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: %d\r\n\r\n" % (3 * BYTES_IN_TIME))
    for _ in range(3):
        await asyncio.sleep(1)
        writer.write(b"x" * BYTES_IN_TIME)
    answer = await reader.readuntil(str(3 * BYTES_IN_TIME).encode())
    assert answer.startswith(b"HTTP/1.1 200 ")
    writer.close()
    await server.close()


@pytest.mark.slow
async def test_who_is_live_may_be_silent() -> None:
    app = FastAPI()

    @app.websocket("/")
    async def greet(connection: WebSocket) -> None:
        await connection.accept()
        await asyncio.sleep(1)
        await connection.send_text("still here")

    server = WebServer(app, WebSettings(port=0, slow_after_s=0.2))
    async with connect(f"ws://127.0.0.1:{await server.start()}/") as silent:
        assert await silent.recv() == "still here"
    await server.close()


async def test_more_connections_than_there_may_be_are_sent_away(hurried: int) -> None:
    held = [await asyncio.open_connection("127.0.0.1", hurried) for _ in range(HURRIED.connections_max)]
    assert b"too_many_connections" in await told_to(hurried, BEGUN)
    for _, writer in held:
        writer.close()


def test_calls_have_half_of_the_files() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (900, before[1]))
    try:
        assert connections_max(WebSettings()) == 450
        assert connections_max(HURRIED) == 10
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)

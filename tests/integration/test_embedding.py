"""The examples for those who embed, beside a centre: a CRM's page in a browser, a client of the broker."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, Page, async_playwright, expect
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from core.model.events import ContactConnected
from tests.services.apart import ANNA, Apart, engine_apart
from tests.services.browser import OPTIONS, program, why_no_browser
from tests.services.bus_ends import until
from tests.services.goldline import PROGRAM
from tests.services.mosquitto import Mosquitto
from tests.services.ports import LOOPBACK
from tests.services.web_process import WebProcess

pytestmark = [pytest.mark.mosquitto, pytest.mark.browser, pytest.mark.slow]

EXAMPLES = Path(__file__).parents[2] / "examples"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *words: object) -> None:
        pass


@pytest.fixture
def crm() -> Iterator[str]:
    """Return where the CRM is, whose page the example is."""
    serve = partial(_Quiet, directory=str(EXAMPLES / "embed"))
    with ThreadingHTTPServer((LOOPBACK, 0), serve) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://{LOOPBACK}:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
async def centre(tmp_path: Path, broker: Mosquitto, crm: str) -> AsyncIterator[tuple[Apart, WebProcess]]:
    async with engine_apart(tmp_path / "centre", broker, crm) as (engine, web):
        await web.serve()
        yield engine, web


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    if missing := why_no_browser():
        pytest.skip(missing)
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=program(), args=OPTIONS)
        yield running
        await running.close()


def key_of(engine: Apart) -> str:
    """Make a key for a program that may look on, as an administrator does."""
    command = [PROGRAM, "people", "key", "crm", "--scope", "read_only", "-c", engine.folder / "goldline.toml"]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout.strip()


async def open_page(browser: Browser, crm: str, web: WebProcess, key: str) -> Page:
    page = await browser.new_page()
    await page.goto(f"{crm}/index.html#url={web.url}&agent={ANNA}&key={key}")
    return page


async def test_a_crms_page_follows_the_floor_and_finds_the_customer(
    centre: tuple[Apart, WebProcess], crm: str, browser: Browser
) -> None:
    engine, web = centre
    page = await open_page(browser, crm, web, await asyncio.to_thread(key_of, engine))
    await expect(page).to_have_title("CRM beside main: cards, loans")
    await expect(page.locator("#waiting")).to_have_text("0")
    async with web.browser(ANNA) as anna:
        await anna.ask("log-in", extension="PJSIP/1001")
        await anna.ask("ready")
    for customer in range(3):
        engine.call(customer)
    await until(engine.pick_up)
    await expect(page.locator("#answered")).to_have_text("3", timeout=30_000)
    talks = {event.agent_id: event.contact_id for event in engine.told(ContactConnected)}
    identified = {
        e.contact_id: e.customer_id for e in engine.events if type(e).__name__ == "CustomerIdentified"
    }
    await expect(page.locator("#customer")).to_have_text(identified[talks[ANNA]])


async def test_the_client_of_the_broker_tells_states_and_what_happens(
    centre: tuple[Apart, WebProcess], broker: Mosquitto
) -> None:
    engine, _ = centre
    command = [sys.executable, str(EXAMPLES / "mqtt" / "follow.py"), LOOPBACK, str(broker.port)]
    client = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert client.stdout is not None
    lines: list[str] = []
    try:
        async with asyncio.timeout(60):
            while not any(line.startswith("queue cards:") for line in lines):
                lines.append((await client.stdout.readline()).decode())
            engine.call(1)
            while not any("contact.answered" in line for line in lines):
                lines.append((await client.stdout.readline()).decode())
    finally:
        client.kill()
        await client.wait()
    (talk,) = engine.told(ContactConnected)
    happened = [line.split()[1] for line in lines if talk.contact_id in line]
    assert happened == ["contact.arrived", "contact.queued", "contact.offered", "contact.answered"]
    assert "queue cards: 0 waiting, 2 ready\n" in lines


async def test_pages_of_other_sites_get_nothing(centre: tuple[Apart, WebProcess], browser: Browser) -> None:
    engine, web = centre
    key = await asyncio.to_thread(key_of, engine)
    page = await browser.new_page()
    await page.goto("data:text/html,<title>somebody else</title>")
    asked = """([url, key]) => fetch(url + "/api/v1/house", { headers: { Authorization: `Bearer ${key}` } })
        .then(() => "told", () => "kept")"""
    assert await page.evaluate(asked, [web.url, key]) == "kept"
    url = web.url.replace("http", "ws", 1) + "/api/v1/events"
    with pytest.raises(InvalidStatus, match="403"):
        async with connect(url, subprotocols=["goldline.v1", key], origin="http://evil.example"):  # type: ignore[list-item, arg-type]
            pass
    async with httpx.AsyncClient() as program_of_the_house:
        headers = {"Authorization": f"Bearer {key}"}
        assert (await program_of_the_house.get(f"{web.url}/api/v1/house", headers=headers)).status_code == 200


def test_the_examples_are_thirty_lines() -> None:
    python = (EXAMPLES / "mqtt" / "follow.py").read_text()
    script = (EXAMPLES / "embed" / "index.html").read_text().partition("<script")[2]
    for text in (python, script):
        assert len([line for line in text.splitlines() if line.strip()]) <= 30

"""`goldline serve --role engine` by itself: its health and metrics, its word to the broker, and its end."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiomqtt
import httpx
import pytest

from tests.services.goldline import PROGRAM
from tests.services.mosquitto import Mosquitto, why_no_mosquitto
from tests.services.ports import LOOPBACK, free_tcp_port
from tests.services.promtool import complaints_about_metrics, why_no_promtool
from tests.services.web_centre import FILES

pytestmark = [pytest.mark.mosquitto, pytest.mark.slow]

LIMIT_S = 90
_CONFIGURATION = """\
include = ["centre.toml"]
pbx = {{ port = {ami} }}
agi = {{ port = {agi}, token = "token-of-all-dialogues" }}
desk = {{ port = {desk} }}
metrics = {{ port = {metrics}, by_agent = true }}
bus = {{ url = "{broker}", token = "shared" }}
agents.anna = {{ skills = {{ cards = 5, loans = 5 }} }}

[crm]
url = "sqlite:///{folder}/goldline.sqlite3"
spool = "{folder}/goldline.spool"
"""


@pytest.fixture
def broker(tmp_path: Path) -> Mosquitto:
    if missing := why_no_mosquitto() or why_no_promtool():
        pytest.skip(missing)
    return Mosquitto(tmp_path / "mosquitto")


async def statuses(port: int) -> AsyncIterator[str]:
    """Yield what the broker tells of the engine."""
    async with aiomqtt.Client(LOOPBACK, port, protocol=aiomqtt.ProtocolVersion.V5) as client:
        await client.subscribe("goldline/v1/main/engine/status", qos=1)
        async for message in client.messages:
            yield json.loads(bytes(message.payload))["data"]["state"]


async def answer(client: httpx.AsyncClient, path: str, engine: asyncio.subprocess.Process) -> httpx.Response:
    """Return the answer of the engine, as soon as it gives any."""
    while True:
        try:
            return await client.get(path)
        except httpx.TransportError:
            assert engine.returncode is None, "the engine has ended: see its log"
            await asyncio.sleep(0.1)


async def test_an_engine_without_asterisk_says_what_it_misses(tmp_path: Path, broker: Mosquitto) -> None:
    folder = tmp_path / "centre"
    shutil.copytree(FILES, folder)
    ports: dict[str, Any] = {name: free_tcp_port() for name in ("ami", "agi", "desk", "metrics")}
    config = folder / "goldline.toml"
    config.write_text(_CONFIGURATION.format(folder=folder, broker=broker.url, **ports))
    with broker, (folder / "log").open("wb") as log:
        told = statuses(broker.port)
        engine = await asyncio.create_subprocess_exec(
            str(PROGRAM), "serve", "--role", "engine", "-c", str(config), cwd=folder, stdout=log, stderr=log
        )
        async with asyncio.timeout(LIMIT_S), httpx.AsyncClient() as client:
            client.base_url = httpx.URL(f"http://{LOOPBACK}:{ports['metrics']}")
            readiness = await answer(client, "/readyz", engine)
            assert await anext(told) == "here"
            assert readiness.status_code == 503
            assert {*readiness.json()["missing"]} == {"pbx"}
            assert (await client.get("/healthz")).json() == {"status": "ok"}
            assert (await client.get("/wall")).status_code == 404
            metrics = (await client.get("/metrics")).content
            assert complaints_about_metrics(metrics) == ""
            assert b'goldline_agent_state{agent="anna",state="logged_out"} 1.0' in metrics
            assert b"goldline_ami_connected 0.0" in metrics
            missing = (await client.get("/readyz")).json()["missing"]
            assert f"Connect call failed ('{LOOPBACK}', {ports['ami']})" in missing["pbx"]
            engine.send_signal(signal.SIGTERM)
            assert await engine.wait() == 0
            assert await anext(told) == "gone"
        await told.aclose()  # type: ignore[attr-defined]

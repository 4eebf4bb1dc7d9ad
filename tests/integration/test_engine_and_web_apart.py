"""Engine and web side in processes of their own: broker and web process are killed while people talk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from core.model.agent import AgentState
from core.model.events import ContactArrived, ContactConnected, InteractionRecorded, OfferMade
from tests.services.apart import ANNA, Apart, engine_apart
from tests.services.bus_ends import until
from tests.services.mosquitto import Mosquitto, why_no_mosquitto
from tests.services.web_process import WebProcess

pytestmark = [pytest.mark.mosquitto, pytest.mark.slow]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    if missing := why_no_mosquitto():
        pytest.skip(missing)
    with Mosquitto(tmp_path / "mosquitto") as running:
        yield running


@pytest.fixture
async def apart(tmp_path: Path, broker: Mosquitto) -> AsyncIterator[tuple[Apart, WebProcess]]:
    async with engine_apart(tmp_path / "centre", broker) as both:
        yield both


async def test_a_day_over_the_broker_survives_the_death_of_broker_and_web_process(
    apart: tuple[Apart, WebProcess], broker: Mosquitto
) -> None:
    engine, web = apart
    await web.serve()
    async with web.browser(ANNA) as browser:
        async with browser.screen("desk", "queues", "agents") as rows:
            await browser.ask("log-in", extension="PJSIP/1001")
            await browser.ask("ready")
            await rows.desk_shows(state="ready")
            for customer in range(4):
                engine.call(customer)
            await until(engine.pick_up)
            await until(lambda: len(engine.told(ContactConnected)) >= 3)
            await rows.desk_shows(state="on_contact")
            (record,) = rows.records
            assert record["customer"]["tier"] == "gold"
            await until(lambda: rows.row("queues", "cards")["waiting"] == 1)

            # Three talk and one waits: the broker dies, then the web process.
            broker.kill()
        web.kill()
        for customer in range(4, 6):
            engine.call(customer)
        # Chidi and Dora serve whoever waits; Anna has not said yet what came of her talk.
        await until(lambda: engine.end_talks() or len(engine.told(InteractionRecorded)) == 5)
        agents = engine_agents(engine)
        assert agents[ANNA] == AgentState.WRAP_UP

        broker.start()
        await web.serve()
        async with browser.screen("desk", "queues", "agents") as rows:
            await rows.desk_shows(state="wrap_up")
            assert [record["contact_id"] for record in rows.records] == [contact_of_anna(engine)]
            await until(lambda: rows.row("queues", "cards").get("answered") == 6)
            assert rows.row("queues", "cards")["waiting"] == 0
            await browser.ask("wrap-up/finish")
            await rows.desk_shows(state="ready")
            for name, state in engine_agents(engine).items():
                await until(lambda name=name, state=state: rows.row("agents", name)["state"] == state)  # type: ignore[misc]
    await until(lambda: len(engine.told(InteractionRecorded)) == 6)
    assert len(engine.told(ContactArrived)) == len(engine.told(ContactConnected)) == 6
    assert {event.outcome.value for event in engine.told(InteractionRecorded)} == {"closed"}
    assert engine.centre.runner.faults == 0


def engine_agents(engine: Apart) -> dict[str, str]:
    """Return what each agent does, as the engine told last."""
    return {
        event.agent_id: event.new.value
        for event in engine.events
        if type(event).__name__ == "AgentStateChanged"
    }


def contact_of_anna(engine: Apart) -> str:
    """Return whom Anna was connected with."""
    (contact,) = (event.contact_id for event in engine.told(ContactConnected) if event.agent_id == ANNA)
    return str(contact)


async def test_a_request_while_the_broker_is_away_is_told_to_be_unanswered(
    apart: tuple[Apart, WebProcess], broker: Mosquitto
) -> None:
    engine, web = apart
    await web.serve()
    async with web.browser(ANNA) as browser:
        broker.kill()
        answer = await browser.client.post(
            "/api/v1/agents/me/log-in", json={"extension": "PJSIP/1001"}, timeout=20
        )
        assert (answer.status_code, answer.json()["code"]) == (503, "engine_away")
        assert "bus" in (await engine_readiness(engine))["missing"]
        assert "engine" in (await asyncio.to_thread(web.readiness))["missing"]
        broker.start()
        await web.is_fed_again()
        await browser.ask("log-in", extension="PJSIP/1001")
    assert engine.told(OfferMade) == []


async def engine_readiness(engine: Apart) -> dict[str, dict[str, str]]:
    async with httpx.AsyncClient() as client:
        port = engine.config.metrics.port
        found: dict[str, dict[str, str]] = (await client.get(f"http://127.0.0.1:{port}/readyz")).json()
        return found

"""Real calls with engine and web side in processes of their own, while broker and web process are killed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from core.model.person import Person
from goldline.customers import import_file
from goldline.people import open_register
from tests.integration.conftest import AGENTS
from tests.services.ami_observer import AmiObserver
from tests.services.asterisk import RealAsterisk
from tests.services.desk import Desk
from tests.services.goldline import STRAIGHT_NUMBER, GoldlineServer, readiness_at
from tests.services.mosquitto import Mosquitto
from tests.services.ports import LOOPBACK
from tests.services.sipp import STAY, Callers, Phones, Press, Wait
from tests.services.sites import PASSWORD
from tests.services.talks import disagreements, observed_talks, recorded_talks
from tests.services.web_process import Browser, Rows, WebProcess

pytestmark = [pytest.mark.asterisk, pytest.mark.mosquitto, pytest.mark.slow]

GRACE = "2025550123"
CUSTOMERS = f"external_id,name,phone,tier\nK-1,Grace Hopper,+1{GRACE},gold\n"
ROLES = ("agent", "supervisor")
SEATS = {"ann": "1001", "bob": "1002"}
KEPT_WITHIN_S = 30
_BUS = """
[bus]
url = "{broker}"
token = "shared by engine and web in tests"
"""


@pytest.fixture
async def engine(
    asterisk: RealAsterisk, observer: AmiObserver, broker: Mosquitto, tmp_path: Path
) -> GoldlineServer:
    """Return the engine's process, not started: it knows one customer, and ann may sign in."""
    bus = _BUS.format(broker=broker.url)
    server = GoldlineServer(tmp_path / "goldline", asterisk, AGENTS, tables=bus, role="engine")
    customers = tmp_path / "customers.csv"
    customers.write_text(CUSTOMERS)
    await import_file(customers, server.config)
    async with open_register(server.config) as register:
        await register.add(Person(login="ann", name="Ann", roles=ROLES, agent_id="ann"), PASSWORD)
    return server


@pytest.fixture
def web(engine: GoldlineServer, running: ExitStack) -> WebProcess:
    """Return the web process, on its way."""
    process = WebProcess(engine.config, engine.web_port)
    running.callback(process.stop)
    process.launch()
    return process


@pytest.fixture
def goldline(engine: GoldlineServer, web: WebProcess, running: ExitStack) -> GoldlineServer:
    """Return the engine at work, the web process fed by it."""
    running.enter_context(engine)
    web.wait_until_there()
    return engine


async def offered_and_answered(browser: Browser, rows: Rows, telephone: Phones) -> Mapping[str, Any]:
    """Let the agent see the record of an offer, have the phone ring, and accept; return the record."""
    record = await rows.see_record()
    await telephone.saw("rang")
    await browser.ask("offer/accept", offer_id=record["offer_id"], version=record["version"])
    await rows.desk_shows(state="on_contact")
    return record


async def nobody_is_heard(browser: Browser, engine: GoldlineServer) -> None:
    """See that a wish is told to be unanswered without the broker, and that the engine says why."""
    answer = await browser.client.post("/api/v1/agents/me/call/hold", json={}, timeout=20)
    assert (answer.status_code, answer.json()["code"]) == (503, "engine_away")
    assert "bus" in readiness_at(engine.metrics_port)["missing"]


async def broker_keeps(broker: Mosquitto, topic: str, **fields: Any) -> None:
    """Wait until the broker keeps a state with these fields; raise `TimeoutError` where it never does."""
    async with asyncio.timeout(KEPT_WITHIN_S), aiomqtt.Client(LOOPBACK, broker.port) as client:
        await client.subscribe(f"goldline/v1/main/{topic}/state", qos=1)
        async for message in client.messages:
            if json.loads(bytes(message.payload))["data"].items() >= fields.items():
                return


async def test_talks_go_on_and_calls_are_routed_while_broker_and_web_process_die(
    goldline: GoldlineServer,
    web: WebProcess,
    broker: Mosquitto,
    observer: AmiObserver,
    callers: Callable[..., Callers],
    phone: Callable[..., Phones],
    seat: Callable[[str, str], Awaitable[Desk]],
) -> None:
    telephone, _ = phone("1001", picks_up=True), phone("1002")
    async with web.browser("ann") as browser:
        async with browser.screen("desk", "queues", "agents") as rows:
            await browser.ask("log-in", extension="PJSIP/1001")
            await browser.ask("ready")
            await rows.desk_shows(state="ready")
            callers([GRACE], steps=[Wait(300), Press("1"), *STAY])
            record = await offered_and_answered(browser, rows, telephone)
            assert (record["customer"]["name"], record["tier"]) == ("Grace Hopper", "gold")

            # The broker dies while they talk: who calls is served by bob, whose desk is at the engine.
            bob = await seat("bob", "1002")
            broker.kill()
            callers(["5550002"], dialed=STRAIGHT_NUMBER)
            await bob.shown("ShowAgentState", state="on_contact")
            await nobody_is_heard(browser, goldline)
            broker.start()
            await rows.shows("agents", "bob", state="on_contact")
            await rows.shows("queues", "counter", answered=1)
            # By the configuration a talk takes four minutes, and two agents share them: the engine says so.
            await rows.shows("queues", "sales", expected_wait_seconds=120)
            await rows.desk_shows(state="on_contact")
            # It had forgotten everything.
            for agent in ("ann", "bob"):
                await broker_keeps(broker, f"agent/{agent}", state="on_contact")
            await broker_keeps(broker, "queue/counter", answered=1)

        # The web process dies, then the broker too: the next process begins before there is a broker.
        web.kill()
        await bob.end_talks(1)
        broker.kill()
        web.launch()
        talked = len(bob.frames)
        callers(["5550003"], dialed=STRAIGHT_NUMBER)
        await bob.shown("ShowAgentState", begin=talked, state="on_contact")
        broker.start()
        await asyncio.to_thread(web.wait_until_there)
        async with browser.screen("desk", "queues", "agents") as rows:
            await rows.desk_shows(state="on_contact")
            assert [shown["contact_id"] for shown in rows.records] == [record["contact_id"]]
            await rows.shows("agents", "bob", state="on_contact")
            await rows.shows("queues", "counter", answered=2)
            await browser.ask("call/hang-up")
            await rows.desk_shows(state="wrap_up")
            await browser.ask("wrap-up/finish")
            await rows.desk_shows(state="ready")

    await bob.ask("HangUpContact")
    await goldline.recorded("InteractionRecorded", 3)
    ends = [(each["caller_number"], each["agent_id"], each["outcome"]) for each in goldline.interactions()]
    assert ends == [("5550002", "bob", "closed"), (GRACE, "ann", "closed"), ("5550003", "bob", "closed")]
    await observer.all_quiet()
    talks = observed_talks(observer.events)
    assert len(talks) == 3, "each was one talk, from its beginning to its end"
    assert disagreements(talks, recorded_talks(goldline.ledger(), SEATS), within_s=0.2) == []

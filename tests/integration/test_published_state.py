"""What other programs hear from the broker: the floor as retained state, and what happens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiomqtt
import pytest

from core.model.agent import AgentProfile, AgentState
from core.model.events import AgentStateChanged, ContactArrived, ContactQueued
from core.model.ids import AgentId, ContactId, LegId, QueueName
from core.model.message import DomainEvent
from goldline.wall_clock import WallClock
from tests.services.bus_ends import settings, until
from tests.services.mosquitto import Mosquitto
from tests.services.ports import LOOPBACK
from web.bus.broker import Presence
from web.bus.link import BrokerLink
from web.bus.outbox import Outbox
from web.bus.publisher import Publisher
from web.house import House, QueueCard
from web.live.floor import Floor
from web.live.live import Live

pytestmark = [pytest.mark.mosquitto, pytest.mark.slow]

CARDS = QueueName("cards")
HOUSE = House(
    queues={CARDS: QueueCard(name=CARDS)},
    tiers=("gold",),
    agents={AgentId("Anna B."): AgentProfile(agent_id=AgentId("Anna B."), name="Anna B.", skills={})},
)
QUEUE = "goldline/v1/main/queue/cards/state"
AGENT = "goldline/v1/main/agent/%41nna%20%42./state"
LEFT_OVER = "goldline/v1/main/queue/closed-last-year/state"


class Engine:
    """A floor that is fed by the test, and told to the broker."""

    def __init__(self, port: int) -> None:
        clock = WallClock()
        self.live = Live([Floor(HOUSE, clock.now_us())], clock.now_us())
        self.live.start(clock)
        outbox = Outbox(1024**2)
        self._publisher = Publisher("main", 7, outbox, clock)
        self._publisher.follow(self.live, HOUSE)
        self.subscriptions = self._publisher.subscriptions
        self.hear = self._publisher.hear
        presence = Presence(topic="goldline/v1/main/engine/status", here=b"here", gone=b"gone")
        self.link = BrokerLink(settings(port, "engine"), outbox, self, presence)
        self._clock = clock

    def up(self) -> None:
        pass

    def down(self) -> None:
        pass

    def tell(self, kind: type[DomainEvent], **fields: Any) -> None:
        event = kind(at_us=self._clock.now_us(), **fields)
        self.live.add(event)
        self._publisher.add(event)

    def queue_a_call(self, contact_id: str) -> None:
        contact = ContactId(contact_id)
        self.tell(
            ContactArrived,
            contact_id=contact,
            leg_id=LegId("1-1"),
            caller_number="+15550001",
            dialed_number="8000",
        )
        self.tell(ContactQueued, contact_id=contact, queue=CARDS, key_us=0, tier="gold", position=1)


@asynccontextmanager
async def engine_at(port: int) -> AsyncIterator[Engine]:
    engine = Engine(port)
    engine.link.start()
    await until(lambda: engine.link.is_up)
    try:
        yield engine
    finally:
        await engine.link.close()
        engine.live.close()


class Reader:
    """Somebody who follows everything."""

    def __init__(self) -> None:
        self.last: dict[str, bytes] = {}
        self.heard: list[str] = []

    async def read(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            self.heard.append(message.topic.value)
            self.last[message.topic.value] = bytes(message.payload)

    def told(self, topic: str) -> dict[str, Any]:
        """Return what was told last under a topic."""
        payload = self.last.get(topic, b"")
        told: dict[str, Any] = json.loads(payload)["data"] if payload else {}
        return told


@asynccontextmanager
async def reader_at(port: int) -> AsyncIterator[Reader]:
    reader = Reader()
    async with aiomqtt.Client(LOOPBACK, port, protocol=aiomqtt.ProtocolVersion.V5) as client:
        await client.subscribe("goldline/#", qos=1)
        reading = asyncio.ensure_future(reader.read(client))
        try:
            yield reader
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


async def test_who_comes_late_is_told_how_it_stands(broker: Mosquitto) -> None:
    async with engine_at(broker.port) as engine:
        engine.queue_a_call("C-7-1")
        await until(lambda: engine.link.published > 0 and not engine.link.outbox)
        async with reader_at(broker.port) as reader:
            await until(lambda: reader.told(QUEUE).get("waiting") == 1)
            assert reader.told(AGENT)["state"] == AgentState.LOGGED_OUT
            assert [topic for topic in reader.heard if "/event/" in topic] == []


async def test_changes_and_events_are_told_and_nothing_of_the_customer(broker: Mosquitto) -> None:
    async with engine_at(broker.port) as engine, reader_at(broker.port) as reader:
        engine.queue_a_call("C-7-1")
        engine.tell(
            AgentStateChanged, agent_id=AgentId("Anna B."), old=AgentState.LOGGED_OUT, new=AgentState.READY
        )
        await until(lambda: reader.told(AGENT).get("state") == "ready")
        await until(lambda: reader.told(QUEUE).get("waiting") == 1)
        event = "goldline/v1/main/contact/%43-7-1/event/queued"
        assert reader.told(event)["queue"] == "cards"
        envelope = json.loads(reader.last[event])
        assert (envelope["type"], envelope["subject"]) == ("goldline.contact.queued.v1", "C-7-1")
        everything = b"".join(reader.last.values()) + "".join(reader.heard).encode()
        assert b"5550001" not in everything


async def test_a_broker_that_forgot_everything_is_told_all_again(broker: Mosquitto) -> None:
    async with engine_at(broker.port) as engine:
        engine.queue_a_call("C-7-1")
        await until(lambda: engine.link.published > 0 and not engine.link.outbox)
        broker.kill()
        await until(lambda: not engine.link.is_up)
        engine.queue_a_call("C-7-2")
        broker.start()
        async with reader_at(broker.port) as reader:
            await until(lambda: reader.told(QUEUE).get("waiting") == 2)
            assert reader.told(AGENT)["name"] == "Anna B."


async def test_what_an_earlier_run_left_of_a_queue_that_is_no_more_is_taken_away(broker: Mosquitto) -> None:
    async with aiomqtt.Client(LOOPBACK, broker.port, protocol=aiomqtt.ProtocolVersion.V5) as earlier:
        await earlier.publish(LEFT_OVER, b"{}", qos=1, retain=True)
    async with reader_at(broker.port) as reader:
        await until(lambda: reader.last.get(LEFT_OVER) == b"{}")
        async with engine_at(broker.port):
            await until(lambda: reader.last[LEFT_OVER] == b"")
            await until(lambda: reader.told(QUEUE) and reader.told(AGENT))


async def test_the_last_will_tells_that_the_engine_is_gone(broker: Mosquitto) -> None:
    status = "goldline/v1/main/engine/status"
    async with reader_at(broker.port) as reader:
        async with engine_at(broker.port):
            await until(lambda: reader.last.get(status) == b"here")
        await until(lambda: reader.last.get(status) == b"gone")

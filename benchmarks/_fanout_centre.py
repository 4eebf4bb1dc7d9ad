"""The centre that `benchmarks.fanout` measures: an engine with calls coming and going, and its web side.

    python -m benchmarks._fanout_centre [deflate]

It prints one line of JSON, {"web": port, "probe": port, "key": "glk_..."}, and serves until its input ends.
With `deflate` the WebSockets are compressed, as servers do by themselves.

Calls come from the simulated world in real time, with nothing in between. Whoever sends the line `route` to
the probe's port has a piece of work routed and is answered in the turn in which an agent was offered it; the
line `told` is answered by when each change of the queues was told, in nanoseconds of the steady clock.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from contextlib import suppress

from benchmarks._busy_floor import PROBED, PROBES, busy_config, busy_flows, busy_scenario
from core.model.agent import AgentProfile
from core.model.commands import DeskCommand
from core.model.events import OfferMade
from core.model.message import DomainEvent
from core.model.person import ApiKey
from core.model.requests import AcceptOffer, AddWork, FinishWork, GoReady, LogIn
from crm.history import MemoryHistory
from crm.people_memory import MemoryPeopleStore
from goldline.app import build_brain
from goldline.edges import AllDesks
from goldline.garbage import prefer_latency
from goldline.journal_file import NoJournal
from goldline.runners import LiveRunner, Ports
from goldline.simulated_store import memory_store
from goldline.wall_clock import WallClock
from goldline.watched import WatchedLedger
from goldline.web_side import follow, house_of
from simulator.people import Workforce
from simulator.world import World, agent_profiles
from tests.services.ports import LOOPBACK
from tests.services.sites import site_of
from web.application import build_application
from web.callers import Role
from web.front import FrontOffice
from web.gate.tokens import hash_of, new_key
from web.gate_settings import GateSettings
from web.live.feed import Feed
from web.live.live import Live
from web.live.topic import QUEUES
from web.server import WebServer
from web.settings import WebSettings

DEFLATE = "deflate"
SEED = 1


class Simulated:
    """The desks of the simulated agents; those of the probes have none."""

    def __init__(self, desk: Workforce) -> None:
        self._desk = desk

    def show(self, command: DeskCommand) -> None:
        """Show it to whom it is for."""
        if command.agent_id not in PROBES:
            self._desk.show(command)


class Centre:
    """Engine, world and web side."""

    def __init__(self) -> None:
        scenario, config, self.clock = busy_scenario(), busy_config(), WallClock()
        agents = agent_profiles(scenario) | {
            probe: AgentProfile(agent_id=probe, skills={PROBED: 1}, capacity={"task": 2}) for probe in PROBES
        }
        brain = build_brain(config, busy_flows(config), agents, run=1)
        self.runner = LiveRunner(brain.engine, self.clock)
        self.world = World(scenario, SEED, self.runner, self.runner.receive)
        self.ledger = WatchedLedger(keeps_events=False)
        self.front = FrontOffice(self.runner.receive)
        self.house = house_of(config, agents, brain.campaigns)
        self.following = follow(self.house, self.front, self.clock, (1, 0))
        self.ledger.watch(self.front.add)
        crm = memory_store(self.world.customers, self.ledger, self.clock, config.crm.region)
        self.runner.connect(
            Ports(
                pbx=self.world.pbx,
                crm=crm,
                ledger=self.ledger,
                desk=AllDesks(Simulated(self.world.desk), self.front),
                journal=NoJournal(),
            )
        )

    async def start(self) -> None:
        """Let people work and customers call."""
        self.following.live.start(self.clock)
        await self.following.catch_up(MemoryHistory(self.ledger), self.house.zone, self.clock.now_us())
        self.world.pbx.start()
        for probe in PROBES:
            now_us = self.clock.now_us()
            self.runner.receive(LogIn(at_us=now_us, agent_id=probe, extension=f"PJSIP/{probe}"))
            self.runner.receive(GoReady(at_us=now_us, agent_id=probe))
        self.world.start()


class Stopwatch:
    """The first of those who follow the queues: notes when each change was told."""

    def __init__(self, live: Live) -> None:
        self.told: dict[int, int] = {}
        self._feed: Feed = live.feed(QUEUES)
        live.follow(self._feed, self)

    def wake(self) -> None:
        """Note the time."""
        self.told[self._feed.seq] = time.monotonic_ns()

    def tick(self, now_s: float, beat: str) -> None:
        """Hear what time it is."""


class Probe(asyncio.Protocol):
    """Routes a piece of work for each line, and answers when an agent was offered it."""

    def __init__(self, centre: Centre, stopwatch: Stopwatch) -> None:
        self._centre = centre
        self._stopwatch = stopwatch
        self._count = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, line: bytes) -> None:
        """Do what is asked for."""
        if line.startswith(b"told"):
            self._transport.write(json.dumps(self._stopwatch.told).encode() + b"\n")
            return
        offered: list[OfferMade] = []
        leave = self._centre.front.listen(_Offers(offered))
        self._ask(AddWork(at_us=self._now_us(), work_id=self._work_id(), channel="task", queue=PROBED))
        leave()
        (offer,) = offered
        self._transport.write(b"offered\n")
        self._ask(
            AcceptOffer(at_us=self._now_us(), agent_id=offer.agent_id, offer_id=offer.offer_id, version=1)
        )
        self._ask(FinishWork(at_us=self._now_us(), agent_id=offer.agent_id, contact_id=offer.contact_id))

    def _ask(self, request: AddWork | AcceptOffer | FinishWork) -> None:
        self._centre.runner.receive(request)

    def _now_us(self) -> int:
        return self._centre.clock.now_us()

    def _work_id(self) -> str:
        self._count += 1
        return f"probe-{id(self)}-{self._count}"


class _Offers:
    """A listener that keeps offers."""

    def __init__(self, kept: list[OfferMade]) -> None:
        self._kept = kept

    def add(self, event: DomainEvent) -> None:
        if isinstance(event, OfferMade) and event.agent_id in PROBES:
            self._kept.append(event)

    def show(self, command: DeskCommand) -> None: ...


async def serve(deflate: bool) -> None:
    """Serve until the input ends."""
    loop, centre = asyncio.get_running_loop(), Centre()
    people, key = MemoryPeopleStore(), new_key()
    await people.add_key(
        ApiKey(
            key_id="bench",
            name="bench",
            key_hash=hash_of(key),
            scopes=(Role.READ_ONLY,),
            made_by="bench",
            made_us=0,
        )
    )
    site = site_of(
        centre.runner.receive,
        settings=WebSettings(host=LOOPBACK, port=0),
        gate=GateSettings(requests_per_s=10_000, requests_burst=10_000),
        clock=centre.clock,
        front=centre.front,
        house=centre.house,
        people=people,
        live=centre.following.live,
        floor=centre.following.floor,
    )
    server = WebServer(build_application(site), site.settings, compressed=deflate)
    web = await server.start()
    await centre.start()
    stopwatch = Stopwatch(centre.following.live)
    probe = await loop.create_server(lambda: Probe(centre, stopwatch), LOOPBACK, 0)
    sys.setswitchinterval(0.0005)
    prefer_latency()
    print(json.dumps({"web": web, "probe": probe.sockets[0].getsockname()[1], "key": key}), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    probe.close()
    await server.close()
    await centre.runner.close()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(DEFLATE in sys.argv[1:]))

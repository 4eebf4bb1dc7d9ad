"""The stage with the wire: everything between engine and world goes through AMI and FastAGI, byte by byte.

The adapter is the one that works on a real Asterisk, the runner the one that runs live, the Asterisk is the
simulator's AMI server; all on a loop in virtual time with a network in memory, so that the same seed gives
the same bytes. The random faults of the scenario strike on the wire itself.
"""

from __future__ import annotations

import logging

from pydantic import SecretStr

from core.engine import Engine
from core.kernel.clock import microseconds
from core.kernel.rng import Streams
from core.model.message import Event
from core.ports import Journal
from cti.asterisk.adapter import AsteriskPbx, AsteriskSettings
from goldline.asterisk_settings import asterisk_settings
from goldline.config import Config
from goldline.logs import set_up_logs
from goldline.runners import LiveRunner, Ports, Runner
from goldline.simulated_store import LeadsByList, load_lists, memory_leads, memory_store
from goldline.strained import LeapingClock, StrainedStore, let_store_go_away
from goldline.watched import SpooledLedger
from simulator.ami_server import Account
from simulator.dialplan import DialplanSettings
from simulator.faults import FaultPlan
from simulator.faulty_people import let_people_fail
from simulator.faulty_wire import FaultyAmiServer, FaultyNetwork, WireSpells
from simulator.scenario import Scenario
from simulator.virtual_loop import LoopTime
from simulator.world import World

SECRET = "of-a-wire-that-does-not-exist"


class WireRunner(LiveRunner):
    """A `LiveRunner` that forgives itself nothing: what the engine raises ends the run."""

    def _turn(self, message: Event) -> None:
        Runner._turn(self, message)
        self._set_alarm()


class WireStage:
    """Runner, world and edges on a virtual loop, joined by AMI and FastAGI."""

    def __init__(
        self,
        scenario: Scenario,
        config: Config,
        seed: int,
        engine: Engine,
        plan: FaultPlan,
        leads: LeadsByList,
    ) -> None:
        until_us = microseconds(scenario.duration_s)
        settings = asterisk_settings(_with_secrets(config))
        self.ledger = SpooledLedger(keeps_events=False)
        self._loop = FaultyNetwork(plan, settings.agi.port)
        self._time = LoopTime(self._loop)
        self._clock = LeapingClock(self._loop, plan, self._time, until_us)
        self.runner = WireRunner(engine, self._clock)
        self.world = World(scenario, seed, self._time, self._ask)
        jitter = Streams(seed).stream("reconnect")
        self._pbx = AsteriskPbx(settings, self.runner.receive, self._clock, jitter)
        self.leads = memory_leads(leads, self._clock)
        self._server = _server(self.world, settings, plan)
        self._region = config.crm.region
        self._plan = plan
        self._ports = settings.ami.port, settings.agi.port
        self._until_us = until_us

    def _ask(self, request: Event) -> None:
        """Hand in the wish of an agent, whose desk has the engine's clock."""
        self.runner.receive(self._clock.stamp(request))

    def connect(self, journal: Journal) -> None:
        """Give the engine its edges."""
        store = memory_store(self.world.customers, self.ledger, self._loop, self._region)
        crm = StrainedStore(store, self._plan, self.ledger)
        self.runner.connect(
            Ports(
                pbx=self._pbx,
                crm=crm,
                leads=self.leads,
                ledger=self.ledger,
                desk=self.world.desk,
                journal=journal,
                work=self.world.work,
            )
        )

    def start(self) -> None:
        """Let the day begin, and the faults: what the adapter says of those is no news and is not logged."""
        set_up_logs(level=logging.ERROR)
        self._loop.run_until_complete(self._open())
        exchange, plan = self.world.exchange, self._plan
        let_people_fail(exchange, plan)
        let_store_go_away(plan, self.ledger, self._time, self._until_us)
        WireSpells(self._loop, exchange, plan, *self._ports).start(self._until_us)

    async def _open(self) -> None:
        load_lists(self.world, self.leads, self.runner.receive)
        await self._server.start(port=self._ports[0])
        await self._pbx.start()
        self.world.start()

    def run_until(self, end_us: int) -> None:
        """Let time pass up to `end_us`; what fails meanwhile is raised."""
        self._loop.run_until(end_us)

    def close(self) -> None:
        """Let go of everything; what the ledger has spooled is written."""
        self.ledger.come_back()
        self._loop.run_until_complete(self._shut())
        self._loop.close()

    async def _shut(self) -> None:
        await self.runner.close()
        await self._pbx.close()
        await self._server.stop()


def _server(world: World, settings: AsteriskSettings, plan: FaultPlan) -> FaultyAmiServer:
    account = Account(secret=SECRET)
    url = f"agi://{settings.agi.host}:{settings.agi.port}/{settings.agi.path}"
    dialplan = DialplanSettings(engine_url=url)
    return FaultyAmiServer(world.exchange, {settings.ami.username: account}, dialplan, plan)


def _with_secrets(config: Config) -> Config:
    pbx = config.pbx.model_copy(update={"secret": SecretStr(SECRET)})
    agi = config.agi.model_copy(update={"token": SecretStr(SECRET)})
    return config.model_copy(update={"pbx": pbx, "agi": agi})

"""The stage with the wire: everything between engine and world goes through AMI and FastAGI, byte by byte.

The adapter is the one that works on a real Asterisk, the runner the one that runs live, the Asterisk is the
simulator's AMI server; all on a loop in virtual time with a network in memory, so that the same seed gives
the same bytes.
"""

from __future__ import annotations

from pydantic import SecretStr

from core.engine import Engine
from core.kernel.clock import microseconds
from core.kernel.rng import Streams
from core.model.message import Event
from core.ports import Journal
from cti.asterisk.adapter import AsteriskPbx
from goldline.config import Config
from goldline.live import asterisk_settings
from goldline.runners import LiveRunner, Ports, Runner
from goldline.simulated_store import memory_store
from goldline.watched import WatchedLedger
from simulator.ami_server import Account, AmiServer
from simulator.dialplan import DialplanSettings
from simulator.faults import FaultPlan
from simulator.network import NetworkLoop
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

    def __init__(self, scenario: Scenario, seed: int, engine: Engine, plan: FaultPlan) -> None:
        self.until_us = microseconds(scenario.duration_s)
        self.plan = plan
        self.ledger = WatchedLedger(keeps_events=False)
        self._seed = seed
        self._loop = NetworkLoop()
        self.runner = WireRunner(engine, self._loop)
        self.world = World(scenario, seed, LoopTime(self._loop), self.runner.receive)
        self._pbx: AsteriskPbx | None = None
        self._server: AmiServer | None = None

    def connect(self, config: Config, journal: Journal) -> None:
        """Give the engine its edges."""
        settings = asterisk_settings(_with_secrets(config))
        jitter = Streams(self._seed).stream("reconnect")
        pbx = AsteriskPbx(settings, self.runner.receive, self._loop, jitter)
        account = Account(secret=SECRET)
        url = f"agi://{settings.agi.host}:{settings.agi.port}/{settings.agi.path}"
        self._server = AmiServer(
            self.world.exchange, {settings.ami.username: account}, DialplanSettings(engine_url=url)
        )
        crm = memory_store(self.world.customers, self.ledger, self._loop, config.crm.region)
        self.runner.connect(
            Ports(pbx=pbx, crm=crm, ledger=self.ledger, desk=self.world.desk, journal=journal)
        )
        self._pbx = pbx
        self._ami_port = settings.ami.port

    def start(self) -> None:
        """Let the day begin."""
        self._loop.run_until_complete(self._open())

    async def _open(self) -> None:
        assert self._server is not None
        assert self._pbx is not None
        await self._server.start(port=self._ami_port)
        await self._pbx.start()
        self.world.start()

    def run_until(self, end_us: int) -> None:
        """Let time pass up to `end_us`; raise what failed meanwhile."""
        self._loop.run_until(end_us)

    def close(self) -> None:
        """Let go of everything."""
        self._loop.run_until_complete(self._shut())
        self._loop.close()

    async def _shut(self) -> None:
        assert self._server is not None
        assert self._pbx is not None
        await self.runner.close()
        await self._pbx.close()
        await self._server.stop()


def _with_secrets(config: Config) -> Config:
    pbx = config.pbx.model_copy(update={"secret": SecretStr(SECRET)})
    agi = config.agi.model_copy(update={"token": SecretStr(SECRET)})
    return config.model_copy(update={"pbx": pbx, "agi": agi})

"""The stages a simulated day can be played on: what stands between the engine and the simulated world.

All stages have the same world and the same engine. `DirectStage` joins them in virtual time with nothing in
between, `StrainedStage` lets the scenario's random faults strike there, and `goldline.wire_stage` puts the
bytes of AMI and FastAGI there.
"""

from __future__ import annotations

from typing import Protocol

from core.engine import Engine
from core.kernel.clock import microseconds
from core.ports import Journal, LeadStore
from goldline.config import Config
from goldline.runners import Ports, Runner, VirtualRunner
from goldline.simulated_store import LeadsByList, load_lists, memory_leads, memory_store
from goldline.strained import StrainedRunner
from goldline.watched import SpooledLedger, WatchedLedger
from simulator.faults import FaultPlan
from simulator.faulty_pbx import FaultyPbx
from simulator.faulty_people import let_people_fail
from simulator.port import SimPbx
from simulator.scenario import Scenario
from simulator.world import World


class Stage(Protocol):
    """Runner, world and edges of one day."""

    @property
    def runner(self) -> Runner:
        """The runner, for its clock."""
        ...

    @property
    def world(self) -> World:
        """The simulated world."""
        ...

    @property
    def ledger(self) -> WatchedLedger:
        """What happened, for folds to watch."""
        ...

    def connect(self, journal: Journal) -> None:
        """Give the engine its edges."""
        ...

    def start(self) -> None:
        """Let the day begin."""
        ...

    def run_until(self, end_us: int) -> None:
        """Let time pass up to `end_us`; what fails meanwhile is raised."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...


class DirectStage:
    """The engine and the world in virtual time, with nothing in between."""

    def __init__(
        self,
        scenario: Scenario,
        config: Config,
        seed: int,
        engine: Engine,
        plan: FaultPlan,
        leads: LeadsByList,
    ) -> None:
        self._until_us = microseconds(scenario.duration_s)
        self._plan = plan
        self._region = config.crm.region
        self.ledger = self._make_ledger()
        self.runner = self._make_runner(engine)
        self.world = World(scenario, seed, self.runner, self.runner.receive)
        self.leads = memory_leads(leads, self.runner)
        self._pbx = self._make_pbx()

    def _make_ledger(self) -> WatchedLedger:
        return WatchedLedger(keeps_events=False)

    def _make_runner(self, engine: Engine) -> VirtualRunner:
        return VirtualRunner(engine)

    def _make_pbx(self) -> SimPbx | FaultyPbx:
        return self.world.pbx

    def _lead_store(self) -> LeadStore:
        return self.leads

    def _load_lists(self) -> None:
        load_lists(self.world, self.leads, self.runner.receive)

    def connect(self, journal: Journal) -> None:
        """Give the engine its edges."""
        crm = memory_store(self.world.customers, self.ledger, self.runner, self._region)
        self.runner.connect(
            Ports(
                pbx=self._pbx,
                crm=crm,
                leads=self._lead_store(),
                ledger=self.ledger,
                desk=self.world.desk,
                journal=journal,
                work=self.world.work,
            )
        )

    def start(self) -> None:
        """Let the day begin."""
        self._load_lists()
        self._pbx.start()
        self.world.start()

    def run_until(self, end_us: int) -> None:
        """Let time pass up to `end_us`; what fails meanwhile is raised."""
        self.runner.run_until(end_us)

    def close(self) -> None:
        """Let go of nothing: all of it is in memory."""


class StrainedStage(DirectStage):
    """The same with the random faults of the scenario."""

    ledger: SpooledLedger

    def _make_ledger(self) -> SpooledLedger:
        return SpooledLedger(keeps_events=False)

    def _make_runner(self, engine: Engine) -> VirtualRunner:
        return StrainedRunner(engine, self._plan, self.ledger, self._until_us)

    def _make_pbx(self) -> FaultyPbx:
        let_people_fail(self.world.exchange, self._plan)
        return FaultyPbx(self.world.exchange, self.runner.receive, self._plan, self._until_us)

    def close(self) -> None:
        """Let the ledger write what it has spooled, should its database still be away."""
        self.ledger.come_back()

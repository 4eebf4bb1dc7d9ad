"""A simulated day: the application's brain, a simulated world, and the virtual runner between them.

The stores are in memory and hold the scenario's customers; the invariants are checked at every step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from core.engine import Engine
from core.kernel.clock import SECOND_US, microseconds
from core.kernel.errors import InvariantBroken
from core.kernel.record import replace
from core.model.message import Command, Event
from core.ports import Journal
from goldline.app import build_brain
from goldline.audit_files import AuditFiles
from goldline.config import Config, load_config
from goldline.config_agents import capacity_of
from goldline.config_trunks import TrunkSection
from goldline.flows import load_flows
from goldline.garbage import collecting_rarely
from goldline.journal_file import NoJournal
from goldline.journal_head import JournalHead, head_of_run
from goldline.scenario_fit import check_fit
from goldline.simulated_store import LeadsByList
from goldline.stages import DirectStage, Stage, StrainedStage
from goldline.watched import Watcher
from goldline.wire_stage import WireStage
from ivr.flow import Flow
from simulator.agreement import Agreement, Belief, agrees_within_us
from simulator.checkers import Checkers
from simulator.faults import FaultPlan
from simulator.scenario import Scenario
from simulator.world import agent_profiles

LINGER_US = microseconds(4 * 3600)
"""How long after the end of its arrivals a day may take until everybody has hung up."""

LOOK_EVERY_US = SECOND_US // 4
"""How often the engine's belief is held against the world, where faults strike."""

RUN = 1
"""The number of the engine's start: a simulated PBX knows no earlier one."""


StageMaker = Callable[[Scenario, Config, int, Engine, FaultPlan, LeadsByList], Stage]


class CheckedJournal:
    """A journal whose every turn is also held against the invariants."""

    def __init__(self, journal: Journal, checkers: Checkers) -> None:
        self._journal = journal
        self._checkers = checkers

    def write(self, sequence: int, message: Event, commands: Iterable[Command]) -> None:
        """Keep the turn and check it."""
        turn = tuple(commands)
        self._journal.write(sequence, message, turn)
        self._checkers.step(message, turn)


class SimulatedDay:
    """One scenario under one seed.

    `watchers` are shown every event of the ledger as it happens: folds that make figures. `checked` says
    whether the invariants are held against every turn; without, and with `NoJournal`, a day runs fastest.
    `flows` take the place of the files that `config` names. `recalled` is what the ledger of earlier days has
    to say when the engine starts, `leads` whom its campaigns may call, `audit` the folder for the files that
    prove what they dialed. It is played on `stage`, or on the one the scenario asks for; `run` is
    the number of the engine's start, where what it writes outlasts the day.
    """

    def __init__(
        self,
        scenario: Scenario,
        config: Config,
        seed: int,
        *,
        journal: Journal | None = None,
        watchers: Iterable[Watcher] = (),
        checked: bool = True,
        flows: Mapping[str, Flow] | None = None,
        recalled: Iterable[Event] = (),
        leads: LeadsByList | None = None,
        audit: Path | None = None,
        stage: StageMaker | None = None,
        run: int = RUN,
    ) -> None:
        self._scenario = scenario
        self._recalled = recalled
        if flows is None:
            flows = load_flows(config, (scenario.folder / scenario.engine_config).parent)
        agents = agent_profiles(scenario)
        self.brain = build_brain(config, flows, agents, run)
        self.plan = plan = FaultPlan(scenario.random_faults, seed)
        make_stage = stage or _stage_for(scenario)
        self._stage = make_stage(scenario, config, seed, self.brain.engine, plan, leads or {})
        self.runner, self.world = self._stage.runner, self._stage.world
        self._audit = AuditFiles(audit, self.brain.campaigns) if audit else None
        for watcher in (*watchers, *([self._audit.add] if self._audit else [])):
            self._stage.ledger.watch(watcher)
        skills = {agent_id: profile.skills for agent_id, profile in agents.items()}
        checks = Checkers(
            skills, str(scenario.file), seed, plan, self._agreement(plan), capacity_of(config.work, agents)
        )
        self.checkers = checks if checked else None
        kept = journal or NoJournal()
        self._stage.connect(CheckedJournal(kept, self.checkers) if self.checkers else kept)

    def _agreement(self, plan: FaultPlan) -> Agreement | None:
        """Return what holds the engine's belief against the world, where faults may part the two."""
        if not plan:
            return None
        belief = Belief(self.brain.calls, self.brain.contacts)
        return Agreement(self.world.exchange, belief, agrees_within_us(plan))

    def run(self, progress: Callable[[float], None] | None = None) -> None:
        """Let the day pass; `progress` is told the share done, about every hundredth of the day.

        Where the invariants are checked, whatever the engine raises is told with what led to it.
        """
        try:
            with collecting_rarely():
                self._run(progress)
        except Exception as error:
            if self.checkers is None or isinstance(error, InvariantBroken):
                raise
            raise self.checkers.report(error) from error
        finally:
            self._stage.close()
            if self._audit is not None:
                self._audit.end()

    def _run(self, progress: Callable[[float], None] | None) -> None:
        self._look()
        for message in self._recalled:
            self.runner.receive(replace(message, at_us=self.runner.now_us()))
        self._stage.start()
        start_us, lasts_us = self.runner.now_us(), microseconds(self._scenario.duration_s)
        for percent in range(1, 101):
            self._stage.run_until(start_us + lasts_us * percent // 100)
            if progress is not None:
                progress(percent / 100)
        self._let_everybody_finish(start_us + lasts_us + LINGER_US)
        if self.checkers is not None:
            self.checkers.finish()

    def _look(self) -> None:
        if self.checkers is not None and self.checkers.agreement is not None:
            self.checkers.look(self.world.exchange.now_us())
            self.world.exchange.after(LOOK_EVERY_US, self._look)

    def _let_everybody_finish(self, limit_us: int) -> None:
        step_us = microseconds(60)
        now_us = self.world.exchange.now_us
        while (len(self.brain.contacts) or not self.world.is_quiet) and now_us() < limit_us:
            self._stage.run_until(now_us() + step_us)


def _stage_for(scenario: Scenario) -> StageMaker:
    if scenario.telephony.wire:
        return WireStage
    return StrainedStage if scenario.random_faults else DirectStage


def open_scenario(scenario: Scenario) -> Config:
    """Return the engine configuration that the scenario names; raise `ConfigError` where they do not fit."""
    path = scenario.folder / scenario.engine_config
    if not path.is_file():
        raise scenario.refusal(["engine_config"], scenario.engine_config, "a file beside the scenario")
    config = on_simulated_trunks(load_config(path))
    check_fit(scenario, config)
    return config


def on_simulated_trunks(config: Config) -> Config:
    """Return the configuration with numbers dialed as the simulated PBX knows them; limits stay."""
    known = {"address": TrunkSection().address, "strip": "", "prefix": ""}
    trunks = {name: trunk.model_copy(update=known) for name, trunk in config.trunks.items()}
    pbx = config.pbx.model_copy(update={"outside": known["address"]})
    return config.model_copy(update={"pbx": pbx, "trunks": trunks})


def head_of_day(scenario: Scenario, config: Config, seed: int) -> JournalHead:
    """Return the head for the journal of a `SimulatedDay`."""
    return head_of_run(
        config,
        (scenario.folder / scenario.engine_config).parent,
        agent_profiles(scenario),
        RUN,
        scenario=scenario.name,
        seed=seed,
    )

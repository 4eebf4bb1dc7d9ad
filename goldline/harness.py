"""A simulated day: the application's brain, a simulated world, and the virtual runner between them.

The stores are in memory and hold the scenario's customers; the invariants are checked at every step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from core.kernel.clock import microseconds
from core.model.message import Command, DomainEvent, Event
from core.ports import Journal
from crm.memory import MemoryCrmStore, MemoryLedger
from crm.phones import e164
from crm.pins import SIMULATED_COST, hash_pin
from crm.records import AccountRecord, CustomerRecord, Phone
from crm.store import StoreSettings
from goldline.app import build_brain
from goldline.config import Config, load_config
from goldline.flows import load_flows
from goldline.journal_file import NoJournal
from goldline.journal_head import JournalHead, head_of_run
from goldline.runners import Ports, VirtualRunner, result_at_once
from ivr.flow import Flow
from simulator.checkers import Checkers
from simulator.customers import CrmRecord
from simulator.scenario import Scenario
from simulator.world import World, agent_profiles

LINGER_US = microseconds(4 * 3600)
"""How long after the end of its arrivals a day may take until everybody has hung up."""

RUN = 1
"""The number of the engine's start: a simulated PBX knows no earlier one."""

Watcher = Callable[[DomainEvent], None]


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


class WatchedLedger(MemoryLedger):
    """A ledger that also shows its events, one by one, to folds."""

    def __init__(self, *, keeps_events: bool = True) -> None:
        super().__init__(keeps_events=keeps_events)
        self._watchers: list[Watcher] = []

    def watch(self, watcher: Watcher) -> None:
        """Show `watcher` every event from now on."""
        self._watchers.append(watcher)

    def append(self, event: DomainEvent) -> None:
        """Take one event in and show it."""
        super().append(event)
        for watch in self._watchers:
            watch(event)


class SimulatedDay:
    """One scenario under one seed.

    `watchers` are shown every event of the ledger as it happens: folds that make figures. `checked` says
    whether the invariants are held against every turn; without, and with `NoJournal`, a day runs fastest.
    `flows` take the place of the files that `config` names.
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
    ) -> None:
        self._scenario = scenario
        ledger = WatchedLedger(keeps_events=False)
        for watcher in watchers:
            ledger.watch(watcher)
        if flows is None:
            flows = load_flows(config, (scenario.folder / scenario.engine_config).parent)
        agents = agent_profiles(scenario)
        self.brain = build_brain(config, flows, agents, RUN)
        self.runner = VirtualRunner(self.brain.engine)
        self.world = World(scenario, seed, self.runner, self.runner.receive)
        skills = {agent_id: profile.skills for agent_id, profile in agents.items()}
        where = str(scenario.folder / f"{scenario.name}.toml")
        self.checkers = Checkers(skills, where, seed) if checked else None
        kept = journal or NoJournal()
        self.runner.connect(
            Ports(
                pbx=self.world.pbx,
                crm=memory_store(self.world.customers, ledger, self.runner, config.crm.region),
                ledger=ledger,
                desk=self.world.desk,
                journal=CheckedJournal(kept, self.checkers) if self.checkers else kept,
            )
        )

    def run(self, progress: Callable[[float], None] | None = None) -> None:
        """Let the day pass; `progress` is told the share done, about every hundredth of the day."""
        self.world.pbx.start()
        self.world.start()
        end_us = microseconds(self._scenario.duration_s)
        for percent in range(1, 101):
            self.runner.run_until(end_us * percent // 100)
            if progress is not None:
                progress(percent / 100)
        self._let_everybody_finish(end_us + LINGER_US)
        if self.checkers is not None:
            self.checkers.finish()

    def _let_everybody_finish(self, limit_us: int) -> None:
        step_us = microseconds(60)
        while len(self.brain.contacts) and self.runner.now_us() < limit_us:
            self.runner.run_until(self.runner.now_us() + step_us)


def open_scenario(scenario: Scenario) -> Config:
    """Return the engine configuration that the scenario names."""
    return load_config(scenario.folder / scenario.engine_config)


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


def memory_store(
    customers: Iterable[CrmRecord], ledger: MemoryLedger, clock: VirtualRunner, region: str
) -> MemoryCrmStore:
    """Return a store in memory that holds the scenario's customers."""
    store = MemoryCrmStore(ledger, clock, StoreSettings(region=region))
    result_at_once(store.save_customers([crm_record(found, region) for found in customers]))
    return store


def crm_record(found: CrmRecord, region: str) -> CustomerRecord:
    """Return the invented customer as a store takes one."""
    customer = found.customer
    return CustomerRecord(
        external_id=customer.customer_id,
        name=customer.name,
        tier=customer.tier,
        language=customer.language,
        phones=(Phone(e164(found.phone, region)),),
        account=AccountRecord(
            number=customer.account_number,
            pin_hash=hash_pin(found.pin, SIMULATED_COST),
            balance_cents=customer.balance_cents,
            currency=customer.currency,
        ),
    )

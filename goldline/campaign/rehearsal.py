"""`goldline campaign rehearse`: a day of your campaigns before anybody is called.

Your configuration, your lists in your store, what you have started: only the telephones and the people are
simulated, as a scenario describes them. All that is written is written as on a real day, at the instants of
the day that is rehearsed, so results and audit files can be looked at afterwards.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from core.engine import Engine
from core.kernel.errors import ConfigError, Said
from core.model.attempt import AttemptState
from core.model.attempt_events import AttemptEnded
from core.model.campaign_events import CampaignChanged
from core.model.message import DomainEvent
from core.ports import LeadStore
from crm.database import Database
from crm.leads.store import SqlLeadStore
from crm.ledger import new_run
from crm.ledger_reader import LedgerReader
from dialer.campaign import CampaignState
from goldline.config import Config
from goldline.harness import SimulatedDay, open_scenario
from goldline.instants import instant_us
from goldline.progress import Told
from goldline.runners import VirtualRunner
from goldline.simulated_store import LeadsByList
from goldline.stages import DirectStage
from goldline.store_at_once import at_once
from goldline.stores import open_database, open_stores
from goldline.wall_clock import WallClock
from simulator.faults import FaultPlan
from simulator.scenario import Scenario, load_scenario


@dataclass(slots=True)
class Rehearsed:
    """What happened: attempts by campaign and outcome, and the campaigns' changes of state."""

    attempts: dict[str, Counter[AttemptState]] = field(default_factory=dict)
    changes: list[CampaignChanged] = field(default_factory=list)

    def add(self, event: DomainEvent) -> None:
        """Take note of an event of the ledger."""
        match event:
            case AttemptEnded(campaign=campaign, outcome=outcome):
                self.attempts.setdefault(campaign, Counter())[outcome] += 1
            case CampaignChanged():
                self.changes.append(event)


class RehearsalStage(DirectStage):
    """The simulated world from an instant of the calendar on, with the leads of a database."""

    def __init__(
        self,
        scenario: Scenario,
        config: Config,
        seed: int,
        engine: Engine,
        plan: FaultPlan,
        leads: LeadsByList,
        *,
        database: Database,
        loop: asyncio.Runner,
        starts_us: int,
    ) -> None:
        self._starts_us = starts_us
        super().__init__(scenario, config, seed, engine, plan, leads)
        self._store = at_once(SqlLeadStore(database, self.runner), loop)

    def _make_runner(self, engine: Engine) -> VirtualRunner:
        return VirtualRunner(engine, self._starts_us)

    def _lead_store(self) -> LeadStore:
        return self._store

    def _load_lists(self) -> None:
        """Load none: they are in the database."""


def rehearse(path: Path, starts: str, seed: int | None, told: Told | None = None) -> dict[str, Any]:
    """Let the day of the scenario at `path` pass from the instant `starts` on; return what happened.

    Raises `ConfigError` for a broken scenario, or where no campaign has been started.
    """
    scenario = load_scenario(path)
    config = open_scenario(scenario)
    starts_us = instant_us("--starts", starts)
    with asyncio.Runner() as loop, _opened(config, loop) as database:
        states = loop.run(LedgerReader(database).last_campaign_states())
        if not states:
            raise ConfigError(
                str(path), Said("no campaign that was started"), "one: goldline campaign start NAME"
            )
        rehearsed = Rehearsed()
        SimulatedDay(
            scenario,
            config,
            scenario.seed if seed is None else seed,
            watchers=[rehearsed.add],
            recalled=states,
            audit=Path(config.audit.folder) if config.audit.folder else None,
            stage=partial(RehearsalStage, database=database, loop=loop, starts_us=starts_us),
            run=loop.run(new_run(database, WallClock())),
        ).run(told)
        loop.run(_keep_ends(rehearsed.changes, config))
    return _as_told(rehearsed, starts)


@contextmanager
def _opened(config: Config, loop: asyncio.Runner) -> Iterator[Database]:
    """Give the configured database, for whoever asks it on `loop`."""
    stack = AsyncExitStack()
    try:
        yield loop.run(stack.enter_async_context(open_database(config)))
    finally:
        loop.run(stack.aclose())


async def _keep_ends(changes: list[CampaignChanged], config: Config) -> None:
    """Tell the ledger which campaigns have enough; the others go on where they are started for real."""
    async with open_stores(config, WallClock()) as stores:
        for change in changes:
            if change.state == CampaignState.ENDED:
                stores.ledger.append(change)


def _as_told(rehearsed: Rehearsed, starts: str) -> dict[str, Any]:
    return {
        "starts": starts,
        "campaigns": {
            name: {outcome.value: count for outcome, count in sorted(outcomes.items())}
            for name, outcomes in sorted(rehearsed.attempts.items())
        },
        "changes": [
            {"campaign": change.campaign, "state": change.state, "reason": change.reason}
            for change in rehearsed.changes
        ],
    }

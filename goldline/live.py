"""A live centre: the brain on a real Asterisk (or on one that looks real over TCP), with real stores.

    async with open_stores(config, clock) as stores:
        centre = LiveCentre(config, flows, agents, stores, clock)
        await centre.start(journal)
        ...
        await centre.close()

Start and recovery are one path: the agents' last states come from the ledger, the calls from Asterisk.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from core.kernel.clock import SECOND_US, Clock
from core.kernel.record import replace
from core.kernel.rng import Streams
from core.model.agent import AgentProfile
from core.model.ids import AgentId
from core.model.message import Event
from core.ports import Desk, Journal, Ledger
from cti.asterisk.adapter import AsteriskPbx
from goldline.app import build_brain
from goldline.asterisk_settings import asterisk_settings
from goldline.audit_files import AuditFiles
from goldline.bus_side import engine_buses
from goldline.config import Config
from goldline.doors import opening
from goldline.edges import AllDesks, AllWorkDoors
from goldline.journal_file import FileJournal, NoJournal
from goldline.journal_head import JournalHead
from goldline.runners import LiveRunner, Ports
from goldline.stores import Stores
from ivr.flow import Flow
from web.desk_link import DeskServer, DeskSettings
from web.front import FrontOffice
from web.work_link import WorkServer, WorkSettings

CALL_MAX_US = 24 * 3_600 * SECOND_US
"""No call lasts longer: how far back we look, when we start, for contacts that were never recorded."""

Recall = Callable[[], Awaitable[Sequence[Event]]]
"""Asks for what an earlier run left of one sort: requests and events that take it up."""


class LiveCentre:
    """Engine, runner, Asterisk and desks of one centre; `folder` is where its configuration lies."""

    def __init__(
        self,
        config: Config,
        flows: Mapping[str, Flow],
        agents: Mapping[AgentId, AgentProfile],
        stores: Stores,
        clock: Clock,
        *,
        pace: Callable[[], float] | None = None,
        folder: Path = Path(),
    ) -> None:
        self.brain = build_brain(config, flows, agents, stores.run)
        self.runner = LiveRunner(self.brain.engine, clock, pace)
        jitter = Streams(stores.run).stream("reconnect")
        self.pbx = AsteriskPbx(asterisk_settings(config), self.runner.receive, clock, jitter)
        self.desks = DeskServer(desk_settings(config), self.runner.receive, clock)
        self.work = WorkServer(work_settings(config), self.runner.receive, clock)
        self.front = FrontOffice(self.runner.receive)
        self.buses = engine_buses(config, folder, stores.run, self.runner.receive, clock)
        self._audit = AuditFiles(Path(config.audit.folder), self.brain.campaigns)
        self._stores = stores
        self._takes_work = bool(config.work_door.token.get_secret_value())

    async def start(self, journal: Journal, desk: Desk | None = None) -> None:
        """Take up the agents' states, what was learned of them and the contacts left open, then the calls.

        Raises `OSError` where a port is taken. `desk` takes the place of the desks' door where screens are
        not on the network.
        """
        self.runner.connect(
            Ports(
                pbx=self.pbx,
                crm=self._stores.crm,
                leads=self._stores.leads,
                ledger=self._stores.ledger,
                desk=AllDesks(desk or self.desks, self.front, *self.buses),
                journal=journal,
                work=AllWorkDoors(self.work, self.front, *self.buses),
                watchers=(self._audit.add, self.front.add, *(bus.add for bus in self.buses)),
            )
        )
        for bus in self.buses:
            bus.start()
        now_us = self.runner.now_us()
        self._audit.resume(now_us)
        for recall in recalls(self._stores.ledger, now_us):
            for left in await recall():
                self.runner.receive(replace(left, at_us=now_us))
        if desk is None:
            with opening("desk.port"):
                await self.desks.start()
        if self._takes_work:
            with opening("work_door.port"):
                await self.work.start()
        with opening("agi.port"):
            await self.pbx.start()

    async def close(self) -> None:
        """Let go of everything; calls go on in Asterisk, callers wait for the next run."""
        await self.runner.close()
        for bus in self.buses:
            await bus.close()
        await self.desks.close()
        await self.work.close()
        await self.pbx.close()
        self._audit.close()


def recalls(ledger: Ledger, now_us: int) -> tuple[Recall, ...]:
    """Return what asks the ledger for all that an earlier run left, in the order in which it is taken up."""
    since_us = now_us - CALL_MAX_US
    return (
        ledger.last_agent_states,
        ledger.last_campaign_states,
        ledger.campaign_rules,
        ledger.agent_levels,
        ledger.agent_queues,
        ledger.learned_quality,
        ledger.campaign_experience,
        partial(ledger.open_attempts, since_us),
        partial(ledger.open_contacts, since_us),
    )


def desk_settings(config: Config) -> DeskSettings:
    """Return where the desks' door is."""
    return DeskSettings(
        host=config.desk.host, port=config.desk.port, token=config.desk.token.get_secret_value()
    )


def work_settings(config: Config) -> WorkSettings:
    """Return where the door for work is."""
    door = config.work_door
    return WorkSettings(host=door.host, port=door.port, token=door.token.get_secret_value())


def open_journal(head: JournalHead) -> Journal:
    """Return the journal of the run: a file in the folder its configuration names, nothing without one."""
    folder = head.config.journal.folder
    if not folder:
        return NoJournal()
    journals = Path(folder)
    journals.mkdir(parents=True, exist_ok=True)
    return FileJournal(journals / f"run-{head.run:06d}.journal", head)

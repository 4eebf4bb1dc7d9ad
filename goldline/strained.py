"""What can happen on the engine's own side: a store that is slow or away, and a clock that leaps.

The clock leaps as that of a machine that was paused does: the engine and its timers find themselves so much
later than the telephone system, which went on without them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from core.engine import Engine
from core.kernel.clock import SECOND_US, Clock, seconds
from core.kernel.record import replace
from core.model.commands import LookUpCustomer, StartTimer
from core.model.customer import Customer
from core.model.events import CustomerLookupFailed
from core.model.lead_orders import LeadCommand
from core.model.message import Command, Event
from core.ports import CrmStore, LeadStore, Scheduler
from goldline.lead_orders import QUESTIONS, unavailable
from goldline.runners import Ports, VirtualRunner
from goldline.watched import SpooledLedger
from simulator.faults import FaultKind, FaultPlan


def let_store_go_away(plan: FaultPlan, ledger: SpooledLedger, scheduler: Scheduler, until_us: int) -> None:
    """Plan when the database is away: `ledger` spools meanwhile, and who asks the store is told so."""

    def go() -> None:
        plan.struck[FaultKind.STORE_AWAY] += 1
        ledger.is_away = True

    for at_us, lasts_us in plan.spells(FaultKind.STORE_AWAY, until_us):
        scheduler.call_at(at_us, go)
        scheduler.call_at(at_us + lasts_us, ledger.come_back)


class LeapingClock:
    """The engine's clock: that of the world, and further ahead of it with each leap."""

    def __init__(self, world: Clock, plan: FaultPlan, scheduler: Scheduler, until_us: int) -> None:
        self._world = world
        self._plan = plan
        self.ahead_us = 0
        for at_us, lasts_us in plan.spells(FaultKind.CLOCK_LEAP, until_us):
            scheduler.call_at(at_us, partial(self._leap, lasts_us))

    def now_us(self) -> int:
        """Return the instant that the engine believes in."""
        return self._world.now_us() + self.ahead_us

    def stamp(self, message: Event) -> Event:
        """Return a message of the world at the instant that the engine believes in."""
        return replace(message, at_us=message.at_us + self.ahead_us) if self.ahead_us else message

    def _leap(self, lasts_us: int) -> None:
        self._plan.struck[FaultKind.CLOCK_LEAP] += 1
        self.ahead_us += lasts_us


class StrainedStore:
    """A store that is asked over a slow line, and is away with its database."""

    def __init__(self, store: CrmStore, plan: FaultPlan, ledger: SpooledLedger) -> None:
        self._store = store
        self._plan = plan
        self._ledger = ledger

    async def find_customer(self, lookup: LookUpCustomer) -> Customer | None:
        """Return the customer, in time or not; raise `ConnectionError` where the database is away."""
        if self._ledger.is_away:
            raise ConnectionError("the database is away")
        lag_us = self._plan.lag_us(FaultKind.STORE_SLOW)
        if lag_us:
            await asyncio.sleep(seconds(lag_us))
        return await self._store.find_customer(lookup)


WRITE_AGAIN_US = SECOND_US


class StrainedRunner(VirtualRunner):
    """A `VirtualRunner` whose store and clock are under strain, all in virtual time."""

    def __init__(self, engine: Engine, plan: FaultPlan, ledger: SpooledLedger, until_us: int) -> None:
        super().__init__(engine)
        self._plan = plan
        self._ledger = ledger
        self._clock = LeapingClock(self, plan, self, until_us)
        let_store_go_away(plan, ledger, self, until_us)

    def receive(self, message: Event) -> None:
        """Take a message, at the instant that the engine's clock shows."""
        super().receive(self._clock.stamp(message))

    def _carriers_to(self, ports: Ports) -> dict[type[Command], Callable[[Any], None]]:
        return {**super()._carriers_to(ports), StartTimer: self._start_timer}

    def _start_timer(self, command: StartTimer) -> None:
        self._agenda.start(command.key, command.at_us - self._clock.ahead_us)

    def _look_up(self, command: LookUpCustomer, crm: CrmStore) -> None:
        """Ask the store, which may be slow or away; after the deadline nobody waits for it any more."""
        lag_us = self._plan.lag_us(FaultKind.STORE_SLOW)
        if self._ledger.is_away:
            self._fail(command, "away")
        elif lag_us > command.deadline_us:
            self.call_at(self._now_us + command.deadline_us, partial(self._fail, command, "late"))
        elif lag_us:
            self.call_at(self._now_us + lag_us, partial(super()._look_up, command, crm))
        else:
            super()._look_up(command, crm)

    def _fail(self, command: LookUpCustomer, reason: str) -> None:
        failed = CustomerLookupFailed(at_us=self._now_us, lookup_id=command.lookup_id, reason=reason)
        self.receive(failed)

    def _carry_out(self, store: LeadStore, order: LeadCommand) -> None:
        """Ask the store of leads, which is in the same database; what is to be written waits for it."""
        if not self._ledger.is_away:
            super()._carry_out(store, order)
        elif type(order) not in QUESTIONS:
            self.call_at(self._now_us + WRITE_AGAIN_US, partial(self._carry_out, store, order))
        elif (answer := unavailable(order, "away", self._now_us)) is not None:
            self.receive(answer)

"""A virtual run under strain: a store that is slow or away, and a clock that leaps.

The clock leaps as that of a machine that was paused does: the engine and its timers find themselves so much
later than the telephone system, which went on without them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from msgspec.structs import replace

from core.engine import Engine
from core.model.commands import LookUpCustomer, StartTimer
from core.model.events import CustomerLookupFailed
from core.model.message import Command, Event
from core.ports import CrmStore
from goldline.runners import Ports, VirtualRunner
from goldline.watched import SpooledLedger
from simulator.faults import FaultKind, FaultPlan


class StrainedRunner(VirtualRunner):
    """A `VirtualRunner` to which `plan` happens; `ledger` goes away together with the store."""

    def __init__(self, engine: Engine, plan: FaultPlan, ledger: SpooledLedger, until_us: int) -> None:
        super().__init__(engine)
        self._plan = plan
        self._ledger = ledger
        # How much later it is for the engine than for the world.
        self._ahead_us = 0
        for at_us, lasts_us in plan.spells(FaultKind.CLOCK_LEAP, until_us):
            self.call_at(at_us, partial(self._leap, lasts_us))
        for at_us, lasts_us in plan.spells(FaultKind.STORE_AWAY, until_us):
            self.call_at(at_us, self._lose_store)
            self.call_at(at_us + lasts_us, ledger.come_back)

    def receive(self, message: Event) -> None:
        """Take a message, at the instant that the engine's clock shows."""
        late = replace(message, at_us=message.at_us + self._ahead_us) if self._ahead_us else message
        super().receive(late)

    def _carriers_to(self, ports: Ports) -> dict[type[Command], Callable[[Any], None]]:
        return {**super()._carriers_to(ports), StartTimer: self._start_timer}

    def _start_timer(self, command: StartTimer) -> None:
        self._agenda.start(command.key, command.at_us - self._ahead_us)

    def _leap(self, lasts_us: int) -> None:
        self._plan.struck[FaultKind.CLOCK_LEAP] += 1
        self._ahead_us += lasts_us

    def _lose_store(self) -> None:
        self._plan.struck[FaultKind.STORE_AWAY] += 1
        self._ledger.is_away = True

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

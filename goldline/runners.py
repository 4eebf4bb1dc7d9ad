"""The two runners, side by side: one engine, live or in virtual time.

Both do the same turn: take a message, number it, let the engine handle it, carry the commands out, journal
it. They differ in what time is. `LiveRunner` waits for it on the asyncio loop; `VirtualRunner` jumps to
the next instant anything is due, so a day runs in seconds. Each is the `Scheduler` of a simulated world.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, get_args

import structlog

from core.engine import Engine
from core.kernel.clock import Clock, seconds
from core.kernel.errors import InvariantBroken
from core.kernel.timers import Agenda
from core.model.commands import (
    AppendToLedger,
    CancelTimer,
    DeskCommand,
    LookUpCustomer,
    PbxCommand,
    StartTimer,
)
from core.model.events import CustomerFound, CustomerLookupFailed, TimerFired
from core.model.ids import TimerKey
from core.model.lead_orders import LeadCommand
from core.model.message import Command, Event, numbered
from core.ports import CrmStore, Desk, DoorAnswer, Journal, LeadStore, Ledger, Pbx, WorkDoor
from goldline.lead_orders import QUESTIONS, LeadClerk, carry_out
from goldline.watched import Watcher

log = structlog.get_logger()


class NoWork:
    """The door for other programs of a run to which none comes."""

    def answer(self, command: DoorAnswer) -> None:
        """Drop the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The edges a run has; without campaigns it needs no `leads`.

    `watchers` are shown every event that the ledger is told.
    """

    pbx: Pbx
    crm: CrmStore
    leads: LeadStore | None = None
    ledger: Ledger
    desk: Desk
    journal: Journal
    work: WorkDoor = field(default_factory=NoWork)
    watchers: tuple[Watcher, ...] = ()


class Runner:
    """What both runners do: turns, and an agenda of timers and of the world's actions."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._ports: Ports | None = None
        self._inbox: deque[Event] = deque()
        self._in_turn = False
        self._sequence = 0
        # Timers of the engine and actions of a simulated world: one order for both.
        self._agenda = Agenda()
        self._carriers: dict[type[Command], Callable[[Any], None]] = {}

    def connect(self, ports: Ports) -> None:
        """Give the run its edges; MUST be called before the first message."""
        self._ports = ports
        self._carriers = self._carriers_to(ports)

    def now_us(self) -> int:
        """Return the present instant in microseconds."""
        raise NotImplementedError

    def call_at(self, at_us: int, action: Callable[[], None], /) -> None:
        """Run `action` at `at_us`: the `Scheduler` port of a simulated world."""
        self._agenda.plan(at_us, action)

    @property
    def inputs(self) -> int:
        """Return how many messages were handled."""
        return self._sequence

    def receive(self, message: Event) -> None:
        """Take a message of an edge; it is handled at once, after those already waiting."""
        inbox = self._inbox
        inbox.append(message)
        if self._in_turn:
            return
        self._in_turn = True
        try:
            while inbox:
                self._turn(inbox.popleft())
        finally:
            self._in_turn = False

    def _turn(self, message: Event) -> None:
        assert self._ports is not None, "connect() comes before the first message"
        self._sequence += 1
        event = numbered(message, f"in-{self._sequence}")
        commands = self._engine.handle(event)
        carriers = self._carriers
        for command in commands:
            carriers[type(command)](command)
        self._ports.journal.write(self._sequence, event, commands)

    def _carriers_to(self, ports: Ports) -> dict[type[Command], Callable[[Any], None]]:
        """Return who carries out each class of commands."""
        agenda = self._agenda
        return {
            **dict.fromkeys(leaves(PbxCommand), ports.pbx.execute),
            **dict.fromkeys(leaves(DeskCommand), ports.desk.show),
            **self._lead_carriers(ports.leads),
            **dict.fromkeys(get_args(DoorAnswer), ports.work.answer),
            AppendToLedger: _teller(ports.ledger, ports.watchers),
            StartTimer: lambda command: agenda.start(command.key, command.at_us),
            CancelTimer: lambda command: agenda.cancel(command.key),
            LookUpCustomer: lambda command: self._look_up(command, ports.crm),
        }

    def _look_up(self, command: LookUpCustomer, crm: CrmStore) -> None:
        raise NotImplementedError

    def _lead_carriers(self, store: LeadStore | None) -> dict[type[Command], Callable[[Any], None]]:
        """Return who carries out each order to the store of leads."""
        raise NotImplementedError

    def _do(self, due: TimerKey | Callable[[], None]) -> None:
        """Do what is due now: an action of the world, or the firing of a timer."""
        if isinstance(due, tuple):
            self.receive(TimerFired(at_us=self.now_us(), key=due))
        else:
            due()


class VirtualRunner(Runner):
    """Time that jumps from one due thing to the next."""

    def __init__(self, engine: Engine, start_us: int = 0) -> None:
        super().__init__(engine)
        self._now_us = start_us
        self.call_at = self._agenda.plan  # type: ignore[method-assign]  # a dozen a call, and no more to do

    def now_us(self) -> int:
        """Return the virtual instant."""
        return self._now_us

    def run_until(self, end_us: int) -> None:
        """Do everything due up to and including `end_us`, then stand at `end_us`."""
        agenda = self._agenda
        while (at_us := agenda.next_at_us()) is not None and at_us <= end_us:
            if at_us > self._now_us:
                self._now_us = at_us
            self._do(agenda.pop())
        self._now_us = max(self._now_us, end_us)

    def _look_up(self, command: LookUpCustomer, crm: CrmStore) -> None:
        """Ask the store at once: a store of the simulated world answers without waiting."""
        customer = result_at_once(crm.find_customer(command))
        self.receive(CustomerFound(at_us=self._now_us, lookup_id=command.lookup_id, customer=customer))

    def _lead_carriers(self, store: LeadStore | None) -> dict[type[Command], Callable[[Any], None]]:
        if store is None:
            return {}
        return dict.fromkeys(leaves(LeadCommand), partial(self._carry_out, store))

    def _carry_out(self, store: LeadStore, order: LeadCommand) -> None:
        answer = result_at_once(carry_out(order, store, self._now_us))
        if answer is not None:
            self.receive(answer)


class LiveRunner(Runner):
    """Time that passes: timers on the asyncio loop, lookups as tasks under their deadline.

    `pace` tells how many seconds of `clock` pass in one of the loop; it may change.
    """

    def __init__(self, engine: Engine, clock: Clock, pace: Callable[[], float] | None = None) -> None:
        super().__init__(engine)
        self._clock = clock
        self._pace = pace or _real_time
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_at_us: int | None = None
        self._lookups: set[asyncio.Task[None]] = set()
        self._clerk: LeadClerk | None = None
        self._closed = False
        self.faults = 0
        """Inputs whose handling raised; each is logged with its number in the journal."""

    def now_us(self) -> int:
        """Return the clock's instant."""
        return self._clock.now_us()

    def receive(self, message: Event) -> None:
        """Take a message of an edge; after `close` nothing is handled any more."""
        if not self._closed:
            super().receive(message)

    async def close(self) -> None:
        """Stop hearing, stop timers and lookups."""
        self._closed = True
        if self._alarm is not None:
            self._alarm.cancel()
        lookups = list(self._lookups)  # det-ok: all are cancelled, in whatever order
        for task in lookups:
            task.cancel()
        await asyncio.gather(*lookups, return_exceptions=True)
        if self._clerk is not None:
            await self._clerk.close()

    def call_at(self, at_us: int, action: Callable[[], None], /) -> None:
        """Run `action` at `at_us`."""
        super().call_at(at_us, action)
        self._set_alarm()

    def _turn(self, message: Event) -> None:
        """Do the turn; a fault of ours costs this one input, never the calls of everybody else."""
        try:
            super()._turn(message)
        except Exception:
            self.faults += 1
            log.exception("input failed", sequence=self._sequence, kind=type(message).__name__)
        self._set_alarm()

    def _set_alarm(self) -> None:
        at_us = self._agenda.next_at_us()
        if at_us == self._alarm_at_us:
            return
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        self._alarm_at_us = at_us
        if at_us is not None:
            delay_s = seconds(max(0, at_us - self.now_us())) / self._pace()
            self._alarm = asyncio.get_running_loop().call_later(delay_s, self._ring_alarm)

    def _ring_alarm(self) -> None:
        self._alarm = self._alarm_at_us = None
        while (at_us := self._agenda.next_at_us()) is not None and at_us <= self.now_us():
            self._do(self._agenda.pop())
        self._set_alarm()

    def _look_up(self, command: LookUpCustomer, crm: CrmStore) -> None:
        task = asyncio.get_running_loop().create_task(self._ask_store(command, crm))  # det-ok: live only
        self._lookups.add(task)
        task.add_done_callback(self._lookups.discard)

    def _lead_carriers(self, store: LeadStore | None) -> dict[type[Command], Callable[[Any], None]]:
        if store is None:
            return {}
        self._clerk = clerk = LeadClerk(store, self.receive, self._clock)
        return {kind: clerk.ask if kind in QUESTIONS else clerk.write for kind in leaves(LeadCommand)}

    async def _ask_store(self, command: LookUpCustomer, crm: CrmStore) -> None:
        answer: Event
        try:
            async with asyncio.timeout(seconds(command.deadline_us)):
                customer = await crm.find_customer(command)
            answer = CustomerFound(at_us=self.now_us(), lookup_id=command.lookup_id, customer=customer)
        except TimeoutError:
            answer = self._lookup_failed(command, "late")
        except OSError:
            answer = self._lookup_failed(command, "away")
        self.receive(answer)

    def _lookup_failed(self, command: LookUpCustomer, reason: str) -> CustomerLookupFailed:
        return CustomerLookupFailed(at_us=self.now_us(), lookup_id=command.lookup_id, reason=reason)


def _teller(ledger: Ledger, watchers: Sequence[Watcher]) -> Callable[[AppendToLedger], None]:
    """Return what tells the ledger, and then each watcher."""

    def tell(command: AppendToLedger) -> None:
        event = command.event
        ledger.append(event)
        for watch in watchers:
            watch(event)

    return tell


def _real_time() -> float:
    return 1.0


def leaves(base: type[Command]) -> Iterator[type[Command]]:
    """Return the classes below `base` that are orders themselves, not kinds of orders."""
    below = base.__subclasses__()
    if not below:
        yield base
    for kind in below:
        yield from leaves(kind)


def result_at_once(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Return the result of a coroutine that never waits; raise `InvariantBroken` where it does."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    coroutine.close()
    raise InvariantBroken("a store of the simulated world waited for something")

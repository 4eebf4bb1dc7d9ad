"""The two runners: one engine, whether time passes or jumps."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Generic, TypeVar

import pytest

from core.engine import Engine
from core.kernel.clock import microseconds
from core.kernel.errors import InvariantBroken
from core.model.commands import CancelTimer, HangUpLeg, LookUpCustomer, StartTimer
from core.model.customer import Customer
from core.model.events import (
    AnomalySeen,
    CustomerFound,
    CustomerLookupFailed,
    LegEnded,
    PbxLost,
    PbxSynced,
    TimerFired,
)
from core.model.ids import CustomerId, LegId
from core.model.message import Command, Event
from core.ports import CrmStore
from crm.memory import MemoryCrmStore, MemoryLedger
from crm.records import CustomerRecord, Phone
from crm.store import StoreSettings
from goldline.journal_file import HashJournal
from goldline.runners import LiveRunner, Ports, Runner, VirtualRunner
from goldline.wall_clock import WallClock
from simulator.pbx import Exchange
from simulator.phones import PhoneBook
from simulator.port import SimPbx
from tests.services.clocks import Wristwatch
from web.desk_link import DeskServer, DeskSettings

R = TypeVar("R", bound=Runner)
E = TypeVar("E", bound=Event)
LIMIT_S = 10
NUMBER = "+12025550147"
LOOKUP = LookUpCustomer(lookup_id="U-1", deadline_us=microseconds(0.05), caller_number=NUMBER)


class SlowStore:
    """A store that answers once it is allowed to."""

    def __init__(self) -> None:
        self.may_answer = asyncio.Event()

    async def find_customer(self, lookup: LookUpCustomer) -> Customer | None:
        await self.may_answer.wait()
        return None


class AwayStore:
    """A store nobody can reach."""

    async def find_customer(self, lookup: LookUpCustomer) -> Customer | None:
        raise ConnectionRefusedError


class Rig(Generic[R]):
    """A runner whose engine keeps what it hears, with all its edges; `crm` may be replaced."""

    def __init__(self, make_runner: Callable[[Engine], R], crm: CrmStore | None = None) -> None:
        self.engine = Engine()
        self.heard: list[Event] = []
        self.runner = make_runner(self.engine)
        self.journal = HashJournal()
        self.exchange = Exchange(self.runner, PhoneBook())
        self._news = asyncio.Event()
        ledger = MemoryLedger()
        self.store = MemoryCrmStore(ledger, Wristwatch(), StoreSettings(region="US"))
        self.runner.connect(
            Ports(
                pbx=SimPbx(self.exchange, self.runner.receive),
                crm=crm or self.store,
                ledger=ledger,
                desk=DeskServer(DeskSettings(), self.runner.receive, Wristwatch()),
                journal=self.journal,
            )
        )
        for kind in (PbxSynced, PbxLost, TimerFired, CustomerFound, CustomerLookupFailed, LegEnded):
            self.engine.subscribe(kind, self._hear)

    def _hear(self, event: Event) -> None:
        self.heard.append(event)
        self._news.set()

    def sync(self) -> None:
        self.runner.receive(PbxSynced(at_us=self.runner.now_us(), pbx="main"))

    def fired(self) -> list[str]:
        return [event.key[0] for event in self.heard if isinstance(event, TimerFired)]

    async def hears(self, kind: type[E], count: int = 1) -> list[E]:
        """Wait until `kind` was heard so often; return all of it."""
        async with asyncio.timeout(LIMIT_S):
            while len(found := [event for event in self.heard if isinstance(event, kind)]) < count:
                self._news.clear()
                await self._news.wait()
        return found


@pytest.fixture
def virtual() -> Rig[VirtualRunner]:
    return Rig(VirtualRunner)


@asynccontextmanager
async def living(crm: CrmStore | None = None) -> AsyncIterator[Rig[LiveRunner]]:
    rig = Rig(lambda engine: LiveRunner(engine, WallClock()), crm)
    yield rig
    await rig.runner.close()


@pytest.fixture
async def live() -> AsyncIterator[Rig[LiveRunner]]:
    async with living() as rig:
        yield rig


# --- virtual time ----------------------------------------------------------------------------------


def test_same_instant_in_the_order_of_request_timers_and_people_alike(virtual: Rig[VirtualRunner]) -> None:
    done: list[str] = []
    runner, engine = virtual.runner, virtual.engine
    engine.subscribe(PbxSynced, lambda _: engine.send(StartTimer(key=("second",), at_us=5)))
    engine.subscribe(TimerFired, lambda event: done.append(event.key[0]))
    runner.call_at(5, lambda: done.append("first"))
    virtual.sync()
    runner.call_at(5, lambda: done.append("third"))
    runner.call_at(4, lambda: done.append("earlier"))
    runner.run_until(10)
    assert done == ["earlier", "first", "second", "third"]
    assert runner.now_us() == 10


def test_what_lies_beyond_the_end_stays_to_be_done(virtual: Rig[VirtualRunner]) -> None:
    done: list[int] = []
    for at_us in (10, 11):
        virtual.runner.call_at(at_us, lambda: done.append(virtual.runner.now_us()))
    virtual.runner.run_until(10)
    assert done == [10]
    virtual.runner.run_until(20)
    assert done == [10, 11]


def test_what_is_overdue_is_done_now_and_time_never_steps_back(virtual: Rig[VirtualRunner]) -> None:
    virtual.runner.run_until(100)
    done: list[int] = []
    virtual.runner.call_at(50, lambda: done.append(virtual.runner.now_us()))
    virtual.runner.run_until(100)
    assert done == [100]


def test_moved_and_cancelled_timers(virtual: Rig[VirtualRunner]) -> None:
    def start(_: PbxSynced) -> None:
        for key, at_us in (("moved", 5), ("cancelled", 6), ("kept", 7), ("moved", 8)):
            virtual.engine.send(StartTimer(key=(key,), at_us=at_us))
        virtual.engine.send(CancelTimer(key=("cancelled",)))

    virtual.engine.subscribe(PbxSynced, start)
    virtual.sync()
    virtual.runner.run_until(10)
    assert virtual.fired() == ["kept", "moved"]


def test_message_of_a_turn_waits_for_the_end_of_the_turn(virtual: Rig[VirtualRunner]) -> None:
    inside: list[int] = []

    def nested(_: PbxSynced) -> None:
        virtual.runner.receive(PbxLost(at_us=0, pbx="main"))
        inside.append(sum(isinstance(event, PbxLost) for event in virtual.heard))

    virtual.engine.subscribe(PbxSynced, nested)
    virtual.sync()
    assert inside == [0]
    assert [type(event) for event in virtual.heard] == [PbxSynced, PbxLost]
    assert [event.cause_id for event in virtual.heard] == ["in-1", "in-2"]
    assert virtual.journal.inputs == 2


async def test_lookup_is_answered_within_the_instant(virtual: Rig[VirtualRunner]) -> None:
    ada = CustomerRecord(external_id=CustomerId("K-1"), name="Ada", phones=(Phone(NUMBER),))
    await virtual.store.save_customers([ada])
    virtual.engine.subscribe(PbxSynced, lambda _: virtual.engine.send(LOOKUP))
    virtual.sync()
    (found,) = (event for event in virtual.heard if isinstance(event, CustomerFound))
    assert found.customer is not None
    assert (found.lookup_id, found.customer.name, found.at_us) == ("U-1", "Ada", 0)


async def test_store_that_waits_has_no_place_in_virtual_time() -> None:
    rig = Rig(VirtualRunner, SlowStore())
    rig.engine.subscribe(PbxSynced, lambda _: rig.engine.send(LOOKUP))
    with pytest.raises(InvariantBroken):
        rig.sync()


def test_fault_of_ours_ends_a_virtual_run(virtual: Rig[VirtualRunner]) -> None:
    def fail(_: PbxSynced) -> None:
        raise ZeroDivisionError

    virtual.engine.subscribe(PbxSynced, fail)
    with pytest.raises(ZeroDivisionError):
        virtual.sync()


# --- time that passes ------------------------------------------------------------------------------


async def test_timers_fire_in_their_order(live: Rig[LiveRunner]) -> None:
    def start(synced: PbxSynced) -> None:
        delays_ms = {"third": 30, "first": 10, "second": 10, "overdue": -1, "last": 40}
        for name, delay_ms in delays_ms.items():
            live.engine.send(StartTimer(key=(name,), at_us=synced.at_us + delay_ms * 1_000))

    live.engine.subscribe(PbxSynced, start)
    live.sync()
    fired = await live.hears(TimerFired, 5)
    assert live.fired() == ["overdue", "first", "second", "third", "last"]
    assert fired[-1].at_us >= live.heard[0].at_us + 40_000


async def test_late_store_costs_the_caller_no_more_than_the_deadline() -> None:
    store = SlowStore()
    async with living(store) as rig:
        rig.engine.subscribe(PbxSynced, lambda _: rig.engine.send(LOOKUP))
        rig.sync()
        (failed,) = await rig.hears(CustomerLookupFailed)
        assert (failed.lookup_id, failed.reason) == ("U-1", "late")
        assert microseconds(0.045) <= failed.at_us - rig.heard[0].at_us < microseconds(1)
        store.may_answer.set()
    assert [type(event) for event in rig.heard] == [PbxSynced, CustomerLookupFailed]


async def test_store_that_is_away_is_told_as_away() -> None:
    async with living(AwayStore()) as rig:
        rig.engine.subscribe(PbxSynced, lambda _: rig.engine.send(LOOKUP))
        rig.sync()
        (failed,) = await rig.hears(CustomerLookupFailed)
    assert failed.reason == "away"


async def test_fault_in_one_input_costs_only_that_input(live: Rig[LiveRunner]) -> None:
    """Of the turn that raised nothing is carried out; the next input is handled."""

    def fail(_: AnomalySeen) -> None:
        live.engine.send(HangUpLeg(leg_id=talking))
        raise ZeroDivisionError

    live.exchange.dialplan = live.exchange.answer
    talking = LegId(live.exchange.call_in(caller_number=NUMBER, dialed_number="8000").uniqueid)
    live.engine.subscribe(AnomalySeen, fail)
    live.runner.receive(AnomalySeen(at_us=live.runner.now_us(), pbx="main", kind="odd"))
    live.engine.subscribe(PbxSynced, partial(send, live, timer("after", live.runner)))
    live.sync()
    await live.hears(TimerFired)
    assert live.runner.faults == 1
    assert talking in live.exchange.channels


async def test_after_closing_nothing_is_heard_and_nothing_fires(live: Rig[LiveRunner]) -> None:
    async with living(SlowStore()) as closed:
        for command in (timer("never", closed.runner), LOOKUP):
            closed.engine.subscribe(PbxSynced, partial(send, closed, command))
        closed.sync()
    closed.sync()
    live.engine.subscribe(PbxSynced, partial(send, live, timer("later", live.runner, delay_us=80_000)))
    live.sync()
    await live.hears(TimerFired)
    assert [type(event) for event in closed.heard] == [PbxSynced]


def timer(name: str, runner: Runner, delay_us: int = 20_000) -> StartTimer:
    return StartTimer(key=(name,), at_us=runner.now_us() + delay_us)


def send(rig: Rig[LiveRunner], command: Command, _: PbxSynced) -> None:
    rig.engine.send(command)

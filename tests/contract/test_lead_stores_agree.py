"""Whatever engines and imports do in whatever order, the stores say the same, and no lead is in two hands.

Nor is any person or any telephone engaged by two attempts.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from core.kernel.clock import SECOND_US
from core.model.attempt import AttemptRecord, AttemptState
from core.model.lead import Lead, LeadNumber
from core.model.lead_orders import (
    CheckNumbers,
    Disengage,
    KeepEngaged,
    KeepLeads,
    LeaseLeads,
    ListNumber,
    ReturnLeads,
    SettleLead,
)
from core.model.list_import import ListChange
from crm.database import Database, DatabaseSettings
from crm.leads.memory import MemoryLeadStore
from crm.leads.records import LeadRecord, ListPlan, Scope
from crm.leads.store import SqlLeadStore
from crm.schema import upgrade
from tests.services.clocks import Wristwatch

MINUTE_US = 60 * SECOND_US
LISTS = (
    ListPlan(campaign="sales", name="spring", duplicates=Scope.CAMPAIGN),
    ListPlan(campaign="sales", name="autumn", weight=3, duplicates=Scope.LIST),
    ListPlan(campaign="sales", name="last", position=1, duplicates=Scope.SYSTEM),
    ListPlan(campaign="debts", name="old", duplicates=Scope.NONE, keeps_listed=True),
)
CAMPAIGNS = ("sales", "debts")
Store = MemoryLeadStore | SqlLeadStore


class Load(NamedTuple):
    plan: ListPlan
    leads: tuple[tuple[int, int], ...]


class Lease(NamedTuple):
    campaign: str
    leads: int
    minutes: int
    present: tuple[str, ...]


class Settle(NamedTuple):
    which: int
    again_minutes: int | None
    callback: bool
    owner: str
    alone_minutes: int
    forbidden: str


class Engage(NamedTuple):
    """Attempts at several leads in hand, as one question; each has a number for life."""

    which: tuple[int, ...]
    minutes: int


class Stay(NamedTuple):
    """An attempt stays longer, or lets go where no `minutes` are given."""

    which: int
    minutes: int | None


class Keep(NamedTuple):
    which: int
    minutes: int


class Return(NamedTuple):
    which: int
    again_minutes: int | None


class Listed(NamedTuple):
    campaign: str
    number: str
    everywhere: bool


class Arrange(NamedTuple):
    plan: ListPlan
    change: ListChange


class Pass(NamedTuple):
    minutes: int


Step = Load | Lease | Engage | Stay | Settle | Keep | Return | Listed | Arrange | Pass
people = st.integers(0, 7)
again = st.none() | st.integers(0, 90)
steps = st.one_of(
    st.builds(
        Load,
        st.sampled_from(LISTS),
        st.lists(st.tuples(people, st.integers(-1, 2)), max_size=6, unique_by=lambda lead: lead[0]).map(
            tuple
        ),
    ),
    st.builds(
        Lease,
        st.sampled_from(CAMPAIGNS),
        st.integers(1, 6),
        st.integers(1, 60),
        st.sampled_from([(), ("ana",), ("ana", "ben")]),
    ),
    st.builds(
        Settle,
        st.integers(0, 5),
        again,
        st.booleans(),
        st.sampled_from(["", "ana", "ben"]),
        st.sampled_from([0, 30, 60]),
        st.sampled_from(["", "", "", "asked"]),
    ),
    st.builds(Engage, st.lists(st.integers(0, 5), min_size=1, max_size=4).map(tuple), st.integers(1, 60)),
    st.builds(Stay, st.integers(0, 9), st.none() | st.integers(1, 90)),
    st.builds(Keep, st.integers(0, 5), st.integers(1, 90)),
    st.builds(Return, st.integers(0, 5), again),
    st.builds(
        Listed,
        st.sampled_from(CAMPAIGNS),
        st.sampled_from(["+12025550001", "+1202555000*", "+1202*", "+12025551003"]),
        st.booleans(),
    ),
    st.builds(
        Arrange,
        st.sampled_from(LISTS),
        st.builds(
            ListChange,
            position=st.none() | st.integers(0, 2),
            weight=st.none() | st.integers(1, 5),
            active=st.none() | st.booleans(),
            keeps_promises=st.none() | st.booleans(),
        ),
    ),
    st.builds(Pass, st.integers(1, 45)),
)


BEGINNING = [Load(plan, ((place, 0), (place + 4, 1))) for place, plan in enumerate(LISTS)]
"""So that there is somebody to lease from the first step on."""


class Hand(NamedTuple):
    """A lead in somebody's hand, and until when."""

    lead: Lead
    lease_id: str
    until_us: int


class At(NamedTuple):
    """An attempt that has its person and telephone, and until when."""

    order: KeepEngaged
    until_us: int


class Floor:
    """What engines do with one store; `told` is all that it ever said."""

    def __init__(self, store: Store, clock: Wristwatch) -> None:
        self.store = store
        self.clock = clock
        self.hands: list[Hand] = []
        self.at: list[At] = []
        self.told: list[object] = []
        self.count = 0

    async def take(self, step: Step) -> None:
        """Do one thing and remember what the store said to it."""
        self.count += 1
        match step:
            case Load(plan, leads):
                records = [record(number, rank) for number, rank in leads]
                self.told.append(await self.store.judge_leads(plan, records))
                self.told.append(await self.store.save_leads(plan, records))
                await self.store.finish_list(plan)
            case Lease():
                await self.lease(step)
            case Engage(which, minutes) if self.hands:
                await self.engage([self.hands[each % len(self.hands)] for each in which], minutes)
            case Stay(which, minutes) if self.at:
                await self.stay(self.at.pop(which % len(self.at)), minutes)
            case Settle() if self.hands:
                await self.settle(step, self.hands.pop(step.which % len(self.hands)))
            case Keep(which, minutes) if self.hands:
                await self.keep(self.hands.pop(which % len(self.hands)), minutes)
            case Return(which, minutes) if self.hands:
                hand = self.hands.pop(which % len(self.hands))
                await self.store.return_leads(
                    ReturnLeads(
                        campaign=hand.lead.campaign,
                        lead_ids=(hand.lead.lead_id,),
                        lease_id=hand.lease_id,
                        again_us=self.later_us(minutes),
                    )
                )
            case Listed(campaign, number, everywhere):
                order = ListNumber(campaign=campaign, number=number, reason="", everywhere=everywhere)
                await self.store.list_number(order)
                for asking in CAMPAIGNS:
                    self.told.append(await self.store.listings(asking, ["+12025550001"]))
            case Arrange(plan, change):
                self.told.append(await self.store.arrange_list(plan.campaign, plan.name, change))
            case Pass(minutes):
                self.clock.at_us += minutes * MINUTE_US

    async def lease(self, step: Lease) -> None:
        until_us = self.clock.at_us + step.minutes * MINUTE_US
        lease_id = f"lease-{self.count}"
        leads = await self.store.lease_leads(
            LeaseLeads(
                campaign=step.campaign,
                lease_id=lease_id,
                count=step.leads,
                until_us=until_us,
                present=step.present,
            )
        )
        held = {hand.lead.lead_id for hand in self.hands if hand.until_us > self.clock.at_us}
        assert held.isdisjoint(lead.lead_id for lead in leads), "a lead is in two hands"
        self.hands += [Hand(lead, lease_id, until_us) for lead in leads]
        self.told.append([shown(lead) for lead in leads])

    async def engage(self, hands: Sequence[Hand], minutes: int) -> None:
        """Have leads dialed, if nobody else is at them; no two attempts may have whom they share."""
        until_us = self.clock.at_us + minutes * MINUTE_US
        people = [hand.lead.person_id for hand in hands]
        numbers = [hand.lead.numbers[0].number for hand in hands]
        ids = [attempt_of(hand) for hand in hands]
        order = CheckNumbers(
            campaign="sales",
            check_id="K",
            numbers=tuple(numbers),
            person_ids=tuple(people),
            attempt_ids=tuple(ids),
            until_us=until_us,
        )
        refused = await self.store.engage(order)
        self.told.append(refused)
        there = {at.order.attempt_id: at for at in self.at if at.until_us > self.clock.at_us}
        for attempt_id, person, number in zip(ids, people, numbers, strict=True):
            there.pop(attempt_id, None)
            if attempt_id not in refused:
                kept = KeepEngaged(
                    campaign="sales", attempt_id=attempt_id, person_id=person, number=number, until_us=0
                )
                there[attempt_id] = At(kept, until_us)
        self.at = list(there.values())
        whom = [key for at in self.at for key in (at.order.person_id, at.order.number)]
        assert len(whom) == len(set(whom)), "two attempts are at one person or telephone"

    async def stay(self, at: At, minutes: int | None) -> None:
        """Keep whom an attempt is at, or let go; in vain if somebody else has them by now."""
        told = {"campaign": "sales", "attempt_id": at.order.attempt_id}
        told |= {"person_id": at.order.person_id, "number": at.order.number}
        if minutes is None:
            await self.store.disengage(Disengage(**told))
        else:
            until_us = self.clock.at_us + minutes * MINUTE_US
            await self.store.keep_engaged(KeepEngaged(**told, until_us=until_us))
            if at.until_us > self.clock.at_us:
                self.at.append(at._replace(until_us=until_us))

    async def keep(self, hand: Hand, minutes: int) -> None:
        """Keep a lead longer, or shorter; in vain if it is in other hands by now."""
        until_us = self.clock.at_us + minutes * MINUTE_US
        await self.store.keep_leads(
            KeepLeads(
                campaign=hand.lead.campaign,
                lead_ids=(hand.lead.lead_id,),
                lease_id=hand.lease_id,
                until_us=until_us,
            )
        )
        if hand.until_us > self.clock.at_us:
            self.hands.append(hand._replace(until_us=until_us))

    async def settle(self, step: Settle, hand: Hand) -> None:
        attempt = AttemptRecord(
            attempt_id=attempt_of(hand),
            person_id=hand.lead.person_id,
            number=hand.lead.numbers[0].number,
            country="US",
            zones=("America/New_York",),
            mode="predictive",
            dialed_us=self.clock.at_us,
            ended_us=self.clock.at_us,
            outcome=AttemptState.NO_ANSWER,
        )
        self.at = [at for at in self.at if at.order.attempt_id != attempt.attempt_id]
        await self.store.settle_lead(
            SettleLead(
                campaign=hand.lead.campaign,
                lead_id=hand.lead.lead_id,
                lease_id=hand.lease_id,
                record=attempt,
                again_us=self.later_us(step.again_minutes),
                callback=step.callback,
                owner=step.owner,
                alone_until_us=step.alone_minutes and self.clock.at_us + step.alone_minutes * MINUTE_US,
                forbidden=step.forbidden,
            )
        )

    def later_us(self, minutes: int | None) -> int | None:
        return None if minutes is None else self.clock.at_us + minutes * MINUTE_US


def attempt_of(hand: Hand) -> str:
    """Return the attempt that is made at a lead in one lease."""
    return f"A-{hand.lease_id}-{hand.lead.list_name}-{hand.lead.external_id}"


def record(number: int, rank: int) -> LeadRecord:
    """Return one of a few people; those above 3 share a telephone with those below."""
    first = LeadNumber(number=f"+1202555{number % 4:04d}", country="US", zones=("America/New_York",))
    second = LeadNumber(number=f"+1202555{1_000 + number:04d}", kind="mobile")
    return LeadRecord(
        external_id=f"L-{number}", person_id=f"P-{number}", numbers=(first, second), rank=rank, owner="cy"
    )


def shown(lead: Lead) -> tuple[object, ...]:
    """Return all of a lead but its key, which each store chooses for itself."""
    return (
        lead.list_name,
        lead.external_id,
        lead.numbers,
        lead.attempts,
        lead.past,
        lead.owner,
        lead.callback,
    )


@pytest.fixture(scope="module")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a database with tables and nothing in them, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "goldline.db"

    async def made() -> None:
        database = Database(DatabaseSettings(url=f"sqlite:///{path}"))
        await upgrade(database)
        await database.close()

    asyncio.run(made())
    return path


@pytest.mark.slow
@settings(
    max_examples=60,
    phases=[Phase.explicit, Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(course=st.lists(steps, min_size=15, max_size=50))
def test_the_stores_say_the_same_whatever_happens(
    course: Sequence[Step], empty_database: Path, tmp_path: Path
) -> None:
    path = tmp_path / "goldline.db"
    for old in tmp_path.glob("goldline.db*"):
        old.unlink()
    shutil.copy(empty_database, path)

    async def compared() -> None:
        database = Database(DatabaseSettings(url=f"sqlite:///{path}"))
        clock = Wristwatch()
        in_memory = Floor(MemoryLeadStore(clock), clock)
        twin_clock = Wristwatch()
        in_database = Floor(SqlLeadStore(database, twin_clock), twin_clock)
        try:
            for step in (*BEGINNING, *course):
                await in_memory.take(step)
                await in_database.take(step)
                assert in_memory.told == in_database.told, step
        finally:
            await database.close()

    asyncio.run(compared())

"""What is loaded into lead stores in their tests, leased of them and settled, and a store of each kind."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Protocol

import pytest

from core.kernel.clock import SECOND_US
from core.kernel.record import replace
from core.model.attempt import AttemptRecord, AttemptState
from core.model.lead import Lead, LeadNumber
from core.model.lead_orders import LeaseLeads, SettleLead
from core.ports import LeadStore
from crm.leads.memory import MemoryLeadStore
from crm.leads.records import Judgement, LeadRecord, LeadSink, ListPlan
from crm.leads.store import SqlLeadStore
from tests.services.clocks import NOON_US, Wristwatch
from tests.services.databases import SQL, opened

HOUR_US = 3_600 * SECOND_US
DAY_US = 24 * HOUR_US
SPRING = ListPlan(campaign="sales", name="spring")


class Store(LeadStore, LeadSink, Protocol):
    """A store that lists can be loaded into."""


@pytest.fixture
def clock() -> Wristwatch:
    return Wristwatch()


@pytest.fixture(params=["memory", *SQL])
async def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Wristwatch) -> AsyncIterator[Store]:
    if request.param == "memory":
        yield MemoryLeadStore(clock)
        return
    async with opened(request, tmp_path) as database:
        yield SqlLeadStore(database, clock)


def lead(number: int, *more: str, **columns: object) -> LeadRecord:
    """Return a lead with a number of its own, and perhaps `more` numbers."""
    first = f"+1202555{number:04d}"
    numbers = tuple(
        LeadNumber(number=text, kind=kind, country="US", zones=("America/New_York",), regions=("US-DC",))
        for text, kind in zip((first, *more), ("main", "mobile", "work"), strict=False)
    )
    known = {"external_id": f"L-{number}", "person_id": f"L-{number}", "numbers": numbers, **columns}
    return LeadRecord(**known)  # type: ignore[arg-type]


async def loaded(store: Store, *leads: LeadRecord, plan: ListPlan = SPRING) -> list[Judgement]:
    judgements = await store.save_leads(plan, leads)
    await store.finish_list(plan)
    return list(judgements)


async def leased(
    store: Store, count: int = 10, lease_id: str = "one", present: tuple[str, ...] = (), for_s: int = 60
) -> list[Lead]:
    until_us = NOON_US + for_s * SECOND_US
    order = LeaseLeads(campaign="sales", lease_id=lease_id, count=count, until_us=until_us, present=present)
    return list(await store.lease_leads(order))


def names(leads: Sequence[Lead]) -> list[str]:
    return [lead.external_id for lead in leads]


def attempt(of: Lead, at_us: int = NOON_US, attempt_id: str = "") -> AttemptRecord:
    return AttemptRecord(
        attempt_id=attempt_id or f"A-{of.lead_id}-{at_us}",
        person_id=of.person_id,
        number=of.numbers[0].number,
        country="US",
        zones=of.numbers[0].zones,
        mode="predictive",
        dialed_us=at_us,
        ended_us=at_us + 20 * SECOND_US,
        outcome=AttemptState.NO_ANSWER,
        disposition="no_answer",
    )


async def settled(
    store: Store,
    of: Lead,
    again_us: int | None,
    *,
    lease_id: str = "one",
    callback: bool = False,
    owner: str = "",
    alone_until_us: int = 0,
    record: AttemptRecord | None = None,
) -> None:
    await store.settle_lead(
        SettleLead(
            campaign="sales",
            lead_id=of.lead_id,
            lease_id=lease_id,
            record=record or attempt(of),
            again_us=again_us,
            callback=callback,
            owner=owner,
            alone_until_us=alone_until_us,
        )
    )


def replace_record(record: LeadRecord, **changes: object) -> LeadRecord:
    return replace(record, **changes)

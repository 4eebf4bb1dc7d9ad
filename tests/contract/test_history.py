"""The ledger as reports and screens read it: in a database and in memory it says the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from core.kernel.clock import SECOND_US
from core.model.agent import AgentState
from core.model.contact import ContactState
from core.model.events import AgentStateChanged, ContactArrived, InteractionRecorded
from core.model.ids import AgentId, ContactId, LegId
from core.model.message import DomainEvent
from crm import history as history_module
from crm.history import NOWHERE, MemoryHistory, SqlHistory
from crm.ledger import LedgerSettings, SqlLedger
from crm.memory import MemoryLedger
from tests.services.clocks import NOON_US, Wristwatch
from tests.services.databases import SQL, opened
from web.ports import History

END_US = NOON_US + 3_600 * SECOND_US


def told() -> list[DomainEvent]:
    """Return a contact a minute for ten minutes, each with its record half a minute later."""
    events: list[DomainEvent] = []
    for minute in range(10):
        at_us, name = NOON_US + minute * 60 * SECOND_US, ContactId(f"C-{minute}")
        events.append(
            ContactArrived(
                at_us=at_us, contact_id=name, leg_id=LegId(name), caller_number="", dialed_number=""
            )
        )
        state = AgentState.READY if minute % 2 else AgentState.NOT_READY
        events.append(
            AgentStateChanged(
                at_us=at_us + 1, agent_id=AgentId(f"ann-{minute % 2}"), old=AgentState.NOT_READY, new=state
            )
        )
        events.append(_record(name, at_us + 30 * SECOND_US))
    return events


def _record(name: ContactId, at_us: int) -> InteractionRecorded:
    nothing: dict[str, Any] = dict.fromkeys(("customer_id", "caller_number", "queue", "tier"), "")
    lengths: dict[str, Any] = dict.fromkeys(("ivr_us", "queue_us", "talk_us", "wrap_up_us", "offers"), 0)
    return InteractionRecorded(
        at_us=at_us,
        contact_id=name,
        outcome=ContactState.CLOSED,
        agent_id="ann",
        disposition="",
        ended_by="agent",
        arrived_us=at_us,
        **nothing,
        **lengths,
    )


@pytest.fixture(params=["memory", *SQL])
async def history(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[History]:
    """Give a history of what was told, read in small pages."""
    monkeypatch.setattr(history_module, "_SPAN", history_module._SPAN.limit(7))
    monkeypatch.setattr(history_module, "_SPAN_OF_KINDS", history_module._SPAN_OF_KINDS.limit(7))
    monkeypatch.setattr(history_module, "PAGE_ROWS", 7)
    if request.param == "memory":
        memory = MemoryLedger()
        for event in told():
            memory.append(event)
        yield MemoryHistory(memory)
        return
    async with opened(request, tmp_path) as database:
        ledger = await SqlLedger.open(database, Wristwatch(), LedgerSettings(spool_path=tmp_path / "spool"))
        for event in told():
            ledger.append(event)
        await ledger.settled()
        await ledger.close()
        yield SqlHistory(database)


async def test_events_of_a_span_come_whole_in_order_and_with_their_places(history: History) -> None:
    found = [pair async for pair in history.events(NOON_US, END_US)]
    assert [event for _, event in found] == told()
    assert [place for place, _ in found] == [(1, number) for number in range(1, len(told()) + 1)]


async def test_a_span_begins_with_its_first_instant_and_ends_before_its_last(history: History) -> None:
    begin_us, end_us = NOON_US + 60 * SECOND_US, NOON_US + 120 * SECOND_US
    found = [event async for _, event in history.events(begin_us, end_us)]
    assert found == [event for event in told() if begin_us <= event.at_us < end_us]


async def test_only_the_classes_that_are_asked_for_are_read(history: History) -> None:
    kinds = (ContactArrived, InteractionRecorded)
    found = [event async for _, event in history.events(NOON_US, END_US, kinds)]
    assert found == [event for event in told() if isinstance(event, kinds)]


async def test_records_come_page_by_page(history: History) -> None:
    records = [event for event in told() if isinstance(event, InteractionRecorded)]
    first = await history.interactions(NOON_US, END_US, NOWHERE, 6)
    rest = await history.interactions(NOON_US, END_US, first[-1][0], 6)
    assert [event for _, event in (*first, *rest)] == records
    assert len(rest) == 4


async def test_last_changes_and_the_course_of_a_contact_are_known(history: History) -> None:
    changes = await history.changes(NOON_US + 150 * SECOND_US)
    assert {change.agent_id: change.at_us for change in changes} == {
        AgentId("ann-0"): NOON_US + 120 * SECOND_US + 1,
        AgentId("ann-1"): NOON_US + 60 * SECOND_US + 1,
    }
    course = await history.history(ContactId("C-3"))
    assert [type(event) for event in course] == [ContactArrived, InteractionRecorded]

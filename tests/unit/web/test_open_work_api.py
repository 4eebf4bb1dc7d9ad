"""Customers, callbacks and tasks by the API: found, booked, brought once, and told while they are open."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from core.kernel.clock import SECOND_US
from core.model.callback_events import CallbackBooked, CallbackDialed, CallbackPostponed
from core.model.commands import AnswerRequest, AnswerWork
from core.model.contact import ContactState, Requirement
from core.model.events import ContactArrived, InteractionRecorded, WorkAdded
from core.model.ids import AgentId, ContactId, CustomerId, LegId, QueueName
from core.model.message import Event
from core.model.requests import AddWork, BookCallback, CancelCallback, WithdrawWork, WorkRequest
from crm.memory import MemoryCrmStore, MemoryLedger
from crm.records import CustomerRecord, Phone
from crm.store import StoreSettings
from tests.services.clocks import NOON_US, Wristwatch
from tests.services.sites import add_person, signed_in, site_of
from web.application import build_application
from web.callers import Role
from web.front import FrontOffice

NUMBER = "+12065550100"
ADA = CustomerRecord(external_id=CustomerId("A-17"), name="Ada Gold", tier="gold", phones=(Phone(NUMBER),))
BOB = CustomerRecord(external_id=CustomerId("B-2"), name="Bob Gold")
C7, C8 = ContactId("C-1-000007"), ContactId("C-1-000008")


class Engine:
    """Grants every wish, or refuses it with `code`, and remembers it."""

    def __init__(self) -> None:
        self.asked: list[Event] = []
        self.code = ""
        self.front = FrontOffice(self.hear)

    def hear(self, request: Event) -> None:
        self.asked.append(request)
        told: dict[str, Any] = {"request_id": request.request_id, "code": self.code}  # type: ignore[attr-defined]
        if isinstance(request, WorkRequest):
            self.front.answer(AnswerWork(work_id=request.work_id, contact_id=C7, **told))
        else:
            self.front.show(AnswerRequest(agent_id=AgentId(""), **told))


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


@pytest.fixture
async def app(engine: Engine, ledger: MemoryLedger) -> FastAPI:
    clock = Wristwatch()
    customers = MemoryCrmStore(ledger, clock, StoreSettings())
    await customers.save_customers([ADA, BOB])
    site = site_of(
        engine.hear,
        clock=clock,
        front=engine.front,
        customers=customers,
        open_contacts=ledger.open_contacts,
    )
    await add_person(site, "anna", Role.AGENT, agent_id="anna")
    return build_application(site)


@pytest.fixture
async def anna(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in(app, "anna") as browser:
        yield browser


# --- customers ------------------------------------------------------------------------------------------


async def test_customers_are_found_page_by_page(anna: httpx.AsyncClient) -> None:
    first = (await anna.get("/api/v1/customers", params={"sought": "gold", "limit": 1})).json()
    assert [each["name"] for each in first["items"]] == ["Ada Gold"]
    rest = {"sought": "gold", "limit": 1, "cursor": first["next"]}
    assert [each["name"] for each in (await anna.get("/api/v1/customers", params=rest)).json()["items"]] == [
        "Bob Gold"
    ]
    by_number = (await anna.get("/api/v1/customers", params={"sought": "206 555 0100"})).json()
    assert [each["customer_id"] for each in by_number["items"]] == ["A-17"]


async def test_one_customer_is_told_with_what_was_talked(
    anna: httpx.AsyncClient, ledger: MemoryLedger
) -> None:
    ledger.append(finished(notes="wants a letter"))
    told = (await anna.get("/api/v1/customers/A-17")).json()
    assert told["tier"] == "gold"
    assert [(past["disposition"], past["notes"]) for past in told["last_interactions"]] == [
        ("sold", "wants a letter")
    ]
    unknown = await anna.get("/api/v1/customers/nobody")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_customer")


def finished(notes: str) -> InteractionRecorded:
    return InteractionRecorded(
        at_us=NOON_US,
        contact_id=ContactId("C-1-000001"),
        customer_id="A-17",
        caller_number=NUMBER,
        queue="cards",
        tier="gold",
        outcome=ContactState.CLOSED,
        agent_id="anna",
        disposition="sold",
        ended_by="customer",
        arrived_us=NOON_US,
        ivr_us=0,
        queue_us=0,
        talk_us=SECOND_US,
        wrap_up_us=0,
        offers=1,
        notes=notes,
    )


# --- callbacks ------------------------------------------------------------------------------------------


async def test_a_callback_is_booked_in_the_agents_name(anna: httpx.AsyncClient, engine: Engine) -> None:
    due = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    asked = {"number": NUMBER, "queue": "cards", "customer_id": "A-17", "due": due.isoformat()}
    assert (await anna.post("/api/v1/callbacks", json=asked)).status_code == 202
    (wish,) = engine.asked
    assert wish == BookCallback(
        at_us=NOON_US,
        request_id="web-1",
        agent_id=AgentId("anna"),
        number=NUMBER,
        queue=QueueName("cards"),
        customer_id="A-17",
        due_us=int(due.timestamp()) * SECOND_US,
    )


@pytest.mark.parametrize("due", ["2026-11-23T09:30:00", "2026-11-23", "0001-01-01T00:00:00"])
async def test_a_callback_at_a_time_of_no_zone_is_refused(
    anna: httpx.AsyncClient, engine: Engine, due: str
) -> None:
    asked = {"number": NUMBER, "queue": "cards", "due": due}
    assert (await anna.post("/api/v1/callbacks", json=asked)).status_code == 422
    assert engine.asked == []


async def test_open_callbacks_are_told_as_the_last_word_on_them_was(
    anna: httpx.AsyncClient, ledger: MemoryLedger
) -> None:
    ledger.append(booked(C7))
    ledger.append(
        CallbackDialed(at_us=NOON_US, contact_id=C7, agent_id=AgentId("anna"), leg_id=LegId("L"), attempt=1)
    )
    until_us = NOON_US + 600 * SECOND_US
    ledger.append(CallbackPostponed(at_us=NOON_US, contact_id=C7, reason="no_answer", until_us=until_us))
    ledger.append(booked(C8))
    told = (await anna.get("/api/v1/callbacks")).json()["items"]
    shown = [(each["contact_id"], each["number"], each["attempts"], each["due"] is not None) for each in told]
    assert shown == [(C7, NUMBER, 1, True), (C8, NUMBER, 0, False)]


def booked(contact_id: ContactId) -> CallbackBooked:
    return CallbackBooked(
        at_us=NOON_US,
        contact_id=contact_id,
        of_contact_id="",
        number=NUMBER,
        queue=QueueName("cards"),
        customer_id="A-17",
        tier="gold",
        language="en",
        queued_us=NOON_US,
        entered_us=NOON_US,
        head_start_us=0,
        credit_us=0,
        due_us=0,
    )


async def test_a_callback_is_taken_back(anna: httpx.AsyncClient, engine: Engine) -> None:
    assert (await anna.delete(f"/api/v1/callbacks/{C7}")).status_code == 204
    assert engine.asked == [
        CancelCallback(at_us=NOON_US, request_id="web-1", agent_id=AgentId("anna"), contact_id=C7)
    ]
    engine.code = "no_callback"
    assert (await anna.delete(f"/api/v1/callbacks/{C7}")).status_code == 409


# --- tasks ----------------------------------------------------------------------------------------------

TASK = {"work_id": "case-17", "queue": "cards", "requirements": [{"skill": "french", "minimum": 3}]}


async def test_a_task_is_brought_and_told_while_it_is_open(
    anna: httpx.AsyncClient, engine: Engine, ledger: MemoryLedger
) -> None:
    added = await anna.post("/api/v1/tasks", json=TASK)
    assert (added.status_code, added.headers["location"]) == (201, "/api/v1/tasks/case-17")
    assert added.json()["contact_id"] == C7
    (wish,) = engine.asked
    assert isinstance(wish, AddWork)
    assert (wish.channel, wish.requirements) == ("task", (Requirement(skill="french", minimum=3),))
    ledger.append(
        ContactArrived(
            at_us=NOON_US,
            contact_id=C7,
            leg_id=LegId(""),
            caller_number="",
            dialed_number="",
            channel="task",
        )
    )
    ledger.append(
        WorkAdded(
            at_us=NOON_US,
            contact_id=C7,
            work_id="case-17",
            channel="task",
            queue=QueueName("cards"),
            customer_id="",
            tier="",
            requirements=(),
            reference="see the case",
            language="en",
        )
    )
    (told,) = (await anna.get("/api/v1/tasks")).json()["items"]
    assert (told["work_id"], told["contact_id"], told["reference"]) == ("case-17", C7, "see the case")


async def test_under_one_key_a_task_is_brought_once(anna: httpx.AsyncClient, engine: Engine) -> None:
    key = {"Idempotency-Key": "k-1"}
    first = await anna.post("/api/v1/tasks", json=TASK, headers=key)
    again = await anna.post("/api/v1/tasks", json=TASK, headers=key)
    assert len(engine.asked) == 1
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["content-type"] == first.headers["content-type"]
    other = await anna.post("/api/v1/tasks", json=TASK | {"queue": "loans"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "key_used")


async def test_a_task_in_hand_stays_there(anna: httpx.AsyncClient, engine: Engine) -> None:
    engine.code = "in_hand"
    answer = await anna.delete("/api/v1/tasks/case-17")
    assert (answer.status_code, answer.json()["code"]) == (409, "in_hand")
    assert engine.asked == [WithdrawWork(at_us=NOON_US, request_id="web-1", work_id="case-17")]

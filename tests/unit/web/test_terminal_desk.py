"""What an agent reads in the terminal."""

from __future__ import annotations

import orjson
import pytest

from core.model.agent import AgentState
from core.model.codec import encode
from core.model.commands import AnswerRequest, ClearScreen, DeskCommand, PopScreen, ShowAgentState
from core.model.customer import Customer, Interaction
from core.model.ids import AgentId, ContactId, CustomerId, OfferId
from web.desk_link import REQUESTS
from web.terminal_desk import WISHES, told

ANN = AgentId("ann")
ADA = Customer(
    customer_id=CustomerId("K-1"),
    name="Ada Byron",
    tier="gold",
    notes="speaks to Anna",
    last_interactions=(Interaction(ended_at_us=1, queue="cards", agent="bob", outcome="closed"),),
)


def read(command: DeskCommand) -> list[str]:
    fields = orjson.loads(encode(command))
    return list(told(fields["type"], fields))


def pop(customer: Customer | None, choices: tuple[str, ...] = ()) -> PopScreen:
    return PopScreen(
        agent_id=ANN,
        offer_id=OfferId("O-1"),
        contact_id=ContactId("C-1"),
        caller_number="+12025550147",
        customer=customer,
        tier="gold",
        queue="cards",
        choices=choices,
        waited_us=12_400_000,
        language="en",
    )


def test_record_of_a_known_caller() -> None:
    assert read(pop(ADA, ("cards", "lost"))) == [
        "CALL  Ada Byron  +12025550147  gold  waited 12 s",
        "      cards, chose cards > lost",
        "      speaks to Anna",
        "      before: cards with bob, closed",
    ]


def test_record_of_a_stranger() -> None:
    assert read(pop(None))[0].startswith("CALL  nobody we know")


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (
            ShowAgentState(
                agent_id=ANN, state=AgentState.NOT_READY, reason="rona", since_us=0, legal=("GoReady",)
            ),
            "you are not_ready (rona); you may: GoReady",
        ),
        (ClearScreen(agent_id=ANN, contact_id=ContactId("C-1")), "      the call is gone"),
        (
            AnswerRequest(agent_id=ANN, request_id="1", code="no_offer", reason="no contact"),
            "refused: no contact",
        ),
    ],
)
def test_lines(command: DeskCommand, line: str) -> None:
    assert read(command) == [line]


def test_granted_wish_needs_no_word() -> None:
    assert read(AnswerRequest(agent_id=ANN, request_id="1")) == []


def test_every_wish_of_a_desk_has_its_word() -> None:
    assert {request for request, _ in WISHES.values()} == REQUESTS - {"LogIn"}

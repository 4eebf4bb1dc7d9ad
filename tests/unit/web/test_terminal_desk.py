"""What an agent reads in the terminal."""

from __future__ import annotations

import orjson
import pytest

from core.kernel.record import replace
from core.model.agent import AgentState
from core.model.attempt import AttemptState
from core.model.codec import encode
from core.model.commands import (
    AnswerRequest,
    ClearScreen,
    DeskCommand,
    PopScreen,
    ShowAgentState,
    WorkShown,
)
from core.model.customer import Customer, Interaction
from core.model.ids import AgentId, ContactId, CustomerId, OfferId
from core.model.lead import LeadShown, PastAttempt
from core.model.standing_leg import StandingState
from web.desk_link import REQUESTS
from web.terminal_desk import WISHES, Glance, fields_of, told

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


def test_what_somebody_wrote_steers_no_terminal() -> None:
    notes = "speaks\x1b[2J to\nCALL  The Boss\r\x9b31m \u202eeno yna\x07"
    lines = read(pop(replace(ADA, notes=notes)))
    assert lines[2] == "      speaks [2J to CALL  The Boss  31m  eno yna "


def test_lead_of_a_campaign_is_read_before_its_number_is_dialed() -> None:
    number = "+12025550147"
    lead = LeadShown(
        campaign="winter",
        list_name="spring fair",
        external_id="7",
        attempt=2,
        fields=(("plan", "gold"),),
        script="Ask for the plan.",
        results=(("sold", "Sold"), ("later", "Call again")),
        past=(PastAttempt(at_us=1, number=number, outcome=AttemptState.BUSY),),
    )
    assert read(replace(pop(ADA), lead=lead))[3:8] == [
        "      campaign winter, attempt 2, list spring fair",
        "      plan: gold",
        f"      before: busy at {number}",
        "      Ask for the plan.",
        "      results: sold, later",
    ]


def test_agent_whose_call_stands_reads_how_it_is() -> None:
    shown = ShowAgentState(
        agent_id=ANN,
        state=AgentState.NOT_READY,
        reason="leg_down",
        since_us=0,
        legal=("GoReady",),
        standing=StandingState.RINGING,
    )
    assert read(shown) == ["you are not_ready (leg_down); your call is ringing; you may: GoReady"]


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
        (
            ShowAgentState(
                agent_id=ANN,
                state=AgentState.NOT_READY,
                reason="rejected",
                since_us=5_000_000,
                until_us=15_000_000,
                legal=("GoReady",),
            ),
            "you are not_ready (rejected) for 10 s; you may: GoReady",
        ),
        (ClearScreen(agent_id=ANN, contact_id=ContactId("C-1")), "      C-1 is gone"),
        (
            AnswerRequest(agent_id=ANN, request_id="1", code="no_offer", reason="no contact"),
            "refused: no contact",
        ),
    ],
)
def test_lines(command: DeskCommand, line: str) -> None:
    assert read(command) == [line]


def test_work_is_shown_with_what_it_is_about_and_where_it_stands() -> None:
    task = replace(pop(ADA), channel="task", reference="https://crm/cases/17")
    assert read(task)[:3] == [
        "TASK  Ada Byron  +12025550147  gold  waited 12 s",
        "      cards, chose nothing",
        "      https://crm/cases/17",
    ]
    state = ShowAgentState(
        agent_id=ANN,
        state=AgentState.READY,
        reason="",
        since_us=0,
        legal=("FinishWork",),
        next_state=AgentState.LOGGED_OUT,
        work=(work("C-7", in_hand=True), work("C-8", in_hand=False)),
    )
    assert read(state) == [
        "you are ready, then logged_out; you may: FinishWork",
        "      in hand: task C-7",
        "      offered: task C-8",
    ]


def work(contact_id: str, *, in_hand: bool) -> WorkShown:
    return WorkShown(
        contact_id=ContactId(contact_id), channel="task", offer_id=OfferId("O"), version=2, in_hand=in_hand
    )


def test_wish_names_the_offer_shown_last_and_the_work_in_hand_longest() -> None:
    glance = Glance()
    see(glance, pop(ADA))
    see(glance, replace(pop(None), offer_id=OfferId("O-2"), version=3))
    assert glance.meant("RejectOffer") == {"offer_id": "O-2", "version": 3}
    assert glance.meant("FinishWork") == {"contact_id": ""}
    in_hand = (work("C-6", in_hand=False), work("C-7", in_hand=True), work("C-8", in_hand=True))
    see(
        glance,
        ShowAgentState(agent_id=ANN, state=AgentState.READY, reason="", since_us=0, legal=(), work=in_hand),
    )
    assert glance.meant("FinishWork") == {"contact_id": "C-7"}
    assert glance.meant("GoReady") == {}


def test_customer_is_passed_on_by_a_word() -> None:
    assert WISHES["transfer"] == ("TransferContact", "to target")
    assert fields_of("to target", "queue loans") == {"to": "queue", "target": "loans"}


def see(glance: Glance, command: DeskCommand) -> None:
    fields = orjson.loads(encode(command))
    glance.see(fields["type"], fields)


def test_granted_wish_needs_no_word() -> None:
    assert read(AnswerRequest(agent_id=ANN, request_id="1")) == []


def test_every_wish_of_a_desk_has_its_word() -> None:
    """But for those that take more than a line can say: logging in is an option, a callback needs a form."""
    assert {request for request, _ in WISHES.values()} == REQUESTS - {"LogIn", "BookCallback"}


def test_a_promise_says_when_and_by_whom_and_other_words_take_all_that_follows() -> None:
    assert fields_of("disposition callback_at callback_by", "later 2026-11-24T10:30 mine_first") == {
        "disposition": "later",
        "callback_at": "2026-11-24T10:30",
        "callback_by": "mine_first",
    }
    assert fields_of("disposition callback_at callback_by", "later") == {"disposition": "later"}
    assert fields_of("disposition", "called back by hand") == {"disposition": "called back by hand"}
    assert fields_of("", "whatever") == {}

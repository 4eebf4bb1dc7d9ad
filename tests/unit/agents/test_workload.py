"""Tasks beside calls: who gets how many, what a call does to them, what becomes of them when people leave."""

from __future__ import annotations

import pytest

from agents.agent import WorkRules
from agents.misses import MissRules
from core.kernel.clock import microseconds
from core.model.causes import RingOutcome
from core.model.commands import (
    AnswerRequest,
    AnswerWork,
    ClearScreen,
    PickUpLeg,
    PopScreen,
    RingLeg,
    ShowAgentState,
)
from core.model.contact import VOICE, ContactState, Requirement
from core.model.events import (
    ContactClosed,
    ContactConnected,
    DecisionMade,
    InteractionRecorded,
    LegRinging,
    OfferFailed,
    OfferWithdrawn,
    WorkReturned,
)
from core.model.ids import AgentId, ContactId, OfferId, QueueName
from core.model.requests import (
    AcceptOffer,
    AddWork,
    AgentRequest,
    FinishWork,
    GoNotReady,
    GoReady,
    LogOut,
    RejectOffer,
    ReturnWork,
    WithdrawWork,
)
from tests.unit.floor import TASK, Floor, Softphones

ANN = AgentId("ann")
BOTH = WorkRules(capacity={VOICE: 1, TASK: 2})


def office(*names: str, rules: WorkRules = BOTH, misses: MissRules | None = None) -> Floor:
    """Agents who take calls, at phones that answer from the desk, and two tasks at once."""
    floor = Softphones(dict.fromkeys(names or ("ann",), 5), work=rules, misses=misses)
    floor.ready(*(names or ("ann",)))
    return floor


def bring(floor: Floor, work_id: str, **wishes: object) -> AnswerWork:
    """Another program brings a task for the cards queue; return what it is told."""
    request = AddWork(
        at_us=floor.now_us,
        work_id=work_id,
        channel=TASK,
        queue=QueueName("cards"),
        **wishes,  # type: ignore[arg-type]
    )
    (answer,) = [c for c in floor.hear(request) if isinstance(c, AnswerWork)]
    return answer


def wish(floor: Floor, request: AgentRequest) -> str:
    """Make the request; return the refusal's code, empty where it was granted."""
    (answer,) = [c for c in floor.hear(request) if isinstance(c, AnswerRequest)]
    return answer.code


def popped(floor: Floor) -> PopScreen:
    return floor.orders(PopScreen)[-1]


def accept(floor: Floor, agent: str = "ann", pop: PopScreen | None = None) -> ContactId:
    """The agent takes the last work shown, or that of `pop`."""
    shown = pop or popped(floor)
    request = AcceptOffer(
        at_us=floor.now_us, agent_id=AgentId(agent), offer_id=shown.offer_id, version=shown.version
    )
    assert wish(floor, request) == ""
    return shown.contact_id


def finish(floor: Floor, contact_id: ContactId, agent: str = "ann") -> str:
    return wish(
        floor,
        FinishWork(
            at_us=floor.now_us, agent_id=AgentId(agent), contact_id=contact_id, disposition="answered"
        ),
    )


def shown(floor: Floor, agent: str = "ann") -> ShowAgentState:
    return [c for c in floor.orders(ShowAgentState) if c.agent_id == agent][-1]


# --- from the door to the end ----------------------------------------------------------------------------


def test_task_is_shown_accepted_and_finished_without_any_phone() -> None:
    floor = office()
    answer = bring(floor, "T-1", reference="https://crm/cases/17")
    pop = popped(floor)
    assert (pop.contact_id, pop.channel, pop.reference) == (answer.contact_id, TASK, "https://crm/cases/17")
    contact_id = accept(floor)
    floor.pass_s(90)
    assert finish(floor, contact_id) == ""
    assert floor.orders(RingLeg) == []
    (record,) = floor.events(InteractionRecorded)
    assert (record.channel, record.agent_id, record.disposition) == (TASK, "ann", "answered")
    assert (record.talk_us, record.outcome) == (microseconds(90), ContactState.CLOSED)
    assert len(floor.contacts) == 0


def test_brought_twice_under_one_name_it_is_one_task() -> None:
    floor = office()
    first, again = bring(floor, "T-1"), bring(floor, "T-1")
    assert (again.contact_id, again.code) == (first.contact_id, "")
    assert len(floor.contacts) == 1
    finish(floor, accept(floor))
    assert bring(floor, "T-1").contact_id == first.contact_id, "remembered when it is done, too"
    assert len(floor.events(DecisionMade)) == 1


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"channel": "fax"}, "unknown_channel"),
        ({"channel": VOICE}, "unknown_channel"),
        ({"queue": QueueName("nowhere")}, "unknown_queue"),
        ({"reference": "x" * 5_000}, "too_long"),
        ({"work_id": ""}, "too_long"),
        ({"tier": "diamond"}, "unknown_tier"),
        ({"requirements": (Requirement(skill="cards", minimum=11),)}, "bad_requirements"),
        ({"requirements": (Requirement(skill="cards or tea"),)}, "bad_requirements"),
    ],
)
def test_work_nobody_could_do_is_refused_with_its_code(given: dict[str, object], code: str) -> None:
    floor = office()
    fields = {"work_id": "T-1", "channel": TASK, "queue": "cards"} | given
    (answer,) = [c for c in floor.hear(AddWork(at_us=0, **fields)) if isinstance(c, AnswerWork)]  # type: ignore[arg-type]
    assert (answer.code, answer.contact_id) == (code, "")
    assert len(floor.contacts) == 0


def test_withdrawn_work_is_taken_off_the_screen_unless_it_is_in_hand() -> None:
    floor = office()
    bring(floor, "T-1")
    for work_id, code in (("T-1", ""), ("T-1", "unknown_work"), ("T-9", "unknown_work")):
        floor.hear(WithdrawWork(at_us=0, work_id=work_id))
        assert floor.orders(AnswerWork)[-1].code == code
    assert [clear.agent_id for clear in floor.orders(ClearScreen)] == ["ann"]
    assert [record.outcome for record in floor.events(InteractionRecorded)] == [ContactState.CANCELLED]
    bring(floor, "T-2")
    accept(floor)
    floor.hear(WithdrawWork(at_us=0, work_id="T-2"))
    assert floor.orders(AnswerWork)[-1].code == "in_hand"


# --- how many, and of what ----------------------------------------------------------------------------------


def test_tasks_go_round_and_nobody_gets_more_than_two() -> None:
    floor = office("ann", "bob")
    for number in range(5):
        bring(floor, f"T-{number}")
    assert [agent for _, agent in floor.offered()] == ["ann", "bob", "ann", "bob"]
    finish(floor, accept(floor, "ann", floor.orders(PopScreen)[0]))
    assert floor.offered()[-1][1] == "ann", "the one who waited comes when a place is free"


def test_call_comes_beside_tasks_and_tasks_wait_for_the_end_of_the_call() -> None:
    floor = office()
    bring(floor, "T-1")
    accept(floor)
    floor.arrive("caller")
    assert floor.state("ann")[0] == "reserved"
    bring(floor, "T-2")
    floor.answer("ann")
    assert len(floor.events(DecisionMade)) == 2, "no task is offered in a call"
    floor.hang_up("leg-caller")
    floor.fire("wrap_up", "ann")
    assert len(floor.events(DecisionMade)) == 3


def test_where_work_may_come_during_calls_it_does() -> None:
    floor = office(rules=WorkRules(capacity=BOTH.capacity, during_calls=True))
    floor.arrive("caller")
    floor.answer("ann")
    bring(floor, "T-1")
    finish(floor, accept(floor))
    assert floor.state("ann")[0] == "on_contact"


def test_ready_pressed_in_wrap_up_brings_no_more_work_than_there_is_room_for() -> None:
    """The wish is told before the wrap-up ends, and the end of it after: two chances to offer one place."""
    floor = office(rules=WorkRules(capacity={VOICE: 1, TASK: 1}, during_calls=True))
    floor.arrive("caller")
    floor.answer("ann")
    wish(floor, GoNotReady(at_us=0, agent_id=ANN, reason="break"))
    floor.hang_up("leg-caller")
    for number in range(3):
        bring(floor, f"T-{number}")
    assert wish(floor, GoReady(at_us=0, agent_id=ANN)) == ""
    assert len(floor.offered()) == 2
    assert floor.events(OfferWithdrawn) == []


def test_where_calls_may_not_interrupt_they_wait_for_the_end_of_the_task() -> None:
    floor = office(rules=WorkRules(capacity=BOTH.capacity, calls_interrupt=False))
    bring(floor, "T-1")
    contact_id = accept(floor)
    floor.arrive("caller")
    assert floor.orders(RingLeg) == []
    finish(floor, contact_id)
    assert floor.state("ann")[0] == "reserved"


def test_agent_without_room_for_calls_gets_tasks_alone() -> None:
    floor = office(rules=WorkRules(capacity={VOICE: 0, TASK: 1}))
    floor.arrive("caller")
    bring(floor, "T-1")
    assert [pop.channel for pop in floor.orders(PopScreen)] == [TASK]


# --- offers that come to nothing ----------------------------------------------------------------------------


def test_task_nobody_looks_at_makes_the_agent_not_ready_and_goes_to_another() -> None:
    floor = office("ann", "bob")
    bring(floor, "T-1")
    floor.fire("offer", popped(floor).offer_id)
    assert floor.state("ann") == ("not_ready", "rona")
    assert [failed.outcome for failed in floor.events(OfferFailed)] == [RingOutcome.NO_ANSWER]
    assert [agent for _, agent in floor.offered()] == ["ann", "bob"]


def test_task_rejected_in_a_call_leaves_the_call_alone_and_shuts_the_door_to_more() -> None:
    floor = office(rules=WorkRules(capacity=BOTH.capacity, during_calls=True))
    floor.arrive("caller")
    floor.answer("ann")
    bring(floor, "T-1")
    pop = popped(floor)
    reject = RejectOffer(at_us=0, agent_id=ANN, offer_id=pop.offer_id, version=pop.version)
    assert wish(floor, reject) == ""
    assert floor.state("ann")[0] == "on_contact"
    bring(floor, "T-2")
    assert len(floor.offered()) == 2
    floor.hang_up("leg-caller")
    floor.fire("wrap_up", "ann")
    assert len(floor.offered()) == 4, "ready again, the agent is offered both"


def test_call_is_accepted_by_having_the_phone_answered() -> None:
    floor = office()
    floor.arrive("caller")
    pop = popped(floor)
    request = AcceptOffer(at_us=0, agent_id=ANN, offer_id=pop.offer_id, version=pop.version)
    phone = floor.orders(RingLeg)[-1].leg_id
    assert wish(floor, request) == ""
    assert floor.orders(PickUpLeg) == [], "the phone does not ring yet, and would not understand"
    floor.hear(LegRinging(at_us=floor.now_us, leg_id=phone))
    assert [order.leg_id for order in floor.orders(PickUpLeg)] == [phone]
    assert wish(floor, request) == ""
    assert [order.leg_id for order in floor.orders(PickUpLeg)] == [phone, phone], "asked again, told again"
    assert floor.state("ann")[0] == "reserved", "until the telephone says that it is answered"


def test_wish_that_names_no_offer_is_refused_where_two_are_open() -> None:
    floor = office()
    bring(floor, "T-1")
    bring(floor, "T-2")
    assert wish(floor, RejectOffer(at_us=0, agent_id=ANN)) == "which_offer"
    accept(floor)
    assert wish(floor, AcceptOffer(at_us=0, agent_id=ANN)) == ""


# --- leaving ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_made", "state"),
    [
        (GoNotReady(at_us=0, agent_id=ANN, reason="lunch"), ("not_ready", "lunch")),
        (LogOut(at_us=0, agent_id=ANN), ("logged_out", "")),
    ],
)
def test_wish_to_go_waits_for_the_end_of_work_in_hand(
    request_made: AgentRequest, state: tuple[str, str]
) -> None:
    floor = office()
    bring(floor, "T-1")
    contact_id = accept(floor)
    assert wish(floor, request_made) == ""
    assert floor.state("ann")[0] == "ready"
    assert "GoReady" in shown(floor).legal
    floor.arrive("caller")
    bring(floor, "T-2")
    assert len(floor.offered()) == 1, "who is about to go is offered nothing more"
    finish(floor, contact_id)
    assert floor.state("ann") == state


def test_wish_to_go_can_be_taken_back_while_work_is_in_hand() -> None:
    floor = office()
    bring(floor, "T-1")
    contact_id = accept(floor)
    wish(floor, LogOut(at_us=0, agent_id=ANN))
    assert wish(floor, GoReady(at_us=0, agent_id=ANN)) == ""
    finish(floor, contact_id)
    assert floor.state("ann")[0] == "ready"


def test_log_out_asked_for_in_a_call_waits_for_task_and_call() -> None:
    floor = office()
    bring(floor, "T-1")
    contact_id = accept(floor)
    floor.arrive("caller")
    floor.answer("ann")
    wish(floor, LogOut(at_us=0, agent_id=ANN))
    floor.hang_up("leg-caller")
    floor.fire("wrap_up", "ann")
    assert floor.state("ann")[0] == "ready"
    finish(floor, contact_id)
    assert floor.state("ann")[0] == "logged_out"


def test_where_leaving_returns_work_it_goes_to_another_at_its_old_place() -> None:
    floor = office("ann", "bob", rules=WorkRules(capacity={VOICE: 1, TASK: 1}, returns=True))
    wish(floor, GoNotReady(at_us=0, agent_id=AgentId("bob"), reason="break"))
    first = bring(floor, "T-1").contact_id
    accept(floor)
    floor.pass_s(60)
    second = bring(floor, "T-2").contact_id
    assert wish(floor, GoNotReady(at_us=floor.now_us, agent_id=ANN, reason="lunch")) == ""
    assert [event.reason for event in floor.events(WorkReturned)] == ["agent_left"]
    assert wish(floor, GoReady(at_us=floor.now_us, agent_id=AgentId("bob"))) == ""
    assert floor.offered()[-1] == (first, "bob")
    finish(floor, accept(floor, "bob"), "bob")
    assert floor.offered()[-1] == (second, "bob")


def test_work_offered_when_its_agent_logs_out_is_offered_to_another() -> None:
    floor = office("ann", "bob", rules=WorkRules(capacity=BOTH.capacity, returns=True))
    bring(floor, "T-1")
    wish(floor, LogOut(at_us=0, agent_id=ANN))
    assert [agent for _, agent in floor.offered()] == ["ann", "bob"]
    late = floor.orders(PopScreen)[0]
    request = AcceptOffer(at_us=0, agent_id=ANN, offer_id=late.offer_id, version=late.version)
    assert wish(floor, request) == "offer_over"


def test_work_given_back_goes_to_somebody_else() -> None:
    floor = office("ann", "bob")
    bring(floor, "T-1")
    contact_id = accept(floor)
    floor.pass_s(10)
    assert wish(floor, ReturnWork(at_us=floor.now_us, agent_id=ANN, contact_id=contact_id)) == ""
    assert floor.offered()[-1][1] == "bob"
    assert finish(floor, contact_id) == "no_such_work"


def test_work_given_back_goes_to_a_lesser_agent_before_it_comes_back_to_the_best() -> None:
    floor = Floor({"ann": 9, "bob": 3}, work=BOTH)
    floor.ready("ann", "bob")
    bring(floor, "T-1", tier="platinum")
    contact_id = accept(floor)
    wish(floor, ReturnWork(at_us=0, agent_id=ANN, contact_id=contact_id))
    assert [agent for _, agent in floor.offered()] == ["ann", "bob"]


def test_finished_twice_is_finished_once() -> None:
    floor = office()
    bring(floor, "T-1")
    contact_id = accept(floor)
    assert [finish(floor, contact_id) for _ in range(2)] == ["", "no_such_work"]
    assert len(floor.events(ContactClosed)) == 1


def test_the_desk_sees_what_is_offered_and_what_is_in_hand() -> None:
    floor = office()
    bring(floor, "T-1")
    accept(floor)
    bring(floor, "T-2")
    assert [(work.channel, work.in_hand) for work in shown(floor).work] == [(TASK, True), (TASK, False)]
    assert {"AcceptOffer", "RejectOffer", "FinishWork", "ReturnWork"} <= set(shown(floor).legal)
    assert OfferId(shown(floor).work[1].offer_id) == popped(floor).offer_id
    assert len(floor.events(ContactConnected)) == 1

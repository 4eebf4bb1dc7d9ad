"""What agents may wish, when it is granted, and what the desk is told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agents.agent import Agent, WorkRules
from agents.wrap_up import WrapUpLimit
from core.model.agent import AGENT, AgentProfile, AgentState
from core.model.commands import AnswerRequest, ClearScreen, PopScreen, ShowAgentState, WorkShown
from core.model.contact import VOICE
from core.model.events import AgentStateChanged, ContactClosed
from core.model.ids import AgentId, QueueName
from core.model.requests import (
    AcceptOffer,
    AddWork,
    AgentRequest,
    ExtendWrapUp,
    FinishWork,
    FinishWrapUp,
    GoNotReady,
    GoReady,
    HangUpContact,
    LogIn,
    LogOut,
    RejectOffer,
    ReturnWork,
)
from tests.unit.floor import TASK, Floor, Softphones

ANN = AgentId("ann")


def wish(floor: Floor, request: AgentRequest) -> str:
    """Make the request; return the refusal's code, empty where it was granted."""
    answers = [c for c in floor.hear(request) if isinstance(c, AnswerRequest)]
    assert len(answers) == 1, "every wish is answered exactly once"
    return answers[0].code


def test_two_agents_cannot_share_a_phone() -> None:
    floor = Floor({"ann": 5, "bob": 5})
    floor.ready("ann")
    request = LogIn(at_us=0, agent_id=AgentId("bob"), extension="PJSIP/ann")
    assert wish(floor, request) == "extension_in_use"
    assert floor.state("bob") == ("logged_out", "")


def test_who_may_dial_is_told_so_as_long_as_a_call_could_come() -> None:
    ann = Agent(profile=AgentProfile(agent_id=ANN), rules=WorkRules(), dials=True, state=AgentState.READY)
    assert "DialNumber" in ann.legal()
    ann.next_state = AgentState.NOT_READY
    assert "DialNumber" not in ann.legal()
    bob = Agent(profile=AgentProfile(agent_id=AgentId("bob")), rules=WorkRules(), state=AgentState.READY)
    assert "DialNumber" not in bob.legal()


@pytest.mark.parametrize(
    ("request_made", "code"),
    [
        (LogIn(at_us=0, agent_id=AgentId("nobody"), extension="PJSIP/1"), "unknown_agent"),
        (GoReady(at_us=0, agent_id=ANN), "not_logged_in"),
        (GoNotReady(at_us=0, agent_id=ANN, reason="break"), "not_logged_in"),
        (FinishWrapUp(at_us=0, agent_id=ANN), "no_wrap_up"),
        (RejectOffer(at_us=0, agent_id=ANN), "no_offer"),
        (HangUpContact(at_us=0, agent_id=ANN), "no_conversation"),
    ],
)
def test_impossible_wish_is_refused_with_its_code(request_made: AgentRequest, code: str) -> None:
    assert wish(Floor({"ann": 5}), request_made) == code


def test_unknown_reason_is_refused_and_names_the_known() -> None:
    floor = Floor({"ann": 5})
    floor.ready("ann")
    assert wish(floor, GoNotReady(at_us=0, agent_id=ANN, reason="fishing")) == "unknown_reason"
    assert floor.state("ann") == ("ready", "")
    assert "break, lunch" in floor.orders(AnswerRequest)[-1].reason


def test_pause_asked_for_in_talk_comes_after_the_wrap_up() -> None:
    floor = Floor({"ann": 5})
    floor.ready("ann")
    floor.arrive("caller")
    floor.answer("ann")
    assert wish(floor, GoNotReady(at_us=0, agent_id=ANN, reason="lunch")) == ""
    assert floor.state("ann")[0] == "on_contact"
    floor.hang_up("leg-caller")
    assert wish(floor, FinishWrapUp(at_us=0, agent_id=ANN, disposition="sold")) == ""
    assert floor.state("ann") == ("not_ready", "lunch")
    assert floor.events(ContactClosed)[0].disposition == "sold"


def test_log_out_asked_for_while_ringing_and_missed_logs_out() -> None:
    floor = Floor({"ann": 5})
    floor.ready("ann")
    contact = floor.arrive("caller")
    assert wish(floor, LogOut(at_us=0, agent_id=ANN)) == ""
    floor.fire("offer", contact.offer_id or "")
    assert floor.state("ann")[0] == "logged_out"


def test_rejected_offer_clears_the_screen_and_goes_on_to_the_next() -> None:
    floor = Floor({"ann": 5, "bob": 5})
    floor.ready("ann", "bob")
    floor.arrive("caller")
    assert wish(floor, RejectOffer(at_us=0, agent_id=ANN)) == ""
    assert floor.state("ann") == ("not_ready", "rejected")
    assert [clear.contact_id for clear in floor.orders(ClearScreen)] == ["caller"]
    assert [pop.agent_id for pop in floor.orders(PopScreen)] == ["ann", "bob"]


def test_ready_pressed_in_wrap_up_ends_it() -> None:
    floor = Floor({"ann": 5})
    floor.ready("ann")
    floor.arrive("caller")
    floor.answer("ann")
    floor.hang_up(floor.phone_of("ann"))
    assert wish(floor, GoReady(at_us=0, agent_id=ANN)) == ""
    assert floor.state("ann") == ("ready", "")


def test_a_phone_that_is_answered_by_hand_is_not_answered_from_the_desk() -> None:
    floor = Floor({"ann": 5})
    floor.ready("ann")
    floor.arrive("caller")
    assert "AcceptOffer" not in floor.orders(ShowAgentState)[-1].legal
    assert wish(floor, AcceptOffer(at_us=0, agent_id=ANN)) == "at_the_phone"


WISHES = st.sampled_from(
    [
        *(LogIn, LogOut, GoReady, GoNotReady, FinishWrapUp, ExtendWrapUp, HangUpContact),
        *(AcceptOffer, RejectOffer, FinishWork, ReturnWork),
    ]
)
HAPPENINGS = st.one_of(
    WISHES, st.sampled_from(["arrive", "answer", "customer_leaves", "phone_ends", "time", "work"])
)
RULES = st.builds(
    WorkRules,
    capacity=st.just({VOICE: 1, TASK: 2}),
    during_calls=st.booleans(),
    calls_interrupt=st.booleans(),
    returns=st.booleans(),
)


@pytest.mark.parametrize("kind", [Floor, Softphones])
@given(happenings=st.lists(HAPPENINGS, max_size=40), rules=RULES)
@example(happenings=[LogIn, GoReady, "arrive", AcceptOffer], rules=WorkRules())
def test_what_the_desk_may_do_is_what_the_engine_grants(
    kind: type[Floor], happenings: list[object], rules: WorkRules
) -> None:
    """In any state reached by any course of things, a listed wish is granted and an unlisted one refused."""
    floor = kind({"ann": 5}, work=rules, wrap_up=WrapUpLimit(30_000_000, 10_000_000, 1))
    for number, happening in enumerate(happenings):
        floor.pass_s(1)
        if isinstance(happening, type):
            _check_wish(floor, happening)
        else:
            _happen(floor, str(happening), number)
    for change in floor.events(AgentStateChanged):
        steps = {(old, new) for (old, _), new in AGENT.rows.items()}
        assert change.old == change.new or (change.old, change.new) in steps


def _check_wish(floor: Floor, kind: type[Any]) -> None:
    shown = floor.orders(ShowAgentState)
    legal = shown[-1].legal if shown else ("LogIn",)
    work = shown[-1].work if shown else ()
    code = wish(floor, kind(at_us=floor.now_us, agent_id=ANN, **_meant(kind, work)))
    assert (code == "") == (kind.__name__ in legal), (kind, legal, code)


def _meant(kind: type[Any], work: tuple[WorkShown, ...]) -> dict[str, Any]:
    """Return what a wish of this kind is about: the first work on the screen that it can be about."""
    offered = next((each for each in work if not each.in_hand), None)
    in_hand = next((each for each in work if each.in_hand), None)
    if kind in (AcceptOffer, RejectOffer) and offered is not None:
        return {"offer_id": offered.offer_id, "version": offered.version}
    if kind in (FinishWork, ReturnWork):
        return {"contact_id": in_hand.contact_id if in_hand is not None else ""}
    named: dict[type[Any], dict[str, Any]] = {
        LogIn: {"extension": "PJSIP/ann"},
        GoNotReady: {"reason": "break"},
    }
    return named.get(kind, {})


def _happen(floor: Floor, happening: str, number: int) -> None:
    state = floor.state("ann")[0]
    caller = next((c for c in floor.contacts if c.agent_id == ANN and c.channel == VOICE), None)
    if happening == "arrive":
        floor.arrive(f"caller-{number}")
    elif happening == "work":
        floor.hear(AddWork(at_us=floor.now_us, work_id=f"T-{number}", channel=TASK, queue=QueueName("cards")))
    elif happening == "customer_leaves" and caller is not None:
        floor.hang_up(caller.leg_id)
    elif happening == "answer" and state == AgentState.RESERVED:
        floor.answer("ann")
    elif happening == "phone_ends" and state in (AgentState.RESERVED, AgentState.ON_CONTACT):
        floor.hang_up(floor.phone_of("ann"), cause=17)
    elif happening == "time" and caller is not None:
        key = ("offer", str(caller.offer_id)) if state == AgentState.RESERVED else ("wrap_up", "ann")
        if state in (AgentState.RESERVED, AgentState.WRAP_UP):
            floor.fire(*key)

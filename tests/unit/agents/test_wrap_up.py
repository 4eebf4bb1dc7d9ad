"""The end of a talk for the agent: who ends the wrap-up, once, and where the agent goes then."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agents.wrap_up import WrapUpLimit
from core.model.causes import Cause
from core.model.commands import AnswerRequest, CancelTimer, HangUpLeg, ShowAgentState, StartTimer
from core.model.contact import Requirement
from core.model.events import ContactClosed, InteractionRecorded
from core.model.ids import AgentId, ContactId, QueueName
from core.model.message import Event
from core.model.requests import ExtendWrapUp, FinishWrapUp, GoNotReady, HangUpContact, LogOut
from routing.rules import QueueRules
from tests.unit.floor import WRAP_UP_S, Floor

ANN = AgentId("ann")


def ringing() -> Floor:
    floor = Floor({"ann": 5})
    floor.ready("ann")
    floor.arrive("a")
    return floor


def in_wrap_up() -> Floor:
    floor = ringing()
    floor.answer("ann")
    floor.pass_s(60)
    floor.hang_up("leg-a")
    return floor


def refusal(floor: Floor, request: Event) -> str:
    """Return the code of the answer that the desk gets, empty where the wish was granted."""
    return next(c.code for c in floor.hear(request) if isinstance(c, AnswerRequest))


def test_finish_before_the_limit_ends_it_and_the_limit_never_comes() -> None:
    floor = in_wrap_up()
    floor.pass_s(5)
    finish = FinishWrapUp(at_us=floor.now_us, agent_id=ANN, disposition="sold", notes="wants a letter")
    assert refusal(floor, finish) == ""
    assert CancelTimer(key=("wrap_up", "ann")) in floor.commands
    (record,) = floor.events(InteractionRecorded)
    assert (record.wrap_up_us, record.disposition, record.notes) == (5_000_000, "sold", "wants a letter")


def test_finish_in_the_instant_of_the_limit_is_refused_and_closes_nothing_twice() -> None:
    floor = in_wrap_up()
    floor.fire("wrap_up", "ann")
    assert refusal(floor, FinishWrapUp(at_us=floor.now_us, agent_id=ANN)) == "no_wrap_up"
    assert len(floor.events(ContactClosed)) == 1
    assert floor.state("ann") == ("ready", "")


def test_limit_counts_from_the_end_of_the_talk() -> None:
    floor = in_wrap_up()
    (limit,) = [timer for timer in floor.orders(StartTimer) if timer.key[0] == "wrap_up"]
    assert limit.at_us == floor.now_us + WRAP_UP_S * 1_000_000


def test_pause_asked_for_in_wrap_up_begins_at_its_limit() -> None:
    floor = in_wrap_up()
    floor.hear(GoNotReady(at_us=floor.now_us, agent_id=ANN, reason="break"))
    assert floor.state("ann")[0] == "wrap_up"
    floor.fire("wrap_up", "ann")
    assert floor.state("ann") == ("not_ready", "break")


def test_agent_who_logs_out_while_ringing_and_answers_leaves_after_the_wrap_up() -> None:
    floor = ringing()
    floor.hear(LogOut(at_us=0, agent_id=ANN))
    floor.answer("ann")
    floor.hang_up("leg-a")
    assert floor.state("ann")[0] == "wrap_up"
    floor.fire("wrap_up", "ann")
    assert floor.state("ann")[0] == "logged_out"


@pytest.mark.parametrize("reason_to_stop", ["caller", "phone"])
def test_agent_who_logs_out_while_ringing_is_out_when_the_ringing_stops(reason_to_stop: str) -> None:
    floor = ringing()
    phone = floor.phone_of("ann")
    floor.hear(LogOut(at_us=0, agent_id=ANN))
    floor.hang_up("leg-a" if reason_to_stop == "caller" else phone)
    assert floor.state("ann")[0] == "logged_out"
    stopped = HangUpLeg(leg_id=phone, cause=Cause.ANSWERED_ELSEWHERE) in floor.commands
    assert stopped == (reason_to_stop == "caller")


def test_extension_moves_the_limit_as_often_as_the_queue_grants_it() -> None:
    floor = Floor({"ann": 5}, wrap_up=WrapUpLimit(30_000_000, extension_us=20_000_000, extensions_max=2))
    floor.ready("ann")
    floor.arrive("a")
    assert refusal(floor, ExtendWrapUp(at_us=0, agent_id=ANN)) == "no_wrap_up"
    floor.answer("ann")
    floor.hang_up("leg-a")
    for limit_s in (50, 70):
        assert refusal(floor, ExtendWrapUp(at_us=floor.now_us, agent_id=ANN)) == ""
        assert floor.orders(ShowAgentState)[-1].until_us == limit_s * 1_000_000
    assert refusal(floor, ExtendWrapUp(at_us=floor.now_us, agent_id=ANN)) == "no_extension"
    floor.fire("wrap_up", "ann")
    assert floor.now_us == 70_000_000
    assert floor.state("ann")[0] == "ready"


def test_late_click_never_ends_the_talk_or_the_wrap_up_of_the_next_caller() -> None:
    floor = in_wrap_up()
    floor.fire("wrap_up", "ann")
    floor.arrive("b")
    floor.answer("ann")
    late = ContactId("a")
    assert refusal(floor, HangUpContact(at_us=0, agent_id=ANN, contact_id=late)) == "other_contact"
    assert floor.state("ann")[0] == "on_contact"
    floor.hang_up("leg-b")
    assert refusal(floor, FinishWrapUp(at_us=0, agent_id=ANN, contact_id=late)) == "no_wrap_up"
    assert refusal(floor, FinishWrapUp(at_us=0, agent_id=ANN, contact_id=ContactId("b"))) == ""


def test_limit_of_the_agent_outranks_that_of_the_queue() -> None:
    floor = ringing()
    ann = floor.roster[ANN]
    ann.profile = replace(ann.profile, wrap_up_limit_us=5_000_000)
    floor.answer("ann")
    floor.hang_up("leg-a")
    floor.fire("wrap_up", "ann")
    assert floor.now_us == 5_000_000


def test_who_wraps_up_a_call_of_one_queue_is_offered_none_of_another() -> None:
    loans = QueueRules(name=QueueName("loans"), requirements=(Requirement(skill="cards"),))
    floor = Floor({"ann": 5}, others=(loans,))
    floor.ready("ann")
    floor.arrive("a")
    floor.answer("ann")
    floor.hang_up("leg-a")
    floor.arrive("b", queue="loans")
    assert floor.offered() == [("a", "ann")]
    floor.fire("wrap_up", "ann")
    assert floor.offered()[-1] == ("b", "ann")

"""Queues that require a result: nobody finishes without one, and who lets the time run out is found out."""

from __future__ import annotations

from typing import ClassVar

import pytest

from agents.agent import WorkRules
from core.model.commands import AnswerRequest, PopScreen, ShowAgentState
from core.model.contact import VOICE
from core.model.events import InteractionRecorded
from core.model.ids import AgentId
from core.model.message import Event
from core.model.requests import AcceptOffer, AddWork, FinishWork, FinishWrapUp, GoNotReady, GoReady
from tests.unit.floor import CARDS, TASK, Floor

ANN = AgentId("ann")


class Careful(Floor):
    """A floor whose one queue requires a result."""

    required: ClassVar = {CARDS.name: ("solved", "passed_on")}


def in_wrap_up(floor: Floor) -> Floor:
    floor.ready("ann")
    floor.arrive("a")
    floor.answer("ann")
    floor.pass_s(60)
    floor.hang_up("leg-a")
    return floor


def answer_to(floor: Floor, request: Event) -> str:
    """Return the code of the refusal, empty where the wish was granted."""
    return next(each.code for each in floor.hear(request) if isinstance(each, AnswerRequest))


def shown(floor: Floor) -> ShowAgentState:
    return floor.orders(ShowAgentState)[-1]


@pytest.mark.parametrize(
    ("said", "code"), [("", "disposition_required"), ("whatever", "unknown_disposition"), ("solved", "")]
)
def test_wrap_up_is_finished_with_a_word_of_the_queue(said: str, code: str) -> None:
    floor = in_wrap_up(Careful({"ann": 5}))
    assert answer_to(floor, FinishWrapUp(at_us=floor.now_us, agent_id=ANN, disposition=said)) == code
    assert [record.disposition for record in floor.events(InteractionRecorded)] == (
        [] if code else ["solved"]
    )


def test_being_ready_is_no_way_round_it() -> None:
    floor = in_wrap_up(Careful({"ann": 5}))
    assert shown(floor).owes_result
    assert "GoReady" not in shown(floor).legal
    assert answer_to(floor, GoReady(at_us=floor.now_us, agent_id=ANN)) == "disposition_required"
    assert answer_to(floor, GoNotReady(at_us=floor.now_us, agent_id=ANN, reason="break")) == ""
    assert floor.state("ann")[0] == "wrap_up"
    floor.hear(FinishWrapUp(at_us=floor.now_us, agent_id=ANN, disposition="passed_on"))
    assert floor.state("ann") == ("not_ready", "break")
    assert not shown(floor).owes_result


def test_record_says_that_nothing_was_told_before_the_time_ran_out() -> None:
    floor = in_wrap_up(Careful({"ann": 5}))
    floor.fire("wrap_up", "ann")
    (record,) = floor.events(InteractionRecorded)
    assert record.disposition == "talked"
    assert floor.state("ann") == ("ready", "")


def test_supervisor_may_let_the_agent_off() -> None:
    floor = in_wrap_up(Careful({"ann": 5}))
    assert answer_to(floor, GoReady(at_us=floor.now_us, agent_id=ANN, asked_by="boss")) == ""
    assert floor.events(InteractionRecorded)[0].disposition == "talked"


def test_queue_that_does_not_require_one_is_finished_without() -> None:
    floor = in_wrap_up(Floor({"ann": 5}))
    assert not shown(floor).owes_result
    assert answer_to(floor, FinishWrapUp(at_us=floor.now_us, agent_id=ANN)) == ""
    assert floor.events(InteractionRecorded)[0].disposition == ""


def test_nothing_is_owed_after_a_consultation() -> None:
    floor = Careful({"ann": 5})
    floor.ready("ann")
    asked = floor.arrive("a")
    asked.consults = True
    floor.answer("ann")
    floor.hang_up("leg-a")
    assert not shown(floor).owes_result
    assert answer_to(floor, GoReady(at_us=floor.now_us, agent_id=ANN)) == ""


@pytest.mark.parametrize(("said", "code"), [("", "disposition_required"), ("solved", "")])
def test_work_besides_calls_is_finished_with_a_word_too(said: str, code: str) -> None:
    floor = Careful({"ann": 5}, work=WorkRules(capacity={VOICE: 1, TASK: 1}))
    floor.ready("ann")
    floor.hear(AddWork(at_us=0, work_id="T-1", channel=TASK, queue=CARDS.name))
    pop = floor.orders(PopScreen)[-1]
    floor.hear(AcceptOffer(at_us=0, agent_id=ANN, offer_id=pop.offer_id, version=pop.version))
    finish = FinishWork(at_us=0, agent_id=ANN, contact_id=pop.contact_id, disposition=said)
    assert answer_to(floor, finish) == code

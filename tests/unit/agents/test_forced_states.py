"""What supervisors ask in an agent's place: when it holds, and who is told that they did."""

from __future__ import annotations

import pytest

from core.model.commands import AnswerRequest, ShowAgentState
from core.model.events import AgentStateChanged
from core.model.ids import AgentId
from core.model.requests import AgentRequest, FinishWrapUp, GoNotReady, GoReady, LogOut
from tests.unit.floor import Floor

ANN = AgentId("ann")
BOSS = {"asked_by": "boss", "because": "fire drill"}


def refusal(floor: Floor, request: AgentRequest) -> str:
    return next(answer.code for answer in floor.hear(request) if isinstance(answer, AnswerRequest))


def force_not_ready(floor: Floor) -> str:
    return refusal(floor, GoNotReady(at_us=floor.now_us, agent_id=ANN, reason="break", **BOSS))


def who_asked(floor: Floor) -> tuple[str, str]:
    """Return who asked for the present or next state, and why: the same in the ledger and on the screen."""
    told, shown = floor.events(AgentStateChanged)[-1], floor.orders(ShowAgentState)[-1]
    assert (told.asked_by, told.because) == (shown.asked_by, shown.because)
    return told.asked_by, told.because


@pytest.fixture
def floor() -> Floor:
    """A floor where ann is ready."""
    floor = Floor({"ann": 5})
    floor.ready("ann")
    return floor


def test_idle_agent_is_made_not_ready_at_once_and_told_by_whom(floor: Floor) -> None:
    assert force_not_ready(floor) == ""
    assert floor.state("ann") == ("not_ready", "break")
    assert who_asked(floor) == ("boss", "fire drill")


def test_forced_pause_waits_for_the_end_of_the_call(floor: Floor) -> None:
    floor.arrive("caller")
    floor.answer("ann")
    assert force_not_ready(floor) == ""
    assert floor.state("ann")[0] == "on_contact"
    assert who_asked(floor) == ("boss", "fire drill")
    floor.hang_up("leg-caller")
    floor.hear(FinishWrapUp(at_us=floor.now_us, agent_id=ANN))
    assert floor.state("ann") == ("not_ready", "break")
    assert who_asked(floor) == ("boss", "fire drill")


def test_forced_log_out_waits_for_the_wrap_up(floor: Floor) -> None:
    floor.arrive("caller")
    floor.answer("ann")
    assert refusal(floor, LogOut(at_us=floor.now_us, agent_id=ANN, **BOSS)) == ""
    floor.hang_up("leg-caller")
    floor.let_pass(60)
    assert floor.state("ann")[0] == "logged_out"
    assert who_asked(floor) == ("boss", "fire drill")


def test_forced_ready_ends_a_break(floor: Floor) -> None:
    floor.not_ready("ann")
    assert refusal(floor, GoReady(at_us=floor.now_us, agent_id=ANN, **BOSS)) == ""
    assert floor.state("ann") == ("ready", "")
    assert who_asked(floor) == ("boss", "fire drill")


def test_what_the_agent_asks_afterwards_is_the_agents_own(floor: Floor) -> None:
    force_not_ready(floor)
    floor.hear(GoReady(at_us=floor.now_us, agent_id=ANN))
    assert who_asked(floor) == ("", "")


def test_agents_own_wish_in_a_call_takes_the_place_of_the_forced_one(floor: Floor) -> None:
    floor.arrive("caller")
    floor.answer("ann")
    force_not_ready(floor)
    floor.hear(GoNotReady(at_us=floor.now_us, agent_id=ANN, reason="lunch"))
    floor.hang_up("leg-caller")
    floor.let_pass(60)
    assert floor.state("ann") == ("not_ready", "lunch")
    assert who_asked(floor) == ("", "")


def test_supervisor_gives_one_of_the_reasons_too(floor: Floor) -> None:
    request = GoNotReady(at_us=0, agent_id=ANN, reason="because I say so", **BOSS)
    assert refusal(floor, request) == "unknown_reason"

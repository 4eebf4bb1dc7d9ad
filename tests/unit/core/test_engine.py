"""The engine's own promises: commands in order, facts to the ledger, wishes answered."""

from __future__ import annotations

import pytest

from core.engine import Engine
from core.kernel.errors import InvariantBroken, RequestRefused
from core.model.agent import AgentState
from core.model.commands import AnswerLeg, AnswerRequest, AppendToLedger, HangUpLeg
from core.model.events import AgentStateChanged, DialogueOpened, LegEnded, LegRinging, TimerFired
from core.model.ids import AgentId, LegId
from core.model.requests import GoNotReady, GoReady

CALLER = LegId("1700000000.1")
RINGING = LegRinging(at_us=5, leg_id=CALLER)
WISH = GoReady(at_us=5, request_id="R-7", agent_id=AgentId("alice"))
NOW_READY = AgentStateChanged(
    at_us=5, agent_id=AgentId("alice"), old=AgentState.NOT_READY, new=AgentState.READY
)


def test_commands_come_back_in_the_order_they_were_sent() -> None:
    engine = Engine()
    engine.subscribe(LegRinging, lambda _: engine.send(AnswerLeg(leg_id=CALLER, step="s1")))
    engine.subscribe(LegRinging, lambda _: engine.send(HangUpLeg(leg_id=CALLER)))
    assert engine.handle(RINGING) == [AnswerLeg(leg_id=CALLER, step="s1"), HangUpLeg(leg_id=CALLER)]


def test_the_commands_of_one_input_are_given_once() -> None:
    engine = Engine()
    engine.subscribe(LegRinging, lambda _: engine.send(HangUpLeg(leg_id=CALLER)))
    assert len(engine.handle(RINGING)) == 1
    assert engine.handle(LegEnded(at_us=6, leg_id=CALLER, cause=16)) == []
    assert len(engine.handle(RINGING)) == 1


def test_an_input_nobody_knows_of_causes_nothing() -> None:
    assert Engine().handle(DialogueOpened(at_us=1, leg_id=CALLER)) == []


def test_what_a_feature_publishes_is_dealt_with_in_the_same_turn() -> None:
    engine = Engine()
    engine.subscribe(LegRinging, lambda _: engine.publish(LegEnded(at_us=5, leg_id=CALLER, cause=16)))
    engine.subscribe(LegEnded, lambda ended: engine.send(HangUpLeg(leg_id=ended.leg_id)))
    assert engine.handle(RINGING) == [HangUpLeg(leg_id=CALLER)]


def test_a_feature_hears_of_its_own_timers_only() -> None:
    engine = Engine()
    heard: list[str] = []
    engine.on_timer("offer", lambda event: heard.append(event.key[1]))
    for key in (("offer", "O-1"), ("plan", "C-1"), ("offer", "O-2")):
        engine.handle(TimerFired(at_us=1, key=key))
    assert heard == ["O-1", "O-2"]


def test_a_fact_about_an_agent_goes_to_the_ledger_and_then_to_the_features() -> None:
    engine = Engine()
    engine.subscribe(LegRinging, lambda _: engine.publish(NOW_READY))
    engine.subscribe(AgentStateChanged, lambda _: engine.send(HangUpLeg(leg_id=CALLER)))
    assert engine.handle(RINGING) == [AppendToLedger(event=NOW_READY), HangUpLeg(leg_id=CALLER)]


def test_a_fact_about_a_leg_is_no_matter_for_the_ledger() -> None:
    engine = Engine()
    engine.subscribe(LegRinging, lambda _: engine.publish(LegEnded(at_us=5, leg_id=CALLER, cause=16)))
    assert engine.handle(RINGING) == []


def test_a_granted_wish_is_answered_after_its_consequences() -> None:
    engine = Engine()
    engine.serve(GoReady, lambda _: engine.publish(NOW_READY))
    assert engine.handle(WISH) == [
        AppendToLedger(event=NOW_READY),
        AnswerRequest(agent_id=AgentId("alice"), request_id="R-7"),
    ]


def test_a_refused_wish_is_answered_with_its_code_and_reason() -> None:
    engine = Engine()

    def refuse(wish: GoReady) -> None:
        raise RequestRefused("logged_out", "log in first")

    engine.serve(GoReady, refuse)
    assert engine.handle(WISH) == [
        AnswerRequest(agent_id=AgentId("alice"), request_id="R-7", code="logged_out", reason="log in first")
    ]


def test_a_refusal_is_the_answer_to_its_own_wish_only() -> None:
    engine = Engine()

    def refuse_breaks(wish: GoNotReady) -> None:
        raise RequestRefused("too_many_away", "two others are on break")

    engine.serve(GoReady, lambda _: None)
    engine.serve(GoNotReady, refuse_breaks)
    engine.handle(GoNotReady(at_us=4, request_id="R-6", agent_id=AgentId("alice"), reason="break"))
    assert engine.handle(WISH) == [AnswerRequest(agent_id=AgentId("alice"), request_id="R-7")]


def test_a_bug_is_never_passed_off_as_a_refusal() -> None:
    engine = Engine()

    def break_a_promise(wish: GoReady) -> None:
        raise InvariantBroken("two offers for one agent")

    engine.serve(GoReady, break_a_promise)
    with pytest.raises(InvariantBroken):
        engine.handle(WISH)


def test_nothing_of_a_turn_that_broke_is_carried_over_into_the_next() -> None:
    engine = Engine()

    def break_a_promise(ringing: LegRinging) -> None:
        engine.send(HangUpLeg(leg_id=CALLER))
        engine.publish(LegEnded(at_us=5, leg_id=CALLER, cause=16))
        raise InvariantBroken("two offers for one agent")

    engine.subscribe(LegRinging, break_a_promise)
    engine.subscribe(LegEnded, lambda ended: engine.send(AnswerLeg(leg_id=ended.leg_id, step="s1")))
    with pytest.raises(InvariantBroken):
        engine.handle(RINGING)
    assert engine.handle(WISH) == []

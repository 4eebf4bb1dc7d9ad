"""Callers who are offered a callback, and whose telephone rings afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from core.kernel.clock import microseconds
from core.model.causes import Cause
from core.model.commands import HangUpLeg, PlayPrompt, RingLeg
from core.model.events import DialogueOpened, LegAnswered, LegEnded, LegJoined, StepFinished
from core.model.ids import NO_LEG, LegId
from core.model.prompts import Sound
from tests.unit.simulator.small_day import Day

AGENT, CUSTOMER = LegId("agent-leg"), LegId("customer-leg")
AT_SIX = {"callback_answer": {"kind": "constant", "value_s": 6}}
NO_MENU = [{"keys": []}]


def day_of(stage: Any, **habits: Any) -> Day:
    return Day(
        stage, callers={"patience": {"kind": "constant", "value_s": 60}} | AT_SIX | habits, journeys=NO_MENU
    )


def hears_offer(day: Day, leg_id: LegId) -> None:
    prompt = PlayPrompt(leg_id=leg_id, step="offer", prompt=(Sound("a"),) * 4, language="en", stop_digits="1")
    day.pbx.execute(prompt)
    day.time.advance(11)


def let_go(day: Day) -> str:
    """Let somebody call and be hung up; return the number."""
    leg_id = day.call()
    day.hold(leg_id)
    day.time.advance(1)
    day.pbx.execute(HangUpLeg(leg_id=leg_id))
    day.time.advance(1)
    day.take(LegEnded)
    number: str = day.take(DialogueOpened)[-1].caller_number
    return number


def call_back(day: Day, number: str) -> None:
    """Have the agent on the line, and ring the customer for half a minute."""
    day.pbx.execute(
        RingLeg(leg_id=AGENT, address="PJSIP/1001", ring_timeout_us=microseconds(30), bridge_with=NO_LEG)
    )
    day.time.advance(5)
    address = f"PJSIP/{number}@trunk"
    day.pbx.execute(
        RingLeg(leg_id=CUSTOMER, address=address, bridge_with=AGENT, ring_timeout_us=microseconds(30))
    )


@pytest.mark.parametrize(("share", "digits"), [(1, "1"), (0, "")])
def test_share_of_those_who_wait_press_the_key_that_is_offered(stage: Any, share: float, digits: str) -> None:
    day = day_of(stage, callback_share=share)
    leg_id = day.call()
    day.hold(leg_id)
    day.time.advance(5)
    hears_offer(day, leg_id)
    assert [told.digits for told in day.take(StepFinished) if told.step == "offer"] == [digits]


def test_nobody_is_offered_a_callback_who_is_still_in_the_menu(stage: Any) -> None:
    day = day_of(stage, callback_share=1)
    hears_offer(day, day.call())
    assert [told.digits for told in day.take(StepFinished) if told.step == "offer"] == [""]


def test_who_was_let_go_answers_and_talks_about_the_same_matter(stage: Any) -> None:
    day = day_of(stage, callback_answered_share=1)
    call_back(day, let_go(day))
    day.time.advance(5.9)
    assert CUSTOMER not in [event.leg_id for event in day.take(LegAnswered)]
    day.time.advance(0.2)
    assert [event.leg_id for event in day.take(LegJoined)] == [CUSTOMER, AGENT]
    day.time.advance(49)
    assert day.take(LegEnded) == []
    day.time.advance(2)
    assert {event.leg_id for event in day.take(LegEnded)} == {AGENT, CUSTOMER}


def test_share_of_callbacks_is_not_answered(stage: Any) -> None:
    day = day_of(stage, callback_answered_share=0)
    call_back(day, let_go(day))
    day.time.advance(31)
    assert [(event.leg_id, event.cause) for event in day.take(LegEnded)] == [(CUSTOMER, Cause.NO_ANSWER)]


def test_who_is_on_the_telephone_is_busy(stage: Any) -> None:
    day = day_of(stage, callback_answered_share=1)
    day.hold(day.call())
    day.time.advance(1)
    call_back(day, day.take(DialogueOpened)[-1].caller_number)
    day.time.advance(1)
    assert [(event.leg_id, event.cause) for event in day.take(LegEnded)] == [(CUSTOMER, Cause.BUSY)]


def test_who_was_served_expects_no_call(stage: Any) -> None:
    """Somebody answers at the number, as at any other, but it is nobody with a matter to talk about."""
    day = day_of(stage, callback_answered_share=0)
    leg_id = day.call()
    day.hold(leg_id)
    day.ring(leg_id)
    day.time.advance(120)
    call_back(day, day.take(DialogueOpened)[-1].caller_number)
    day.time.advance(6)
    assert CUSTOMER in [event.leg_id for event in day.take(LegAnswered)]

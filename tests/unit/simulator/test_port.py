"""The simulated Asterisk behind the `Pbx` port tells a call as a real one does."""

from __future__ import annotations

from typing import Any

import pytest

from core.kernel.clock import microseconds
from core.model.causes import Cause
from core.model.commands import (
    AnswerLeg,
    CollectDigits,
    HangUpLeg,
    PlayMusic,
    PlayPrompt,
    RecordMessage,
    RingLeg,
    TagLeg,
    TransferLeg,
)
from core.model.events import DialogueOpened, LegEnded, LegFailed, StepFinished
from core.model.ids import LegId
from core.model.prompts import SayDigits, Sound
from simulator.channel import Channel
from simulator.phones import Reach, Reaction, always
from simulator.port import SimPbx

WELCOME = (Sound("welcome"),)


def call_in(stage: Any) -> tuple[Channel, LegId]:
    channel = stage.exchange.call_in(caller_number="+15550123", dialed_number="800")
    return channel, LegId(channel.uniqueid)


def answered_call(stage: Any) -> tuple[Channel, LegId]:
    channel, leg_id = call_in(stage)
    stage.pbx.execute(AnswerLeg(leg_id=leg_id, step="answer"))
    stage.time.advance(0.01)
    stage.told()
    return channel, leg_id


def ring(leg_id: LegId, address: str = "PJSIP/1001", timeout_s: float = 15) -> RingLeg:
    return RingLeg(
        leg_id=LegId("agent-leg"),
        address=address,
        bridge_with=leg_id,
        ring_timeout_us=microseconds(timeout_s),
        caller_number="+15550123",
        tag="role=agent&contact=C-1-000001",
    )


def collect(leg_id: LegId, digits_max: int = 4) -> CollectDigits:
    return CollectDigits(
        leg_id=leg_id,
        step="pin",
        prompt=WELCOME,
        language="en",
        digits_max=digits_max,
        terminators="#",
        first_timeout_us=microseconds(5),
        next_timeout_us=microseconds(2),
    )


def finished(stage: Any) -> tuple[str, str, str]:
    event = stage.last(StepFinished)
    return event.step, event.outcome, event.digits


def test_inbound_call_opens_a_dialogue_and_is_answered(stage: Any) -> None:
    _, leg_id = call_in(stage)
    opened = stage.last(DialogueOpened)
    stage.pbx.execute(AnswerLeg(leg_id=leg_id, step="s1"))
    stage.time.advance(1)
    assert (opened.caller_number, opened.dialed_number, opened.tag) == ("+15550123", "800", "")
    assert stage.told() == ["PbxSynced", "LegCreated", "DialogueOpened", "LegAnswered", "StepFinished"]


def test_agent_answers_and_both_legs_are_joined(stage: Any) -> None:
    channel, leg_id = answered_call(stage)
    stage.pbx.execute(PlayMusic(leg_id=leg_id, step="hold", music="default"))
    stage.pbx.execute(ring(leg_id))
    stage.time.advance(3)
    assert stage.told() == [
        "StepFinished",
        "LegCreated",
        "LegDialed",
        "LegRinging",
        "LegAnswered",
        "DialEnded",
        "LegJoined",
        "LegJoined",
        "DialogueClosed",
    ]
    assert stage.exchange.channels["agent-leg"].linkedid == channel.uniqueid


def test_customer_hanging_up_in_talk_ends_both_legs(stage: Any) -> None:
    channel, leg_id = answered_call(stage)
    stage.pbx.execute(ring(leg_id))
    stage.time.advance(3)
    stage.told()
    stage.exchange.leave(channel)
    assert [event.leg_id for event in stage.events if isinstance(event, LegEnded)] == [leg_id, "agent-leg"]
    assert stage.told() == ["LegLeft", "LegLeft", "LegEnded", "LegEnded"]
    assert not stage.exchange.channels
    assert not stage.exchange.bridges


@pytest.mark.parametrize(
    ("reach", "cause", "told"),
    [
        (Reach.BUSY, Cause.BUSY, ["LegCreated", "LegDialed", "LegRinging", "DialEnded", "LegEnded"]),
        (Reach.REJECT, Cause.REJECTED, ["LegCreated", "LegDialed", "LegRinging", "DialEnded", "LegEnded"]),
        (Reach.CONGESTED, Cause.CONGESTION, ["LegCreated", "LegDialed", "DialEnded", "LegEnded"]),
        (Reach.NOT_FOUND, Cause.UNALLOCATED, ["LegCreated", "LegDialed", "DialEnded", "LegEnded"]),
        (Reach.BLOCKED, Cause.INTERWORKING, ["LegCreated", "LegDialed", "DialEnded", "LegEnded"]),
        (Reach.IGNORE, Cause.NO_ANSWER, ["LegCreated", "LegDialed", "LegRinging", "LegEnded"]),
        (Reach.DEAD, Cause.NO_ANSWER, ["LegCreated", "LegDialed", "LegEnded"]),
    ],
)
def test_phone_that_does_not_answer_ends_with_the_measured_cause(
    stage: Any, reach: Reach, cause: Cause, told: list[str]
) -> None:
    _, leg_id = answered_call(stage)
    stage.phones.add("PJSIP/1002", always(reach, microseconds(0.5)))
    stage.pbx.execute(ring(leg_id, "PJSIP/1002"))
    stage.time.advance(20)
    assert stage.last(LegEnded).cause == cause
    assert stage.told() == told
    assert not stage.exchange.channels[leg_id].ended


@pytest.mark.parametrize("address", ["PJSIP/1002", "PJSIP/nobody"])
def test_phone_that_is_not_registered_fails_without_a_leg(stage: Any, address: str) -> None:
    _, leg_id = answered_call(stage)
    stage.phones.add("PJSIP/1002", always(Reach.UNREGISTERED))
    stage.pbx.execute(ring(leg_id, address))
    stage.time.advance(1)
    assert stage.last(LegFailed).cause == Cause.SUBSCRIBER_ABSENT
    assert stage.told() == ["LegFailed"]


def test_second_call_to_a_phone_in_use_is_busy(stage: Any) -> None:
    _, leg_id = answered_call(stage)
    _, second_leg_id = answered_call(stage)
    stage.pbx.execute(ring(leg_id))
    stage.time.advance(3)
    second = ring(second_leg_id)
    stage.pbx.execute(
        RingLeg(
            leg_id=LegId("second"),
            address=second.address,
            bridge_with=second_leg_id,
            ring_timeout_us=second.ring_timeout_us,
        )
    )
    stage.time.advance(1)
    assert stage.last(LegEnded).cause == Cause.BUSY


def test_caller_gone_while_the_phone_is_picked_up_ends_the_agents_leg(stage: Any) -> None:
    channel, leg_id = answered_call(stage)
    stage.pbx.execute(ring(leg_id))
    stage.time.advance(2.0005)
    stage.exchange.leave(channel)
    stage.time.advance(1)
    assert stage.told()[-3:] == ["DialogueClosed", "LegEnded", "LegEnded"]


def test_engine_hanging_up_a_ringing_phone(stage: Any) -> None:
    _, leg_id = answered_call(stage)
    stage.pbx.execute(ring(leg_id))
    stage.time.advance(1)
    stage.told()
    stage.pbx.execute(HangUpLeg(leg_id=LegId("agent-leg"), cause=Cause.ANSWERED_ELSEWHERE))
    stage.time.advance(30)
    assert stage.last(LegEnded).cause == Cause.ANSWERED_ELSEWHERE
    assert stage.told() == ["DialEnded", "LegEnded"]


def test_prompt_is_cut_short_by_a_stop_digit(stage: Any) -> None:
    channel, leg_id = answered_call(stage)
    stage.pbx.execute(PlayPrompt(leg_id=leg_id, step="menu", prompt=WELCOME, language="en", stop_digits="12"))
    stage.time.advance(1)
    stage.exchange.press(channel, "3")
    assert stage.told() == []
    stage.exchange.press(channel, "2")
    assert finished(stage) == ("menu", "done", "2")


def test_prompt_lasts_as_long_as_its_parts(stage: Any) -> None:
    _, leg_id = answered_call(stage)
    prompt = (Sound("balance"), SayDigits("123"))
    stage.pbx.execute(PlayPrompt(leg_id=leg_id, step="say", prompt=prompt, language="en"))
    stage.time.advance(3.9)
    assert stage.told() == []
    stage.time.advance(0.2)
    assert finished(stage) == ("say", "done", "")


@pytest.mark.parametrize(
    ("pressed", "wait_s", "outcome", "digits"),
    [
        ("1234", 0.1, "done", "1234"),
        ("12#", 0.1, "done", "12"),
        ("12", 2.1, "done", "12"),
        ("", 7.6, "timeout", ""),
        ("#", 0.1, "timeout", ""),
    ],
)
def test_digits_are_collected_until_full_terminated_or_silent(
    stage: Any, pressed: str, wait_s: float, outcome: str, digits: str
) -> None:
    channel, leg_id = answered_call(stage)
    stage.pbx.execute(collect(leg_id))
    stage.time.advance(0.1)
    for digit in pressed:
        stage.exchange.press(channel, digit)
    stage.time.advance(wait_s)
    assert finished(stage) == ("pin", outcome, digits)


def test_new_step_interrupts_the_one_before(stage: Any) -> None:
    _, leg_id = answered_call(stage)
    stage.pbx.execute(PlayPrompt(leg_id=leg_id, step="long", prompt=WELCOME * 9, language="en"))
    stage.time.advance(1)
    stage.pbx.execute(PlayMusic(leg_id=leg_id, step="hold", music="default"))
    stage.time.advance(1)
    assert [(event.step, event.outcome) for event in stage.events] == [("long", "done"), ("hold", "done")]


def test_message_is_recorded_until_the_terminator(stage: Any) -> None:
    channel, leg_id = answered_call(stage)
    stage.pbx.execute(
        RecordMessage(
            leg_id=leg_id,
            step="voicemail",
            recording="m1",
            duration_max_us=microseconds(60),
            silence_us=microseconds(3),
        )
    )
    stage.time.advance(10)
    stage.exchange.press(channel, "#")
    assert finished(stage) == ("voicemail", "done", "")


def test_message_that_nobody_ends_is_cut_at_its_greatest_length(stage: Any) -> None:
    _, leg_id = answered_call(stage)
    stage.pbx.execute(
        RecordMessage(
            leg_id=leg_id,
            step="voicemail",
            recording="m1",
            duration_max_us=microseconds(60),
            silence_us=microseconds(3),
        )
    )
    stage.time.advance(61)
    assert finished(stage) == ("voicemail", "timeout", "")


def test_keys_pressed_in_a_conversation_are_told(stage: Any) -> None:
    channel, leg_id = answered_call(stage)
    stage.exchange.press(channel, "5")
    stage.pbx.execute(ring(leg_id))
    stage.time.advance(5)
    stage.exchange.press(channel, "7")
    assert [event.digit for event in stage.events if type(event).__name__ == "LegPressed"] == ["7"]


def test_hang_up_during_a_step_finishes_it_and_closes_the_dialogue(stage: Any) -> None:
    channel, leg_id = answered_call(stage)
    stage.pbx.execute(collect(leg_id))
    stage.time.advance(1)
    stage.exchange.leave(channel)
    assert finished(stage) == ("pin", "hangup", "")
    assert stage.told() == ["StepFinished", "DialogueClosed", "LegEnded"]


def test_step_for_a_caller_who_is_gone_fails_and_a_note_is_dropped(stage: Any) -> None:
    channel, leg_id = answered_call(stage)
    stage.exchange.leave(channel)
    stage.pbx.execute(collect(leg_id))
    stage.pbx.execute(TagLeg(leg_id=leg_id, tag="role=caller&contact=C-1-000001"))
    stage.time.advance(1)
    assert finished(stage) == ("pin", "failed", "")
    assert stage.told()[-1] == "StepFinished"


def test_transfer_dials_outside_and_joins_the_caller(stage: Any) -> None:
    channel, leg_id = answered_call(stage)
    stage.pbx.execute(TransferLeg(leg_id=leg_id, number="5551000"))
    stage.time.advance(10)
    assert stage.told() == [
        "DialogueClosed",
        "LegCreated",
        "LegDialed",
        "LegRinging",
        "LegAnswered",
        "DialEnded",
        "LegJoined",
        "LegJoined",
    ]
    assert [peer.address for peer in channel.peers()] == ["PJSIP/5551000@trunk"]


def test_restarted_engine_finds_its_callers_and_conversations_again(stage: Any) -> None:
    waiting, waiting_id = answered_call(stage)
    _, talking_id = answered_call(stage)
    stage.pbx.execute(TagLeg(leg_id=waiting_id, tag="role=caller&contact=C-1-000001"))
    stage.pbx.execute(ring(talking_id))
    stage.time.advance(5)
    stage.pbx.stop()
    stage.told()
    missed = stage.exchange.call_in(caller_number="+15550999", dialed_number="800")
    stage.time.advance(5)
    assert stage.told() == []

    again = SimPbx(stage.exchange, stage.events.append)
    again.start()
    assert stage.told() == [
        *("LegCreated", "LegAnswered", "LegTagged"),
        *("LegCreated", "LegAnswered", "LegJoined"),
        *("LegCreated", "LegAnswered", "LegJoined", "LegTagged"),
        *("LegCreated", "PbxSynced"),
    ]
    stage.time.advance(2)
    opened = [(event.leg_id, event.tag) for event in stage.events]
    assert opened == [
        (waiting.uniqueid, "role=caller&contact=C-1-000001"),
        (missed.uniqueid, ""),
    ]


def test_same_story_gives_the_same_events(stage: Any) -> None:
    def story() -> list[str]:
        again = type(stage)()
        again.phones.add("PJSIP/1001", lambda peer: Reaction(Reach.ANSWER, microseconds(1)))
        channel, leg_id = call_in(again)
        again.pbx.execute(AnswerLeg(leg_id=leg_id, step="s"))
        again.pbx.execute(ring(leg_id))
        again.time.advance(30)
        again.exchange.leave(channel)
        return [repr(event) for event in again.events]

    assert story() == story()

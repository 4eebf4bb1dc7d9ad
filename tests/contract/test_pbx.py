"""The contract of the `Pbx` port, in telephony stories played on three telephone systems.

`virtual` is `SimPbx` in virtual time, `tcp` the Asterisk adapter on the simulated Asterisk over sockets, and
`asterisk` the same adapter on a real Asterisk 22 with sipp for people. AMI and FastAGI are two sockets, so
the order between what a channel did and what its dialogue did is nobody's promise; the order within each is.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.kernel.clock import microseconds
from core.kernel.record import replace
from core.model.causes import Cause, RingOutcome, ring_outcome
from core.model.commands import (
    AnswerLeg,
    CollectDigits,
    DialogueStep,
    HangUpLeg,
    PlayMusic,
    PlayPrompt,
    RecordMessage,
    RingLeg,
    TagLeg,
    TransferLeg,
)
from core.model.events import (
    AnomalySeen,
    DialogueClosed,
    DialogueOpened,
    LegAnswered,
    LegCreated,
    LegDialed,
    LegEnded,
    LegFailed,
    LegJoined,
    LegLeft,
    LegRinging,
    LegTagged,
    PbxLost,
    PbxSynced,
    StepFinished,
)
from core.model.ids import NO_LEG, LegId
from core.model.prompts import SayDigits, Sound
from core.model.tag import AGENT, CALLER, Tag
from tests.services.pbx_lines import (
    CONGESTED,
    DIALED,
    NOT_FOUND,
    ON_ASTERISK,
    ON_TCP,
    Line,
    WireLine,
)
from tests.services.sipp import BUSY, DECLINES, Press, Wait

LONG = (Sound("basic-pbx-ivr-main"),)
SHORT = (SayDigits("12"),)
UNREGISTERED = "1009"
AGENT_LEG, CUSTOMER_LEG = LegId("L-1-000001"), LegId("L-1-000002")
CALLER_TAG = Tag(role=CALLER, contact="C-1-000001", queue="sales", arrived_us=1).encode()
AGENT_TAG = Tag(role=AGENT, contact="C-1-000001", agent="Zoë").encode()


# --- what the engine orders -----------------------------------------------------------------------


def play(leg_id: LegId, step: str, *, stop_digits: str = "") -> PlayPrompt:
    return PlayPrompt(leg_id=leg_id, step=step, prompt=LONG, language="en", stop_digits=stop_digits)


def collect(leg_id: LegId, step: str, digits_max: int = 8) -> CollectDigits:
    return CollectDigits(
        leg_id=leg_id,
        step=step,
        prompt=SHORT,
        language="en",
        digits_max=digits_max,
        terminators="#",
        first_timeout_us=microseconds(2),
        next_timeout_us=microseconds(1),
    )


def record(leg_id: LegId, step: str, duration_s: float = 5) -> RecordMessage:
    return RecordMessage(
        leg_id=leg_id,
        step=step,
        recording="C-1-000001",
        duration_max_us=microseconds(duration_s),
        silence_us=0,
    )


def music(leg_id: LegId, step: str = "music") -> PlayMusic:
    return PlayMusic(leg_id=leg_id, step=step, music="default")


def ring(bridge_with: LegId, address: str = "PJSIP/1001", leg_id: LegId = AGENT_LEG) -> RingLeg:
    return RingLeg(
        leg_id=leg_id,
        address=address,
        bridge_with=bridge_with,
        ring_timeout_us=microseconds(2),
        caller_number="5550001",
        caller_name='Jörg "x"',
        tag=AGENT_TAG,
    )


async def outcome(line: Line, step: str) -> tuple[str, str]:
    finished = await line.wait_for(StepFinished, step=step)
    return finished.outcome, finished.digits


async def answered(line: Line, *steps: Wait | Press) -> LegId:
    """Let somebody call and answer; return the leg."""
    leg_id = (await line.caller(*steps)).leg_id
    line.pbx.execute(AnswerLeg(leg_id=leg_id, step="answer"))
    assert await outcome(line, "answer") == ("done", "")
    return leg_id


async def waiting(line: Line, *steps: Wait | Press) -> LegId:
    """Let somebody call, answer, and play music; return the leg."""
    leg_id = await answered(line, *steps)
    line.pbx.execute(music(leg_id))
    assert await outcome(line, "music") == ("done", "")
    return leg_id


async def talking(line: Line, *steps: Wait | Press, talk_ms: int | None = None) -> LegId:
    """Let somebody call who comes to talk with the agent; return the caller's leg."""
    line.phone("1001", talk_ms=talk_ms)
    caller = await waiting(line, *steps)
    line.pbx.execute(ring(caller))
    await line.wait_for(LegJoined, leg_id=caller)
    await line.wait_for(LegJoined, leg_id=AGENT_LEG)
    return caller


# --- the dialogue with a caller --------------------------------------------------------------------


async def test_call_opens_a_dialogue_with_its_numbers(line: Line) -> None:
    opened = await line.caller(name="Ann Lee")
    assert opened.dialed_number == DIALED
    assert opened.caller_name == "Ann Lee"
    assert opened.tag == ""
    assert 0 < opened.arrived_us <= opened.at_us
    created = await line.wait_for(LegCreated, leg_id=opened.leg_id)
    assert (created.caller_number, created.dialed_number) == (opened.caller_number, DIALED)


async def test_answered_once_and_told_by_leg_and_step(line: Line) -> None:
    leg_id = await answered(line)
    await line.wait_for(LegAnswered, leg_id=leg_id)
    line.pbx.execute(AnswerLeg(leg_id=leg_id, step="again"))
    assert await outcome(line, "again") == ("done", "")
    assert line.about(leg_id).count(LegAnswered) == 1


async def test_prompt_heard_to_its_end(line: Line) -> None:
    leg_id = await answered(line)
    line.pbx.execute(PlayPrompt(leg_id=leg_id, step="prompt", prompt=SHORT, language="en"))
    assert await outcome(line, "prompt") == ("done", "")


async def test_prompt_ends_by_a_key_it_waits_for(line: Line) -> None:
    leg_id = await answered(line, Wait(400), Press("1"), Wait(300), Press("9"), Wait(5_000))
    line.pbx.execute(play(leg_id, "menu", stop_digits="9"))
    assert await outcome(line, "menu") == ("done", "9")


@pytest.mark.parametrize(
    ("keys", "digits_max", "expected"),
    [("407#", 8, ("done", "407")), ("4071", 4, ("done", "4071")), ("40", 8, ("done", "40"))],
    ids=["terminated", "all there", "silence after some"],
)
async def test_digits_are_collected(
    line: Line, keys: str, digits_max: int, expected: tuple[str, str]
) -> None:
    presses = [step for key in keys for step in (Wait(300), Press(key))]
    leg_id = await answered(line, *presses, Wait(10_000))
    line.pbx.execute(collect(leg_id, "account", digits_max))
    assert await outcome(line, "account") == expected


async def test_nobody_presses_a_key(line: Line) -> None:
    leg_id = await answered(line)
    line.pbx.execute(collect(leg_id, "account"))
    assert await outcome(line, "account") == ("timeout", "")


async def test_new_step_interrupts_the_former(line: Line) -> None:
    leg_id = await answered(line)
    for command in (play(leg_id, "first"), play(leg_id, "second"), music(leg_id, "third")):
        line.pbx.execute(command)
    for step in ("first", "second", "third"):
        assert await outcome(line, step) == ("done", "")
    line.pbx.execute(collect(leg_id, "fourth"))
    assert await outcome(line, "fourth") == ("timeout", "")


@pytest.mark.parametrize("make_step", [play, collect, record], ids=["prompt", "digits", "message"])
async def test_caller_hangs_up_in_a_step(line: Line, make_step: Callable[[LegId, str], DialogueStep]) -> None:
    leg_id = await answered(line, Wait(800))
    line.pbx.execute(make_step(leg_id, "step"))
    assert await outcome(line, "step") == ("hangup", "")
    await line.wait_for(DialogueClosed, leg_id=leg_id)
    ended = await line.wait_for(LegEnded, leg_id=leg_id)
    assert ended.cause == Cause.UNKNOWN
    told = line.about(leg_id)
    assert told.index(DialogueClosed) > max(at for at, kind in enumerate(told) if kind is StepFinished)
    assert told.count(DialogueClosed) == told.count(LegEnded) == 1


async def test_caller_hangs_up_to_the_music(line: Line) -> None:
    leg_id = await waiting(line, Wait(800))
    await line.wait_for(LegEnded, leg_id=leg_id)
    await line.wait_for(DialogueClosed, leg_id=leg_id)
    assert len(line.all_of(StepFinished, step="music")) == 1


@pytest.mark.parametrize(
    ("steps", "duration_s", "expected"),
    [((Wait(600), Press("#"), Wait(9_000)), 5, "done"), ((), 1, "timeout")],
    ids=["ended by a key", "as long as may be"],
)
async def test_message_is_recorded(
    line: Line, steps: tuple[Wait | Press, ...], duration_s: float, expected: str
) -> None:
    leg_id = await answered(line, *steps)
    line.pbx.execute(record(leg_id, "message", duration_s))
    assert await outcome(line, "message") == (expected, "")


async def test_step_for_a_caller_who_is_gone(line: Line) -> None:
    leg_id = await answered(line, Wait(300))
    await line.wait_for(DialogueClosed, leg_id=leg_id)
    line.pbx.execute(play(leg_id, "too late"))
    assert await outcome(line, "too late") == ("failed", "")


async def test_engine_hangs_up_the_caller(line: Line) -> None:
    leg_id = await waiting(line)
    line.pbx.execute(HangUpLeg(leg_id=leg_id, cause=Cause.CONGESTION))
    assert (await line.wait_for(LegEnded, leg_id=leg_id)).cause == Cause.CONGESTION
    await line.wait_for(DialogueClosed, leg_id=leg_id)


# --- the agent's phone --------------------------------------------------------------------------


async def test_phone_is_answered_and_both_talk(line: Line) -> None:
    line.phone("1001", ring_ms=300)
    caller = await waiting(line)
    line.pbx.execute(ring(caller))
    theirs = await line.wait_for(LegJoined, leg_id=caller)
    ours = await line.wait_for(LegJoined, leg_id=AGENT_LEG)
    assert ours.bridge_id == theirs.bridge_id
    await line.wait_for(DialogueClosed, leg_id=caller)
    course = [
        kind for kind in line.about(AGENT_LEG) if kind in (LegCreated, LegRinging, LegAnswered, LegJoined)
    ]
    assert course == [LegCreated, LegRinging, LegAnswered, LegJoined]
    assert LegEnded not in line.about(caller)
    assert not line.all_of(AnomalySeen)


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        (BUSY, RingOutcome.BUSY),
        (DECLINES, RingOutcome.REJECTED),
        (CONGESTED, RingOutcome.UNREACHABLE),
        (NOT_FOUND, RingOutcome.UNREACHABLE),
    ],
)
async def test_phone_refuses(line: Line, refusal: str, expected: RingOutcome) -> None:
    line.phone("1002", refusal=refusal)
    line.pbx.execute(ring(await waiting(line), "PJSIP/1002"))
    ended = await line.wait_for(LegEnded, leg_id=AGENT_LEG)
    assert ring_outcome(ended.cause) is expected
    assert LegFailed not in line.about(AGENT_LEG)


async def test_nobody_takes_the_phone(line: Line) -> None:
    line.phone("1001", ring_ms=None)
    caller = await waiting(line)
    line.pbx.execute(ring(caller))
    await line.wait_for(LegRinging, leg_id=AGENT_LEG)
    ended = await line.wait_for(LegEnded, leg_id=AGENT_LEG)
    assert ring_outcome(ended.cause) is RingOutcome.NO_ANSWER
    assert LegAnswered not in line.about(AGENT_LEG)
    assert LegEnded not in line.about(caller)


@pytest.mark.parametrize("address", [f"PJSIP/{UNREGISTERED}", "PJSIP/nobody", "PJSIP/1001&PJSIP/1002"])
async def test_address_cannot_be_rung(line: Line, address: str) -> None:
    line.pbx.execute(ring(await waiting(line), address))
    failed = await line.wait_for(LegFailed, leg_id=AGENT_LEG)
    assert ring_outcome(failed.cause) is RingOutcome.UNREACHABLE
    assert line.about(AGENT_LEG) == [LegFailed]


async def test_phone_is_ordered_for_a_caller_who_is_gone(line: Line) -> None:
    line.phone("1001")
    caller = await answered(line, Wait(300))
    await line.wait_for(LegEnded, leg_id=caller)
    line.pbx.execute(ring(caller))
    await line.wait_for(LegFailed, leg_id=AGENT_LEG)
    assert line.about(AGENT_LEG) == [LegFailed]


async def test_phone_is_hung_up_while_it_rings(line: Line) -> None:
    line.phone("1001", ring_ms=None)
    line.pbx.execute(ring(await waiting(line)))
    await line.wait_for(LegRinging, leg_id=AGENT_LEG)
    line.pbx.execute(HangUpLeg(leg_id=AGENT_LEG, cause=Cause.ANSWERED_ELSEWHERE))
    assert (await line.wait_for(LegEnded, leg_id=AGENT_LEG)).cause == Cause.ANSWERED_ELSEWHERE


async def test_phone_hung_up_at_once_never_meets_the_caller(line: Line) -> None:
    line.phone("1001", ring_ms=1_000)
    caller = await waiting(line)
    line.pbx.execute(ring(caller))
    line.pbx.execute(HangUpLeg(leg_id=AGENT_LEG, cause=Cause.ANSWERED_ELSEWHERE))
    assert (await line.wait_for(LegEnded, leg_id=AGENT_LEG)).cause == Cause.ANSWERED_ELSEWHERE
    assert LegAnswered not in line.about(AGENT_LEG)
    assert LegJoined not in line.about(caller)


async def test_caller_leaves_while_the_phone_rings(line: Line) -> None:
    line.phone("1001", ring_ms=None)
    caller = await waiting(line, Wait(900))
    line.pbx.execute(ring(caller))
    await line.wait_for(LegRinging, leg_id=AGENT_LEG)
    await line.wait_for(LegEnded, leg_id=caller)
    assert LegEnded not in line.about(AGENT_LEG)
    line.pbx.execute(HangUpLeg(leg_id=AGENT_LEG))
    await line.wait_for(LegEnded, leg_id=AGENT_LEG)


# --- a customer who is called back ----------------------------------------------------------------


async def in_our_hands(line: Line) -> DialogueOpened:
    """Ring the agent for nobody in particular; return how the answered leg came to us."""
    line.pbx.execute(ring(NO_LEG))
    return await line.wait_for(DialogueOpened, leg_id=AGENT_LEG)


async def test_phone_rung_for_nobody_comes_into_our_hands(line: Line) -> None:
    line.phone("1001", ring_ms=300)
    opened = await in_our_hands(line)
    await line.wait_for(LegAnswered, leg_id=AGENT_LEG)
    assert opened.tag == AGENT_TAG
    assert opened.dialed_number == ""
    line.pbx.execute(music(AGENT_LEG))
    assert await outcome(line, "music") == ("done", "")
    assert not line.all_of(LegJoined)


async def test_customer_called_back_hears_the_agent_at_once(line: Line) -> None:
    line.phone("1001")
    line.phone("1002", ring_ms=300)
    await in_our_hands(line)
    line.pbx.execute(ring(AGENT_LEG, "PJSIP/1002", CUSTOMER_LEG))
    theirs = await line.wait_for(LegJoined, leg_id=CUSTOMER_LEG)
    ours = await line.wait_for(LegJoined, leg_id=AGENT_LEG)
    assert ours.bridge_id == theirs.bridge_id
    await line.wait_for(DialogueClosed, leg_id=AGENT_LEG)
    assert not line.all_of(AnomalySeen)


@pytest.mark.parametrize("leaver", [AGENT_LEG, CUSTOMER_LEG], ids=["agent", "customer"])
async def test_talk_with_a_customer_called_back_ends_for_both(line: Line, leaver: LegId) -> None:
    line.phone("1001")
    line.phone("1002")
    await in_our_hands(line)
    line.pbx.execute(ring(AGENT_LEG, "PJSIP/1002", CUSTOMER_LEG))
    await line.wait_for(LegJoined, leg_id=CUSTOMER_LEG)
    line.pbx.execute(HangUpLeg(leg_id=leaver))
    for leg_id in (AGENT_LEG, CUSTOMER_LEG):
        await line.wait_for(LegEnded, leg_id=leg_id)


async def test_customer_who_does_not_answer_leaves_the_agent_in_our_hands(line: Line) -> None:
    line.phone("1001")
    line.phone("1002", refusal=BUSY)
    await in_our_hands(line)
    line.pbx.execute(ring(AGENT_LEG, "PJSIP/1002", CUSTOMER_LEG))
    ended = await line.wait_for(LegEnded, leg_id=CUSTOMER_LEG)
    assert ring_outcome(ended.cause) is RingOutcome.BUSY
    assert LegEnded not in line.about(AGENT_LEG)
    line.pbx.execute(HangUpLeg(leg_id=AGENT_LEG))
    await line.wait_for(LegEnded, leg_id=AGENT_LEG)
    await line.wait_for(DialogueClosed, leg_id=AGENT_LEG)


# --- the talk -----------------------------------------------------------------------------------


async def test_agent_ends_the_talk(line: Line) -> None:
    caller = await talking(line, talk_ms=400)
    await both_ended(line, caller)
    assert left_in_order(line) == [AGENT_LEG, caller]


async def test_caller_ends_the_talk(line: Line) -> None:
    caller = await talking(line, Wait(1_500))
    await both_ended(line, caller)
    assert left_in_order(line) == [caller, AGENT_LEG]


async def test_engine_ends_the_talk(line: Line) -> None:
    caller = await talking(line)
    line.pbx.execute(HangUpLeg(leg_id=caller))
    await both_ended(line, caller)
    assert left_in_order(line) == [caller, AGENT_LEG]


async def both_ended(line: Line, caller: LegId) -> None:
    for leg_id in (caller, AGENT_LEG):
        assert (await line.wait_for(LegEnded, leg_id=leg_id)).cause == Cause.NORMAL_CLEARING


def left_in_order(line: Line) -> list[LegId]:
    """Return who left the bridge, first one first; channels may be torn down in any order after it."""
    return [event.leg_id for event in line.all_of(LegLeft)]


# --- sent on ------------------------------------------------------------------------------------


async def test_waiting_caller_is_sent_on(line: Line) -> None:
    line.phone("1003")
    caller = await waiting(line)
    line.pbx.execute(TransferLeg(leg_id=caller, number="1003"))
    await line.wait_for(DialogueClosed, leg_id=caller)
    dialed = await line.wait_for(LegDialed, from_leg_id=caller)
    theirs = await line.wait_for(LegJoined, leg_id=dialed.leg_id)
    assert (await line.wait_for(LegJoined, leg_id=caller)).bridge_id == theirs.bridge_id


async def test_talking_caller_is_sent_on(line: Line) -> None:
    line.phone("1003")
    caller = await talking(line)
    line.pbx.execute(TransferLeg(leg_id=caller, number="1003"))
    await line.wait_for(LegEnded, leg_id=AGENT_LEG)
    dialed = await line.wait_for(LegDialed, from_leg_id=caller)
    await line.wait_for(LegJoined, leg_id=dialed.leg_id)
    assert LegEnded not in line.about(caller)


# --- notes, and an engine that comes back ----------------------------------------------------------


async def test_successor_finds_the_notes_of_waiting_callers(line: Line) -> None:
    caller = await waiting(line)
    line.pbx.execute(TagLeg(leg_id=caller, tag=CALLER_TAG))
    line.pbx.execute(PlayPrompt(leg_id=caller, step="prompt", prompt=SHORT, language="en"))
    assert await outcome(line, "prompt") == ("done", "")
    await line.replace_engine()
    again = await line.wait_for(DialogueOpened, leg_id=caller)
    assert again.tag == CALLER_TAG
    assert 0 < again.arrived_us < again.at_us
    told = line.about(caller)
    assert told[:3] == [LegCreated, LegAnswered, LegTagged]


async def test_successor_finds_the_talk_before_it_is_told_to_be_synced(line: Line) -> None:
    caller = await talking(line)
    line.pbx.execute(TagLeg(leg_id=caller, tag=CALLER_TAG))
    # Orders are carried out one by one, so when this one has failed the note is written.
    line.pbx.execute(ring(caller, "PJSIP/nobody", LegId("L-1-000002")))
    await line.wait_for(LegFailed)
    await line.replace_engine()
    await line.wait_for(PbxSynced)
    snapshot = line.told[: line.told.index(line.all_of(PbxSynced)[0])]
    notes = {event.leg_id: event.tag for event in snapshot if isinstance(event, LegTagged)}
    assert notes == {caller: CALLER_TAG, AGENT_LEG: AGENT_TAG}
    bridges = {event.leg_id: event.bridge_id for event in snapshot if isinstance(event, LegJoined)}
    assert bridges.keys() == {caller, AGENT_LEG}
    assert len(set(bridges.values())) == 1


@pytest.mark.parametrize("line", [ON_TCP, ON_ASTERISK], indirect=True)
async def test_cut_link_is_told_and_found_again(line: WireLine) -> None:
    line.phone("1001")
    caller = await waiting(line)
    line.cable.cut()
    await line.wait_for(PbxLost)
    line.pbx.execute(ring(caller))
    failed = await line.wait_for(LegFailed, leg_id=AGENT_LEG)
    assert failed.cause == Cause.NETWORK_OUT_OF_ORDER
    since = len(line.told)
    line.cable.mend()
    await line.wait_for(PbxSynced, since=since)
    assert line.about(caller).count(LegCreated) == 1
    line.pbx.execute(ring(caller, leg_id=LegId("L-1-000002")))
    await line.wait_for(LegJoined, leg_id=caller)


# --- values that may not go out -----------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"address": "PJSIP/1001\r\nAction: Logoff"},
        {"tag": "role=agent\r\nAction: Logoff"},
        {"caller_number": "555\n0001"},
        {"caller_name": "Ann\0Lee"},
    ],
    ids=lambda fields: next(iter(fields)),
)
async def test_unsafe_order_to_ring_fails(line: Line, fields: dict[str, str]) -> None:
    line.phone("1001")
    line.pbx.execute(replace(ring(await waiting(line)), **fields))  # type: ignore[arg-type]
    failed = await line.wait_for(LegFailed, leg_id=AGENT_LEG)
    assert ring_outcome(failed.cause) is RingOutcome.UNREACHABLE
    assert line.about(AGENT_LEG) == [LegFailed]


async def test_unsafe_note_and_number_are_refused(line: Line) -> None:
    caller = await waiting(line)
    line.pbx.execute(TagLeg(leg_id=caller, tag="role=caller\nevil: yes"))
    await line.wait_for(AnomalySeen, where="TagLeg")
    line.pbx.execute(TransferLeg(leg_id=caller, number="1003\r\nAction: Logoff"))
    await line.wait_for(AnomalySeen, where="TransferLeg")
    line.pbx.execute(play(caller, "still here"))
    line.pbx.execute(music(caller, "music again"))
    assert await outcome(line, "still here") == ("done", "")


@pytest.mark.parametrize(
    "step",
    [
        PlayPrompt(leg_id=LegId(""), step="bad", prompt=(Sound("hello\nHANGUP"),), language="en"),
        PlayPrompt(leg_id=LegId(""), step="bad", prompt=SHORT, language="en\nHANGUP"),
        PlayMusic(leg_id=LegId(""), step="bad", music="default\nHANGUP"),
        replace(record(LegId(""), "bad"), recording="a\nb"),
    ],
    ids=["sound", "language", "music", "recording"],
)
async def test_unsafe_step_fails_and_the_dialogue_goes_on(line: Line, step: DialogueStep) -> None:
    caller = await answered(line)
    line.pbx.execute(replace(step, leg_id=caller))
    assert await outcome(line, "bad") == ("failed", "")
    line.pbx.execute(PlayPrompt(leg_id=caller, step="good", prompt=SHORT, language="en"))
    assert await outcome(line, "good") == ("done", "")

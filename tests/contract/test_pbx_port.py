"""The two faces of the simulated Asterisk tell the same stories, event for event.

Once it is `SimPbx` in virtual time; once it is the Asterisk adapter, which logs in over TCP to the AMI
server and is called by the FastAGI client of the same exchange. What each of them must tell, a real
Asterisk included, is in `test_pbx`; here it is that nothing at all differs.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
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
    LegEnded,
    LegEvent,
    LegFailed,
    LegJoined,
    LegRinging,
    PbxLost,
    PbxSynced,
    StepFinished,
)
from core.model.ids import LegId
from core.model.message import Event
from core.model.prompts import SayDigits, Sound
from simulator.channel import Channel
from tests.services.pbx_lines import SimulatedLine, VirtualLine, tcp_line
from tests.services.sipp import BUSY, DECLINES

AGENT_LEG = LegId("L-1-000001")
TAG = "role=caller&contact=C-1-000001&queue=sales"
MENU = (Sound("welcome"), SayDigits("12"))
SHORT = (Sound("short"),)


@asynccontextmanager
async def virtual_line() -> AsyncIterator[SimulatedLine]:
    yield VirtualLine()


FACES: tuple[Callable[[], AbstractAsyncContextManager[SimulatedLine]], ...] = (virtual_line, tcp_line)


def put_phones(line: SimulatedLine) -> None:
    """Everybody but 1004 has a phone."""
    line.phone("1001", ring_ms=2_000)
    line.phone("1002", ring_ms=1_000, refusal=BUSY)
    line.phone("1003", ring_ms=None)
    line.phone("1005", ring_ms=1_000, refusal=DECLINES)


async def caller(line: SimulatedLine) -> tuple[Channel, LegId]:
    """Let somebody call and answer; return the far end and the leg."""
    leg_id = (await line.caller(name="Zoë")).leg_id
    await line.wait_for(LegCreated, leg_id=leg_id)
    line.pbx.execute(AnswerLeg(leg_id=leg_id, step="answer"))
    await line.wait_for(StepFinished, leg_id=leg_id)
    await line.wait_for(LegAnswered, leg_id=leg_id)
    return line.exchange.channels[leg_id], leg_id


def ring(leg_id: LegId, extension: str) -> RingLeg:
    return RingLeg(
        leg_id=AGENT_LEG,
        address=f"PJSIP/{extension}",
        bridge_with=leg_id,
        ring_timeout_us=microseconds(8),
        caller_number="+15550123",
        tag="role=agent&contact=C-1-000001",
    )


def play(leg_id: LegId, step: str, *parts: Sound | SayDigits, stop_digits: str = "") -> PlayPrompt:
    return PlayPrompt(leg_id=leg_id, step=step, prompt=parts, language="en", stop_digits=stop_digits)


def collect(leg_id: LegId, step: str) -> CollectDigits:
    return CollectDigits(
        leg_id=leg_id,
        step=step,
        prompt=(Sound("account-number"),),
        language="en",
        digits_max=4,
        terminators="#",
        first_timeout_us=microseconds(4),
        next_timeout_us=microseconds(4),
    )


def music(leg_id: LegId) -> PlayMusic:
    return PlayMusic(leg_id=leg_id, step="music", music="default")


async def until(line: SimulatedLine, kind: type[Event], count: int = 1) -> None:
    """Let time pass until `kind` was told `count` times."""
    await line.come_true(lambda: len(line.all_of(kind)) >= count)


async def listening(line: SimulatedLine, channel: Channel) -> None:
    """Wait until the channel plays or waits for a key."""
    await line.come_true(lambda: channel.listening is not None)


async def pressing(line: SimulatedLine, channel: Channel, keys: str) -> None:
    """Press each key as soon as something listens, and wait for the step to be over."""
    before = len(line.all_of(StepFinished))
    for key in keys:
        await listening(line, channel)
        line.exchange.press(channel, key)
    await until(line, StepFinished, before + 1)


# --- the stories ------------------------------------------------------------------------------------


async def menu_talk_and_agent_hangs_up(line: SimulatedLine) -> None:
    channel, leg_id = await caller(line)
    line.pbx.execute(play(leg_id, "menu", *MENU, stop_digits="12"))
    await pressing(line, channel, "2")
    line.pbx.execute(music(leg_id))
    await until(line, StepFinished, 3)
    line.pbx.execute(TagLeg(leg_id=leg_id, tag=TAG))
    line.pbx.execute(ring(leg_id, "1001"))
    await until(line, LegJoined, 2)
    await until(line, DialogueClosed)
    assert channel.variables["GOLDLINE_TAG"] == TAG
    line.exchange.leave(channel.peers()[0])
    await until(line, LegEnded, 2)


async def account_number_is_keyed_in(line: SimulatedLine) -> None:
    channel, leg_id = await caller(line)
    line.pbx.execute(collect(leg_id, "account"))
    await pressing(line, channel, "417#")
    line.pbx.execute(collect(leg_id, "full"))
    await pressing(line, channel, "4175")
    line.pbx.execute(collect(leg_id, "silence"))
    await until(line, StepFinished, 4)
    line.exchange.leave(channel)
    await until(line, LegEnded)


async def prompt_is_heard_to_its_end_then_replaced(line: SimulatedLine) -> None:
    channel, leg_id = await caller(line)
    line.pbx.execute(play(leg_id, "heard", *SHORT))
    await until(line, StepFinished, 2)
    line.pbx.execute(play(leg_id, "cut", *SHORT * 9))
    line.pbx.execute(play(leg_id, "left", *SHORT * 9))
    await until(line, StepFinished, 3)
    await listening(line, channel)
    line.exchange.leave(channel)
    await until(line, LegEnded)
    await until(line, DialogueClosed)


async def phone_is_tried_in_vain(line: SimulatedLine, extension: str) -> None:
    channel, leg_id = await caller(line)
    line.pbx.execute(ring(leg_id, extension))
    await until(line, LegFailed if extension == "1004" else LegEnded)
    line.exchange.leave(channel)
    await until(line, LegEnded, 1 if extension == "1004" else 2)
    await until(line, DialogueClosed)


async def caller_leaves_while_the_phone_rings(line: SimulatedLine) -> None:
    channel, leg_id = await caller(line)
    line.pbx.execute(ring(leg_id, "1003"))
    await until(line, LegRinging)
    line.exchange.leave(channel)
    await until(line, LegEnded)
    line.pbx.execute(HangUpLeg(leg_id=AGENT_LEG, cause=Cause.ANSWERED_ELSEWHERE))
    await until(line, LegEnded, 2)
    await until(line, DialogueClosed)


async def phone_is_ordered_for_a_caller_who_is_gone(line: SimulatedLine) -> None:
    channel, leg_id = await caller(line)
    line.exchange.leave(channel)
    await until(line, LegEnded)
    await until(line, DialogueClosed)
    line.pbx.execute(ring(leg_id, "1001"))
    await until(line, LegFailed)


async def caller_is_sent_outside(line: SimulatedLine) -> None:
    channel, leg_id = await caller(line)
    line.pbx.execute(TransferLeg(leg_id=leg_id, number="5551999"))
    await until(line, LegJoined, 2)
    line.exchange.leave(channel)
    await until(line, LegEnded, 2)


async def engine_is_killed_and_started_again(line: SimulatedLine) -> None:
    waiting, waiting_id = await caller(line)
    line.pbx.execute(TagLeg(leg_id=waiting_id, tag=TAG))
    line.pbx.execute(music(waiting_id))
    _, talking_id = await caller(line)
    line.pbx.execute(ring(talking_id, "1001"))
    await until(line, LegJoined, 2)
    await line.replace_engine()
    await until(line, DialogueOpened)
    line.exchange.leave(waiting)
    await until(line, LegEnded)
    await until(line, DialogueClosed)


STORIES: dict[str, Callable[[SimulatedLine], Awaitable[None]]] = {
    "talk": menu_talk_and_agent_hangs_up,
    "digits": account_number_is_keyed_in,
    "prompts": prompt_is_heard_to_its_end_then_replaced,
    "busy": lambda line: phone_is_tried_in_vain(line, "1002"),
    "no answer": lambda line: phone_is_tried_in_vain(line, "1003"),
    "not registered": lambda line: phone_is_tried_in_vain(line, "1004"),
    "rejected": lambda line: phone_is_tried_in_vain(line, "1005"),
    "leaves while ringing": caller_leaves_while_the_phone_rings,
    "too late": phone_is_ordered_for_a_caller_who_is_gone,
    "sent outside": caller_is_sent_outside,
    "restart": engine_is_killed_and_started_again,
}


# --- what both must tell --------------------------------------------------------------------------


def told_of_each_leg(line: SimulatedLine) -> dict[str, list[tuple[Any, ...]]]:
    """Return what was told of each leg, in its order.

    AMI and FastAGI are two sockets, so how their events interleave is nobody's promise: each leg has two
    accounts, what its channel did and what its dialogue did.
    """
    accounts: dict[str, list[tuple[Any, ...]]] = {}
    legs: dict[str, str] = {}
    bridges: dict[str, str] = {}
    for event in line.told:
        assert not isinstance(event, AnomalySeen), event
        if not isinstance(event, LegEvent):
            continue
        leg = legs.setdefault(event.leg_id, f"leg {len(legs) + 1}")
        in_dialogue = isinstance(event, DialogueOpened | StepFinished | DialogueClosed)
        told: list[Any] = [type(event).__name__]
        for name in ("caller_number", "dialed_number", "step", "outcome", "digits", "cause", "tag"):
            told.append(getattr(event, name, None))
        if bridge_id := getattr(event, "bridge_id", None):
            told.append(bridges.setdefault(bridge_id, f"bridge {len(bridges) + 1}"))
        accounts.setdefault(f"{leg}, {'dialogue' if in_dialogue else 'channel'}", []).append(tuple(told))
    return accounts


@pytest.mark.slow
@pytest.mark.parametrize("story", STORIES)
async def test_both_faces_tell_the_same_story(story: str) -> None:
    accounts = []
    for open_line in FACES:
        async with open_line() as line:
            put_phones(line)
            await STORIES[story](line)
            accounts.append(told_of_each_leg(line))
    assert accounts[0] == accounts[1]
    assert any("LegEnded" in step for account in accounts[0].values() for step in account)


@pytest.mark.slow
async def test_lost_link_is_found_again_and_nothing_is_told_twice() -> None:
    async with tcp_line() as line:
        put_phones(line)
        channel, leg_id = await caller(line)
        line.pbx.execute(ring(leg_id, "1001"))
        await until(line, LegJoined, 2)
        line.told.clear()
        line.server.drop_clients()
        await until(line, PbxLost)
        line.exchange.leave(channel)
        await until(line, PbxSynced)
        assert [event.cause for event in line.all_of(LegEnded)] == [0, 0]
        assert not line.all_of(LegCreated)

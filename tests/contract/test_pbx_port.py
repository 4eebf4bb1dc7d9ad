"""The two faces of the simulated Asterisk tell the same stories through the `Pbx` port.

Once it is `SimPbx` in virtual time; once it is the Asterisk adapter, which logs in over TCP to the AMI
server and is called by the FastAGI client of the same exchange, time running fast.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from random import Random
from typing import Any

import pytest

from core.kernel.clock import SECOND_US, microseconds
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
from core.ports import Pbx
from cti.agi.server import AgiSettings
from cti.ami.link import AmiSettings
from cti.asterisk.adapter import AsteriskPbx, AsteriskSettings
from simulator.ami_server import Account, AmiServer
from simulator.channel import Channel
from simulator.dialplan import DialplanSettings
from simulator.listener import PbxListener
from simulator.pbx import Exchange
from simulator.phones import PhoneBook, Reach, always
from simulator.port import SimPbx
from tests.services.loop_time import LoopTime
from tests.services.ports import free_tcp_port

SPEED = 40.0
LIMIT_S = 20.0
TOKEN = SECRET = "only-for-this-test"
AGENT_LEG = LegId("L-1-000001")
TAG = "role=caller&contact=C-1-000001&queue=sales"


def phones() -> PhoneBook:
    book = PhoneBook()
    book.add("PJSIP/1001", always(Reach.ANSWER, microseconds(2)))
    book.add("PJSIP/1002", always(Reach.BUSY, microseconds(1)))
    book.add("PJSIP/1003", always(Reach.IGNORE))
    book.add("PJSIP/1004", always(Reach.UNREGISTERED))
    book.add("PJSIP/1005", always(Reach.REJECT, microseconds(1)))
    return book


class Stage:
    """One exchange, the port in front of it, and everything the port told."""

    exchange: Exchange
    pbx: Pbx

    def __init__(self) -> None:
        self.told: list[Event] = []

    def hear(self, event: Event) -> None:
        self.told.append(event)

    def have(self, kind: type[Event], count: int) -> bool:
        return sum(isinstance(event, kind) for event in self.told) >= count

    async def come_true(self, condition: Callable[[], bool]) -> None:
        """Let time pass until `condition` holds."""
        raise NotImplementedError

    async def restart(self) -> None:
        """Kill the engine's side and start it again: what was told before is forgotten."""
        raise NotImplementedError

    async def until(self, kind: type[Event], count: int = 1) -> None:
        """Let time pass until `kind` was told `count` times."""
        await self.come_true(partial(self.have, kind, count))

    async def until_told_of(self, leg_id: LegId, *kinds: type[LegEvent]) -> None:
        """Let time pass until each of `kinds` was told of the leg."""

        def told() -> bool:
            of_leg = {type(e) for e in self.told if isinstance(e, LegEvent) and e.leg_id == leg_id}
            return of_leg >= set(kinds)

        await self.come_true(told)

    async def caller(self) -> tuple[Channel, LegId]:
        channel = self.exchange.call_in(caller_number="+15550123", caller_name="Zoë", dialed_number="800")
        leg_id = LegId(channel.uniqueid)
        await self.until_told_of(leg_id, DialogueOpened, LegCreated)
        self.pbx.execute(AnswerLeg(leg_id=leg_id, step="answer"))
        await self.until_told_of(leg_id, StepFinished, LegAnswered)
        return channel, leg_id

    def ring(self, leg_id: LegId, extension: str) -> None:
        self.pbx.execute(
            RingLeg(
                leg_id=AGENT_LEG,
                address=f"PJSIP/{extension}",
                bridge_with=leg_id,
                ring_timeout_us=microseconds(8),
                caller_number="+15550123",
                tag="role=agent&contact=C-1-000001",
            )
        )


class VirtualStage(Stage):
    """Time jumps from one thing to do to the next."""

    def __init__(self) -> None:
        super().__init__()
        self._now_us = 1_000 * SECOND_US
        self._agenda: list[tuple[int, int, Callable[[], None]]] = []
        self._asked = 0
        self.exchange = Exchange(self, phones())
        self._begin()

    def _begin(self) -> None:
        self._port = SimPbx(self.exchange, self.hear)
        self.pbx = self._port
        self._port.start()

    async def restart(self) -> None:
        self._port.stop()
        self.told.clear()
        self._begin()

    def now_us(self) -> int:
        return self._now_us

    def call_at(self, at_us: int, action: Callable[[], None]) -> None:
        self._asked += 1
        heapq.heappush(self._agenda, (at_us, self._asked, action))

    async def come_true(self, condition: Callable[[], bool]) -> None:
        while not condition():
            assert self._agenda, "nothing is left to happen"
            self._now_us, _, action = heapq.heappop(self._agenda)
            action()


class TcpStage(Stage, PbxListener):
    """Time passes by itself, and everything crosses a socket."""

    def __init__(self) -> None:
        super().__init__()
        self._news = asyncio.Event()
        self.exchange = Exchange(LoopTime(SPEED), phones())
        self.exchange.watch(self)
        self._agi = AgiSettings(port=free_tcp_port(), token=TOKEN)
        dialplan = DialplanSettings(engine_url=f"agi://{self._agi.host}:{self._agi.port}/{self._agi.path}")
        self.server = AmiServer(self.exchange, {"goldline": Account(secret=SECRET)}, dialplan)
        self._ami_port = 0

    async def start(self) -> None:
        self._ami_port = await self.server.start()
        await self._begin()

    async def stop(self) -> None:
        await self._adapter.close()
        await self.server.stop()

    async def restart(self) -> None:
        await self._adapter.close()
        self.told.clear()
        await self._begin()

    async def _begin(self) -> None:
        ami = AmiSettings(port=self._ami_port, username="goldline", secret=SECRET)
        settings = AsteriskSettings(ami=ami, agi=self._agi)
        self._adapter = AsteriskPbx(settings, self.hear, self.exchange, Random(1))
        self.pbx = self._adapter
        await self._adapter.start()
        await self.until(PbxSynced)

    def hear(self, event: Event) -> None:
        super().hear(event)
        self._news.set()

    def listening_began(self, channel: Channel) -> None:
        self._news.set()

    async def come_true(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(LIMIT_S):
            while not condition():
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def virtual() -> AsyncIterator[Stage]:
    yield VirtualStage()


@asynccontextmanager
async def over_tcp() -> AsyncIterator[Stage]:
    stage = TcpStage()
    await stage.start()
    try:
        yield stage
    finally:
        await stage.stop()


# --- the stories ------------------------------------------------------------------------------------


async def menu_talk_and_agent_hangs_up(stage: Stage) -> None:
    channel, leg_id = await stage.caller()
    menu = (Sound("welcome"), SayDigits("12"))
    stage.pbx.execute(PlayPrompt(leg_id=leg_id, step="menu", prompt=menu, language="en", stop_digits="12"))
    await pressing(stage, channel, "2")
    stage.pbx.execute(PlayMusic(leg_id=leg_id, step="music", music="default"))
    await stage.until(StepFinished, 3)
    stage.pbx.execute(TagLeg(leg_id=leg_id, tag=TAG))
    stage.ring(leg_id, "1001")
    await stage.until(LegJoined, 2)
    await stage.until(DialogueClosed)
    assert channel.variables["GOLDLINE_TAG"] == TAG
    stage.exchange.leave(channel.peers()[0])
    await stage.until(LegEnded, 2)


async def account_number_is_keyed_in(stage: Stage) -> None:
    channel, leg_id = await stage.caller()
    stage.pbx.execute(collect(leg_id, "account"))
    await pressing(stage, channel, "417#")
    stage.pbx.execute(collect(leg_id, "full"))
    await pressing(stage, channel, "4175")
    stage.pbx.execute(collect(leg_id, "silence"))
    await stage.until(StepFinished, 4)
    stage.exchange.leave(channel)
    await stage.until(LegEnded)


async def prompt_is_heard_to_its_end_then_replaced(stage: Stage) -> None:
    channel, leg_id = await stage.caller()
    short = (Sound("short"),)
    stage.pbx.execute(PlayPrompt(leg_id=leg_id, step="heard", prompt=short, language="en"))
    await stage.until(StepFinished, 2)
    stage.pbx.execute(PlayPrompt(leg_id=leg_id, step="cut", prompt=short * 9, language="en"))
    stage.pbx.execute(PlayPrompt(leg_id=leg_id, step="left", prompt=short * 9, language="en"))
    await stage.until(StepFinished, 3)
    await listening(stage, channel)
    stage.exchange.leave(channel)
    await stage.until(LegEnded)
    await stage.until(DialogueClosed)


async def phone_is_tried_in_vain(stage: Stage, extension: str) -> None:
    channel, leg_id = await stage.caller()
    stage.ring(leg_id, extension)
    await stage.until(LegFailed if extension == "1004" else LegEnded)
    stage.exchange.leave(channel)
    await stage.until(LegEnded, 1 if extension == "1004" else 2)
    await stage.until(DialogueClosed)


async def caller_leaves_while_the_phone_rings(stage: Stage) -> None:
    channel, leg_id = await stage.caller()
    stage.ring(leg_id, "1003")
    await stage.until(LegRinging)
    stage.exchange.leave(channel)
    await stage.until(LegEnded)
    stage.pbx.execute(HangUpLeg(leg_id=AGENT_LEG, cause=Cause.ANSWERED_ELSEWHERE))
    await stage.until(LegEnded, 2)
    await stage.until(DialogueClosed)


async def phone_is_ordered_for_a_caller_who_is_gone(stage: Stage) -> None:
    channel, leg_id = await stage.caller()
    stage.exchange.leave(channel)
    await stage.until(LegEnded)
    await stage.until(DialogueClosed)
    stage.ring(leg_id, "1001")
    await stage.until(LegFailed)


async def caller_is_sent_outside(stage: Stage) -> None:
    channel, leg_id = await stage.caller()
    stage.pbx.execute(TransferLeg(leg_id=leg_id, number="5551999"))
    await stage.until(LegJoined, 2)
    stage.exchange.leave(channel)
    await stage.until(LegEnded, 2)


async def engine_is_killed_and_started_again(stage: Stage) -> None:
    waiting, waiting_id = await stage.caller()
    stage.pbx.execute(TagLeg(leg_id=waiting_id, tag=TAG))
    stage.pbx.execute(PlayMusic(leg_id=waiting_id, step="music", music="default"))
    _, talking_id = await stage.caller()
    stage.ring(talking_id, "1001")
    await stage.until(LegJoined, 2)
    await stage.restart()
    await stage.until(DialogueOpened)
    stage.exchange.leave(waiting)
    await stage.until(LegEnded)
    await stage.until(DialogueClosed)


STORIES: dict[str, Callable[[Stage], Awaitable[None]]] = {
    "talk": menu_talk_and_agent_hangs_up,
    "digits": account_number_is_keyed_in,
    "prompts": prompt_is_heard_to_its_end_then_replaced,
    "busy": lambda stage: phone_is_tried_in_vain(stage, "1002"),
    "no answer": lambda stage: phone_is_tried_in_vain(stage, "1003"),
    "not registered": lambda stage: phone_is_tried_in_vain(stage, "1004"),
    "rejected": lambda stage: phone_is_tried_in_vain(stage, "1005"),
    "leaves while ringing": caller_leaves_while_the_phone_rings,
    "too late": phone_is_ordered_for_a_caller_who_is_gone,
    "sent outside": caller_is_sent_outside,
    "restart": engine_is_killed_and_started_again,
}


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


async def pressing(stage: Stage, channel: Channel, keys: str) -> None:
    """Press each key as soon as something listens, and wait for the step to be over."""
    before = sum(isinstance(event, StepFinished) for event in stage.told)
    for key in keys:
        await listening(stage, channel)
        stage.exchange.press(channel, key)
    await stage.until(StepFinished, before + 1)


async def listening(stage: Stage, channel: Channel) -> None:
    """Wait until the channel plays or waits for a key."""
    await stage.come_true(lambda: channel.listening is not None)


# --- what both must tell --------------------------------------------------------------------------


def told_of_each_leg(stage: Stage) -> dict[str, list[tuple[Any, ...]]]:
    """Return what was told of each leg, in its order.

    AMI and FastAGI are two sockets, so how their events interleave is nobody's promise: each leg has two
    accounts, what its channel did and what its dialogue did.
    """
    accounts: dict[str, list[tuple[Any, ...]]] = {}
    legs: dict[str, str] = {}
    bridges: dict[str, str] = {}
    for event in stage.told:
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
    for open_stage in (virtual, over_tcp):
        async with open_stage() as stage:
            await STORIES[story](stage)
            accounts.append(told_of_each_leg(stage))
    assert accounts[0] == accounts[1]
    assert any("LegEnded" in step for account in accounts[0].values() for step in account)


@pytest.mark.slow
async def test_lost_link_is_found_again_and_nothing_is_told_twice() -> None:
    async with over_tcp() as stage:
        assert isinstance(stage, TcpStage)
        channel, leg_id = await stage.caller()
        stage.ring(leg_id, "1001")
        await stage.until(LegJoined, 2)
        stage.told.clear()
        stage.server.drop_clients()
        await stage.until(PbxLost)
        stage.exchange.leave(channel)
        await stage.until(PbxSynced)
        told = [(type(event).__name__, event.cause) for event in stage.told if isinstance(event, LegEnded)]
        assert told == [("LegEnded", 0), ("LegEnded", 0)]
        assert not stage.have(LegCreated, 1)

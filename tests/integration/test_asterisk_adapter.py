"""`AsteriskPbx` on a real Asterisk: what it is ordered happens, and what happens it tells."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from random import Random
from typing import TypeVar

import pytest

from core.model.causes import Cause
from core.model.commands import AnswerLeg, HangUpLeg, PlayMusic, RingLeg, TagLeg, TransferLeg
from core.model.events import (
    AnomalySeen,
    DialogueClosed,
    DialogueOpened,
    LegAnswered,
    LegCreated,
    LegDialed,
    LegEnded,
    LegEvent,
    LegFailed,
    LegJoined,
    LegTagged,
    PbxLost,
    PbxSynced,
)
from core.model.ids import LegId
from core.model.message import Event
from core.model.tag import AGENT, CALLER, Tag
from cti.agi.server import AgiSettings
from cti.ami.link import AmiSettings
from cti.asterisk.adapter import AsteriskPbx, AsteriskSettings
from goldline.wall_clock import WallClock
from tests.services.ami_observer import AmiObserver
from tests.services.asterisk import RealAsterisk
from tests.services.cable import Cable
from tests.services.sipp import BUSY, DECLINES, Callers, Phones

pytestmark = pytest.mark.asterisk

StartCallers = Callable[..., Callers]
StartPhone = Callable[..., Phones]
E = TypeVar("E", bound=Event)
LIMIT_S = 10
NUMBERS = count(5_550_001)
"""A number for each caller: one of an earlier test may still be on its way out."""
AGENT_LEG = LegId("L-1-000001")
CALLER_TAG = Tag(role=CALLER, contact="C-1-000001", queue="sales", arrived_us=1).encode()
AGENT_TAG = Tag(role=AGENT, contact="C-1-000001", agent="Zoë").encode()


class Told:
    """Everything the adapter told, and a way to wait for what it has yet to tell."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._news = asyncio.Event()

    def hear(self, event: Event) -> None:
        self.events.append(event)
        self._news.set()

    async def wait_for(self, kind: type[E], *, since: int = 0, **wanted: str) -> E:
        """Return the first `kind` with the `wanted` fields that came after the first `since` events."""
        async with asyncio.timeout(LIMIT_S):
            while True:
                for event in self.events[since:]:
                    if isinstance(event, kind) and _has(event, wanted):
                        return event
                self._news.clear()
                await self._news.wait()

    def about(self, leg_id: str) -> list[type[Event]]:
        return [
            type(event) for event in self.events if isinstance(event, LegEvent) and event.leg_id == leg_id
        ]


def _has(event: Event, wanted: dict[str, str]) -> bool:
    return all(getattr(event, name) == value for name, value in wanted.items())


@asynccontextmanager
async def running_adapter(
    asterisk: RealAsterisk, ami_port: int | None = None
) -> AsyncIterator[tuple[AsteriskPbx, Told]]:
    dialplan = asterisk.dialplan
    settings = AsteriskSettings(
        ami=AmiSettings(
            port=ami_port or asterisk.ami_port, username=dialplan.manager_name, secret=dialplan.manager_secret
        ),
        agi=AgiSettings(port=dialplan.agi_port, token=dialplan.agi_token),
    )
    told = Told()
    pbx = AsteriskPbx(settings, told.hear, WallClock(), Random(1))
    await pbx.start()
    try:
        await told.wait_for(PbxSynced)
        yield pbx, told
    finally:
        await pbx.close()


@pytest.fixture
async def adapter(asterisk: RealAsterisk, observer: AmiObserver) -> AsyncIterator[tuple[AsteriskPbx, Told]]:
    async with running_adapter(asterisk) as running:
        yield running


async def waiting_caller(callers: StartCallers, pbx: AsteriskPbx, told: Told) -> LegId:
    """Let a customer call and hear music; return the leg."""
    number = str(next(NUMBERS))
    callers([number])
    leg_id = (await told.wait_for(DialogueOpened, caller_number=number)).leg_id
    pbx.execute(AnswerLeg(leg_id=leg_id, step="answer"))
    pbx.execute(PlayMusic(leg_id=leg_id, step="music", music="default"))
    await told.wait_for(LegAnswered, leg_id=leg_id)
    return leg_id


def ring(pbx: AsteriskPbx, caller: LegId, extension: str, leg_id: LegId = AGENT_LEG) -> None:
    pbx.execute(
        RingLeg(
            leg_id=leg_id,
            address=f"PJSIP/{extension}",
            bridge_with=caller,
            ring_timeout_us=5_000_000,
            caller_number="5550001",
            caller_name='Jörg "x"',
            tag=AGENT_TAG,
        )
    )


async def talk(callers: StartCallers, phone: StartPhone, pbx: AsteriskPbx, told: Told) -> LegId:
    """Let a customer talk with the agent at 1001; return the customer's leg."""
    phone("1001")
    caller = await waiting_caller(callers, pbx, told)
    pbx.execute(TagLeg(leg_id=caller, tag=CALLER_TAG))
    ring(pbx, caller, "1001")
    theirs = await told.wait_for(LegJoined, leg_id=caller)
    ours = await told.wait_for(LegJoined, leg_id=AGENT_LEG)
    assert theirs.bridge_id == ours.bridge_id
    return caller


async def test_a_waiting_caller_is_connected_and_hung_up(
    adapter: tuple[AsteriskPbx, Told], callers: StartCallers, phone: StartPhone
) -> None:
    pbx, told = adapter
    caller = await talk(callers, phone, pbx, told)
    await told.wait_for(DialogueClosed, leg_id=caller)
    pbx.execute(HangUpLeg(leg_id=caller))
    await told.wait_for(LegEnded, leg_id=AGENT_LEG)
    ended = await told.wait_for(LegEnded, leg_id=caller)
    assert ended.cause == Cause.NORMAL_CLEARING
    assert not [event for event in told.events if isinstance(event, AnomalySeen)]


async def test_a_phone_hung_up_at_once_never_meets_the_caller(
    adapter: tuple[AsteriskPbx, Told], callers: StartCallers, phone: StartPhone
) -> None:
    """Asterisk does not know the channel yet when the hang-up comes; it is done as soon as it does."""
    pbx, told = adapter
    phone("1001", ring_ms=2_000)
    caller = await waiting_caller(callers, pbx, told)
    ring(pbx, caller, "1001")
    pbx.execute(HangUpLeg(leg_id=AGENT_LEG, cause=Cause.ANSWERED_ELSEWHERE))
    ended = await told.wait_for(LegEnded, leg_id=AGENT_LEG)
    assert ended.cause == Cause.ANSWERED_ELSEWHERE
    assert LegAnswered not in told.about(AGENT_LEG)


async def test_an_asterisk_that_is_to_stop_is_lost_until_that_is_taken_back(
    adapter: tuple[AsteriskPbx, Told], callers: StartCallers, phone: StartPhone, asterisk: RealAsterisk
) -> None:
    """Nobody's phone is blamed: it takes no order at all, while its calls go on."""
    pbx, told = adapter
    caller = await waiting_caller(callers, pbx, told)
    phone("1001")
    seen = len(told.events)
    stopping = asyncio.create_task(asyncio.to_thread(asterisk.console, "core stop gracefully"))
    try:
        await told.wait_for(PbxLost, since=seen)
        assert pbx.vitals().trouble == "Asterisk is to stop once its calls have ended"
        ring(pbx, caller, "1001", LegId("L-refused"))
        failed = await told.wait_for(LegFailed, leg_id="L-refused")
        assert failed.cause == Cause.NETWORK_OUT_OF_ORDER
    finally:
        await asyncio.to_thread(asterisk.console, "core abort shutdown")
        await stopping
    await told.wait_for(PbxSynced, since=seen)
    assert pbx.vitals().trouble == ""
    ring(pbx, caller, "1001")
    await told.wait_for(LegJoined, leg_id=AGENT_LEG)


@pytest.mark.parametrize(("refusal", "cause"), [(BUSY, Cause.BUSY), (DECLINES, Cause.REJECTED)])
async def test_a_phone_that_does_not_want_to(
    adapter: tuple[AsteriskPbx, Told],
    callers: StartCallers,
    phone: StartPhone,
    refusal: str,
    cause: Cause,
) -> None:
    pbx, told = adapter
    phone("1002", refusal=refusal)
    ring(pbx, await waiting_caller(callers, pbx, told), "1002")
    ended = await told.wait_for(LegEnded, leg_id=AGENT_LEG)
    assert ended.cause == cause
    assert LegFailed not in told.about(AGENT_LEG)


async def test_phones_that_cannot_be_rung(adapter: tuple[AsteriskPbx, Told], callers: StartCallers) -> None:
    pbx, told = adapter
    caller = await waiting_caller(callers, pbx, told)
    ring(pbx, caller, "1009", LegId("L-unregistered"))
    ring(pbx, caller, "1001&PJSIP/1002", LegId("L-two-phones"))
    ring(pbx, LegId("nobody"), "1001", LegId("L-no-peer"))
    for leg_id, cause in (
        ("L-unregistered", Cause.SUBSCRIBER_ABSENT),
        ("L-two-phones", Cause.INTERWORKING),
        ("L-no-peer", Cause.INTERWORKING),
    ):
        assert (await told.wait_for(LegFailed, leg_id=leg_id)).cause == cause
        assert told.about(leg_id) == [LegFailed]


async def test_a_caller_in_a_dialogue_is_sent_on(
    adapter: tuple[AsteriskPbx, Told], callers: StartCallers, phone: StartPhone
) -> None:
    pbx, told = adapter
    phone("1003")
    caller = await waiting_caller(callers, pbx, told)
    pbx.execute(TransferLeg(leg_id=caller, number="1003"))
    dialed = await told.wait_for(LegDialed, from_leg_id=caller)
    await told.wait_for(LegJoined, leg_id=dialed.leg_id)


async def test_a_talking_caller_is_sent_on(
    adapter: tuple[AsteriskPbx, Told], callers: StartCallers, phone: StartPhone
) -> None:
    pbx, told = adapter
    phone("1003")
    caller = await talk(callers, phone, pbx, told)
    since = len(told.events)
    pbx.execute(TransferLeg(leg_id=caller, number="1003"))
    await told.wait_for(LegDialed, since=since, from_leg_id=caller)
    await told.wait_for(LegEnded, leg_id=AGENT_LEG)


async def test_a_new_engine_finds_the_talk_and_the_notes(
    asterisk: RealAsterisk, observer: AmiObserver, callers: StartCallers, phone: StartPhone
) -> None:
    async with running_adapter(asterisk) as (pbx, told):
        caller = await talk(callers, phone, pbx, told)
    async with running_adapter(asterisk) as (_, told):
        for leg_id, tag in ((caller, CALLER_TAG), (AGENT_LEG, AGENT_TAG)):
            assert told.about(leg_id) == [LegCreated, LegAnswered, LegJoined, LegTagged]
            assert (await told.wait_for(LegTagged, leg_id=leg_id)).tag == tag
        assert isinstance(told.events[-1], PbxSynced)


async def test_what_happened_while_the_link_was_cut_is_told_afterwards(
    asterisk: RealAsterisk, observer: AmiObserver, callers: StartCallers, phone: StartPhone
) -> None:
    async with Cable(asterisk.ami_port) as cable, running_adapter(asterisk, cable.port) as (pbx, told):
        caller = await talk(callers, phone, pbx, told)
        other = await waiting_caller(callers, pbx, told)
        since = len(told.events)
        cable.cut()
        await told.wait_for(PbxLost)
        await observer.act("Hangup", Channel=caller)
        await observer.seen(lambda event: event["Event"] == "Hangup" and event["Uniqueid"] == AGENT_LEG)
        cable.mend()
        await told.wait_for(PbxSynced, since=since)
        ended = [event for event in told.events[since:] if isinstance(event, LegEnded)]
        assert [(event.leg_id, event.cause) for event in ended] == [(caller, 0), (AGENT_LEG, 0)]
        assert told.about(other).count(LegCreated) == 1
        pbx.execute(HangUpLeg(leg_id=other, cause=Cause.CONGESTION))
        assert (await told.wait_for(LegEnded, leg_id=other)).cause == Cause.CONGESTION


async def test_after_a_restart_of_asterisk_nobody_is_left(
    asterisk: RealAsterisk, callers: StartCallers, phone: StartPhone
) -> None:
    async with running_adapter(asterisk) as (pbx, told):
        caller = await talk(callers, phone, pbx, told)
        since = len(told.events)
        await asyncio.to_thread(asterisk.kill)
        await told.wait_for(PbxLost)
        ring(pbx, caller, "1001", LegId("L-meanwhile"))
        failed = await told.wait_for(LegFailed, leg_id="L-meanwhile")
        assert failed.cause == Cause.NETWORK_OUT_OF_ORDER
        await asyncio.to_thread(asterisk.start)
        await told.wait_for(PbxSynced, since=since)
        ended = [event for event in told.events[since:] if isinstance(event, LegEnded)]
        assert [(event.leg_id, event.cause) for event in ended] == [(caller, 0), (AGENT_LEG, 0)]

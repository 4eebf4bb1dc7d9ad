"""Whatever event is lost: both faces of the `Pbx` port tell the truth again within five seconds.

Here every event of AMI is lost, so looks alone must tell all; the soak tries the shares in between.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from random import Random

import pytest

from core.kernel.clock import SECOND_US
from core.model.causes import Cause
from core.model.commands import HangUpLeg, PbxCommand, RingLeg
from core.model.events import (
    DialogueOpened,
    LegAnswered,
    LegCreated,
    LegEnded,
    LegEvent,
    LegFailed,
    LegJoined,
    LegRinging,
)
from core.model.ids import LegId
from core.model.message import Event
from core.ports import Pbx
from cti.agi.server import AgiSettings
from cti.ami.link import AmiSettings
from cti.asterisk.adapter import AsteriskPbx, AsteriskSettings
from simulator.ami_server import Account
from simulator.channel import Channel
from simulator.dialplan import DialplanSettings
from simulator.faults import FaultKind, FaultPlan, Slip
from simulator.faulty_pbx import FaultyPbx
from simulator.faulty_wire import FaultyAmiServer, FaultyNetwork
from simulator.pbx import Exchange
from simulator.phones import PhoneBook, Reach, always
from simulator.virtual_loop import LoopTime

SECRET = "only-for-this-test"
PHONE, UNREGISTERED = "PJSIP/1001", "PJSIP/1009"
AGENT_LEG = LegId("L-1-000001")
WITHIN_S = 5


class Floor:
    """A telephone system that loses every event, behind its port, and all that the port told."""

    pbx: Pbx

    def __init__(self) -> None:
        plan = FaultPlan([Slip(kind=FaultKind.EVENT_LOST, share=1)], seed=1)
        self.agi = AgiSettings(token=SECRET)
        self.loop = FaultyNetwork(plan, self.agi.port)
        phones = PhoneBook()
        phones.add(PHONE, always(Reach.ANSWER, SECOND_US))
        phones.add(UNREGISTERED, always(Reach.UNREGISTERED))
        self.exchange = Exchange(LoopTime(self.loop), phones)
        self.plan = plan
        self.told: list[Event] = []

    def pass_s(self, seconds: float) -> None:
        self.loop.run_until(self.loop.now_us() + round(seconds * SECOND_US))

    def give(self, command: PbxCommand) -> None:
        self.loop.call_soon(self.pbx.execute, command)

    def caller(self) -> Channel:
        """Let somebody call who is in a dialogue with us soon after."""
        self.loop.call_soon(partial(self.exchange.call_in, caller_number="+15550123", dialed_number="8000"))
        self.pass_s(1)
        (channel,) = self.exchange.channels.values()
        assert DialogueOpened in self.about(channel.uniqueid)
        return channel

    def about(self, leg_id: str) -> list[type[Event]]:
        return [type(event) for event in self.told if isinstance(event, LegEvent) and event.leg_id == leg_id]

    def ring(self, address: str, caller: Channel) -> None:
        leg_id = LegId(caller.uniqueid)
        self.give(RingLeg(leg_id=AGENT_LEG, address=address, bridge_with=leg_id, ring_timeout_us=20_000_000))


class DirectFloor(Floor):
    def open(self) -> None:
        pbx = FaultyPbx(self.exchange, self.told.append, self.plan, until_us=0)
        pbx.start()
        self.pbx = pbx

    def close(self) -> None:
        self.loop.close()


class WireFloor(Floor):
    def open(self) -> None:
        url = f"agi://{self.agi.host}:{self.agi.port}/{self.agi.path}"
        accounts = {"goldline": Account(secret=SECRET)}
        self.server = FaultyAmiServer(self.exchange, accounts, DialplanSettings(engine_url=url), self.plan)
        ami = AmiSettings(username="goldline", secret=SECRET)
        settings = AsteriskSettings(ami=ami, agi=self.agi)
        self.pbx = self.adapter = AsteriskPbx(settings, self.told.append, self.loop, Random(1))
        self.loop.run_until_complete(self.server.start(port=ami.port))
        self.loop.run_until_complete(self.adapter.start())
        self.pass_s(1)

    def close(self) -> None:
        self.loop.run_until_complete(self.adapter.close())
        self.loop.run_until_complete(self.server.stop())
        self.loop.close()


@pytest.fixture(params=[DirectFloor, WireFloor], ids=["direct", "wire"])
def floor(request: pytest.FixtureRequest) -> Iterator[Floor]:
    floor: DirectFloor | WireFloor = request.param()
    floor.open()
    yield floor
    floor.close()


def test_caller_is_told_created_and_answered(floor: Floor) -> None:
    channel = floor.caller()
    floor.loop.call_soon(floor.exchange.answer, channel)
    floor.pass_s(WITHIN_S)
    assert [kind for kind in floor.about(channel.uniqueid) if kind in (LegCreated, LegAnswered)] == [
        LegCreated,
        LegAnswered,
    ]


def test_phone_that_rings_long_is_told_ringing(floor: Floor) -> None:
    floor.exchange.phones.add(PHONE, always(Reach.IGNORE))
    floor.ring(PHONE, floor.caller())
    floor.pass_s(WITHIN_S)
    assert floor.about(AGENT_LEG) == [LegCreated, LegRinging]


def test_talk_is_told_with_both_in_one_bridge(floor: Floor) -> None:
    channel = floor.caller()
    floor.ring(PHONE, channel)
    floor.pass_s(1 + WITHIN_S)
    joined = [event for event in floor.told if isinstance(event, LegJoined)]
    assert {event.leg_id for event in joined} == {AGENT_LEG, channel.uniqueid}
    assert len({event.bridge_id for event in joined}) == 1
    assert LegEnded not in floor.about(channel.uniqueid), "its dialogue closed, but it talks"


def test_end_of_a_talk_is_told_for_both_legs(floor: Floor) -> None:
    channel = floor.caller()
    floor.ring(PHONE, channel)
    floor.pass_s(1 + WITHIN_S)
    floor.loop.call_soon(floor.exchange.leave, channel)
    floor.pass_s(WITHIN_S)
    ended = [event for event in floor.told if isinstance(event, LegEnded)]
    assert {event.leg_id for event in ended} == {AGENT_LEG, channel.uniqueid}
    assert {event.cause for event in ended} == {Cause.UNKNOWN}


def test_caller_who_came_and_went_between_two_looks_is_told_ended(floor: Floor) -> None:
    channel = floor.caller()
    floor.loop.call_soon(floor.exchange.leave, channel)
    floor.pass_s(WITHIN_S)
    assert floor.about(channel.uniqueid).count(LegEnded) == 1


def test_phone_that_could_not_be_rung_is_told_failed(floor: Floor) -> None:
    floor.ring(UNREGISTERED, floor.caller())
    floor.pass_s(WITHIN_S)
    assert floor.about(AGENT_LEG) == [LegFailed]


def test_nothing_is_told_twice(floor: Floor) -> None:
    channel = floor.caller()
    floor.ring(PHONE, channel)
    floor.pass_s(60)
    for kind in (LegCreated, LegAnswered, LegJoined):
        assert floor.about(channel.uniqueid).count(kind) <= 1
        assert floor.about(AGENT_LEG).count(kind) == 1


def test_leg_ends_whose_hang_up_was_asked_for(floor: Floor) -> None:
    channel = floor.caller()
    floor.give(HangUpLeg(leg_id=LegId(channel.uniqueid)))
    floor.pass_s(WITHIN_S)
    assert channel.ended
    assert floor.about(channel.uniqueid)[-1] is LegEnded

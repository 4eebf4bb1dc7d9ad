"""Whatever event is lost: both faces of the `Pbx` port tell the truth again within five seconds.

Here every event of AMI is lost, so looks alone must tell all; the soak tries the shares in between.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.model.causes import Cause
from core.model.commands import HangUpLeg
from core.model.events import LegAnswered, LegCreated, LegEnded, LegFailed, LegJoined, LegRinging
from core.model.ids import LegId
from simulator.faults import FaultKind, Slip
from simulator.phones import Reach, always
from tests.services.faulty_floors import (
    AGENT_LEG,
    PHONE,
    UNREGISTERED,
    WITHIN_S,
    DirectFloor,
    Floor,
    WireFloor,
)

EVERY_EVENT_LOST = Slip(kind=FaultKind.EVENT_LOST, share=1)


@pytest.fixture(params=[DirectFloor, WireFloor], ids=["direct", "wire"])
def floor(request: pytest.FixtureRequest) -> Iterator[Floor]:
    floor: DirectFloor | WireFloor = request.param([EVERY_EVENT_LOST])
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

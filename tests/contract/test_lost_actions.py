"""What becomes of an action that Asterisk never does, does late, or does not say that it did."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from core.model.commands import HangUpLeg
from core.model.events import LegCreated, LegEnded, LegFailed
from core.model.ids import LegId
from simulator.draws import Constant
from simulator.faults import FaultKind, Slip
from simulator.phones import Reach, always
from tests.services.faulty_floors import AGENT_LEG, PHONE, DirectFloor, Floor, WireFloor

SIX_SECONDS = Constant(value_s=6)
"""A second longer than the adapter waits for a reply."""
OVER_S = 60

Make = Callable[[list[Slip]], DirectFloor | WireFloor]
on_both_faces = pytest.mark.parametrize("make", [DirectFloor, WireFloor], ids=["direct", "wire"])


@contextmanager
def opened(make: Make, *slips: Slip) -> Iterator[Floor]:
    floor = make(list(slips))
    floor.open()
    try:
        yield floor
    finally:
        floor.close()


@on_both_faces
def test_hang_up_that_was_lost_is_asked_for_again_until_the_leg_is_gone(make: Make) -> None:
    with opened(make, Slip(kind=FaultKind.ACTION_LOST, share=0.5)) as floor:
        channel = floor.caller()
        floor.give(HangUpLeg(leg_id=LegId(channel.uniqueid)))
        floor.pass_s(OVER_S)
        assert channel.ended
        assert LegEnded in floor.about(channel.uniqueid)


@on_both_faces
def test_order_to_ring_that_was_lost_fails_and_is_not_given_again(make: Make) -> None:
    with opened(make, Slip(kind=FaultKind.ACTION_LOST, share=1)) as floor:
        floor.ring(PHONE, floor.caller())
        floor.pass_s(OVER_S)
        assert floor.about(AGENT_LEG) == [LegFailed]


@on_both_faces
def test_phone_that_is_rung_too_late_is_hung_up(make: Make) -> None:
    """The engine was told that the order failed, and has offered the caller to somebody else."""
    with opened(make, Slip(kind=FaultKind.ACTION_LATE, share=1, lasts=SIX_SECONDS)) as floor:
        floor.exchange.phones.add(PHONE, always(Reach.IGNORE))
        floor.ring(PHONE, floor.caller())
        floor.pass_s(SIX_SECONDS.value_s - 0.5)
        assert floor.about(AGENT_LEG) == [LegFailed]
        floor.pass_s(1)
        assert AGENT_LEG in floor.exchange.channels
        floor.pass_s(SIX_SECONDS.value_s)
        assert AGENT_LEG not in floor.exchange.channels, "long before it would have stopped ringing"


def test_reply_that_comes_late_and_twice_changes_nothing() -> None:
    late = Slip(kind=FaultKind.REPLY_LATE, share=1, lasts=Constant(value_s=2))
    with opened(WireFloor, Slip(kind=FaultKind.REPLY_DOUBLED, share=1), late) as floor:
        caller = floor.caller()
        floor.ring(PHONE, caller)
        floor.pass_s(OVER_S)
        assert floor.about(AGENT_LEG).count(LegCreated) == 1
        assert [peer.uniqueid for peer in caller.peers()] == [AGENT_LEG]

"""One offer between the two phones: what is told late, twice, in an odd order, or not at all."""

from __future__ import annotations

import pytest

from core.model.commands import HangUpLeg, RingLeg
from core.model.contact import ContactState
from core.model.events import (
    ContactAbandoned,
    ContactConnected,
    LegAnswered,
    LegFailed,
    LegJoined,
    PbxLost,
    PbxSynced,
)
from core.model.ids import AgentId, BridgeId, LegId
from core.model.requests import RejectOffer
from tests.unit.floor import Floor


def ringing() -> Floor:
    """Ann's phone rings for the caller `a`."""
    floor = Floor({"ann": 5})
    floor.ready("ann")
    floor.arrive("a")
    return floor


def join(floor: Floor, *legs: str) -> None:
    for leg in legs:
        floor.hear(LegJoined(at_us=floor.now_us, leg_id=LegId(leg), bridge_id=BridgeId("b")))


@pytest.mark.parametrize("caller_first", [True, False])
def test_bridge_heard_of_before_the_answer_connects(caller_first: bool) -> None:
    floor = ringing()
    phone = floor.phone_of("ann")
    join(floor, *(["leg-a", phone] if caller_first else [phone, "leg-a"]))
    floor.hear(LegAnswered(at_us=0, leg_id=phone))
    assert len(floor.events(ContactConnected)) == 1
    assert floor.orders(HangUpLeg) == []


def test_answer_told_twice_is_one_answer() -> None:
    floor = ringing()
    for _ in range(2):
        floor.hear(LegAnswered(at_us=0, leg_id=floor.phone_of("ann")))
    join(floor, floor.phone_of("ann"), "leg-a")
    assert floor.state("ann")[0] == "on_contact"
    assert floor.orders(HangUpLeg) == []


def test_bridge_of_an_offer_that_ran_out_connects_nobody() -> None:
    """The caller is heard to be in the bridge, the time runs out, then the agent is heard to be there."""
    floor = ringing()
    (contact,) = floor.contacts
    join(floor, "leg-a")
    floor.fire("offer", contact.offer_id or "")
    join(floor, floor.phone_of("ann"))
    assert contact.state is ContactState.QUEUED
    assert floor.state("ann") == ("not_ready", "rona")


def test_agent_who_meets_a_caller_just_gone_is_not_connected() -> None:
    floor = ringing()
    join(floor, "leg-a")
    floor.hang_up("leg-a")
    join(floor, floor.phone_of("ann"))
    assert [left.stage for left in floor.events(ContactAbandoned)] == ["ringing"]
    assert floor.state("ann") == ("ready", "")


def test_caller_gone_between_answer_and_bridge_frees_the_agent() -> None:
    floor = ringing()
    phone = floor.phone_of("ann")
    floor.hear(LegAnswered(at_us=0, leg_id=phone))
    floor.hang_up("leg-a")
    floor.hang_up(phone)
    assert [left.stage for left in floor.events(ContactAbandoned)] == ["ringing"]
    assert floor.state("ann") == ("ready", "")


def test_phone_gone_between_answer_and_bridge_sends_the_caller_back_in_line() -> None:
    floor = ringing()
    phone = floor.phone_of("ann")
    floor.hear(LegAnswered(at_us=0, leg_id=phone))
    floor.hang_up(phone)
    assert floor.router.waiting(next(iter(floor.contacts)).queue) == 1  # type: ignore[arg-type]
    assert floor.state("ann") == ("not_ready", "rejected")


def test_phone_stops_ringing_for_who_left_before_it_rings_for_the_next() -> None:
    """Ordered the other way round the phone would be busy, and its agent not ready for it."""
    floor = ringing()
    old = floor.phone_of("ann")
    floor.arrive("b")
    floor.commands.clear()
    floor.hang_up("leg-a")
    about_phones = [order for order in floor.commands if isinstance(order, HangUpLeg | RingLeg)]
    assert [type(order) for order in about_phones] == [HangUpLeg, RingLeg]
    assert (about_phones[0].leg_id, floor.offered()) == (old, [("b", "ann")])


# --- the link with the PBX is lost while the phone rings ------------------------------------------


def lost_while_ringing() -> Floor:
    floor = ringing()
    floor.hear(PbxLost(at_us=floor.now_us, pbx="main"))
    return floor


def sync(floor: Floor) -> None:
    floor.hear(PbxSynced(at_us=floor.now_us, pbx="main"))


def test_phone_answered_while_the_link_was_down_talks_on() -> None:
    """The dialplan joins the two without us; the time of the offer runs out before we hear of it."""
    floor = lost_while_ringing()
    (contact,) = floor.contacts
    floor.fire("offer", contact.offer_id or "")
    floor.answer("ann")
    sync(floor)
    assert (contact.state, floor.state("ann")[0]) == (ContactState.CONNECTED, "on_contact")
    assert floor.orders(HangUpLeg) == []


def test_phone_that_still_rings_when_the_link_is_back_has_rung_too_long() -> None:
    floor = lost_while_ringing()
    (contact,) = floor.contacts
    floor.fire("offer", contact.offer_id or "")
    assert (contact.state, floor.state("ann")[0]) == (ContactState.OFFERED, "reserved")
    sync(floor)
    assert (contact.state, floor.state("ann")) == (ContactState.QUEUED, ("not_ready", "rona"))
    assert floor.orders(HangUpLeg)[-1].leg_id == floor.phone_of("ann")


def test_phone_whose_ringing_got_lost_with_the_link_is_tried_again() -> None:
    floor = lost_while_ringing()
    floor.hear(LegFailed(at_us=0, leg_id=floor.phone_of("ann"), cause=38))
    assert floor.state("ann") == ("ready", "")
    sync(floor)
    assert floor.offered() == [("a", "ann"), ("a", "ann")]


def test_agent_may_reject_while_the_link_is_down() -> None:
    floor = lost_while_ringing()
    floor.hear(RejectOffer(at_us=0, agent_id=AgentId("ann")))
    assert floor.state("ann") == ("not_ready", "rejected")
    floor.answer("ann")
    assert floor.orders(HangUpLeg)[-1].leg_id == floor.phone_of("ann"), "who rejected is not put through"

"""A callback by an agent whose call stands: no phone of the agent's rings, and the call outlives the talk."""

from __future__ import annotations

from core.model.callback_events import CallbackClosed, CallbackPostponed
from core.model.causes import Cause
from core.model.commands import HangUpLeg, JoinLeg, RingLeg
from core.model.contact import Contact, ContactState
from core.model.events import (
    ContactConnected,
    DialogueClosed,
    DialogueOpened,
    LegAnswered,
    LegEnded,
    LegJoined,
    LegLeft,
)
from core.model.ids import NO_LEG, BridgeId, LegId
from core.model.tag import STANDING, Tag
from tests.unit.floor import Floor
from tests.unit.routing.calling_back import NUMBER, QUEUE, book

NOTE = Tag(role=STANDING, agent="ann").encode()
TALK = BridgeId("talk")


def by_ann() -> tuple[Floor, Contact, LegId]:
    """A callback is booked, and ann, whose call stands, becomes ready; return her leg."""
    floor = Floor({"ann": 5}, queue=QUEUE, standing=["ann"])
    callback = book(floor)
    floor.ready("ann")
    leg_id = floor.phone_of("ann")
    floor.hear(LegAnswered(at_us=floor.now_us, leg_id=leg_id))
    floor.hear(DialogueOpened(at_us=floor.now_us, leg_id=leg_id, tag=NOTE))
    return floor, callback, leg_id


def customer_of(floor: Floor) -> RingLeg:
    """Return the order to ring the customer."""
    (ring,) = [order for order in floor.orders(RingLeg) if order.address == f"PJSIP/{NUMBER}@trunk"]
    return ring


def customer_in_our_hands(floor: Floor) -> LegId:
    leg_id = customer_of(floor).leg_id
    floor.hear(LegAnswered(at_us=floor.now_us, leg_id=leg_id))
    floor.hear(DialogueOpened(at_us=floor.now_us, leg_id=leg_id, tag=customer_of(floor).tag))
    return leg_id


def test_customer_is_dialed_at_once_and_joined_by_the_agents_leg() -> None:
    floor, callback, ann = by_ann()
    assert customer_of(floor).bridge_with == NO_LEG
    customer = customer_in_our_hands(floor)
    assert floor.orders(JoinLeg) == [JoinLeg(leg_id=ann, bridge_with=customer)]
    floor.hear(DialogueClosed(at_us=floor.now_us, leg_id=ann))
    for leg_id in (ann, customer):
        floor.hear(LegJoined(at_us=floor.now_us, leg_id=leg_id, bridge_id=TALK))
    assert [event.contact_id for event in floor.events(ContactConnected)] == [callback.contact_id]
    assert [event.reason for event in floor.events(CallbackClosed)] == [""]
    floor.let_pass(60)
    assert callback.state is ContactState.CONNECTED


def test_agents_call_outlives_the_talk() -> None:
    floor, _, ann = by_ann()
    customer = customer_in_our_hands(floor)
    for leg_id in (ann, customer):
        floor.hear(LegJoined(at_us=floor.now_us, leg_id=leg_id, bridge_id=TALK))
    for leg_id in (customer, ann):
        floor.hear(LegLeft(at_us=floor.now_us, leg_id=leg_id, bridge_id=TALK))
    floor.hang_up(customer)
    floor.hear(DialogueOpened(at_us=floor.now_us, leg_id=ann, tag=NOTE))
    assert floor.state("ann") == ("wrap_up", "")
    assert ann not in [order.leg_id for order in floor.orders(HangUpLeg)]


def test_customer_who_does_not_answer_is_dialed_later_and_the_agent_is_free() -> None:
    floor, _, ann = by_ann()
    floor.hear(LegEnded(at_us=floor.now_us, leg_id=customer_of(floor).leg_id, cause=Cause.NO_ANSWER))
    assert [event.reason for event in floor.events(CallbackPostponed)] == ["no_answer"]
    assert floor.state("ann") == ("ready", "")
    assert ann not in [order.leg_id for order in floor.orders(HangUpLeg)]
    caller = floor.arrive("next")
    assert floor.orders(JoinLeg) == [JoinLeg(leg_id=ann, bridge_with=caller.leg_id)]


def test_customer_who_hangs_up_while_being_joined_leaves_the_agents_call_alone() -> None:
    floor, _, ann = by_ann()
    customer = customer_in_our_hands(floor)
    floor.hear(DialogueClosed(at_us=floor.now_us, leg_id=ann))
    floor.hang_up(customer)
    floor.hear(DialogueOpened(at_us=floor.now_us, leg_id=ann, tag=NOTE))
    assert len(floor.events(CallbackPostponed)) == 1
    assert floor.state("ann") == ("ready", "")
    assert ann not in [order.leg_id for order in floor.orders(HangUpLeg)]


def test_agents_call_lost_while_the_customers_phone_rings_stops_that() -> None:
    floor, _, ann = by_ann()
    floor.hang_up(ann)
    assert [event.reason for event in floor.events(CallbackPostponed)] == ["agent_left"]
    assert customer_of(floor).leg_id in [order.leg_id for order in floor.orders(HangUpLeg)]
    assert floor.state("ann") == ("not_ready", "leg_down")

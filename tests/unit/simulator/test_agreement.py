"""Each thing the engine may wrongly believe is found; what mends itself in time is forgiven."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.calls import CallBook
from core.contacts import ContactBook
from core.engine import Engine
from core.kernel.clock import SECOND_US
from core.model.agent import AgentState
from core.model.contact import Contact, ContactState
from core.model.events import AgentStateChanged, LegAnswered, LegCreated, LegJoined, PbxLost, PbxSynced
from core.model.ids import AgentId, BridgeId, ContactId, LegId
from core.model.message import Event
from simulator.agreement import AGREES_WITHIN_US, Agreement, Belief, agrees_within_us
from simulator.channel import Channel, ChannelState
from simulator.faults import FaultKind, FaultPlan, Slip
from simulator.pbx import Exchange
from simulator.phones import PhoneBook, outside_address
from tests.unit.simulator.conftest import VirtualTime

ANN, PHONE = AgentId("ann"), "PJSIP/1001"


class Floor:
    """An exchange, an engine that knows only what the story tells it, and the agreement between them."""

    def __init__(self) -> None:
        self.time = VirtualTime()
        self.exchange = Exchange(self.time, PhoneBook())
        self.exchange.dialplan = lambda channel: None
        self.engine = Engine()
        self.belief = Belief(CallBook(self.engine), ContactBook())
        self.agreement = Agreement(self.exchange, self.belief, AGREES_WITHIN_US)
        self.see(PbxSynced(at_us=0, pbx="sim"))

    def see(self, event: Event) -> None:
        self.agreement.watchers[type(event)](event)

    def agent(self, state: AgentState) -> None:
        self.see(AgentStateChanged(at_us=0, agent_id=ANN, old=AgentState.READY, new=state, extension=PHONE))

    def caller(self, state: ContactState = ContactState.QUEUED) -> Channel:
        """Let somebody call, of whom the engine knows all."""
        channel = self.exchange.call_in(caller_number="1", dialed_number="8000")
        leg_id = LegId(channel.uniqueid)
        self.engine.handle(LegCreated(at_us=0, leg_id=leg_id, address=channel.name))
        contact = Contact(contact_id=ContactId(f"C-{leg_id}"), leg_id=leg_id, arrived_us=0, state=state)
        self.belief.contacts.add(contact)
        return channel

    def phone(self, address: str = PHONE) -> Channel:
        """Let a channel exist to `address`, of which the engine knows."""
        channel = self.exchange.new_channel(address, ChannelState.RINGING, inbound=False)
        self.engine.handle(LegCreated(at_us=0, leg_id=LegId(channel.uniqueid), address=channel.name))
        return channel

    def found(self) -> str:
        return "; ".join(self.agreement.disagreements())


@pytest.fixture
def floor() -> Floor:
    return Floor()


def test_what_the_engine_knows_rightly_is_no_disagreement(floor: Floor) -> None:
    floor.caller()
    floor.phone()
    floor.agent(AgentState.RESERVED)
    assert floor.found() == ""


def leg_that_is_gone(floor: Floor) -> None:
    floor.engine.handle(LegCreated(at_us=0, leg_id=LegId("17.9"), address="PJSIP/x-1"))


def leg_nobody_told_of(floor: Floor) -> None:
    floor.exchange.new_channel(PHONE, ChannelState.RINGING, inbound=False)


def answer_nobody_told_of(floor: Floor) -> None:
    floor.exchange.answer(floor.caller())


def bridge_that_is_not_there(floor: Floor) -> None:
    leg_id = LegId(floor.caller().uniqueid)
    floor.engine.handle(LegJoined(at_us=0, leg_id=leg_id, bridge_id=BridgeId("b9")))


def caller_who_is_gone(floor: Floor) -> None:
    floor.exchange.hang_up(floor.caller())


def caller_without_a_contact(floor: Floor) -> None:
    channel = floor.exchange.call_in(caller_number="1", dialed_number="8000")
    floor.engine.handle(LegCreated(at_us=0, leg_id=LegId(channel.uniqueid), address=channel.name))


def talk_with_nobody(floor: Floor) -> None:
    floor.caller(ContactState.CONNECTED)


def talk_of_one_who_waits(floor: Floor) -> None:
    floor.exchange.bridge(floor.phone(), floor.caller())


def idle_agent_whose_phone_is_in_use(floor: Floor) -> None:
    floor.phone()
    floor.agent(AgentState.READY)


def reserved_agent_whose_phone_is_silent(floor: Floor) -> None:
    floor.agent(AgentState.RESERVED)


@pytest.mark.parametrize(
    ("story", "told"),
    [
        (leg_that_is_gone, "leg 17.9 is gone and the engine does not know"),
        (leg_nobody_told_of, "is there and the engine does not know"),
        (answer_nobody_told_of, "is UP and the engine thinks it new"),
        (bridge_that_is_not_there, "is in another bridge than b9"),
        (caller_who_is_gone, "is queued and its caller is gone"),
        (caller_without_a_contact, "is on the line and has no contact"),
        (talk_with_nobody, "is connected and talks to nobody"),
        (talk_of_one_who_waits, "talks and is queued"),
        (idle_agent_whose_phone_is_in_use, "agent ann is ready, the phone is not"),
        (reserved_agent_whose_phone_is_silent, "agent ann is reserved, the phone is not"),
    ],
    ids=lambda each: each.__name__ if callable(each) else "",
)
def test_wrong_belief_is_found(floor: Floor, story: Callable[[Floor], None], told: str) -> None:
    story(floor)
    assert told in floor.found()


def test_caller_sent_on_to_the_outside_needs_no_contact(floor: Floor) -> None:
    channel = floor.exchange.call_in(caller_number="1", dialed_number="8000")
    floor.engine.handle(LegCreated(at_us=0, leg_id=LegId(channel.uniqueid), address=channel.name))
    outside = floor.phone(outside_address("5559000"))
    outside.linkedid = channel.linkedid
    assert floor.found() == ""


class TestTime:
    def test_belief_that_stays_wrong_too_long_is_told(self, floor: Floor) -> None:
        leg_that_is_gone(floor)
        assert floor.agreement.look(0) is None
        assert floor.agreement.look(AGREES_WITHIN_US) is None
        assert floor.agreement.look(AGREES_WITHIN_US + 1) == (
            "leg 17.9 is gone and the engine does not know, for 5 s"
        )

    def test_belief_that_was_put_right_begins_anew(self, floor: Floor) -> None:
        channel = floor.caller()
        floor.exchange.answer(channel)
        floor.agreement.look(0)
        floor.engine.handle(LegAnswered(at_us=1, leg_id=LegId(channel.uniqueid)))
        assert floor.agreement.look(2 * AGREES_WITHIN_US) is None

    def test_nothing_is_demanded_while_the_link_is_down(self, floor: Floor) -> None:
        leg_that_is_gone(floor)
        floor.agreement.look(0)
        floor.see(PbxLost(at_us=1, pbx="sim"))
        assert floor.agreement.look(60 * SECOND_US) is None
        floor.see(PbxSynced(at_us=61 * SECOND_US, pbx="sim"))
        assert floor.agreement.look(61 * SECOND_US) is None
        assert floor.agreement.look(67 * SECOND_US) is not None

    def test_lost_events_alone_earn_no_allowance(self) -> None:
        lost = Slip(kind=FaultKind.EVENT_LOST, share=0.01)
        assert agrees_within_us(FaultPlan([lost], 1)) == 5 * SECOND_US
        unheard = Slip(kind=FaultKind.ACTION_LOST, share=0.01)
        assert agrees_within_us(FaultPlan([lost, unheard], 1)) > 5 * SECOND_US

"""Callbacks over a restart of ours: what was promised holds, and nobody is dialed twice for it."""

from __future__ import annotations

from core.kernel.clock import microseconds
from core.model.callback_events import CallbackBooked, CallbackClosed
from core.model.commands import (
    HangUpLeg,
    RingLeg,
)
from core.model.contact import ContactState
from core.model.customer import Customer
from core.model.events import ContactRecalled, InteractionRecorded, PbxSynced
from core.model.ids import NO_LEG, CustomerId
from tests.unit.floor import Floor
from tests.unit.routing.calling_back import (
    NUMBER,
    QUEUE,
    RULES,
    agent_takes,
    book,
    centre,
    customer_answers,
)


def restarted(before: Floor, after_s: float = 5) -> Floor:
    """Return a new run that is told of the callback's history, before the snapshot."""
    booked = before.events(CallbackBooked)[0]
    told = [e for e in before.ledger() if getattr(e, "contact_id", None) == booked.contact_id]
    after = Floor({"ann": 5, "bob": 5}, synced=False, queue=QUEUE)
    after.now_us = before.now_us + microseconds(after_s)
    recalled = ContactRecalled(
        at_us=after.now_us,
        contact_id=booked.contact_id,
        leg_id=NO_LEG,
        seen_us=before.now_us,
        history=tuple(told),
    )
    after.hear(recalled)
    return after


def sync(floor: Floor) -> None:
    floor.hear(PbxSynced(at_us=floor.now_us, pbx="main"))


def test_open_callback_stands_at_its_place_after_a_restart() -> None:
    before = centre()
    callback = book(before)
    after = restarted(before)
    after.arrive("newcomer", number="5550002")
    sync(after)
    after.ready("ann")
    assert after.offered() == [(callback.contact_id, "ann")]
    agent_takes(after)
    customer_answers(after)
    assert after.events(CallbackClosed)[0].outcome == "reached"


def test_customer_who_calls_from_another_telephone_after_a_restart_is_known() -> None:
    grace = Customer(customer_id=CustomerId("K-1"), name="Grace", tier="standard")
    before = centre()
    caller = before.arrive("caller", number=NUMBER, customer=grace)
    assert before.leave_for_callback(caller)
    after = restarted(before)
    sync(after)
    after.arrive("again", number="5550009", customer=grace)
    assert after.events(CallbackClosed)[0].outcome == "called_in"


def test_attempts_and_spacing_hold_over_a_restart() -> None:
    before = centre()
    book(before)
    before.ready("ann")
    agent_takes(before)  # and now our process dies
    dialed_us = before.now_us
    after = restarted(before)
    sync(after)
    after.ready("ann")
    assert after.offered() == []
    after.fire("callback", before.events(CallbackBooked)[0].contact_id)
    assert after.now_us == dialed_us + RULES.spacing_us
    after.hang_up(agent_takes(after), 19)
    assert after.events(CallbackClosed)[0].attempts == 2


def test_talk_that_began_while_we_were_away_is_taken_up_and_recorded_once() -> None:
    before = centre()
    callback = book(before)
    before.ready("ann")
    customer, agent = agent_takes(before), before.phone_of("ann")
    tags = {order.leg_id: order.tag for order in before.orders(RingLeg)}
    after = restarted(before)
    after.on_the_pbx({customer: tags[customer], agent: tags[agent]}, bridge="talk")
    sync(after)
    (closed,) = after.events(CallbackClosed)
    assert closed.outcome == "reached"
    after.hang_up(customer)
    after.fire("wrap_up", "ann")
    (record,) = after.events(InteractionRecorded)
    assert (record.contact_id, record.outcome) == (callback.contact_id, ContactState.CLOSED)


def test_talk_that_ended_while_we_were_away_is_recorded() -> None:
    before = centre()
    callback = book(before)
    before.ready("ann")
    agent_takes(before)
    customer_answers(before)
    after = restarted(before)
    sync(after)
    (record,) = after.events(InteractionRecorded)
    assert (record.contact_id, record.outcome) == (callback.contact_id, ContactState.CLOSED)


def test_phone_that_still_rings_after_a_restart_is_hung_up() -> None:
    before = centre()
    book(before)
    before.ready("ann")
    customer = agent_takes(before)
    tags = {order.leg_id: order.tag for order in before.orders(RingLeg)}
    after = restarted(before)
    after.on_the_pbx({customer: tags[customer], before.phone_of("ann"): tags[before.phone_of("ann")]})
    sync(after)
    assert {order.leg_id for order in after.orders(HangUpLeg)} == {customer, before.phone_of("ann")}
    assert [contact.state for contact in after.contacts] == [ContactState.POSTPONED]

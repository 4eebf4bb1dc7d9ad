"""Callbacks: the place is kept, an agent is there before anybody is dialed, nobody is called too often."""

from __future__ import annotations

import pytest

from core.kernel.errors import IllegalTransition
from core.model.callback_events import CallbackClosed, CallbackDialed, CallbackPostponed
from core.model.commands import (
    HangUpLeg,
    PlayMusic,
    PlayPrompt,
    RingLeg,
)
from core.model.contact import ContactState
from core.model.events import (
    ContactConnected,
    DialogueOpened,
    InteractionRecorded,
    LegFailed,
    PlaceResumed,
    StepFinished,
)
from core.model.ids import NO_LEG, LegId
from routing.callback import CALLBACK, CallbackState, CallbackTrigger
from tests.unit.floor import CARDS
from tests.unit.routing.calling_back import (
    NUMBER,
    RULES,
    agent_takes,
    book,
    centre,
    customer_answers,
)

# --- the place is kept -------------------------------------------------------------------------


def test_callback_stands_where_the_caller_stood() -> None:
    floor = centre()
    callback = book(floor)
    floor.arrive("patient", number="5550002")
    floor.ready("ann")
    assert floor.offered() == [(callback.contact_id, "ann")]


def test_callback_overtakes_nobody_who_stood_further_forward() -> None:
    floor = centre()
    floor.arrive("patient", number="5550002")
    book(floor)
    floor.ready("ann")
    assert floor.offered() == [("patient", "ann")]


def test_call_that_books_ends_as_callback_with_the_wait_it_had() -> None:
    floor = centre()
    book(floor)
    (record,) = floor.events(InteractionRecorded)
    assert (record.outcome, record.queue_us) == (ContactState.CALLBACK, 10_000_000)
    (thanks,) = floor.orders(PlayPrompt)
    floor.hear(StepFinished(at_us=floor.now_us, leg_id=LegId("leg-caller"), step=thanks.step, outcome="done"))
    assert floor.orders(HangUpLeg)[-1].leg_id == "leg-caller"
    floor.hang_up("leg-caller")
    assert [contact.callback for contact in floor.contacts] == [True]


# --- agent first, then the customer ------------------------------------------------------------


def test_customer_is_dialed_when_the_agent_is_on_the_line_and_not_before() -> None:
    floor = centre()
    book(floor)
    floor.ready("ann")
    (agent,) = floor.orders(RingLeg)
    assert (agent.address, agent.bridge_with) == ("PJSIP/ann", NO_LEG)
    agent_takes(floor)
    _, customer = floor.orders(RingLeg)
    assert (customer.address, customer.bridge_with) == (f"PJSIP/{NUMBER}@trunk", agent.leg_id)
    assert customer.caller_number == "5559000"
    assert floor.orders(PlayMusic)[-1] == PlayMusic(
        leg_id=agent.leg_id, step="callback:music", music="strings"
    )


def test_customer_who_answers_talks_and_is_recorded_once() -> None:
    floor = centre()
    callback = book(floor)
    floor.pass_s(50)
    floor.ready("ann")
    customer = agent_takes(floor)
    floor.pass_s(5)
    customer_answers(floor)
    (connected,) = floor.events(ContactConnected)
    assert (connected.contact_id, connected.agent_id) == (callback.contact_id, "ann")
    floor.pass_s(100)
    floor.hang_up(customer)
    floor.fire("wrap_up", "ann")
    (closed,) = floor.events(CallbackClosed)
    assert (closed.outcome, closed.attempts) == ("reached", 1)
    _, record = floor.events(InteractionRecorded)
    assert (record.contact_id, record.outcome) == (callback.contact_id, ContactState.CLOSED)
    assert (record.ivr_us, record.queue_us, record.talk_us) == (0, 55_000_000, 100_000_000)
    assert len(floor.contacts) == 0
    assert not list(floor.callbacks)


def test_agent_who_lets_the_phone_ring_costs_the_customer_nothing() -> None:
    floor = centre()
    callback = book(floor)
    floor.ready("ann", "bob")
    floor.fire("offer", callback.offer_id or "")
    assert floor.offered() == [(callback.contact_id, "ann"), (callback.contact_id, "bob")]
    assert floor.events(CallbackDialed) == []


def test_link_cut_and_made_again_dials_nobody_twice() -> None:
    floor = centre()
    book(floor)
    floor.ready("ann")
    agent_takes(floor)
    floor.hear(DialogueOpened(at_us=floor.now_us, leg_id=floor.phone_of("ann")))
    assert len(floor.events(CallbackDialed)) == 1
    assert len(floor.orders(PlayMusic)) == 3  # the caller's once, the agent's twice


# --- attempts in vain --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cause", "reason"), [(17, "busy"), (19, "no_answer"), (21, "rejected"), (1, "unreachable"), (0, "lost")]
)
def test_customer_who_is_not_had_is_tried_again_after_the_spacing(cause: int, reason: str) -> None:
    floor = centre()
    callback = book(floor)
    floor.ready("ann")
    customer = agent_takes(floor)
    floor.pass_s(20)
    floor.hang_up(customer, cause)
    assert floor.orders(HangUpLeg)[-1].leg_id == floor.phone_of("ann")
    assert floor.state("ann") == ("ready", "")
    (postponed,) = floor.events(CallbackPostponed)
    assert (postponed.reason, postponed.until_us) == (reason, floor.now_us + RULES.spacing_us)
    floor.hang_up(floor.phone_of("ann"))
    assert callback.state is ContactState.POSTPONED
    floor.fire("callback", callback.contact_id)
    assert floor.offered()[-1] == (callback.contact_id, "ann")
    agent_takes(floor)
    assert [dialed.attempt for dialed in floor.events(CallbackDialed)] == [1, 2]


def test_number_that_cannot_be_dialed_is_an_attempt_in_vain() -> None:
    floor = centre()
    book(floor)
    floor.ready("ann")
    customer = agent_takes(floor)
    floor.hear(LegFailed(at_us=floor.now_us, leg_id=customer, cause=3))
    (postponed,) = floor.events(CallbackPostponed)
    assert postponed.reason == "unreachable"


def test_after_the_last_attempt_it_is_given_up_with_the_reason() -> None:
    floor = centre()
    callback = book(floor)
    floor.ready("ann")
    for cause in (19, 17):
        floor.hang_up(agent_takes(floor), cause)
        floor.hang_up(floor.phone_of("ann"))
        if cause == 19:
            floor.fire("callback", callback.contact_id)
    (closed,) = floor.events(CallbackClosed)
    assert (closed.outcome, closed.reason, closed.attempts) == ("unreached", "busy", 2)
    assert floor.events(InteractionRecorded)[-1].outcome is ContactState.UNREACHED
    assert len(floor.contacts) == 0


def test_agent_who_hangs_up_while_the_customer_is_rung_costs_an_attempt() -> None:
    """Nobody's phone rings again a moment after it fell silent."""
    floor = centre()
    callback = book(floor)
    floor.ready("ann", "bob")
    customer = agent_takes(floor)
    floor.hang_up(floor.phone_of("ann"))
    assert floor.orders(HangUpLeg)[-1].leg_id == customer
    (postponed,) = floor.events(CallbackPostponed)
    assert postponed.reason == "agent_left"
    assert floor.offered() == [(callback.contact_id, "ann")]
    floor.hang_up(customer)
    assert floor.events(CallbackClosed) == []


def test_callback_that_nobody_could_take_expires() -> None:
    floor = centre()
    callback = book(floor)
    floor.fire("callback", callback.contact_id)
    assert floor.now_us == callback.arrived_us + RULES.keep_us
    (closed,) = floor.events(CallbackClosed)
    assert (closed.outcome, closed.reason) == ("unreached", "expired")
    assert floor.router.waiting(CARDS.name) == 0


# --- the customer calls first, or somebody changes their mind ------------------------------------


def test_customer_who_calls_in_takes_the_place_over_and_the_callback_is_void() -> None:
    floor = centre()
    callback = book(floor)
    floor.arrive("patient", number="5550002")
    floor.pass_s(60)
    floor.arrive("again", number=NUMBER)
    (closed,) = floor.events(CallbackClosed)
    assert (closed.contact_id, closed.outcome) == (callback.contact_id, "called_in")
    (resumed,) = floor.events(PlaceResumed)
    assert (resumed.contact_id, resumed.of_contact_id) == ("again", callback.contact_id)
    floor.ready("ann", "bob")
    assert floor.offered() == [("again", "ann"), ("patient", "bob")]


def test_customer_who_calls_in_while_the_agent_is_rung_is_not_dialed() -> None:
    floor = centre()
    book(floor)
    floor.ready("ann")
    ringing = floor.phone_of("ann")
    floor.arrive("again", number=NUMBER)
    assert [order.leg_id for order in floor.orders(HangUpLeg)][-1] == ringing
    assert floor.offered()[-1] == ("again", "ann")
    assert floor.events(InteractionRecorded)[-1].outcome is ContactState.CANCELLED


def test_customer_who_calls_in_while_being_dialed_is_rung_no_longer() -> None:
    floor = centre()
    book(floor)
    floor.ready("ann")
    customer = agent_takes(floor)
    floor.arrive("again", number=NUMBER)
    assert customer in [order.leg_id for order in floor.orders(HangUpLeg)]
    (closed,) = floor.events(CallbackClosed)
    assert (closed.outcome, closed.attempts) == ("called_in", 1)
    floor.hang_up(customer)
    floor.hang_up(floor.phone_of("ann"))
    assert floor.offered()[-1] == ("again", "ann")


def test_callback_is_never_dialed_before_an_agent_is_there() -> None:
    """The table has no way from being booked to being dialed but through the line."""
    with pytest.raises(IllegalTransition):
        CALLBACK.after(CallbackState.BOOKED, CallbackTrigger.DIAL)
    assert CALLBACK.reachable() == frozenset(CallbackState)

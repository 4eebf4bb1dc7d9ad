"""Callbacks: the place is kept, an agent is there before anybody is dialed, nobody is called too often."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from core.kernel.clock import microseconds
from core.kernel.fsm import IllegalTransition
from core.model.commands import AnswerRequest, HangUpLeg, PlayMusic, PlayPrompt, RingLeg
from core.model.contact import Contact, ContactState
from core.model.destination import Destination, DestinationKind
from core.model.events import (
    CallbackBooked,
    CallbackClosed,
    CallbackDialed,
    CallbackPostponed,
    ContactConnected,
    ContactRecalled,
    DialogueOpened,
    InteractionRecorded,
    LegAnswered,
    LegFailed,
    LegJoined,
    PbxSynced,
    PlaceResumed,
    StepFinished,
)
from core.model.hours import DAYS, OpeningHours, parse_opening
from core.model.ids import NO_LEG, AgentId, BridgeId, LegId, QueueName
from core.model.message import Event
from core.model.prompts import Sound
from core.model.requests import BookCallback, CancelCallback
from routing.callback import CALLBACK, CallbackState, CallbackTrigger
from routing.rules import CallbackRules, QueueRules, Step
from tests.unit.floor import CARDS, Floor

RULES = CallbackRules(
    attempts_max=2, spacing_us=microseconds(900), shown_number="5559000", keep_us=microseconds(86_400)
)
QUEUE = replace(CARDS, callback=RULES, music="strings")
NUMBER = "5550001"
FIRST_HOUR = OpeningHours(zone=ZoneInfo("UTC"), weekly=dict.fromkeys(DAYS, (parse_opening("00:00-01:00"),)))
HOUR_US = microseconds(3_600)
DAY_US = microseconds(86_400)


def centre(queue: QueueRules = QUEUE, **levels: int) -> Floor:
    return Floor(levels or {"ann": 5, "bob": 5}, queue=queue)


def book(floor: Floor, name: str = "caller", number: str = NUMBER) -> Contact:
    """Let a caller come, wait 10 s, and leave for a callback; return its contact."""
    caller = floor.arrive(name, number=number)
    floor.pass_s(10)
    assert floor.leave_for_callback(caller)
    return floor.callback_of(name)


def agent_takes(floor: Floor, agent: str = "ann") -> LegId:
    """Let the agent answer, so that the leg comes into our hands; return the customer's leg, now dialed."""
    leg_id = floor.phone_of(agent)
    floor.hear(LegAnswered(at_us=floor.now_us, leg_id=leg_id))
    floor.hear(DialogueOpened(at_us=floor.now_us, leg_id=leg_id))
    return floor.orders(RingLeg)[-1].leg_id


def customer_answers(floor: Floor, agent: str = "ann") -> None:
    customer = floor.orders(RingLeg)[-1]
    bridge = BridgeId("talk")
    floor.hear(LegAnswered(at_us=floor.now_us, leg_id=customer.leg_id))
    floor.hear(LegJoined(at_us=floor.now_us, leg_id=customer.leg_id, bridge_id=bridge))
    floor.hear(LegJoined(at_us=floor.now_us, leg_id=customer.bridge_with, bridge_id=bridge))


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


# --- the key that books it -----------------------------------------------------------------------


KEYED = replace(QUEUE, callback=replace(RULES, key="1", offer="acme/press-1"))


def hears_offer(floor: Floor, name: str = "caller", number: str = NUMBER) -> PlayPrompt:
    """Let a caller wait until the announcement; return it."""
    floor.arrive(name, number=number)
    floor.fire("announce", name)
    return floor.orders(PlayPrompt)[-1]


def presses(floor: Floor, prompt: PlayPrompt, digits: str) -> None:
    floor.hear(
        StepFinished(
            at_us=floor.now_us, leg_id=prompt.leg_id, step=prompt.step, outcome="done", digits=digits
        )
    )


def test_key_pressed_at_the_announcement_books_the_callback() -> None:
    floor = centre(KEYED)
    offer = hears_offer(floor)
    assert (offer.stop_digits, offer.prompt[-1]) == ("1", Sound("acme/press-1"))
    presses(floor, offer, "1")
    assert floor.callback_of("caller").queued_us == 0


def test_who_presses_nothing_waits_on_to_the_music() -> None:
    floor = centre(KEYED)
    presses(floor, hears_offer(floor), "")
    assert floor.events(CallbackBooked) == []
    assert len(floor.orders(PlayMusic)) == 2


@pytest.mark.parametrize(("queue", "number"), [(QUEUE, NUMBER), (CARDS, NUMBER), (KEYED, "anonymous")])
def test_what_cannot_be_had_is_not_offered(queue: QueueRules, number: str) -> None:
    assert hears_offer(centre(queue), number=number).stop_digits == ""


def test_key_pressed_as_an_agent_is_found_changes_nothing() -> None:
    floor = centre(KEYED)
    offer = hears_offer(floor)
    floor.ready("ann")
    presses(floor, offer, "1")
    assert floor.events(CallbackBooked) == []
    floor.answer("ann")
    assert floor.events(ContactConnected)[0].contact_id == "caller"


# --- where the queue's rules send callers here -----------------------------------------------------


TO_CALLBACK = Destination(DestinationKind.CALLBACK)


def test_step_sends_a_caller_to_a_callback_who_keeps_the_place() -> None:
    floor = centre(replace(QUEUE, steps=(Step(after_us=microseconds(60), to=TO_CALLBACK),)))
    floor.arrive("caller", number=NUMBER)
    floor.pass_s(5)
    floor.arrive("patient", number="5550002")
    floor.fire("plan", "caller")
    callback = floor.callback_of("caller")
    floor.ready("ann")
    assert floor.offered() == [(callback.contact_id, "ann")]


def test_caller_who_cannot_be_called_back_stays_in_line() -> None:
    floor = centre(replace(QUEUE, steps=(Step(after_us=microseconds(60), to=TO_CALLBACK),)))
    caller = floor.arrive("caller", number="anonymous")
    floor.fire("plan", "caller")
    assert caller.state is ContactState.QUEUED
    floor.ready("ann")
    assert floor.offered() == [("caller", "ann")]


def test_caller_at_the_door_of_a_closed_queue_is_called_when_it_opens() -> None:
    floor = centre(replace(QUEUE, hours=FIRST_HOUR, closed=TO_CALLBACK))
    floor.ready("ann")
    floor.now_us = 2 * HOUR_US
    floor.arrive("caller", number=NUMBER)
    callback = floor.callback_of("caller")
    floor.fire("callback", callback.contact_id)
    assert floor.now_us == DAY_US
    assert floor.offered() == [(callback.contact_id, "ann")]


def test_caller_at_a_closed_door_who_cannot_be_called_back_is_hung_up() -> None:
    floor = centre(replace(QUEUE, hours=FIRST_HOUR, closed=TO_CALLBACK))
    floor.now_us = 2 * HOUR_US
    floor.arrive("caller")
    (record,) = floor.events(InteractionRecorded)
    assert record.outcome is ContactState.OVERFLOWED


def test_callback_goes_no_way_that_callers_go() -> None:
    """Steps that send callers away, and a queue nobody works for any more, leave a callback its place."""
    step = Step(after_us=microseconds(60), to=Destination(DestinationKind.HANG_UP))
    floor = centre(replace(QUEUE, steps=(step,), leave_empty_us=microseconds(30)))
    callback = book(floor)
    for timer in ("deserted", "plan"):
        key = next(key for key in floor.timers if key[0] == timer)
        floor.fire(*key)
    assert callback.state is ContactState.QUEUED


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


def asked(floor: Floor, request: Event) -> str:
    """Return the code with which the desk's wish is answered."""
    floor.hear(request)
    return floor.orders(AnswerRequest)[-1].code


def wish(floor: Floor, number: str = NUMBER, queue: str = "cards", due_us: int = 0) -> BookCallback:
    return BookCallback(
        at_us=floor.now_us, agent_id=AgentId("ann"), number=number, queue=QueueName(queue), due_us=due_us
    )


def test_callback_is_booked_for_a_desk_and_cancelled() -> None:
    floor = centre()
    assert asked(floor, wish(floor)) == ""
    (booked,) = floor.events(CallbackBooked)
    cancel = CancelCallback(at_us=floor.now_us, agent_id=AgentId("ann"), contact_id=booked.contact_id)
    assert asked(floor, cancel) == ""
    (closed,) = floor.events(CallbackClosed)
    assert closed.outcome == "cancelled"
    assert floor.router.waiting(CARDS.name) == 0
    assert asked(floor, cancel) == "no_callback"


def test_callback_for_later_does_not_stand_in_line_before() -> None:
    floor = centre()
    floor.ready("ann")
    assert asked(floor, wish(floor, due_us=microseconds(600))) == ""
    assert floor.offered() == []
    floor.fire("callback", floor.events(CallbackBooked)[0].contact_id)
    assert floor.now_us == microseconds(600)
    assert len(floor.offered()) == 1


@pytest.mark.parametrize(
    ("number", "queue", "code"),
    [
        (NUMBER, "cards", "already_booked"),
        ("anonymous", "cards", "number_withheld"),
        ("5550002\r\nAction: Originate", "cards", "number_withheld"),
        ("5550002", "nowhere", "unknown_queue"),
    ],
)
def test_wish_that_cannot_be_granted_is_refused(number: str, queue: str, code: str) -> None:
    floor = centre()
    assert asked(floor, wish(floor)) == ""
    assert asked(floor, wish(floor, number, queue)) == code
    assert len(floor.events(CallbackBooked)) == 1


def test_queue_books_no_more_than_it_may() -> None:
    floor = centre(replace(QUEUE, callback=replace(RULES, open_max=1)))
    assert asked(floor, wish(floor)) == ""
    assert asked(floor, wish(floor, "5550002")) == "too_many"


def test_queue_without_the_rule_calls_nobody_back() -> None:
    floor = centre(CARDS)
    assert asked(floor, wish(floor)) == "not_offered"
    assert not floor.leave_for_callback(floor.arrive("caller", number=NUMBER))


def test_caller_whose_phone_is_being_answered_stays() -> None:
    floor = centre()
    floor.ready("ann")
    caller = floor.arrive("caller", number=NUMBER)
    assert not floor.leave_for_callback(caller)
    assert caller.state is ContactState.OFFERED


# --- opening hours -----------------------------------------------------------------------------

UTC = ZoneInfo("UTC")


def test_nobody_is_dialed_outside_the_opening_hours() -> None:
    floor = centre(replace(QUEUE, hours=FIRST_HOUR))
    callback = book(floor)
    floor.fire("callback", callback.contact_id)
    assert floor.now_us == HOUR_US
    (postponed,) = floor.events(CallbackPostponed)
    assert (postponed.reason, postponed.until_us) == ("closed", DAY_US)
    floor.ready("ann")
    assert floor.offered() == []
    floor.fire("callback", callback.contact_id)
    assert floor.now_us == DAY_US
    assert floor.offered() == [(callback.contact_id, "ann")]


def test_agent_who_is_rung_at_closing_time_is_let_go() -> None:
    floor = centre(replace(QUEUE, hours=FIRST_HOUR))
    callback = book(floor)
    floor.ready("ann")
    floor.fire("callback", callback.contact_id)
    assert floor.state("ann") == ("ready", "")
    assert floor.events(CallbackDialed) == []
    assert callback.state is ContactState.POSTPONED


def test_holidays_and_nights_are_passed_over() -> None:
    hours = replace(FIRST_HOUR, holidays=(date(1970, 1, 2), date(1970, 1, 3)))
    assert hours.next_change_us(0) == HOUR_US
    assert hours.next_change_us(HOUR_US) == 3 * DAY_US
    assert replace(hours, weekly={}).next_change_us(0) is None


# --- a restart of ours ---------------------------------------------------------------------------


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


def test_callback_is_never_dialed_before_an_agent_is_there() -> None:
    """The table has no way from being booked to being dialed but through the line."""
    with pytest.raises(IllegalTransition):
        CALLBACK.after(CallbackState.BOOKED, CallbackTrigger.DIAL)
    assert CALLBACK.reachable() == frozenset(CallbackState)

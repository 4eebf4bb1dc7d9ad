"""The ways to a callback, and when it may be dialed: keys, rules, wishes of desks, opening hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from core.kernel.clock import microseconds
from core.model.callback_events import CallbackBooked, CallbackClosed, CallbackDialed, CallbackPostponed
from core.model.commands import (
    AnswerRequest,
    LookUpCustomer,
    PlayMusic,
    PlayPrompt,
    PopScreen,
)
from core.model.contact import ContactState
from core.model.customer import Customer
from core.model.destination import Destination, DestinationKind
from core.model.events import ContactConnected, CustomerFound, InteractionRecorded, StepFinished
from core.model.ids import AgentId, CustomerId, QueueName
from core.model.message import Event
from core.model.prompts import Sound
from core.model.requests import AddWork, BookCallback, CancelCallback
from routing.rules import QueueRules, Step
from tests.unit.floor import CARDS, TASK, Floor
from tests.unit.routing.calling_back import (
    DAY_US,
    FIRST_HOUR,
    HOUR_US,
    NUMBER,
    QUEUE,
    RULES,
    book,
    centre,
)

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


# --- wishes of desks ---------------------------------------------------------------------------


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


def test_record_of_a_customer_for_whom_a_desk_booked_is_on_the_agents_screen() -> None:
    floor = centre()
    floor.hear(wish(floor))
    (lookup,) = floor.orders(LookUpCustomer)
    assert lookup.caller_number == NUMBER
    grace = Customer(customer_id=CustomerId("K-1"), name="Grace", tier="gold")
    floor.hear(CustomerFound(at_us=floor.now_us, lookup_id=lookup.lookup_id, customer=grace))
    floor.ready("ann")
    (popped,) = floor.orders(PopScreen)
    assert (popped.customer, popped.tier) == (grace, "standard")


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


def test_task_about_the_customer_is_no_call_of_the_customer() -> None:
    floor = centre()
    floor.hear(wish(floor))
    floor.hear(AddWork(at_us=floor.now_us, work_id="T-1", channel=TASK, queue=CARDS.name, reference=NUMBER))
    assert floor.events(CallbackClosed) == []


def test_callback_for_next_week_is_kept_from_then_on() -> None:
    floor = centre()
    week_us = 7 * DAY_US
    assert asked(floor, wish(floor, due_us=week_us)) == ""
    contact_id = floor.events(CallbackBooked)[0].contact_id
    floor.fire("callback", contact_id)
    assert floor.now_us == week_us
    floor.fire("callback", contact_id)
    assert floor.now_us == week_us + RULES.keep_us
    assert floor.events(CallbackClosed)[0].reason == "expired"

"""Callers who hung up in line and ring back: the old place, once, in time, and for nobody else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.kernel.clock import microseconds
from core.model.customer import Customer
from core.model.events import (
    ContactArrived,
    ContactQueued,
    ContactRecalled,
    DecisionMade,
    PbxSynced,
    PlaceResumed,
    StandingChanged,
)
from core.model.ids import ContactId, CustomerId, LegId
from routing.rules import Step
from tests.unit.floor import CARDS, Floor

QUEUE = replace(CARDS, resume_within_us=microseconds(60))
GRACE = Customer(customer_id=CustomerId("grace"), name="Grace", tier="standard")


def centre() -> Floor:
    """An agent who is not there yet."""
    return Floor({"ann": 5}, queue=QUEUE)


def hang_up_and_ring_back(floor: Floor, after_s: float, number: str = "5550001") -> None:
    """A caller leaves 10 s after coming, another comes, and the first rings back."""
    floor.arrive("first", number="5550001")
    floor.pass_s(10)
    floor.hang_up("leg-first")
    floor.arrive("patient", number="5550002")
    floor.pass_s(after_s)
    floor.arrive("again", number=number)


def test_who_rings_back_in_time_stands_at_the_old_place() -> None:
    floor = centre()
    hang_up_and_ring_back(floor, after_s=60)
    floor.ready("ann")
    assert floor.offered() == [("again", "ann")]
    (resumed,) = floor.events(PlaceResumed)
    assert (resumed.contact_id, resumed.of_contact_id, resumed.key_us) == ("again", "first", 0)
    (decision,) = floor.events(DecisionMade)
    assert [(term.name, term.us) for term in decision.winner.terms] == [
        ("waited", 0),
        ("credit", microseconds(70)),
    ]


def test_who_rings_back_too_late_stands_at_the_end() -> None:
    floor = centre()
    hang_up_and_ring_back(floor, after_s=61)
    floor.ready("ann")
    assert floor.offered() == [("patient", "ann")]


def test_somebody_else_gets_no_place_of_another() -> None:
    floor = centre()
    hang_up_and_ring_back(floor, after_s=5, number="5550003")
    floor.ready("ann")
    assert floor.offered() == [("patient", "ann")]


@pytest.mark.parametrize("number", ["", "anonymous", "0"])
def test_withheld_numbers_resume_nothing(number: str) -> None:
    floor = centre()
    floor.arrive("first", number=number)
    floor.hang_up("leg-first")
    floor.arrive("patient")
    floor.arrive("again", number=number)
    floor.ready("ann")
    assert floor.offered() == [("patient", "ann")]


def test_customer_resumes_from_another_telephone() -> None:
    floor = centre()
    floor.arrive("first", number="5550001", customer=GRACE)
    floor.pass_s(10)
    floor.hang_up("leg-first")
    floor.arrive("patient")
    floor.arrive("again", number="5550009", customer=GRACE)
    floor.ready("ann")
    assert floor.offered() == [("again", "ann")]


def test_place_is_resumed_once() -> None:
    floor = centre()
    hang_up_and_ring_back(floor, after_s=5)
    floor.arrive("accomplice", number="5550001")
    assert [event.contact_id for event in floor.events(PlaceResumed)] == ["again"]


def test_place_is_kept_through_hanging_up_twice() -> None:
    floor = centre()
    hang_up_and_ring_back(floor, after_s=50)
    floor.hang_up("leg-again")
    floor.pass_s(50)
    floor.arrive("third time", number="5550001")
    floor.ready("ann")
    assert floor.offered() == [("third time", "ann")]


def test_who_left_while_the_phone_rang_has_a_place_too() -> None:
    floor = centre()
    floor.ready("ann")
    floor.arrive("first", number="5550001")
    floor.hang_up("leg-first")
    floor.not_ready("ann")
    floor.pass_s(5)
    floor.arrive("again", number="5550001")
    (resumed,) = floor.events(PlaceResumed)
    assert resumed.of_contact_id == "first"


def test_who_was_served_has_no_place_to_resume() -> None:
    floor = centre()
    floor.ready("ann")
    floor.arrive("first", number="5550001")
    floor.answer("ann")
    floor.hang_up("leg-first")
    floor.arrive("again", number="5550001")
    assert floor.events(PlaceResumed) == []


def test_queue_that_resumes_nothing_remembers_nobody() -> None:
    floor = Floor({"ann": 5})
    hang_up_and_ring_back(floor, after_s=1)
    assert floor.events(PlaceResumed) == []


def test_caller_who_hung_up_while_the_engine_was_down_resumes_the_place() -> None:
    before = centre()
    before.arrive("first", number="5550001")
    after = Floor({"ann": 5}, synced=False, queue=QUEUE)
    after.now_us = microseconds(20)
    after.hear(
        ContactRecalled(
            at_us=after.now_us,
            contact_id=ContactId("first"),
            leg_id=LegId("leg-first"),
            seen_us=microseconds(10),
            history=(*before.events(ContactArrived), *before.events(ContactQueued)),
        )
    )
    after.hear(PbxSynced(at_us=after.now_us, pbx="main"))
    after.arrive("again", number="5550001")
    (resumed,) = after.events(PlaceResumed)
    assert (resumed.of_contact_id, resumed.key_us) == ("first", 0)


def test_steps_of_the_plan_go_on_from_where_the_caller_left_it() -> None:
    """Who waited 50 s, rang back, and waited 10 s more has come to a step that is taken after a minute."""
    step = Step(after_us=microseconds(60), credit_us=microseconds(500))
    floor = Floor({"ann": 5}, queue=replace(QUEUE, credit_us=microseconds(7), steps=(step,)))
    floor.arrive("first", number="5550001")
    floor.pass_s(50)
    floor.hang_up("leg-first")
    floor.arrive("again", number="5550001")
    floor.fire("plan", "again")
    assert floor.now_us == microseconds(60)
    (taken,) = floor.events(StandingChanged)
    assert (taken.contact_id, taken.key_us) == ("again", -microseconds(507))

"""Supervisors move those who wait: at once, with who and why, over a restart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.clock import microseconds
from core.model.commands import AnswerRequest
from core.model.contact import Contact
from core.model.events import ContactEvent, ContactRecalled, PbxSynced, StandingChanged
from core.model.ids import NO_LEG, AgentId, ContactId, LegId
from core.model.requests import AddWork, MoveContact, RejectOffer
from routing.rules import Step
from tests.unit.floor import CARDS, TASK, Floor
from tests.unit.routing.calling_back import book, centre
from tests.unit.routing.test_callback_recall import restarted, sync

NOBODY = AgentId("")


def move(floor: Floor, contact_id: str, seconds: float = 0, to_front: bool = False) -> str:
    """Move the contact in the boss's name; return the code of the refusal, empty for none."""
    request = MoveContact(
        at_us=floor.now_us,
        agent_id=NOBODY,
        contact_id=ContactId(contact_id),
        credit_us=microseconds(seconds),
        to_front=to_front,
        asked_by="boss",
        because="she has waited twice today",
    )
    return next(answer.code for answer in floor.hear(request) if isinstance(answer, AnswerRequest))


def line(floor: Floor) -> list[str]:
    return [contact.contact_id for contact in floor.router.line(floor.queue.name)]


@pytest.fixture
def floor() -> Floor:
    """Three callers a minute apart, and nobody to serve them yet."""
    floor = Floor({"ann": 5})
    for name in ("first", "second", "third"):
        floor.arrive(name)
        floor.pass_s(60)
    return floor


def test_credit_moves_a_caller_past_those_who_came_so_much_earlier(floor: Floor) -> None:
    assert move(floor, "third", 61) == ""
    assert line(floor) == ["first", "third", "second"]


def test_negative_credit_moves_a_caller_back(floor: Floor) -> None:
    move(floor, "first", -61)
    assert line(floor) == ["second", "first", "third"]


def test_front_is_before_everybody_whatever_their_tiers(floor: Floor) -> None:
    floor.arrive("gold", tier="platinum")
    move(floor, "third", to_front=True)
    assert line(floor)[0] == "third"
    floor.ready("ann")
    assert floor.offered() == [("third", "ann")]


def test_who_is_at_the_front_stays_there_and_nothing_is_told(floor: Floor) -> None:
    assert move(floor, "first", to_front=True) == ""
    assert floor.events(StandingChanged) == []


def test_move_is_told_with_who_and_why(floor: Floor) -> None:
    move(floor, "third", 30)
    (moved,) = floor.events(StandingChanged)
    assert (moved.contact_id, moved.reason, moved.moved_us) == ("third", "moved", microseconds(30))
    assert (moved.asked_by, moved.because) == ("boss", "she has waited twice today")


def test_offered_contact_stands_further_forward_when_it_comes_back() -> None:
    floor = Floor({"ann": 5})
    floor.ready("ann")
    floor.arrive("offered")
    floor.arrive("other", tier="platinum")
    assert move(floor, "offered", to_front=True) == ""
    floor.hear(RejectOffer(at_us=floor.now_us, agent_id=AgentId("ann")))
    assert line(floor) == ["offered", "other"]


def test_who_talks_or_is_unknown_cannot_be_moved(floor: Floor) -> None:
    floor.ready("ann")
    floor.answer("ann")
    assert move(floor, "first", 30) == "not_waiting"
    assert move(floor, "nobody", 30) == "unknown_contact"


def test_steps_of_the_plan_add_to_the_move() -> None:
    steps = (Step(after_us=microseconds(100), credit_us=microseconds(500)),)
    floor = Floor({"ann": 5}, queue=replace(CARDS, steps=steps))
    floor.arrive("first")
    floor.pass_s(10)
    floor.arrive("second")
    move(floor, "second", 20)
    floor.let_pass(200)
    assert line(floor) == ["second", "first"]


def test_moved_caller_who_is_cut_off_rings_back_to_the_same_place() -> None:
    floor = Floor({"ann": 5}, queue=replace(CARDS, resume_within_us=microseconds(60)))
    floor.arrive("first", number="5550001")
    floor.pass_s(30)
    floor.arrive("second", number="5550002")
    move(floor, "second", to_front=True)
    floor.hang_up("leg-second")
    floor.arrive("again", number="5550002")
    assert line(floor) == ["again", "first"]


# --- over a restart -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "moved"), [("third", {"to_front": True}), ("first", {"seconds": -61})])
def test_moved_caller_keeps_the_place_over_a_restart(floor: Floor, name: str, moved: dict[str, Any]) -> None:
    move(floor, name, **moved)
    again = Floor({"ann": 5}, synced=False)
    again.now_us = floor.now_us
    again.on_the_pbx({LegId(f"leg-{name}"): floor.note_on(LegId(f"leg-{name}")) for name in line(floor)})
    again.hear(PbxSynced(at_us=again.now_us, pbx="main"))
    assert line(again) == line(floor) != ["first", "second", "third"]


def test_moved_callback_keeps_the_place_over_a_restart() -> None:
    before = centre()
    callback = book(before)
    key_us = callback.key_us
    move(before, callback.contact_id, 30)
    after = restarted(before)
    sync(after)
    found = after.contacts.get(callback.contact_id)
    assert found is not None
    assert found.key_us == key_us - microseconds(30)


def test_moved_work_keeps_the_place_over_a_restart() -> None:
    floor = Floor({"ann": 5})
    for number in (1, 2):
        floor.hear(
            AddWork(at_us=floor.now_us, work_id=f"w{number}", channel=TASK, queue=CARDS.name, tier="standard")
        )
        floor.pass_s(60)
    first, second = (contact.contact_id for contact in list(floor.contacts))
    move(floor, second, to_front=True)
    again = Floor({"ann": 5})
    for contact_id in (first, second):
        history = tuple(e for e in floor.events(ContactEvent) if e.contact_id == contact_id)
        again.hear(
            ContactRecalled(
                at_us=floor.now_us, contact_id=contact_id, leg_id=NO_LEG, seen_us=0, history=history
            )
        )
    ahead, behind = again.router.place(second), again.router.place(first)
    assert ahead is not None
    assert behind is not None
    assert ahead < behind


# --- in whatever order -----------------------------------------------------------------------------------

MOVES = st.lists(st.tuples(st.integers(0, 5), st.integers(-200, 200) | st.none()), max_size=20)


@given(moves=MOVES)
def test_line_is_always_in_the_order_of_waits_and_credits(moves: list[tuple[int, int | None]]) -> None:
    floor = Floor({"ann": 5})
    contacts: list[Contact] = []
    for number in range(6):
        contacts.append(floor.arrive(f"c{number}", tier="platinum" if number % 3 else "standard"))
        floor.pass_s(40)
    for number, credit_s in moves:
        contact = contacts[number]
        move(floor, contact.contact_id, credit_s or 0, to_front=credit_s is None)
        if credit_s is None:
            assert line(floor)[0] == contact.contact_id
    by_key = sorted(contacts, key=lambda contact: contact.key_us)
    assert [contact.key_us for contact in floor.router.line(floor.queue.name)] == [c.key_us for c in by_key]
    front = line(floor)[0]
    floor.ready("ann")
    assert floor.offered() == [(front, "ann")]

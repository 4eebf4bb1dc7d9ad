"""The book of contacts: found by id and by the caller's leg, moved only along the table."""

from __future__ import annotations

import pytest

from core.contacts import ENDED_MAX, ContactBook
from core.kernel.errors import IllegalTransition
from core.model.contact import Contact, ContactState, ContactTrigger
from core.model.ids import ContactId, LegId


def contact(number: int = 1) -> Contact:
    return Contact(contact_id=ContactId(f"C-1-{number:06d}"), leg_id=LegId(f"leg-{number}"), arrived_us=0)


def test_a_contact_is_found_by_its_id_and_by_the_callers_leg() -> None:
    book, first, second = ContactBook(), contact(1), contact(2)
    book.add(first)
    book.add(second)
    assert book.get(first.contact_id) is first
    assert book.of_leg(second.leg_id) is second
    assert list(book) == [first, second]


def test_nobody_is_found_under_an_unknown_name() -> None:
    book = ContactBook()
    assert book.get(ContactId("C-9")) is None
    assert book.of_leg(LegId("leg-9")) is None


def test_a_caller_who_leaves_the_queue_leaves_the_book() -> None:
    book, leaving, staying = ContactBook(), contact(1), contact(2)
    book.add(leaving)
    book.add(staying)
    book.move(leaving, ContactTrigger.QUEUE)
    book.move(leaving, ContactTrigger.LEAVE)
    assert leaving.state is ContactState.ABANDONED
    assert book.get(leaving.contact_id) is None
    assert book.of_leg(leaving.leg_id) is None
    assert list(book) == [staying]


def test_a_served_contact_stays_in_the_book_until_its_wrap_up_is_done() -> None:
    book, served = ContactBook(), contact()
    book.add(served)
    for trigger in ("queue", "offer", "connect", "talk_end"):
        book.move(served, ContactTrigger(trigger))
        assert book.get(served.contact_id) is served
    book.move(served, ContactTrigger.FINISH)
    assert served.state is ContactState.CLOSED
    assert len(book) == 0


def test_a_step_the_table_does_not_have_changes_nothing() -> None:
    book, waiting = ContactBook(), contact()
    book.add(waiting)
    book.move(waiting, ContactTrigger.QUEUE)
    with pytest.raises(IllegalTransition):
        book.move(waiting, ContactTrigger.TALK_END)
    assert waiting.state is ContactState.QUEUED
    assert book.get(waiting.contact_id) is waiting


def test_the_end_of_a_contact_is_remembered_for_a_while() -> None:
    book = ContactBook()
    for number in range(ENDED_MAX + 1):
        here = contact(number)
        book.add(here)
        assert not book.has_ended(here.contact_id)
        book.move(here, ContactTrigger.LEAVE)
    assert not book.has_ended(contact(0).contact_id)
    assert all(book.has_ended(contact(number).contact_id) for number in range(1, ENDED_MAX + 1))


def test_a_wait_counts_from_the_queue_to_the_connection() -> None:
    caller = contact()
    assert caller.waited_us(99) == 0
    caller.queued_us = 10
    assert caller.waited_us(25) == 15
    caller.connected_us = 30
    assert caller.waited_us(99) == 20

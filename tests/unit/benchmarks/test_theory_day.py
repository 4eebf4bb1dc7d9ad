"""A day as the published tables tell theirs: by queue, and over all attempts of a caller."""

from __future__ import annotations

from benchmarks._theory import TheoryDay
from core.kernel.clock import SECOND_US
from core.model.contact import ContactState
from core.model.events import InteractionRecorded
from core.model.ids import ContactId

ANSWERED, GAVE_UP = ContactState.CLOSED, ContactState.ABANDONED


def contact(caller: str, outcome: ContactState, waited_s: int, queue: str = "type-1") -> InteractionRecorded:
    return InteractionRecorded(
        at_us=0,
        contact_id=ContactId("C-1-000001"),
        customer_id="",
        caller_number=caller,
        queue=queue,
        tier="standard",
        outcome=outcome,
        agent_id="english-001",
        disposition="",
        ended_by="customer",
        arrived_us=0,
        ivr_us=0,
        queue_us=waited_s * SECOND_US,
        talk_us=0,
        wrap_up_us=0,
        offers=1,
    )


def day(*contacts: InteractionRecorded) -> TheoryDay:
    told = TheoryDay()
    for each in contacts:
        told.add(each)
    return told


def test_who_called_again_has_waited_in_both_attempts() -> None:
    told = day(
        contact("+31201", GAVE_UP, 40),
        contact("+31201", ANSWERED, 30),
        contact("+31202", GAVE_UP, 20),
        contact("+31202", ANSWERED, 30),
        contact("+31203", ANSWERED, 50),
        contact("+31204", GAVE_UP, 10),
    )
    assert told.answered_within(60) == 3
    assert told.answered_within_attempts(60) == 2


def test_one_queue_is_counted_by_itself() -> None:
    told = day(
        contact("+31201", ANSWERED, 5),
        contact("+31202", GAVE_UP, 5),
        contact("+31203", GAVE_UP, 5, "type-2"),
        contact("+31204", GAVE_UP, 25, "type-2"),
    )
    assert (told.abandoned_within(20), told.abandoned_within(20, "type-2")) == (2, 1)
    assert (told.answered_within(20, "type-1"), told.answered_within(20, "type-2")) == (1, 0)

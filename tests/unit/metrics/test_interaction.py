"""One record for each contact, whatever way it ended, and none left open."""

from __future__ import annotations

import pytest

from core.contacts import ContactBook
from core.engine import Engine
from core.model.commands import AppendToLedger
from core.model.contact import ContactState
from core.model.events import (
    ContactAbandoned,
    ContactArrived,
    ContactClosed,
    ContactEvent,
    ContactSentOn,
    InteractionRecorded,
    MessageLeft,
)
from core.model.ids import ContactId, LegId
from metrics.interaction import InteractionRecorder

C = ContactId("C-1-000001")
AT_US = 9_000_000
ENDS = {
    ContactState.ABANDONED: ContactAbandoned(
        at_us=AT_US, contact_id=C, queue="", tier="", stage="ivr", waited_us=0
    ),
    ContactState.OVERFLOWED: ContactSentOn(at_us=AT_US, contact_id=C, number="5551000"),
    ContactState.VOICEMAIL: MessageLeft(at_us=AT_US, contact_id=C, recording=C),
    ContactState.CLOSED: ContactClosed(at_us=AT_US, contact_id=C, outcome=ContactState.CLOSED),
}


def recorded(engine: Engine, event: ContactEvent) -> list[InteractionRecorded]:
    appended = [c.event for c in engine.handle(event) if isinstance(c, AppendToLedger)]
    return [event for event in appended if isinstance(event, InteractionRecorded)]


@pytest.mark.parametrize("outcome", ENDS)
def test_contact_that_ended_in_the_menu_is_recorded_once_with_its_outcome(outcome: ContactState) -> None:
    engine = Engine()
    InteractionRecorder(engine, ContactBook())
    arrived = ContactArrived(
        at_us=2_000_000, contact_id=C, leg_id=LegId("leg"), caller_number="+31", dialed_number="800"
    )
    assert recorded(engine, arrived) == []
    (record,) = recorded(engine, ENDS[outcome])
    assert (record.outcome, record.caller_number) == (outcome, "+31")
    assert (record.ivr_us, record.queue_us, record.talk_us, record.wrap_up_us) == (7_000_000, 0, 0, 0)
    assert recorded(engine, ENDS[outcome]) == [], "an end told twice is one end"

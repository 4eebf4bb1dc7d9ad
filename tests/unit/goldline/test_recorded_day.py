"""A day read off its ledger, event by event: also one that begins and ends in the middle of things."""

from __future__ import annotations

from typing import Any

from core.model.causes import RingOutcome
from core.model.commands import AppendToLedger
from core.model.contact import ContactState, Requirement
from core.model.customer import Customer
from core.model.events import (
    ContactAbandoned,
    ContactAdopted,
    ContactArrived,
    ContactConnected,
    ContactQueued,
    CustomerFound,
    CustomerIdentified,
    InteractionRecorded,
    OfferFailed,
    OfferMade,
    OfferWithdrawn,
    PbxSynced,
    QueueingAsked,
)
from core.model.ids import AgentId, ContactId, CustomerId, LegId, OfferId, QueueName
from core.model.message import DomainEvent
from goldline.recorded_day import DayReader, RecordedCall, RecordedDay, Way, Work
from metrics.frame import Frame

CONTACT, ANN, SALES = ContactId("C-1"), AgentId("ann"), QueueName("sales")
NEED = (Requirement(skill="french", minimum=3),)
ANYBODY: dict[str, Any] = {"contact_id": CONTACT}


def read(*events: DomainEvent, until_us: int = 1_000) -> RecordedDay:
    """Return the day in which just these things happened, up to `until_us`."""
    reader = DayReader(Frame())
    for event in events:
        reader.take(PbxSynced(at_us=event.at_us, pbx="main"), [AppendToLedger(event=event)])
    reader.take(PbxSynced(at_us=until_us, pbx="main"), [])
    return reader.finish()


def arrived(at_us: int, number: str = "+31201") -> ContactArrived:
    return ContactArrived(
        at_us=at_us, **ANYBODY, leg_id=LegId("1-1"), caller_number=number, dialed_number="8000"
    )


def asked(at_us: int) -> QueueingAsked:
    return QueueingAsked(at_us=at_us, **ANYBODY, queue=SALES, requirements=NEED)


def queued(at_us: int) -> ContactQueued:
    return ContactQueued(
        at_us=at_us, **ANYBODY, queue=SALES, tier="gold", key_us=at_us, position=1, requirements=NEED
    )


def offered(at_us: int, offer: str = "O-1") -> OfferMade:
    return OfferMade(at_us=at_us, **ANYBODY, offer_id=OfferId(offer), agent_id=ANN)


def failed(at_us: int, outcome: RingOutcome, offer: str = "O-1") -> OfferFailed:
    return OfferFailed(at_us=at_us, **ANYBODY, offer_id=OfferId(offer), agent_id=ANN, outcome=outcome)


def withdrawn(at_us: int, reason: str) -> OfferWithdrawn:
    return OfferWithdrawn(at_us=at_us, **ANYBODY, offer_id=OfferId("O-1"), agent_id=ANN, reason=reason)


def connected(at_us: int, offer: str = "O-1") -> ContactConnected:
    return ContactConnected(
        at_us=at_us,
        **ANYBODY,
        queue=SALES,
        tier="gold",
        agent_id=ANN,
        offer_id=OfferId(offer),
        waited_us=0,
        level=3,
    )


def left(at_us: int) -> ContactAbandoned:
    return ContactAbandoned(at_us=at_us, **ANYBODY, queue=SALES, tier="gold", stage="queue", waited_us=0)


def recorded(at_us: int, outcome: ContactState, talk_us: int = 0, wrap_up_us: int = 0) -> InteractionRecorded:
    return InteractionRecorded(
        at_us=at_us,
        **ANYBODY,
        customer_id="",
        caller_number="",
        queue=SALES,
        tier="gold",
        outcome=outcome,
        agent_id="ann",
        disposition="",
        ended_by="customer",
        arrived_us=0,
        ivr_us=0,
        queue_us=0,
        talk_us=talk_us,
        wrap_up_us=wrap_up_us,
        offers=1,
    )


def call(asked_us: int, waited_us: int, **differences: Any) -> RecordedCall:
    """Return the call of a stranger whom nobody answered, but for `differences`."""
    usual: dict[str, Any] = {
        "caller": "+31201",
        "tier": "",
        "left": False,
        "missed": 0,
        "rang_us": None,
        "work": None,
    }
    return RecordedCall(asked_us=asked_us, way=Way(SALES, NEED), waited_us=waited_us, **(usual | differences))


def test_answered_call() -> None:
    day = read(
        arrived(10),
        asked(30),
        queued(30),
        offered(50),
        connected(53),
        recorded(200, ContactState.CLOSED, 120, 27),
    )
    assert day.calls == (call(30, 23, rang_us=3, work=Work(120, 27)),)


def test_abandoned_call() -> None:
    day = read(arrived(10), asked(30), queued(30), left(90), recorded(90, ContactState.ABANDONED))
    assert day.calls == (call(30, 60, left=True),)


def test_call_abandoned_while_a_phone_rang() -> None:
    events = (arrived(10), asked(30), queued(30), offered(80), withdrawn(90, "caller_left"), left(90))
    day = read(*events, recorded(90, ContactState.ABANDONED))
    assert day.calls == (call(30, 60, left=True, rang_us=10),)


def test_call_for_which_phones_rang_in_vain() -> None:
    offers = (offered(30), failed(45, RingOutcome.NO_ANSWER), offered(45, "O-2"), connected(49, "O-2"))
    day = read(arrived(10), asked(30), queued(30), *offers, recorded(60, ContactState.CLOSED, 9, 2))
    assert day.calls == (call(30, 19, missed=1, rang_us=4, work=Work(9, 2)),)


def test_busy_phone_is_no_miss_and_an_agent_who_was_gone_no_ring() -> None:
    offers = (offered(30), failed(31, RingOutcome.BUSY), offered(40), withdrawn(40, "agent_not_ready"))
    day = read(arrived(10), asked(30), queued(30), *offers, left(90), recorded(90, ContactState.ABANDONED))
    assert day.calls == (call(30, 60, left=True),)


def test_call_turned_away_at_a_full_line_would_have_waited() -> None:
    day = read(arrived(10), asked(30), recorded(30, ContactState.OVERFLOWED))
    assert day.calls == (call(30, 0),)


def test_call_that_asks_for_no_queue_is_not_in_the_trace() -> None:
    assert read(arrived(10), recorded(70, ContactState.CLOSED)).calls == ()


def test_who_still_waits_at_the_end_was_patient_so_far() -> None:
    assert read(arrived(10), asked(30), queued(30), until_us=500).calls == (call(30, 470),)


def test_talk_that_goes_on_at_the_end_has_a_length_nobody_knows() -> None:
    day = read(arrived(10), asked(30), queued(30), offered(50), connected(53), until_us=500)
    assert day.calls == (call(30, 23, rang_us=3),)


def test_customer_is_of_the_tier_on_record_whatever_the_rules_made_of_it() -> None:
    reader = DayReader(Frame())
    customer = Customer(customer_id=CustomerId("K-1"), name="Ada", tier="platinum")
    told = CustomerIdentified(at_us=20, **ANYBODY, customer_id="K-1", tier="standard", lookup="found")
    reader.take(PbxSynced(at_us=10, pbx="main"), [AppendToLedger(event=arrived(10))])
    reader.take(CustomerFound(at_us=20, lookup_id="Q-1", customer=customer), [AppendToLedger(event=told)])
    reader.take(PbxSynced(at_us=30, pbx="main"), [AppendToLedger(event=asked(30))])
    assert reader.finish().calls == (call(30, 0, caller="K-1", tier="platinum"),)


def test_caller_who_waited_through_a_restart_joins_the_line_when_the_day_begins() -> None:
    adopted = ContactAdopted(at_us=5, **ANYBODY, state=ContactState.QUEUED)
    day = read(adopted, queued(5), offered(50), connected(53), recorded(200, ContactState.CLOSED, 120, 27))
    assert day.calls == (call(5, 48, caller="C-1", rang_us=3, work=Work(120, 27)),)


def test_talk_that_outlived_a_restart_is_no_call_of_the_day() -> None:
    adopted = ContactAdopted(at_us=5, **ANYBODY, state=ContactState.CONNECTED)
    assert read(adopted, recorded(200, ContactState.CLOSED, 120, 27)).calls == ()


def test_call_that_was_over_before_the_restart_is_none_either() -> None:
    assert read(recorded(5, ContactState.ABANDONED)).calls == ()

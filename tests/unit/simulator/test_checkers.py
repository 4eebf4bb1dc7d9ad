"""Each checker finds the story that breaks its promise, and leaves the ordinary one alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from core.kernel.errors import InvariantBroken
from core.model.agent import AgentState
from core.model.causes import RingOutcome
from core.model.commands import AppendToLedger, JoinLeg, PopScreen, RingLeg
from core.model.contact import VOICE, ContactState
from core.model.destination import DestinationKind, DivertReason
from core.model.events import (
    AgentStateChanged,
    ContactAbandoned,
    ContactArrived,
    ContactClosed,
    ContactConnected,
    ContactDiverted,
    ContactQueued,
    DialogueClosed,
    DialogueOpened,
    LegCreated,
    LegEnded,
    OfferFailed,
    OfferMade,
    PbxLost,
    PbxSynced,
    Spared,
    StandingChanged,
    TalkEnded,
    TimerFired,
)
from core.model.ids import AgentId, ContactId, LegId, OfferId, QueueName
from core.model.message import Command, DomainEvent
from core.model.standing_leg import StandingState
from simulator.checkers import Checkers

ANN, BEN = AgentId("ann"), AgentId("ben")
FIRST, SECOND = ContactId("C-1-000001"), ContactId("C-1-000002")
SALES = QueueName("sales")
TICK = TimerFired(at_us=1, key=("tick",))


def floor() -> Checkers:
    checkers = Checkers({ANN: {"loans": 5}, BEN: {}}, "small.toml", 7)
    checkers.step(PbxSynced(at_us=0, pbx="sim"), [])
    return checkers


def told(*events: DomainEvent) -> list[Command]:
    return [AppendToLedger(event=event) for event in events]


def arrived(contact_id: ContactId) -> ContactArrived:
    return ContactArrived(
        at_us=1, contact_id=contact_id, leg_id=LegId("1.1"), caller_number="", dialed_number=""
    )


def queued(contact_id: ContactId, need: str = "", **wishes: Any) -> ContactQueued:
    return ContactQueued(
        at_us=1, contact_id=contact_id, queue=SALES, tier="", key_us=1, position=1, need=need, **wishes
    )


def stands(contact_id: ContactId, need: str = "", **wishes: Any) -> StandingChanged:
    return StandingChanged(
        at_us=1, contact_id=contact_id, queue=SALES, key_us=1, reason="step", need=need, **wishes
    )


def diverted(contact_id: ContactId) -> ContactDiverted:
    return ContactDiverted(
        at_us=1,
        contact_id=contact_id,
        queue=SALES,
        to=DestinationKind.FLOW,
        target="voicemail",
        reason=DivertReason.EMPTY,
    )


def abandoned(contact_id: ContactId) -> ContactAbandoned:
    return ContactAbandoned(at_us=1, contact_id=contact_id, queue="", tier="", stage="queue", waited_us=0)


def closed(contact_id: ContactId) -> ContactClosed:
    return ContactClosed(at_us=1, contact_id=contact_id, outcome=ContactState.CLOSED)


def state(agent_id: AgentId, new: AgentState, standing: StandingState | None = None) -> AgentStateChanged:
    return AgentStateChanged(
        at_us=1,
        agent_id=agent_id,
        old=AgentState.NOT_READY,
        new=new,
        extension=f"PJSIP/{agent_id}",
        channels=(VOICE,) if new is AgentState.READY else (),
        standing=standing,
    )


def offered(contact_id: ContactId, agent_id: AgentId) -> OfferMade:
    return OfferMade(at_us=1, contact_id=contact_id, offer_id=OfferId("O"), agent_id=agent_id)


def connected(contact_id: ContactId, agent_id: AgentId) -> ContactConnected:
    return ContactConnected(
        at_us=1,
        contact_id=contact_id,
        queue=SALES,
        tier="",
        agent_id=agent_id,
        offer_id=OfferId("O"),
        waited_us=0,
        level=0,
    )


def talk_ended(contact_id: ContactId, agent_id: AgentId) -> TalkEnded:
    return TalkEnded(at_us=1, contact_id=contact_id, agent_id=agent_id, ended_by="customer", talked_us=1)


def failed(contact_id: ContactId, agent_id: AgentId) -> OfferFailed:
    return OfferFailed(
        at_us=1,
        contact_id=contact_id,
        offer_id=OfferId("O"),
        agent_id=agent_id,
        outcome=RingOutcome.NO_ANSWER,
    )


def test_ordinary_contact_breaks_nothing() -> None:
    checkers = floor()
    for events in (
        [arrived(FIRST)],
        [queued(FIRST)],
        [state(ANN, AgentState.READY), offered(FIRST, ANN), state(ANN, AgentState.RESERVED)],
        [failed(FIRST, ANN), state(ANN, AgentState.NOT_READY)],
        [state(BEN, AgentState.READY), offered(FIRST, BEN), state(BEN, AgentState.RESERVED)],
        [connected(FIRST, BEN), state(BEN, AgentState.ON_CONTACT)],
        [talk_ended(FIRST, BEN), state(BEN, AgentState.WRAP_UP)],
        [closed(FIRST), state(BEN, AgentState.READY)],
    ):
        checkers.step(TICK, told(*events))
    checkers.finish()
    assert checkers.contacts.arrived == 1
    assert checkers.contacts.ended == {"ContactClosed": 1}


@pytest.mark.parametrize(
    ("story", "complaint"),
    [
        ([arrived(FIRST), arrived(FIRST)], "arrived twice"),
        ([abandoned(FIRST)], "never arriving"),
        ([arrived(FIRST), abandoned(FIRST), closed(FIRST)], "after ContactAbandoned"),
        ([arrived(FIRST), offered(FIRST, ANN), offered(FIRST, BEN)], "is with ann"),
        ([arrived(FIRST), offered(FIRST, ANN), offered(SECOND, ANN)], "agent ann has C-1-000001"),
        ([arrived(FIRST), connected(FIRST, ANN)], "without an offer"),
        ([arrived(FIRST), queued(FIRST), state(ANN, AgentState.READY)], "agent ann is idle"),
    ],
)
def test_broken_promise_is_found(story: Sequence[DomainEvent], complaint: str) -> None:
    with pytest.raises(InvariantBroken, match=complaint):
        floor().step(TICK, told(*story))


def test_agent_without_the_skill_may_idle_beside_the_contact() -> None:
    waiting = told(arrived(FIRST), queued(FIRST, "loans >= 5"))
    checkers = floor()
    checkers.step(TICK, [*waiting, *told(state(BEN, AgentState.READY))])
    with pytest.raises(InvariantBroken, match="agent ann is idle"):
        checkers.step(TICK, told(state(ANN, AgentState.READY)))


def test_need_that_a_step_has_lowered_is_the_one_that_counts() -> None:
    checkers = floor()
    checkers.step(TICK, told(arrived(FIRST), queued(FIRST, "loans >= 9"), state(ANN, AgentState.READY)))
    with pytest.raises(InvariantBroken, match="agent ann is idle"):
        checkers.step(TICK, told(stands(FIRST, "loans >= 5")))


def test_contact_held_for_one_agent_may_wait_beside_another() -> None:
    checkers = floor()
    checkers.step(TICK, told(arrived(FIRST), queued(FIRST, held_for=BEN), state(ANN, AgentState.READY)))
    with pytest.raises(InvariantBroken, match="agent ann is idle"):
        checkers.step(TICK, told(stands(FIRST)))


def test_last_experts_may_idle_beside_who_must_spare_them() -> None:
    last_expert = Spared(skill="loans", level=5, count=1)
    checkers = floor()
    waiting = told(arrived(FIRST), queued(FIRST, spares=last_expert))
    checkers.step(TICK, [*waiting, *told(state(ANN, AgentState.READY))])
    with pytest.raises(InvariantBroken, match="agent ben is idle"):
        checkers.step(TICK, told(state(BEN, AgentState.READY)))


def test_contact_that_was_sent_elsewhere_waits_no_more() -> None:
    checkers = floor()
    checkers.step(TICK, told(arrived(FIRST), queued(FIRST), diverted(FIRST), state(ANN, AgentState.READY)))


def test_contact_returned_by_a_failed_offer_waits_again() -> None:
    checkers = floor()
    checkers.step(TICK, told(arrived(FIRST), queued(FIRST), offered(FIRST, ANN)))
    checkers.step(TICK, told(failed(FIRST, ANN)))
    with pytest.raises(InvariantBroken, match="agent ben is idle"):
        checkers.step(TICK, told(state(BEN, AgentState.READY)))


def test_nothing_is_demanded_while_the_pbx_is_away() -> None:
    checkers = floor()
    checkers.step(PbxLost(at_us=1, pbx="sim"), [])
    checkers.step(TICK, told(arrived(FIRST), queued(FIRST), state(ANN, AgentState.READY)))


def test_phone_must_not_ring_before_the_record_is_shown() -> None:
    checkers = floor()
    checkers.step(TICK, told(state(ANN, AgentState.RESERVED)))
    ring = RingLeg(
        leg_id=LegId("a"), address="PJSIP/ann", bridge_with=LegId("1.1"), ring_timeout_us=1_000_000
    )
    pop = PopScreen(
        agent_id=ANN,
        offer_id=OfferId("O"),
        contact_id=FIRST,
        caller_number="",
        customer=None,
        tier="",
        queue="",
        choices=(),
        waited_us=0,
        language="en",
    )
    checkers.step(TICK, [pop, ring])
    with pytest.raises(InvariantBroken, match="before the record"):
        checkers.step(TICK, [ring, pop])


def test_leg_or_contact_left_over_is_found_at_the_end() -> None:
    checkers = floor()
    checkers.step(LegCreated(at_us=1, leg_id=LegId("1.1"), address="PJSIP/trunk-1"), [])
    with pytest.raises(InvariantBroken, match="1 legs never ended"):
        checkers.finish()
    checkers.step(LegEnded(at_us=1, leg_id=LegId("1.1"), cause=16), told(arrived(FIRST)))
    with pytest.raises(InvariantBroken, match="1 contacts never ended"):
        checkers.finish()


def test_leg_cannot_end_twice() -> None:
    with pytest.raises(InvariantBroken, match="without being there"):
        floor().step(LegEnded(at_us=1, leg_id=LegId("1.1"), cause=16), [])


def test_report_tells_how_to_replay() -> None:
    checkers = floor()
    for _ in range(50):
        checkers.step(TICK, [])
    with pytest.raises(InvariantBroken) as caught:
        checkers.step(TICK, told(abandoned(FIRST)))
    text = str(caught.value)
    assert "replay: goldline simulate small.toml --seed 7" in text
    assert text.count("TimerFired") == 29
    assert "ContactAbandoned" in text


# --- calls that stand -----------------------------------------------------------------------------------


LEG, CALLER = LegId("L-1-000001"), LegId("1.1")
OPENED = DialogueOpened(at_us=1, leg_id=LEG, tag="role=standing&agent=ann")
JOIN = JoinLeg(leg_id=LEG, bridge_with=CALLER)


def standing_by() -> Checkers:
    """Ann's call stands, in our hands."""
    checkers = floor()
    ring = RingLeg(leg_id=LEG, address="PJSIP/ann", ring_timeout_us=1, tag=OPENED.tag)
    checkers.step(TICK, [*told(state(ANN, AgentState.NOT_READY)), ring])
    checkers.step(LegCreated(at_us=1, leg_id=LEG, address="PJSIP/ann"), [])
    checkers.step(OPENED, [])
    return checkers


def pop() -> PopScreen:
    return PopScreen(
        agent_id=ANN,
        offer_id=OfferId("O"),
        contact_id=FIRST,
        caller_number="",
        customer=None,
        tier="",
        queue="",
        choices=(),
        waited_us=0,
        language="en",
    )


def test_call_that_stands_is_joined_after_the_record_is_shown_and_may_outlive_the_day() -> None:
    checkers = standing_by()
    checkers.step(TICK, [pop(), JOIN])
    checkers.finish()


def test_joining_before_the_record_is_shown() -> None:
    with pytest.raises(InvariantBroken, match="ann has a call before the record"):
        standing_by().step(TICK, [JOIN])


def test_joining_a_leg_that_is_not_in_our_hands() -> None:
    checkers = standing_by()
    checkers.step(DialogueClosed(at_us=2, leg_id=LEG), [])
    with pytest.raises(InvariantBroken, match="is not in our hands"):
        checkers.step(TICK, [pop(), JOIN])


def test_joining_somebody_who_is_gone() -> None:
    checkers = standing_by()
    checkers.step(LegCreated(at_us=1, leg_id=CALLER, address="PJSIP/trunk"), [])
    checkers.step(LegEnded(at_us=2, leg_id=CALLER, cause=16), [])
    with pytest.raises(InvariantBroken, match="which has ended"):
        checkers.step(TICK, [pop(), JOIN])


def test_agent_told_to_be_had_for_calls_without_a_leg_to_join() -> None:
    with pytest.raises(InvariantBroken, match="has room for"):
        floor().step(TICK, told(state(ANN, AgentState.READY, StandingState.RINGING)))

"""Calls as a switchboard sees them, out of facts about legs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calls import CallBook
from core.engine import Engine
from core.model.call import CallState, EndReason, Progress, dial_outcome, end_reason
from core.model.call_events import (
    CallDialed,
    CallDialEnded,
    CallEnded,
    CallEvent,
    CallMerged,
    CallTransferred,
    CallUp,
)
from core.model.causes import Cause
from core.model.events import (
    AnomalySeen,
    DialEnded,
    LegAnswered,
    LegCreated,
    LegDialed,
    LegEnded,
    LegEvent,
    LegHeld,
    LegJoined,
    LegLeft,
    LegResumed,
    LegRinging,
    LegTransferred,
)
from core.model.ids import NO_LEG, BridgeId, CallId, LegId
from core.model.leg import LegState

CALL_FACTS = (CallDialed, CallDialEnded, CallEnded, CallMerged, CallTransferred, CallUp)
CUSTOMER, AGENT, OTHER = LegId("customer"), LegId("agent"), LegId("other")
CALL = CallId(CUSTOMER)
BRIDGE, SECOND_BRIDGE = BridgeId("b1"), BridgeId("b2")


class Switchboard:
    """An engine with nothing but the call book, and a pencil."""

    def __init__(self) -> None:
        self.engine = Engine()
        self.book = CallBook(self.engine)
        self.facts: list[CallEvent] = []
        self.anomalies: list[str] = []
        for kind in CALL_FACTS:
            self.engine.subscribe(kind, self.facts.append)
        self.engine.subscribe(AnomalySeen, lambda event: self.anomalies.append(event.kind))

    def tell(self, *events: LegEvent) -> list[CallEvent]:
        """Return the call facts that `events` brought about."""
        before = len(self.facts)
        for event in events:
            assert self.engine.handle(event) == []
        return self.facts[before:]


def created(leg: LegId, hint: str = "") -> LegCreated:
    return LegCreated(at_us=0, leg_id=leg, address=f"PJSIP/{leg}", call_hint=hint)


def dialed(leg: LegId, by: LegId = NO_LEG) -> LegDialed:
    return LegDialed(at_us=0, leg_id=leg, from_leg_id=by)


def dial_ended(leg: LegId, outcome: str, by: LegId = NO_LEG) -> DialEnded:
    return DialEnded(at_us=0, leg_id=leg, from_leg_id=by, outcome=outcome)


def ringing(leg: LegId) -> LegRinging:
    return LegRinging(at_us=0, leg_id=leg)


def answered(leg: LegId) -> LegAnswered:
    return LegAnswered(at_us=0, leg_id=leg)


def joined(leg: LegId, bridge: BridgeId = BRIDGE) -> LegJoined:
    return LegJoined(at_us=0, leg_id=leg, bridge_id=bridge)


def left(leg: LegId, bridge: BridgeId = BRIDGE) -> LegLeft:
    return LegLeft(at_us=0, leg_id=leg, bridge_id=bridge)


def ended(leg: LegId, cause: int = Cause.NORMAL_CLEARING) -> LegEnded:
    return LegEnded(at_us=0, leg_id=leg, cause=cause)


def transferred(kind: str, by: LegId, moved: LegId) -> LegTransferred:
    return LegTransferred(at_us=0, leg_id=by, kind=kind, moved_leg_id=moved)


def up(caller: LegId, target: LegId) -> CallUp:
    return CallUp(at_us=0, call_id=CALL, caller_leg_id=caller, target_leg_id=target)


def call_ended(caller: LegId, reason: EndReason) -> CallEnded:
    return CallEnded(at_us=0, call_id=CALL, caller_leg_id=caller, reason=reason)


def customer_talks_with_agent() -> Switchboard:
    board = Switchboard()
    board.tell(
        created(CUSTOMER),
        answered(CUSTOMER),
        created(AGENT, CUSTOMER),
        dialed(AGENT, CUSTOMER),
        ringing(AGENT),
        answered(AGENT),
        dial_ended(AGENT, "answer", CUSTOMER),
        joined(CUSTOMER),
        joined(AGENT),
    )
    return board


class TestTheEnginesOwnCalls:
    """A customer waits in the menu, the engine rings an agent, and both meet in a bridge."""

    def test_the_agents_leg_joins_the_customers_call(self) -> None:
        board = Switchboard()
        board.tell(created(CUSTOMER), answered(CUSTOMER), created(AGENT), dialed(AGENT))
        assert board.tell(ringing(AGENT)) == [
            CallDialed(at_us=0, call_id=CallId(AGENT), caller_leg_id=NO_LEG, target_leg_id=AGENT)
        ]
        board.tell(answered(AGENT), joined(CUSTOMER))
        assert board.tell(joined(AGENT)) == [
            CallMerged(at_us=0, call_id=CALL, absorbed_id=CallId(AGENT)),
            up(CUSTOMER, AGENT),
        ]
        assert board.tell(ended(CUSTOMER))[-1] == call_ended(CUSTOMER, EndReason.COMPLETED)
        assert board.tell(left(AGENT), ended(AGENT)) == []

    def test_an_agent_who_does_not_answer_leaves_the_customer_where_he_was(self) -> None:
        board = Switchboard()
        board.tell(created(CUSTOMER), answered(CUSTOMER), created(AGENT), dialed(AGENT), ringing(AGENT))
        facts = board.tell(ended(AGENT, Cause.NO_ANSWER))
        assert [type(fact) for fact in facts] == [CallDialEnded, CallEnded]
        assert facts[0].call_id == facts[1].call_id == AGENT
        assert [call.state for call in board.book] == [CallState.OPEN]

    def test_a_customer_served_by_the_menu_alone_completed_his_call(self) -> None:
        board = Switchboard()
        board.tell(created(CUSTOMER), answered(CUSTOMER))
        assert board.tell(ended(CUSTOMER)) == [call_ended(CUSTOMER, EndReason.COMPLETED)]


class TestState:
    def test_it_is_read_off_the_legs(self) -> None:
        board = Switchboard()
        board.tell(created(CUSTOMER))
        (call,) = board.book
        states = [call.state]
        for event in (
            created(AGENT, CUSTOMER),
            dialed(AGENT, CUSTOMER),
            answered(CUSTOMER),
            answered(AGENT),
            joined(CUSTOMER),
            joined(AGENT),
            LegHeld(at_us=0, leg_id=AGENT),
            LegResumed(at_us=0, leg_id=AGENT),
            left(AGENT),
            ended(AGENT),
            ended(CUSTOMER),
        ):
            board.tell(event)
            states.append(call.state)
        expected = "open open ringing ringing open open talking held talking open open ended"
        assert states == expected.split()


class TestMeeting:
    def test_two_parties_meet_once_however_often_bridges_change(self) -> None:
        board = customer_talks_with_agent()
        again = board.tell(
            left(CUSTOMER), left(AGENT), joined(AGENT, SECOND_BRIDGE), joined(CUSTOMER, SECOND_BRIDGE)
        )
        assert again == []

    def test_a_third_party_is_met_as_well(self) -> None:
        board = customer_talks_with_agent()
        facts = board.tell(created(OTHER), answered(OTHER), joined(OTHER))
        assert facts == [
            CallMerged(at_us=0, call_id=CALL, absorbed_id=CallId(OTHER)),
            up(CUSTOMER, OTHER),
        ]
        assert board.tell(ended(CUSTOMER)) == []
        assert board.tell(ended(AGENT)) == [call_ended(AGENT, EndReason.COMPLETED)]


class TestTransfers:
    def test_an_attended_transfer_told_after_its_parties_met(self) -> None:
        """As recorded: the bridges merge first, AttendedTransfer follows (capture s10)."""
        board = customer_talks_with_agent()
        board.tell(created(OTHER, CUSTOMER), answered(OTHER), left(AGENT), joined(OTHER))
        assert board.tell(transferred("attended", AGENT, CUSTOMER), ended(AGENT)) == [
            CallTransferred(
                at_us=0,
                call_id=CALL,
                kind="attended",
                transferer_leg_id=AGENT,
                caller_leg_id=CUSTOMER,
                target_leg_ids=(OTHER,),
            )
        ]
        assert board.tell(ended(CUSTOMER)) == [call_ended(CUSTOMER, EndReason.COMPLETED)]

    def test_an_attended_transfer_told_before_they_meet(self) -> None:
        board = customer_talks_with_agent()
        board.tell(created(OTHER, CUSTOMER), answered(OTHER), joined(OTHER, SECOND_BRIDGE))
        assert board.tell(transferred("attended", AGENT, CUSTOMER), left(CUSTOMER), ended(AGENT)) == []
        facts = board.tell(joined(CUSTOMER, SECOND_BRIDGE))
        assert [type(fact) for fact in facts] == [CallTransferred, CallUp]

    def test_a_blind_transfer_that_reaches_nobody_is_not_told(self) -> None:
        board = customer_talks_with_agent()
        facts = board.tell(
            transferred("blind", AGENT, CUSTOMER),
            left(AGENT),
            ended(AGENT),
            left(CUSTOMER),
            created(OTHER, CUSTOMER),
            dialed(OTHER, CUSTOMER),
            dial_ended(OTHER, "busy", CUSTOMER),
            ended(OTHER, Cause.BUSY),
        )
        assert facts == []
        assert board.tell(ended(CUSTOMER, Cause.NO_ANSWER)) == [call_ended(CUSTOMER, EndReason.COMPLETED)]

    def test_a_leg_nobody_knows_cannot_be_transferred(self) -> None:
        board = customer_talks_with_agent()
        assert board.tell(transferred("blind", AGENT, LegId("ghost"))) == []
        assert board.anomalies == ["transfer_of_unknown_leg"]


class TestTheImpossible:
    def test_it_is_counted_and_changes_nothing(self) -> None:
        board = customer_talks_with_agent()
        facts = board.tell(
            created(CUSTOMER),
            ringing(CUSTOMER),
            LegResumed(at_us=0, leg_id=CUSTOMER),
            left(CUSTOMER, SECOND_BRIDGE),
            ended(LegId("ghost")),
            joined(LegId("ghost")),
        )
        assert facts == []
        assert board.anomalies == [
            "leg_created_twice",
            "leg_up_ring",
            "leg_up_resume",
            "left_without_joining",
            "unknown_leg",
            "unknown_leg",
        ]
        assert [call.state for call in board.book] == [CallState.TALKING]


class TestReasons:
    @pytest.mark.parametrize(
        ("progress", "was_up", "cause", "reason"),
        [
            (Progress.NOBODY_CALLED, True, 16, EndReason.COMPLETED),
            (Progress.NOBODY_CALLED, False, 17, EndReason.BUSY),
            (Progress.CALLING, False, 0, EndReason.CANCELLED),
            (Progress.CALLING, True, 16, EndReason.CANCELLED),
            (Progress.NOT_TAKEN, False, 19, EndReason.NO_ANSWER),
            (Progress.NOT_TAKEN, True, 16, EndReason.COMPLETED),
            (Progress.NOT_TAKEN, False, 21, EndReason.REJECTED),
            (Progress.NOT_TAKEN, False, 34, EndReason.FAILED),
            (Progress.NOT_TAKEN, False, 99, EndReason.FAILED),
            (Progress.TAKEN, True, 19, EndReason.COMPLETED),
        ],
    )
    def test_why_a_call_ended(self, progress: Progress, was_up: bool, cause: int, reason: EndReason) -> None:
        assert end_reason(progress, was_up, cause) is reason

    def test_how_a_phone_that_only_hung_up_was_dialed(self) -> None:
        assert [dial_outcome(cause) for cause in (16, 17, 19, 26, 34, 99)] == [
            "cancel",
            "busy",
            "no-answer",
            "cancel",
            "congestion",
            "failed",
        ]


LEGS = st.sampled_from([LegId(name) for name in "abcd"])
BRIDGES = st.sampled_from([BRIDGE, SECOND_BRIDGE])
ANY_LEG_EVENT = st.one_of(
    st.builds(created, LEGS, st.sampled_from(["", *"abcd"])),
    st.builds(dialed, LEGS, st.one_of(st.just(NO_LEG), LEGS)),
    st.builds(dial_ended, LEGS, st.sampled_from(["answer", "busy", "cancel"]), LEGS),
    st.builds(ringing, LEGS),
    st.builds(answered, LEGS),
    st.builds(lambda leg: LegHeld(at_us=0, leg_id=leg), LEGS),
    st.builds(joined, LEGS, BRIDGES),
    st.builds(left, LEGS, BRIDGES),
    st.builds(transferred, st.sampled_from(["blind", "attended"]), LEGS, LEGS),
    st.builds(ended, LEGS, st.sampled_from([0, 16, 17, 19, 26])),
)


def check(board: Switchboard) -> None:
    book = board.book
    for bridge_id, members in book.bridges.items():
        assert members
        assert all(book.legs[leg_id].bridge_id == bridge_id for leg_id in members)
    for leg_id, leg in book.legs.items():
        assert leg.state is not LegState.ENDED
        assert leg.bridge_id is None or leg_id in book.bridges[leg.bridge_id]
        call = book.of_leg(leg_id)
        assert call is None or call.legs[leg_id] is leg
    for call in book:
        assert call.legs
        assert all(book.of_leg(leg_id) is call for leg_id in call.legs)
        assert call.caller_leg_id in call.legs or call.transfer is not None


@given(st.lists(ANY_LEG_EVENT, max_size=80))
def test_in_any_order_the_book_agrees_with_itself_and_tells_each_end_once(events: list[LegEvent]) -> None:
    board = Switchboard()
    for event in events:
        board.tell(event)
        check(board)
    for leg_id in list(board.book.legs):
        board.tell(ended(leg_id))
    assert not board.book.legs
    assert not board.book.bridges
    assert not len(board.book)
    open_calls: set[CallId] = set()
    for fact in board.facts:
        match fact:
            case CallEnded():
                open_calls.discard(fact.call_id)
            case CallMerged():
                open_calls.discard(fact.absorbed_id)
                open_calls.add(fact.call_id)
            case CallDialEnded():
                assert fact.call_id in open_calls
            case _:
                open_calls.add(fact.call_id)
    assert open_calls == set()

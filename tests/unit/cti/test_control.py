"""What agents do with a call in hand: hold, mute, keys, transfer, consultation, conference."""

from __future__ import annotations

import pytest

from core.model.agent import AgentState
from core.model.contact import ContactState
from core.model.control import (
    CancelConsult,
    CompleteConsult,
    ConferenceLeft,
    ConferenceStarted,
    ConsultEnded,
    ContactHeld,
    ContactResumed,
    ContactTransferred,
    HoldContact,
    LeaveConference,
    MuteContact,
    ResumeContact,
    SendDigits,
    StartConference,
    StartConsult,
    TargetKind,
    TransferContact,
    UnmuteContact,
)
from core.model.events import ContactConnected, InteractionRecorded
from core.model.ids import AgentId
from core.model.requests import (
    AcceptOffer,
    FinishWrapUp,
    GoNotReady,
    HangUpContact,
    RejectOffer,
    Supervise,
    TakeOver,
)
from core.model.supervision import SupervisionEnded, SupervisionMode
from simulator.channel import Channel
from tests.unit.cti.control_centre import CONFIG, OUTSIDE, Centre

AGENT, QUEUE, NUMBER, FLOW = TargetKind
WAYS = pytest.mark.parametrize("standing", [(), ("ann",), ("ann", "bob", "cy")], ids=["rung", "one", "all"])


def finish(centre: Centre, *agents: str) -> None:
    for agent in agents:
        assert centre.ask(FinishWrapUp, agent) == ""


def consulting(centre: Centre, to: TargetKind = AGENT, target: str = "bob") -> Channel:
    """Have ann ask somebody, with the caller on hold; return the caller's channel."""
    caller = centre.talking("bob")
    assert centre.ask(StartConsult, to=to, target=target) == ""
    centre.pass_s(5)
    return caller


# --- answering, hold, mute, keys --------------------------------------------------------------------


def test_phone_that_rings_is_answered_from_the_desk() -> None:
    centre = Centre(at_once=False)
    centre.ready("ann")
    caller = centre.call()
    assert "AcceptOffer" in centre.legal()
    assert centre.ask(AcceptOffer) == ""
    assert centre.together(caller, centre.phone_of("ann"))


@WAYS
def test_customer_on_hold_hears_music_and_is_taken_back(standing: tuple[str, ...]) -> None:
    centre = Centre(standing)
    caller = centre.talking()
    phone = centre.phone_of("ann")
    for _ in range(2):
        assert centre.ask(HoldContact) == ""
        assert (caller.music, caller.bridge, phone.bridge) == ("default", None, None)
        assert centre.shown["ann"].on_hold
        assert "ResumeContact" in centre.legal()
        assert "HoldContact" not in centre.legal()
        centre.pass_s(9.9)
        assert centre.ask(ResumeContact) == ""
        assert centre.together(caller, phone)
        assert not centre.shown["ann"].on_hold
    centre.pass_s(20)
    centre.hang_up(caller)
    assert [round(event.held_us / 1e6) for event in centre.told(ContactResumed)] == [10, 10]
    assert len(centre.told(ContactHeld)) == 2
    finish(centre, "ann")
    (record,) = centre.told(InteractionRecorded)
    assert round(record.hold_us / 1e6) == 20
    assert round(record.talk_us / 1e6) == 20
    assert phone.ended is not bool(standing)


@WAYS
def test_hanging_up_at_the_desk_ends_a_call_on_hold(standing: tuple[str, ...]) -> None:
    centre = Centre(standing)
    caller = centre.talking()
    centre.ask(HoldContact)
    assert centre.ask(HangUpContact) == ""
    assert caller.ended
    assert centre.state("ann") is AgentState.WRAP_UP
    finish(centre, "ann")
    (record,) = centre.told(InteractionRecorded)
    assert record.ended_by == "agent"


@WAYS
@pytest.mark.parametrize(("to", "target"), [(AGENT, "bob"), (QUEUE, "second"), (NUMBER, OUTSIDE)])
def test_customer_on_hold_is_not_hung_up_by_whoever_talks_with_somebody_else(
    standing: tuple[str, ...], to: TargetKind, target: str
) -> None:
    centre = Centre(standing)
    caller = consulting(centre, to, target)
    assert "HangUpContact" not in centre.legal()
    assert centre.ask(HangUpContact) == "not_now"
    assert (caller.ended, caller.music) == (False, "default")
    assert centre.ask(CancelConsult) == ""
    assert centre.together(caller, centre.phone_of("ann"))
    assert centre.ask(HangUpContact) == ""
    assert caller.ended


@pytest.mark.parametrize("confers", [False, True])
def test_talk_of_more_than_two_is_not_taken_over_and_its_supervisor_hears_on(confers: bool) -> None:
    centre = Centre()
    caller = centre.talking("bob", "cy")
    boss = {"asked_by": "boss"}
    assert centre.ask(StartConsult, to=AGENT, target="bob") == ""
    if confers:
        assert centre.ask(StartConference) == ""
    phone = centre.shown_address("cy")
    assert centre.ask(Supervise, mode=SupervisionMode.LISTEN, extension=phone, **boss) == ""
    assert centre.ask(TakeOver, by=AgentId("cy"), **boss) == "not_now"
    assert centre.told(SupervisionEnded) == []
    if not confers:
        assert centre.ask(CancelConsult) == ""
        assert centre.ask(TakeOver, by=AgentId("cy"), **boss) == ""
        assert centre.together(caller, centre.phone_of("cy"))


def test_customer_is_not_hung_up_on_the_way_to_a_hold() -> None:
    centre = Centre()
    caller = centre.talking()
    centre.stall()
    assert centre.ask(HoldContact, pause_s=0) == ""
    assert centre.ask(HangUpContact, pause_s=0) == "not_now"
    centre.go_on()
    assert caller.music == "default"
    assert centre.ask(HangUpContact) == ""
    assert caller.ended


@WAYS
def test_customer_hangs_up_while_on_hold(standing: tuple[str, ...]) -> None:
    centre = Centre(standing)
    caller = centre.talking()
    centre.ask(HoldContact)
    centre.hang_up(caller)
    assert centre.state("ann") is AgentState.WRAP_UP
    finish(centre, "ann")
    assert centre.told(InteractionRecorded)[0].ended_by == "customer"


@WAYS
def test_customer_on_hold_whose_agent_loses_the_phone_goes_back_in_line(standing: tuple[str, ...]) -> None:
    centre = Centre(standing)
    caller = centre.talking()
    centre.ask(HoldContact)
    centre.hang_up(centre.phone_of("ann"))
    assert not caller.ended
    assert centre.contact_of(caller).state is ContactState.QUEUED
    assert caller.music
    (passed,) = centre.told(ContactTransferred)
    assert (passed.because, passed.target) == ("agent_lost", "counter")
    centre.ready("cy")
    assert centre.together(caller, centre.phone_of("cy"))


def test_agent_is_muted_until_heard_again_or_the_customer_is_held() -> None:
    centre = Centre()
    centre.talking()
    assert centre.ask(MuteContact) == ""
    assert centre.phone_of("ann").is_muted
    assert centre.shown["ann"].is_muted
    assert centre.ask(UnmuteContact) == ""
    assert not centre.phone_of("ann").is_muted
    centre.ask(MuteContact)
    centre.ask(HoldContact)
    assert not centre.phone_of("ann").is_muted


def test_keys_reach_the_customer_and_only_keys() -> None:
    centre = Centre()
    caller = centre.talking()
    assert centre.ask(SendDigits, digits="12#") == ""
    assert caller.keys_heard == "12#"
    for wrong in ("", "1 2", "x", "1" * 33):
        assert centre.ask(SendDigits, digits=wrong) == "bad_digits"


def test_nothing_is_done_to_a_call_that_is_not_there() -> None:
    centre = Centre()
    assert centre.ask(HoldContact) == "no_conversation"
    centre.talking()
    assert centre.ask(ResumeContact) == "not_now"
    assert centre.ask(HoldContact, contact_id="C-9-9") == "other_contact"


# --- transfers without a word -----------------------------------------------------------------------


@WAYS
@pytest.mark.parametrize("held", [False, True], ids=["talking", "held"])
@pytest.mark.parametrize(("to", "target"), [(AGENT, "bob"), (QUEUE, "second")])
def test_customer_is_passed_on(standing: tuple[str, ...], held: bool, to: TargetKind, target: str) -> None:
    centre = Centre(standing)
    caller = centre.talking("bob")
    before = centre.contact_of(caller).contact_id
    if held:
        centre.ask(HoldContact)
    assert centre.ask(TransferContact, to=to, target=target) == ""
    assert centre.state("ann") is AgentState.WRAP_UP
    assert centre.together(caller, centre.phone_of("bob"))
    pop = centre.pops[-1]
    assert (pop.agent_id, pop.passed_by, pop.caller_number) == ("bob", "ann", caller.caller_number)
    (passed,) = centre.told(ContactTransferred)
    assert (passed.contact_id, passed.next_contact_id) == (before, pop.contact_id)
    centre.hang_up(caller)
    finish(centre, "ann", "bob")
    assert [(r.agent_id, r.ended_by) for r in centre.told(InteractionRecorded)] == [
        ("ann", "transfer"),
        ("bob", "customer"),
    ]


def test_customer_passed_on_keeps_the_place_of_the_first_wait() -> None:
    centre = Centre()
    caller = centre.talking()
    centre.pass_s(60)
    centre.ask(GoNotReady, "cy", reason="break")
    waiting = centre.call()
    centre.ask(TransferContact, to=QUEUE, target="counter")
    centre.ready("cy")
    assert centre.together(caller, centre.phone_of("cy"))
    assert waiting.bridge is None


def test_agent_who_does_not_take_the_customer_leaves_them_to_the_queue() -> None:
    centre = Centre(at_once=False)
    centre.ready("ann")
    caller = centre.call()
    centre.ask(AcceptOffer)
    centre.ready("cy")
    assert centre.ask(TransferContact, to=AGENT, target="cy") == ""
    assert centre.ask(RejectOffer, "cy") == ""
    finish(centre, "ann")
    centre.pass_s(1)
    centre.ask(AcceptOffer)
    assert centre.together(caller, centre.phone_of("ann"))


def test_customer_is_passed_on_to_a_number_and_is_ours_no_more() -> None:
    centre = Centre()
    caller = centre.talking()
    assert centre.ask(TransferContact, to=NUMBER, target=OUTSIDE) == ""
    centre.pass_s(10)
    (peer,) = caller.peers()
    assert OUTSIDE in peer.address
    assert centre.state("ann") is AgentState.WRAP_UP
    assert not [each for each in centre.brain.contacts if each.leg_id]


class FaithfulCentre(Centre):
    """One whose callers wait for the agent of last time."""

    written = CONFIG.replace("[tiers.standard]", "[tiers.standard]\nprefer_s = 20", 1)


def test_customer_passed_on_to_a_queue_is_not_held_for_whoever_passed_them_on() -> None:
    centre = FaithfulCentre()
    caller = centre.talking("cy")
    assert centre.ask(TransferContact, to=QUEUE, target="counter") == ""
    assert centre.together(caller, centre.phone_of("cy"))
    centre.hang_up(caller)
    finish(centre, "ann", "cy")
    again = centre.call_from(caller)
    assert centre.together(again, centre.phone_of("cy"))


def test_customer_on_hold_waits_for_no_preferred_agent_to_be_asked() -> None:
    centre = FaithfulCentre()
    centre.talking("cy")
    assert centre.ask(StartConsult, to=QUEUE, target="counter") == ""
    assert centre.together(centre.phone_of("ann"), centre.phone_of("cy"))


class ShutCentre(Centre):
    """One whose counter takes nobody while nobody is idle, and whose agents pass customers on to its menu."""

    written = CONFIG.replace('flows = ["sorry"]', 'flows = ["straight"]', 1).replace(
        "[queues.counter]", '[queues.counter]\njoin = "ready"', 1
    )


@pytest.mark.parametrize(("others", "is_let_in"), [((), False), (("cy",), True)])
def test_customer_passed_on_to_a_flow_stands_at_the_door_of_the_queue_that_it_chooses(
    others: tuple[str, ...], is_let_in: bool
) -> None:
    centre = ShutCentre()
    caller = centre.talking(*others)
    assert centre.ask(TransferContact, to=FLOW, target="straight") == ""
    assert caller.ended is not is_let_in
    outcomes = [record.outcome for record in centre.told(InteractionRecorded)]
    assert outcomes == ([] if is_let_in else [ContactState.OVERFLOWED])


def test_customer_is_passed_on_to_a_flow() -> None:
    centre = Centre()
    caller = centre.talking()
    assert centre.ask(TransferContact, to=FLOW, target="sorry") == ""
    centre.pass_s(5)
    assert caller.ended


@pytest.mark.parametrize(
    ("to", "target", "code"),
    [
        (AGENT, "nobody", "unknown_agent"),
        (AGENT, "cy", "agent_not_ready"),
        (QUEUE, "nowhere", "unknown_queue"),
        (NUMBER, "+4915550001", "number_not_allowed"),
        (NUMBER, "+15550001111&PJSIP/1", "number_not_allowed"),
        (FLOW, "straight", "unknown_flow"),
    ],
)
def test_customer_cannot_be_passed_on_to(to: TargetKind, target: str, code: str) -> None:
    centre = Centre()
    caller = centre.talking()
    assert centre.ask(TransferContact, to=to, target=target) == code
    assert centre.together(caller, centre.phone_of("ann"))


# --- consultations ----------------------------------------------------------------------------------


@WAYS
@pytest.mark.parametrize(("to", "target"), [(AGENT, "bob"), (QUEUE, "second")])
def test_customer_is_given_to_the_agent_who_was_asked(
    standing: tuple[str, ...], to: TargetKind, target: str
) -> None:
    centre = Centre(standing)
    caller = consulting(centre, to, target)
    ann, bob = centre.phone_of("ann"), centre.phone_of("bob")
    assert centre.together(ann, bob)
    assert caller.music
    assert centre.pops[-1].passed_by == "ann"
    assert [(party.name, party.state) for party in centre.shown["ann"].parties] == [(target, "talking")]
    assert centre.ask(CompleteConsult) == ""
    assert centre.together(caller, bob)
    assert centre.state("ann") is AgentState.WRAP_UP
    assert centre.owners() == ["bob"]
    centre.pass_s(5)
    centre.hang_up(caller)
    finish(centre, "ann", "bob")
    assert [record.agent_id for record in centre.told(InteractionRecorded)] == ["ann", "bob"]
    assert [event.outcome for event in centre.told(ConsultEnded)] == ["completed"]
    assert ann.ended is not ("ann" in standing)
    assert bob.ended is not ("bob" in standing)


@WAYS
def test_customer_is_taken_back_from_a_consultation(standing: tuple[str, ...]) -> None:
    centre = Centre(standing)
    caller = consulting(centre)
    assert centre.ask(CancelConsult) == ""
    assert centre.together(caller, centre.phone_of("ann"))
    assert centre.state("bob") is AgentState.WRAP_UP
    finish(centre, "bob")
    assert centre.state("bob") is AgentState.READY
    assert centre.ask(HoldContact) == ""
    assert [event.outcome for event in centre.told(ConsultEnded)] == ["cancelled"]


def test_consultation_is_called_off_while_the_phone_rings() -> None:
    centre = Centre(at_once=False)
    centre.ready("ann")
    caller = centre.call()
    centre.ask(AcceptOffer)
    centre.ready("bob")
    centre.ask(StartConsult, to=AGENT, target="bob")
    assert centre.state("bob") is AgentState.RESERVED
    assert centre.pops[-1].agent_id == "bob"
    assert centre.ask(CancelConsult) == ""
    assert centre.together(caller, centre.phone_of("ann"))
    assert centre.state("bob") is AgentState.READY


def test_agent_who_is_asked_and_rejects_brings_the_customer_back() -> None:
    centre = Centre(at_once=False)
    centre.ready("ann")
    caller = centre.call()
    centre.ask(AcceptOffer)
    centre.ready("bob")
    centre.ask(StartConsult, to=AGENT, target="bob")
    assert centre.ask(RejectOffer, "bob") == ""
    assert centre.together(caller, centre.phone_of("ann"))
    assert [event.outcome for event in centre.told(ConsultEnded)] == ["failed"]


@WAYS
def test_whoever_is_asked_hangs_up(standing: tuple[str, ...]) -> None:
    centre = Centre(standing)
    caller = consulting(centre)
    centre.hang_up(centre.phone_of("bob"))
    assert centre.together(caller, centre.phone_of("ann"))
    assert centre.state("bob") is AgentState.WRAP_UP


@WAYS
def test_agent_who_is_asked_hangs_up_at_the_desk(standing: tuple[str, ...]) -> None:
    centre = Centre(standing)
    caller = consulting(centre)
    assert centre.ask(HangUpContact, "bob") == ""
    assert centre.together(caller, centre.phone_of("ann"))
    assert centre.state("bob") is AgentState.WRAP_UP


@WAYS
def test_agent_who_puts_the_handset_down_gives_the_customer_over(standing: tuple[str, ...]) -> None:
    centre = Centre(standing)
    caller = consulting(centre)
    centre.hang_up(centre.phone_of("ann"))
    assert centre.together(caller, centre.phone_of("bob"))
    assert centre.state("ann") is AgentState.WRAP_UP


@WAYS
def test_customer_hangs_up_during_a_consultation(standing: tuple[str, ...]) -> None:
    centre = Centre(standing)
    caller = consulting(centre)
    centre.hang_up(caller)
    assert [centre.state(agent) for agent in ("ann", "bob")] == [AgentState.WRAP_UP] * 2
    finish(centre, "ann", "bob")
    assert len(centre.exchange.channels) == len(standing)


def test_customer_hangs_up_while_a_phone_rings_for_a_consultation() -> None:
    centre = Centre(at_once=False)
    centre.ready("ann")
    caller = centre.call()
    centre.ask(AcceptOffer)
    centre.ready("bob")
    centre.ask(StartConsult, to=AGENT, target="bob")
    centre.hang_up(caller)
    assert centre.state("ann") is AgentState.WRAP_UP
    assert centre.state("bob") is AgentState.READY
    assert centre.exchange.channels == {}


@WAYS
def test_number_is_asked_and_gets_the_customer(standing: tuple[str, ...]) -> None:
    centre = Centre(standing)
    caller = consulting(centre, NUMBER, OUTSIDE)
    (outside,) = centre.phone_of("ann").peers()
    assert centre.ask(SendDigits, digits="42") == ""
    assert outside.keys_heard == "42"
    assert centre.ask(CompleteConsult) == ""
    assert centre.together(caller, outside)
    assert centre.state("ann") is AgentState.WRAP_UP
    centre.hang_up(caller)
    centre.pass_s(0.1)
    assert outside.ended


def test_number_that_hangs_up_ends_the_customers_call_that_it_was_given() -> None:
    centre = Centre()
    caller = consulting(centre, NUMBER, OUTSIDE)
    (outside,) = centre.phone_of("ann").peers()
    centre.ask(CompleteConsult)
    centre.hang_up(outside)
    assert caller.ended


# --- conferences ------------------------------------------------------------------------------------


@WAYS
@pytest.mark.parametrize(("to", "target"), [(AGENT, "bob"), (NUMBER, OUTSIDE)])
def test_three_talk_and_the_agent_leaves(standing: tuple[str, ...], to: TargetKind, target: str) -> None:
    centre = Centre(standing)
    caller = consulting(centre, to, target)
    ann = centre.phone_of("ann")
    (third,) = ann.peers()
    assert centre.ask(StartConference) == ""
    assert centre.together(caller, ann, third)
    assert not centre.shown["ann"].on_hold
    assert centre.ask(LeaveConference) == ""
    assert centre.together(caller, third)
    assert centre.state("ann") is AgentState.WRAP_UP
    assert len(centre.told(ConferenceStarted)) == 1
    assert [event.who for event in centre.told(ConferenceLeft)] == ["agent"]
    centre.hang_up(caller)
    centre.pass_s(0.1)
    assert third.ended is not ("bob" in standing and to == AGENT)


@WAYS
@pytest.mark.parametrize("leaver", ["ann", "bob"])
def test_conference_goes_on_without_one_whose_phone_is_gone(standing: tuple[str, ...], leaver: str) -> None:
    centre = Centre(standing)
    caller = consulting(centre)
    centre.ask(StartConference)
    phones = {agent: centre.phone_of(agent) for agent in ("ann", "bob")}
    centre.hang_up(phones.pop(leaver))
    (stays,) = phones
    assert centre.together(caller, phones[stays])
    assert centre.owners() == [stays]
    assert centre.state(leaver) is AgentState.WRAP_UP


@WAYS
def test_conference_is_over_when_the_customer_leaves(standing: tuple[str, ...]) -> None:
    centre = Centre(standing)
    caller = consulting(centre)
    centre.ask(StartConference)
    centre.hang_up(caller)
    assert [centre.state(agent) for agent in ("ann", "bob")] == [AgentState.WRAP_UP] * 2
    finish(centre, "ann", "bob")
    for agent in standing:
        assert centre.phone_of(agent).bridge is None
        assert centre.shown[agent].standing == "in_hand"


def test_transfer_counts_as_handled_for_both_agents() -> None:
    centre = Centre()
    caller = consulting(centre)
    centre.ask(CompleteConsult)
    centre.hang_up(caller)
    finish(centre, "ann", "bob")
    assert [event.agent_id for event in centre.told(ContactConnected)] == ["ann", "bob"]
    records = centre.told(InteractionRecorded)
    assert [record.outcome for record in records] == [ContactState.CLOSED] * 2
    assert [record.hold_us > 0 for record in records] == [True, False]

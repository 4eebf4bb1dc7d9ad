"""Colleagues and others are asked while the customer waits, given the customer, or brought in."""

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
    HoldContact,
    LeaveConference,
    SendDigits,
    StartConference,
    StartConsult,
    TargetKind,
)
from core.model.events import ContactConnected, InteractionRecorded
from core.model.requests import (
    AcceptOffer,
    HangUpContact,
    RejectOffer,
)
from tests.unit.cti.control_centre import (
    AGENT,
    NUMBER,
    OUTSIDE,
    QUEUE,
    WAYS,
    Centre,
    consulting,
    finish,
)


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

"""Customers passed on without a word: to agents, queues, numbers, flows."""

from __future__ import annotations

import pytest

from core.model.agent import AgentState
from core.model.contact import ContactState
from core.model.control import (
    ContactTransferred,
    HoldContact,
    StartConsult,
    TargetKind,
    TransferContact,
)
from core.model.events import InteractionRecorded
from core.model.requests import (
    AcceptOffer,
    GoNotReady,
    RejectOffer,
)
from tests.unit.cti.control_centre import AGENT, CONFIG, FLOW, NUMBER, OUTSIDE, QUEUE, WAYS, Centre, finish


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

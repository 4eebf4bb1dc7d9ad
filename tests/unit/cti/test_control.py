"""What agents do with a call in hand alone: answer, hold, mute, keys."""

from __future__ import annotations

import pytest

from core.model.agent import AgentState
from core.model.contact import ContactState
from core.model.control import (
    CancelConsult,
    ContactHeld,
    ContactResumed,
    ContactTransferred,
    HoldContact,
    MuteContact,
    ResumeContact,
    SendDigits,
    StartConference,
    StartConsult,
    TargetKind,
    UnmuteContact,
)
from core.model.events import InteractionRecorded
from core.model.ids import AgentId
from core.model.requests import (
    AcceptOffer,
    HangUpContact,
    Supervise,
    TakeOver,
)
from core.model.supervision import SupervisionEnded, SupervisionMode
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

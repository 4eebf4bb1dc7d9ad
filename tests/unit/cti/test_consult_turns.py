"""Whoever asks somebody turns to the customer and back, and ends it from either side; nobody is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.model.agent import AgentState
from core.model.control import (
    CancelConsult,
    CompleteConsult,
    ConsultEnded,
    ContactResumed,
    MuteContact,
    SendDigits,
    StartConference,
    StartConsult,
    SwapConsult,
    TargetKind,
)
from core.model.events import InteractionRecorded
from core.model.requests import FinishWrapUp, HangUpContact
from simulator.channel import Channel
from tests.unit.cti.control_centre import OUTSIDE, Centre

WAYS = pytest.mark.parametrize("standing", [(), ("ann",), ("ann", "bob", "cy")], ids=["rung", "one", "all"])
ASKED = pytest.mark.parametrize(
    ("to", "target"), [(TargetKind.AGENT, "bob"), (TargetKind.QUEUE, "second"), (TargetKind.NUMBER, OUTSIDE)]
)
TURNS = {"asking": 0, "turning": 1, "aside": 1, "returning": 2}
"""How often ann has turned by then."""
ON_THE_WAY = ("turning", "returning")
"""Where the last turn is begun, and Asterisk has still to do it."""


class Three:
    """Ann asks somebody about a caller; `other` is whom she asks."""

    def __init__(
        self, standing: tuple[str, ...] = (), to: TargetKind = TargetKind.AGENT, target: str = "bob"
    ) -> None:
        self.centre = Centre(standing)
        self.caller = self.centre.talking("bob")
        assert self.centre.ask(StartConsult, to=to, target=target) == ""
        self.centre.pass_s(5)
        self.ann = self.centre.phone_of("ann")
        (self.other,) = self.ann.peers()

    def reach(self, where: str) -> None:
        """Turn as often as it takes to be there."""
        for turn in range(1, TURNS[where] + 1):
            is_begun = where in ON_THE_WAY and turn == TURNS[where]
            assert self.centre.ask(SwapConsult, pause_s=0 if is_begun else 0.1) == ""

    def pair(self, *channels: Channel) -> bool:
        """Tell whether exactly these hear each other by now."""
        return self.centre.together(*channels)


@WAYS
@ASKED
def test_customer_and_whoever_is_asked_take_turns(
    standing: tuple[str, ...], to: TargetKind, target: str
) -> None:
    three = Three(standing, to, target)
    centre = three.centre
    for _ in range(3):
        assert centre.ask(SwapConsult) == ""
        assert three.pair(three.ann, three.caller)
        assert (three.other.music, centre.shown["ann"].on_hold) == ("default", False)
        assert [party.state for party in centre.shown["ann"].parties] == ["held"]
        centre.pass_s(10)
        assert centre.ask(SwapConsult) == ""
        assert three.pair(three.ann, three.other)
        assert (three.caller.music, centre.shown["ann"].on_hold) == ("default", True)
        assert [party.state for party in centre.shown["ann"].parties] == ["talking"]


def test_customer_is_not_on_hold_while_it_is_their_turn() -> None:
    three = Three()
    centre = three.centre
    for pause_s in (20, 4, 0):
        centre.ask(SwapConsult)
        centre.pass_s(pause_s)
    centre.hang_up(three.caller)
    assert [round(event.held_us / 1e6) for event in centre.told(ContactResumed)] == [5, 4]
    centre.ask(FinishWrapUp)
    assert round(centre.told(InteractionRecorded)[0].hold_us / 1e6) == 9


@WAYS
@pytest.mark.parametrize("where", ["asking", "aside"])
@pytest.mark.parametrize(
    ("deed", "talks", "outcome"),
    [
        (CompleteConsult, ("caller", "other"), "completed"),
        (CancelConsult, ("caller", "ann"), "cancelled"),
        (StartConference, ("caller", "ann", "other"), "conferred"),
    ],
)
def test_consultation_is_ended_from_either_side(
    standing: tuple[str, ...], where: str, deed: type[CompleteConsult], talks: tuple[str, ...], outcome: str
) -> None:
    three = Three(standing)
    three.reach(where)
    assert three.centre.ask(deed) == ""
    assert three.pair(*(getattr(three, who) for who in talks))
    assert [event.outcome for event in three.centre.told(ConsultEnded)] == [outcome]
    three.centre.hang_up(three.caller)
    for agent in ("ann", "bob"):
        three.centre.ask(FinishWrapUp, agent)
        assert three.centre.state(agent) is AgentState.READY
    assert len(three.centre.exchange.channels) == len(standing)


@WAYS
@ASKED
@pytest.mark.parametrize("where", TURNS)
@pytest.mark.parametrize(
    ("leaver", "talk_on"), [("ann", ("caller", "other")), ("other", ("caller", "ann")), ("caller", ())]
)
def test_whoever_hangs_up_leaves_nobody_in_silence(
    standing: tuple[str, ...],
    to: TargetKind,
    target: str,
    where: str,
    leaver: str,
    talk_on: tuple[str, ...],
) -> None:
    three = Three(standing, to, target)
    three.reach(where)
    three.centre.hang_up(getattr(three, leaver))
    three.centre.pass_s(0.5)
    if talk_on:
        assert three.pair(*(getattr(three, who) for who in talk_on))
    else:
        assert three.ann.bridge is None
        assert three.centre.state("ann") is AgentState.WRAP_UP
        assert three.other.ended or "bob" in standing
    assert len(three.centre.told(ConsultEnded)) == 1


BEFORE = pytest.mark.parametrize(("before", "talks_with"), [("asking", "other"), ("aside", "caller")])
"""Where ann is before the turn that fails, and with whom she talks there."""


@WAYS
@BEFORE
@pytest.mark.parametrize("forgotten", ["taking apart", "joining"])
def test_turn_that_the_telephone_system_forgets_is_undone(
    standing: tuple[str, ...], before: str, talks_with: str, forgotten: str
) -> None:
    three = Three(standing)
    centre = three.centre
    three.reach(before)
    centre.losses = forgotten == "taking apart"
    centre.ask(SwapConsult, pause_s=0)
    centre.losses = 1
    centre.pass_s(0.1)
    centre.losses = 0
    centre.pass_s(2)
    assert three.pair(three.ann, getattr(three, talks_with))
    assert centre.shown["ann"].undone == "SwapConsult"
    assert centre.told(ConsultEnded) == []
    assert centre.ask(SwapConsult) == "", "and it can be tried again"
    assert centre.shown["ann"].undone == ""
    assert not three.pair(three.ann, getattr(three, talks_with))


@WAYS
@BEFORE
@pytest.mark.parametrize("stall_s", [1, 2.5, 3.9])
def test_consultation_outlives_a_stall_of_the_telephone_system(
    standing: tuple[str, ...], before: str, talks_with: str, stall_s: float
) -> None:
    three = Three(standing)
    centre = three.centre
    three.reach(before)
    centre.stall()
    centre.ask(SwapConsult, pause_s=stall_s)
    centre.go_on()
    was_undone = centre.shown["ann"].undone == "SwapConsult"
    assert was_undone == (stall_s > 2)
    assert three.pair(three.ann, getattr(three, talks_with)) == was_undone
    assert centre.told(ConsultEnded) == []
    assert centre.ask(SwapConsult) == ""
    assert three.pair(three.ann, getattr(three, talks_with)) != was_undone


@BEFORE
def test_turn_that_cannot_be_undone_brings_agent_and_customer_together(before: str, talks_with: str) -> None:
    three = Three()
    three.reach(before)
    three.centre.ask(SwapConsult, pause_s=0)
    three.centre.losses = 2
    three.centre.pass_s(15)
    assert three.pair(three.ann, three.caller)
    assert three.centre.shown["ann"].undone == "SwapConsult"
    assert three.centre.state("bob") is AgentState.WRAP_UP


def test_customer_is_hung_up_at_the_desk_when_it_is_their_turn() -> None:
    three = Three()
    assert "HangUpContact" not in three.centre.legal()
    three.reach("aside")
    assert three.centre.ask(HangUpContact) == ""
    assert (three.caller.ended, three.other.ended) == (True, True)


@pytest.mark.parametrize(("where", "hears"), [("asking", "other"), ("aside", "caller")])
def test_keys_reach_whose_turn_it_is(where: str, hears: str) -> None:
    three = Three()
    three.reach(where)
    three.centre.ask(SendDigits, digits="42")
    assert getattr(three, hears).keys_heard == "42"
    assert three.caller.keys_heard + three.other.keys_heard == "42"


def test_nobody_is_muted_unawares_by_a_turn() -> None:
    three = Three()
    three.centre.ask(MuteContact)
    three.reach("aside")
    assert not three.ann.is_muted


def while_nobody_is_asked(centre: Centre) -> None:
    centre.talking()


def in_a_conference(centre: Centre) -> None:
    centre.talking("bob")
    centre.ask(StartConsult, to=TargetKind.AGENT, target="bob")
    centre.pass_s(5)
    centre.ask(StartConference)


@pytest.mark.parametrize("begin", [while_nobody_is_asked, in_a_conference])
def test_there_is_nobody_to_turn_to(begin: Callable[[Centre], None]) -> None:
    centre = Centre()
    begin(centre)
    assert centre.ask(SwapConsult) == "not_now"

"""Desks that lose their live connection: who is offered nothing more, and how they come back."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from agents.agent import Agent
from agents.misses import MissRules
from core.kernel.clock import microseconds
from core.model.agent import AgentState
from core.model.causes import RingOutcome
from core.model.commands import AnswerRequest
from core.model.desk import DESK, DeskState
from core.model.events import AgentStateChanged
from core.model.ids import AgentId, ContactId, TimerKey
from core.model.requests import DeskBack, DeskLost, GoNotReady, GoReady, LogOut
from crm.agent_states import fold_agent_states
from tests.unit.floor import GRACE_S, Floor

ANN = AgentId("ann")
GRACE: TimerKey = ("desk", ANN)
LOST = ("not_ready", "connection_lost")


def opens(floor: Floor) -> None:
    floor.hear(DeskBack(at_us=floor.now_us, agent_id=ANN))


def loses(floor: Floor) -> None:
    floor.hear(DeskLost(at_us=floor.now_us, agent_id=ANN))


@pytest.fixture
def floor() -> Floor:
    """A floor where ann is ready at a live desk; two misses in a row are too many."""
    misses = MissRules(delays_us={RingOutcome.REJECTED: microseconds(50)}, misses_max=2)
    floor = Floor({"ann": 5}, misses=misses)
    opens(floor)
    floor.ready("ann")
    return floor


def test_every_state_of_a_desk_is_reached() -> None:
    assert DESK.reachable() == frozenset(DeskState)


def test_lost_desk_stops_offers_after_the_grace(floor: Floor) -> None:
    loses(floor)
    floor.let_pass(GRACE_S - 1)
    assert floor.state("ann") == ("ready", "")
    floor.let_pass(1)
    assert floor.state("ann") == LOST
    floor.arrive("caller")
    assert floor.offered() == []


def test_desk_that_is_back_in_time_changes_nothing(floor: Floor) -> None:
    loses(floor)
    floor.let_pass(GRACE_S - 1)
    opens(floor)
    floor.let_pass(10 * GRACE_S)
    assert floor.state("ann") == ("ready", "")


def test_agent_is_ready_again_with_the_desk_and_takes_who_waits(floor: Floor) -> None:
    loses(floor)
    floor.let_pass(GRACE_S)
    floor.arrive("caller")
    opens(floor)
    assert floor.offered() == [("caller", "ann")]


def test_talk_in_hand_goes_on_and_the_next_one_waits_for_the_desk(floor: Floor) -> None:
    floor.arrive("first")
    floor.answer("ann")
    loses(floor)
    floor.let_pass(GRACE_S)
    assert floor.state("ann")[0] == "on_contact"
    floor.arrive("second")
    floor.hang_up("leg-first")
    floor.let_pass(60)
    assert floor.state("ann") == LOST
    assert floor.offered() == [("first", "ann")]
    opens(floor)
    assert floor.offered()[1:] == [("second", "ann")]


def test_desk_back_within_the_talk_leaves_the_agent_ready_after_it(floor: Floor) -> None:
    floor.arrive("caller")
    floor.answer("ann")
    loses(floor)
    floor.let_pass(GRACE_S)
    opens(floor)
    floor.hang_up("leg-caller")
    floor.let_pass(60)
    assert floor.state("ann") == ("ready", "")


def test_who_is_at_lunch_stays_there(floor: Floor) -> None:
    floor.not_ready("ann", "lunch")
    loses(floor)
    floor.let_pass(GRACE_S)
    opens(floor)
    assert floor.state("ann") == ("not_ready", "lunch")


def test_wish_to_pause_outlives_a_lost_desk(floor: Floor) -> None:
    floor.arrive("caller")
    floor.answer("ann")
    floor.not_ready("ann", "lunch")
    loses(floor)
    floor.let_pass(GRACE_S)
    opens(floor)
    floor.hang_up("leg-caller")
    floor.let_pass(60)
    assert floor.state("ann") == ("not_ready", "lunch")


def test_nobody_comes_back_from_a_missed_call_without_a_desk(floor: Floor) -> None:
    floor.arrive("caller")
    loses(floor)
    floor.let_pass(GRACE_S - 20)
    floor.hang_up(floor.phone_of("ann"), cause=21)
    assert floor.state("ann") == ("not_ready", "rejected")
    floor.let_pass(100)
    assert floor.state("ann") == LOST


@pytest.mark.parametrize("asked_by", ["", "boss"])
def test_nobody_is_made_ready_without_a_desk(floor: Floor, asked_by: str) -> None:
    loses(floor)
    floor.let_pass(GRACE_S)
    floor.hear(GoReady(at_us=floor.now_us, agent_id=ANN, asked_by=asked_by))
    assert floor.orders(AnswerRequest)[-1].code == "connection_lost"
    assert floor.state("ann") == LOST


def test_who_logs_in_elsewhere_needs_no_live_desk(floor: Floor) -> None:
    loses(floor)
    floor.let_pass(GRACE_S)
    floor.hear(LogOut(at_us=floor.now_us, agent_id=ANN))
    floor.ready("ann")
    floor.let_pass(10 * GRACE_S)
    assert floor.state("ann") == ("ready", "")


def test_page_that_is_closed_after_the_log_out_is_no_lost_desk(floor: Floor) -> None:
    floor.hear(LogOut(at_us=floor.now_us, agent_id=ANN))
    loses(floor)
    floor.let_pass(GRACE_S)
    floor.ready("ann")
    assert floor.state("ann") == ("ready", "")


def test_agent_without_a_live_desk_is_left_alone() -> None:
    floor = Floor({"ann": 5})
    floor.ready("ann")
    loses(floor)
    floor.let_pass(10 * GRACE_S)
    assert floor.state("ann") == ("ready", "")


def test_standing_call_that_is_back_does_not_stand_for_the_desk() -> None:
    floor = Floor({"ann": 5}, standing=["ann"])
    opens(floor)
    floor.ready("ann")
    assert floor.state("ann") == ("not_ready", "leg_down")
    loses(floor)
    floor.let_pass(GRACE_S)
    assert floor.state("ann") == LOST


@pytest.mark.parametrize("lost_before", [False, True], ids=["lived", "lost for too long"])
def test_next_run_waits_for_the_desk_as_long(floor: Floor, lost_before: bool) -> None:
    if lost_before:
        loses(floor)
        floor.let_pass(GRACE_S)
    (restored,) = fold_agent_states(floor.events(AgentStateChanged))
    again = Floor({"ann": 5})
    again.hear(restored)
    assert again.state("ann") == (LOST if lost_before else ("ready", ""))
    again.let_pass(GRACE_S + 1)
    assert again.state("ann") == LOST
    opens(again)
    assert again.state("ann") == ("ready", "")


class AnyDesk(RuleBasedStateMachine):
    """Whatever happens in whatever order: who has had no screen for the grace is offered nothing."""

    @initialize()
    def open(self) -> None:
        self.floor = Floor({"ann": 5})
        self.callers = 0
        self.offers_when_cut_off = 0
        opens(self.floor)
        self.floor.ready("ann")

    @rule()
    def desk_is_lost(self) -> None:
        loses(self.floor)

    @rule()
    def desk_is_back(self) -> None:
        opens(self.floor)

    @rule(seconds=st.sampled_from([1, 10, 40]))
    def time_passes(self, seconds: int) -> None:
        self.floor.let_pass(seconds)

    @rule()
    def somebody_calls(self) -> None:
        self.callers += 1
        self.floor.arrive(f"caller-{self.callers}")

    @rule()
    def phone_is_answered(self) -> None:
        if self.agent.state is AgentState.RESERVED:
            self.floor.answer("ann")

    @rule()
    def customer_leaves(self) -> None:
        contact = self.floor.contacts.get(ContactId(self.agent.contact_id))
        if contact is not None and self.agent.state is AgentState.ON_CONTACT:
            self.floor.hang_up(contact.leg_id)

    @rule(pauses=st.booleans(), asked_by=st.sampled_from(["", "boss"]))
    def somebody_wishes(self, pauses: bool, asked_by: str) -> None:
        now_us = self.floor.now_us
        if pauses:
            self.floor.hear(GoNotReady(at_us=now_us, agent_id=ANN, reason="break", asked_by=asked_by))
        else:
            self.floor.hear(GoReady(at_us=now_us, agent_id=ANN, asked_by=asked_by))

    @property
    def agent(self) -> Agent:
        return self.floor.roster[ANN]

    @invariant()
    def nobody_is_offered_anything_blind(self) -> None:
        if self.agent.desk is DeskState.CUT_OFF:
            assert self.agent.open_channels() == ()
            assert self.agent.state is not AgentState.READY
            assert self.agent.next_state is not None or self.agent.state is AgentState.NOT_READY

    @invariant()
    def the_grace_runs_while_the_desk_is_lost_and_no_longer(self) -> None:
        assert (GRACE in self.floor.timers) == (self.agent.desk is DeskState.LOST)

    @invariant()
    def who_has_a_desk_is_not_kept_away_for_want_of_one(self) -> None:
        if self.agent.desk is DeskState.LIVE:
            assert "connection_lost" not in (self.agent.reason, self.agent.next_reason)


TestAnyDesk = AnyDesk.TestCase
TestAnyDesk.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)

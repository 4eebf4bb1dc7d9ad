"""Who is served first, by whom, and what happens to places when things go wrong."""

from __future__ import annotations

import pytest

from core.model.commands import HangUpLeg, PopScreen, RingLeg
from core.model.contact import ContactState
from core.model.events import (
    ContactAbandoned,
    ContactClosed,
    ContactConnected,
    DecisionMade,
    InteractionRecorded,
    LegFailed,
    PbxLost,
    PbxSynced,
)
from core.model.ids import QueueName
from routing.rules import QueueRules
from tests.unit.floor import CARDS, Floor


def test_longest_waiting_is_served_first_among_equals() -> None:
    floor = Floor({"ann": 5})
    floor.arrive("first")
    floor.pass_s(1)
    floor.arrive("second")
    floor.ready("ann")
    assert floor.offered() == [("first", "ann")]


def test_platinum_within_its_head_start_passes_those_who_came_before() -> None:
    floor = Floor({"ann": 5})
    floor.arrive("ordinary")
    floor.pass_s(119)
    floor.arrive("platinum", tier="platinum")
    floor.ready("ann")
    assert floor.offered() == [("platinum", "ann")]


def test_platinum_does_not_pass_who_waits_longer_than_its_head_start() -> None:
    floor = Floor({"ann": 5})
    floor.arrive("patient")
    floor.pass_s(121)
    floor.arrive("platinum", tier="platinum")
    floor.ready("ann")
    assert floor.offered() == [("patient", "ann")]


def test_platinum_gets_the_highest_level_and_others_the_longest_idle() -> None:
    floor = Floor({"novice": 2, "expert": 9, "middling": 5})
    floor.ready("novice", "expert", "middling")
    floor.pass_s(5)
    floor.arrive("platinum", tier="platinum")
    floor.arrive("ordinary")
    assert floor.offered() == [("platinum", "expert"), ("ordinary", "novice")]
    first, second = floor.events(DecisionMade)
    assert (first.rule, first.runner_up and first.runner_up.agent_id) == ("highest_level", "middling")
    assert (second.rule, second.candidates) == ("longest_idle", 2)


def test_agent_below_the_asked_level_is_not_offered_the_contact() -> None:
    floor = Floor({"novice": 2})
    floor.ready("novice")
    floor.arrive("hard", needs={"cards": 3})
    assert floor.offered() == []
    floor.arrive("easy")
    assert floor.offered() == [("easy", "novice")]


def test_record_is_on_screen_before_the_phone_rings() -> None:
    floor = Floor({"ann": 5})
    floor.ready("ann")
    floor.arrive("caller")
    kinds = [type(command) for command in floor.commands]
    assert kinds.index(PopScreen) < kinds.index(RingLeg)


def test_rona_sends_the_agent_away_and_the_contact_to_the_next() -> None:
    floor = Floor({"absent": 5, "present": 5})
    floor.ready("absent", "present")
    contact = floor.arrive("caller")
    floor.fire("offer", contact.offer_id or "")
    assert floor.state("absent") == ("not_ready", "rona")
    assert floor.offered() == [("caller", "absent"), ("caller", "present")]
    assert HangUpLeg(leg_id=floor.phone_of("absent")) in floor.commands


def test_answer_after_the_time_out_loses() -> None:
    floor = Floor({"late": 5})
    floor.ready("late")
    contact = floor.arrive("caller")
    floor.fire("offer", contact.offer_id or "")
    before = len(floor.orders(HangUpLeg))
    floor.answer("late")
    assert contact.state is ContactState.QUEUED
    assert len(floor.orders(HangUpLeg)) == before + 1
    assert floor.events(ContactConnected) == []


@pytest.mark.parametrize(
    ("cause", "reason"), [(17, "phone_busy"), (21, "rejected"), (20, "phone_unreachable"), (19, "rona")]
)
def test_phone_that_cannot_be_had_makes_its_agent_not_ready(cause: int, reason: str) -> None:
    floor = Floor({"ann": 5})
    floor.ready("ann")
    contact = floor.arrive("caller")
    floor.hang_up(floor.phone_of("ann"), cause)
    assert floor.state("ann") == ("not_ready", reason)
    assert contact.state is ContactState.QUEUED


def test_refused_originate_counts_as_unreachable() -> None:
    floor = Floor({"ann": 5})
    floor.ready("ann")
    floor.arrive("caller")
    floor.hear(LegFailed(at_us=0, leg_id=floor.phone_of("ann"), cause=3))
    assert floor.state("ann") == ("not_ready", "phone_unreachable")


def test_returned_contact_keeps_its_place() -> None:
    floor = Floor({"ann": 5, "bob": 5})
    floor.ready("ann")
    floor.arrive("first")
    floor.pass_s(1)
    floor.arrive("second")
    floor.hang_up(floor.phone_of("ann"), cause=17)
    floor.ready("bob")
    assert floor.offered()[-1] == ("first", "bob")


def test_caller_who_leaves_while_the_phone_rings_frees_the_agent() -> None:
    floor = Floor({"ann": 5})
    floor.ready("ann")
    floor.arrive("hasty")
    floor.pass_s(3)
    floor.hang_up("leg-hasty")
    assert floor.state("ann") == ("ready", "")
    (left,) = floor.events(ContactAbandoned)
    assert (left.stage, left.waited_us) == ("ringing", 3_000_000)
    assert floor.orders(HangUpLeg)[-1].leg_id == floor.phone_of("ann")


def test_caller_who_leaves_the_queue_is_abandoned_once_with_a_record() -> None:
    floor = Floor({})
    floor.arrive("hasty")
    floor.pass_s(8)
    floor.hang_up("leg-hasty")
    (record,) = floor.events(InteractionRecorded)
    assert (record.outcome, record.queue_us) == (ContactState.ABANDONED, 8_000_000)


def test_whole_call_leaves_a_record_of_every_stretch() -> None:
    floor = Floor({"ann": 5})
    floor.arrive("caller")
    floor.pass_s(10)
    floor.ready("ann")
    floor.answer("ann")
    floor.pass_s(100)
    floor.hang_up("leg-caller")
    floor.fire("wrap_up", "ann")
    (record,) = floor.events(InteractionRecorded)
    assert (record.queue_us, record.talk_us, record.wrap_up_us) == (10_000_000, 100_000_000, 30_000_000)
    assert (record.agent_id, record.ended_by, record.outcome) == ("ann", "customer", ContactState.CLOSED)
    assert floor.state("ann") == ("ready", "")
    assert len(floor.contacts) == 0


def test_full_queue_turns_the_caller_away_at_once() -> None:
    floor = Floor({}, queue=QueueRules(name=QueueName("cards"), length_max=1))
    floor.arrive("first")
    floor.arrive("second")
    (closed,) = floor.events(ContactClosed)
    assert (closed.contact_id, closed.outcome) == ("second", ContactState.OVERFLOWED)
    assert floor.router.waiting(CARDS.name) == 1


def test_nothing_is_offered_while_the_pbx_is_away() -> None:
    floor = Floor({"ann": 5})
    floor.ready("ann")
    floor.hear(PbxLost(at_us=0, pbx="main"))
    floor.arrive("caller")
    assert floor.offered() == []
    floor.hear(PbxSynced(at_us=0, pbx="main"))
    assert floor.offered() == [("caller", "ann")]


def test_restart_of_the_pbx_is_not_the_agents_fault() -> None:
    floor = Floor({"ann": 5})
    floor.ready("ann")
    floor.arrive("caller")
    floor.hear(PbxLost(at_us=0, pbx="main"))
    floor.hang_up(floor.phone_of("ann"), cause=0)
    floor.hang_up("leg-caller", cause=0)
    assert floor.state("ann") == ("ready", "")
    assert len(floor.contacts) == 0

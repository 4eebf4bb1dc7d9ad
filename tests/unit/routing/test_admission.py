"""What happens at the door of a queue: closed, full, or nobody there; and in a line that everybody left."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.kernel.clock import SECOND_US, microseconds
from core.model.causes import Cause
from core.model.commands import HangUpLeg
from core.model.contact import ContactState, Requirement
from core.model.destination import HANG_UP, Destination, DestinationKind, DivertReason
from core.model.events import ContactDiverted, ContactQueued, InteractionRecorded, PbxLost, PbxSynced
from core.model.expression import parse
from core.model.hours import OpeningHours, parse_opening
from core.model.ids import AgentId, QueueName
from routing.rules import Join, QueueRules, Step
from tests.unit.floor import CARDS, Floor

NINE_TO_FIVE = OpeningHours(zone=ZoneInfo("UTC"), weekly={"thu": (parse_opening("09:00-17:00"),)})
"""The day on which time begins, 1970-01-01, was a Thursday."""
HOUR_S = 3_600
DESK = QueueRules(name=QueueName("desk"))
TO_DESK = Destination(DestinationKind.QUEUE, "desk")
TO_VOICEMAIL = Destination(DestinationKind.FLOW, "voicemail")


def cards(**rules: Any) -> QueueRules:
    return QueueRules(name=CARDS.name, requirements=CARDS.requirements, **rules)


def sent(floor: Floor) -> list[tuple[str, str, str, str]]:
    """Return (contact, queue, where to, why) of everybody who was sent elsewhere."""
    return [
        (event.contact_id, event.queue, event.target or event.to, event.reason)
        for event in floor.events(ContactDiverted)
    ]


# --- the door ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hour", "is_open"), [(8.99, False), (9, True), (16.99, True), (17, False)])
def test_queue_takes_callers_in_its_opening_hours_only(hour: float, is_open: bool) -> None:
    floor = Floor({}, queue=cards(hours=NINE_TO_FIVE, closed=TO_VOICEMAIL))
    floor.now_us = microseconds(hour * HOUR_S)
    caller = floor.arrive("caller")
    assert caller.state is (ContactState.QUEUED if is_open else ContactState.IN_IVR)
    assert sent(floor) == ([] if is_open else [("caller", "cards", "voicemail", "closed")])


def test_who_waits_when_the_queue_closes_is_still_served() -> None:
    floor = Floor({"ann": 5}, queue=cards(hours=NINE_TO_FIVE))
    floor.now_us = microseconds(16.9 * HOUR_S)
    floor.arrive("caller")
    floor.let_pass(HOUR_S)
    floor.ready("ann")
    assert floor.offered() == [("caller", "ann")]


def test_full_queue_sends_to_another_where_the_caller_stands_as_ever() -> None:
    floor = Floor({}, queue=cards(length_max=1, full=TO_DESK), others=[DESK])
    floor.arrive("first")
    second = floor.arrive("second")
    assert (second.queue, second.queued_us) == ("desk", 0)
    assert sent(floor) == [("second", "cards", "desk", "full")]


@pytest.mark.parametrize(
    ("rules", "cause"),
    [
        (cards(hours=NINE_TO_FIVE), Cause.NORMAL_CLEARING),
        (cards(length_max=1), Cause.CONGESTION),
        (cards(join=Join.STAFFED), Cause.SUBSCRIBER_ABSENT),
    ],
    ids=["closed", "full", "empty"],
)
def test_who_is_turned_away_is_told_why_and_recorded_once(rules: QueueRules, cause: Cause) -> None:
    floor = Floor({}, queue=rules)
    for name in ("first", "second"):
        floor.arrive(name)
    assert floor.orders(HangUpLeg)[-1] == HangUpLeg(leg_id="leg-second", cause=cause)
    (record,) = [event for event in floor.events(InteractionRecorded) if event.contact_id == "second"]
    assert (record.outcome, record.queue, record.queue_us) == ("overflowed", "cards", 0)


def test_staffed_queue_takes_callers_while_somebody_able_is_at_work_though_busy() -> None:
    floor = Floor({"ann": 5}, queue=cards(join=Join.STAFFED))
    floor.ready("ann")
    floor.arrive("first")
    floor.answer("ann")
    assert floor.arrive("second").state is ContactState.QUEUED
    floor.not_ready("ann")
    floor.hang_up("leg-first")
    floor.fire("wrap_up", "ann")
    floor.arrive("third")
    assert sent(floor) == [("third", "cards", "hang_up", "empty")]


def test_somebody_who_is_able_only_after_a_step_is_somebody() -> None:
    lowered = Step(after_us=60 * SECOND_US, needs=parse("cards >= 1"))
    expert = Requirement(skill="cards", minimum=9)
    rules = QueueRules(name=CARDS.name, requirements=(expert,), join=Join.STAFFED, steps=(lowered,))
    floor = Floor({"novice": 1}, queue=rules)
    floor.ready("novice")
    assert floor.arrive("caller").state is ContactState.QUEUED


def test_queue_for_idle_agents_takes_nobody_whom_it_could_not_serve_at_once() -> None:
    floor = Floor({"ann": 5}, queue=cards(join=Join.READY, empty=TO_DESK), others=[DESK])
    floor.ready("ann")
    assert floor.arrive("first").queue == "cards"
    assert floor.arrive("second").queue == "desk"


def test_queue_of_one_agent_is_empty_without_that_agent() -> None:
    floor = Floor({"ann": 5, "bob": 5}, queue=cards(join=Join.STAFFED, agent=AgentId("ann")))
    floor.ready("bob")
    floor.arrive("too early")
    floor.ready("ann")
    floor.arrive("in time")
    assert [event.contact_id for event in floor.events(ContactQueued)] == ["in time"]


def test_doors_that_send_to_each_other_end_with_the_call() -> None:
    there = cards(join=Join.STAFFED, empty=TO_DESK)
    back = QueueRules(name=DESK.name, join=Join.STAFFED, empty=Destination(DestinationKind.QUEUE, CARDS.name))
    floor = Floor({}, queue=there, others=[back])
    floor.arrive("caller")
    assert sent(floor)[-1][2] == "hang_up"
    assert len(floor.contacts) == 0
    assert len(floor.events(InteractionRecorded)) == 1


# --- a line that everybody left ---------------------------------------------------------------------------

LEFT = cards(leave_empty_us=30 * SECOND_US, empty=TO_DESK)


def test_who_waits_is_sent_on_a_while_after_the_last_agent_left() -> None:
    floor = Floor({"ann": 5, "bob": 5}, queue=LEFT, others=[DESK])
    floor.ready("ann", "bob")
    floor.arrive("a")
    floor.arrive("b")
    first, second = floor.arrive("first"), floor.arrive("second")
    floor.answer("ann")
    floor.answer("bob")
    for name in ("ann", "bob"):
        floor.not_ready(name)
        floor.let_pass(10)
    floor.hang_up("leg-a")
    floor.fire("wrap_up", "ann")
    floor.let_pass(60)
    assert first.queue == "cards", "bob is still at work"
    floor.hang_up("leg-b")
    floor.fire("wrap_up", "bob")
    floor.let_pass(29)
    assert first.queue == "cards", "he may be back in a moment"
    floor.let_pass(1)
    assert (first.queue, second.queue) == ("desk", "desk")
    assert {reason for *_, reason in sent(floor)} == {DivertReason.EMPTY}


def test_agent_who_comes_back_in_time_finds_the_line_as_it_was() -> None:
    floor = Floor({"ann": 5}, queue=LEFT, others=[DESK])
    floor.arrive("caller")
    floor.let_pass(29)
    floor.ready("ann")
    assert floor.offered() == [("caller", "ann")]
    floor.answer("ann")
    floor.let_pass(60)
    assert sent(floor) == []


def test_agent_who_could_not_serve_them_keeps_nobody_waiting() -> None:
    floor = Floor({"clerk": {"loans": 9}}, queue=LEFT, others=[DESK])
    floor.ready("clerk")
    floor.arrive("caller")
    floor.let_pass(30)
    assert [to for _, _, to, _ in sent(floor)] == ["desk"]


def test_caller_into_a_line_long_deserted_has_the_whole_grace() -> None:
    floor = Floor({}, queue=LEFT, others=[DESK])
    floor.arrive("hasty")
    floor.let_pass(20)
    floor.hang_up("leg-hasty")
    late = floor.arrive("late")
    floor.let_pass(29)
    assert late.queue == "cards"
    floor.let_pass(1)
    assert late.queue == "desk"


def test_line_is_kept_while_the_pbx_is_away() -> None:
    floor = Floor({}, queue=cards(leave_empty_us=30 * SECOND_US, empty=HANG_UP))
    caller = floor.arrive("caller")
    floor.hear(PbxLost(at_us=floor.now_us, pbx="main"))
    floor.let_pass(45)
    assert caller.state is ContactState.QUEUED
    floor.hear(PbxSynced(at_us=floor.now_us, pbx="main"))
    floor.let_pass(30)
    assert floor.events(InteractionRecorded)[0].outcome is ContactState.OVERFLOWED

"""An engine that is started anew takes those who wait up where their plans were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.kernel.clock import SECOND_US, microseconds
from core.model.agent import AgentState
from core.model.contact import ContactState, Requirement
from core.model.destination import HANG_UP, Destination, DestinationKind
from core.model.events import ContactDiverted, ContactQueued, LegCreated, LegTagged, PbxSynced
from core.model.expression import parse, parse_condition
from core.model.ids import AgentId, LegId, QueueName
from core.model.requests import RestoreAgent
from core.model.tag import decode_tag
from routing.rules import QueueRules, Step
from tests.unit.floor import Floor

LOWERED = Step(after_us=30 * SECOND_US, needs=parse("cards >= 1"))
LEG = LegId("leg-caller")


def queue(*steps: Step, name: str = "cards", **rules: Any) -> QueueRules:
    expert = (Requirement(skill="cards", minimum=5),)
    return QueueRules(name=QueueName(name), requirements=expert, steps=steps, **rules)


def restarted(floor: Floor, queue: QueueRules, after_s: float, agents: Mapping[str, Any]) -> Floor:
    """Return the floor of a new run, `after_s` later, that finds the caller's leg and ready agents."""
    anew = Floor(agents, synced=False, queue=queue)
    anew.now_us = floor.now_us + microseconds(after_s)
    for name in agents:
        anew.hear(
            RestoreAgent(
                at_us=anew.now_us,
                agent_id=AgentId(name),
                state=AgentState.READY,
                reason="",
                extension=f"PJSIP/{name}",
            )
        )
    anew.hear(LegCreated(at_us=anew.now_us, leg_id=LEG, address="PJSIP/trunk-1"))
    anew.hear(LegTagged(at_us=anew.now_us, leg_id=LEG, tag=floor.note_on(LEG)))
    anew.hear(PbxSynced(at_us=anew.now_us, pbx="main"))
    return anew


def test_step_that_fell_due_while_we_were_away_is_taken() -> None:
    floor = Floor({}, queue=queue(LOWERED))
    floor.arrive("caller")
    floor.let_pass(20)
    anew = restarted(floor, queue(LOWERED), 15, {"novice": 1})
    assert anew.offered() == [("caller", "novice")]
    (queued,) = anew.events(ContactQueued)
    assert (queued.step, queued.need) == (1, "cards >= 1")


def test_step_still_to_come_comes_at_its_instant() -> None:
    floor = Floor({}, queue=queue(LOWERED))
    floor.arrive("caller")
    floor.let_pass(20)
    anew = restarted(floor, queue(LOWERED), 4, {"novice": 1})
    anew.let_pass(5)
    assert anew.offered() == []
    anew.let_pass(1)
    assert anew.offered() == [("caller", "novice")]


def test_step_taken_on_a_condition_stays_taken_when_the_condition_is_over() -> None:
    crowded = Step(when=parse_condition("waiting >= 1"), credit_us=60 * SECOND_US)
    floor = Floor({}, queue=queue(crowded))
    floor.arrive("other")
    floor.arrive("caller")
    floor.let_pass(30)
    anew = restarted(floor, queue(crowded), 1, {})
    (queued,) = anew.events(ContactQueued)
    assert (queued.step, queued.key_us) == (1, -60 * SECOND_US)


def test_what_the_menu_asked_is_known_apart_from_what_the_queue_asked() -> None:
    floor = Floor({}, queue=queue(LOWERED))
    floor.arrive("caller", needs={"french": 2})
    anew = restarted(floor, queue(LOWERED), 40, {"novice": {"cards": 1}, "jean": {"cards": 1, "french": 2}})
    assert anew.offered() == [("caller", "jean")]


def test_queue_that_left_the_configuration_keeps_its_need() -> None:
    floor = Floor({}, queue=queue(LOWERED))
    floor.arrive("caller", needs={"french": 2})
    anew = restarted(floor, queue(name="other"), 1, {"jean": {"cards": 4, "french": 2}})
    assert anew.offered() == []
    anew.hear(LegCreated(at_us=anew.now_us, leg_id=LegId("x"), address="PJSIP/trunk-2"))
    assert [event.need for event in anew.events(ContactQueued)] == ["cards >= 5 and french >= 2"]


def test_who_can_be_served_is_served_before_anybody_is_sent_away() -> None:
    leaves = queue(Step(after_us=30 * SECOND_US, to=HANG_UP))
    floor = Floor({}, queue=leaves)
    floor.arrive("caller")
    floor.let_pass(20)
    assert restarted(floor, leaves, 20, {"expert": 9}).offered() == [("caller", "expert")]


def test_who_cannot_be_served_is_sent_away_soon_after() -> None:
    leaves = queue(Step(after_us=30 * SECOND_US, to=HANG_UP))
    floor = Floor({}, queue=leaves)
    floor.arrive("caller")
    floor.let_pass(20)
    anew = restarted(floor, leaves, 20, {})
    anew.let_pass(5)
    assert [event.step for event in anew.events(ContactDiverted)] == [1]
    assert len(anew.contacts) == 0


def test_time_in_this_line_and_in_all_lines_are_both_known() -> None:
    desk = queue(Step(after_us=30 * SECOND_US, needs=parse("cards >= 1")), name="desk")
    to_desk = Destination(DestinationKind.QUEUE, "desk")
    first = queue(Step(after_us=60 * SECOND_US, to=to_desk))
    floor = Floor({}, queue=first, others=[desk])
    floor.arrive("caller")
    floor.let_pass(80)
    anew = restarted(floor, desk, 5, {"novice": 1})
    (contact,) = anew.contacts
    assert (contact.queued_us, contact.entered_us, contact.hops) == (0, 60 * SECOND_US, 1)
    anew.let_pass(4)
    assert anew.offered() == []
    anew.let_pass(1)
    assert anew.offered() == [("caller", "novice")]


def test_note_of_a_caller_sent_to_a_flow_names_the_flow_and_no_queue() -> None:
    voicemail = Destination(DestinationKind.FLOW, "voicemail")
    floor = Floor({}, queue=queue(Step(after_us=30 * SECOND_US, to=voicemail)))
    floor.arrive("caller")
    floor.let_pass(30)
    tag = decode_tag(floor.note_on(LEG))
    assert tag is not None
    assert (tag.queue, tag.flow, tag.queued_us, tag.hops) == ("", "voicemail", 0, 1)
    anew = restarted(floor, queue(), 1, {})
    assert [contact.state for contact in anew.contacts if contact.state is ContactState.QUEUED] == []

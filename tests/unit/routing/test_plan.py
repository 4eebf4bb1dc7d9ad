"""What becomes of those who wait, as time passes and the queue changes: relaxation, boosts, ways out."""

from __future__ import annotations

from typing import Any

import pytest

from core.kernel.clock import SECOND_US, microseconds
from core.model.commands import HangUpLeg, TagLeg, TransferLeg
from core.model.contact import Contact, ContactState, Requirement
from core.model.destination import HANG_UP, Destination, DestinationKind, DivertReason
from core.model.events import (
    ContactAbandoned,
    ContactConnected,
    ContactDiverted,
    ContactQueued,
    ContactSentOn,
    DecisionMade,
    InteractionRecorded,
    PbxLost,
    PbxSynced,
    StandingChanged,
)
from core.model.expression import parse, parse_condition
from core.model.ids import AgentId, QueueName
from routing.divert import HOPS_MAX
from routing.rules import QueueRules, Reserve, Step, TierRules
from tests.unit.floor import Floor

EXPERTS = (Requirement(skill="cards", minimum=5),)
TO_DESK = Destination(DestinationKind.QUEUE, "desk")
TO_NUMBER = Destination(DestinationKind.NUMBER, "5551000")
TO_VOICEMAIL = Destination(DestinationKind.FLOW, "voicemail")


def step(after_s: float = 0, *, needs: str = "", when: str = "", for_s: float = 0, **changes: Any) -> Step:
    return Step(
        after_us=microseconds(after_s),
        for_us=microseconds(for_s),
        needs=parse(needs) if needs else None,
        when=parse_condition(when) if when else None,
        **changes,
    )


def queue(*steps: Step, name: str = "cards", **rules: Any) -> QueueRules:
    return QueueRules(
        name=QueueName(name), requirements=rules.pop("requirements", EXPERTS), steps=steps, **rules
    )


def changes(floor: Floor) -> list[tuple[str, int, str]]:
    """Return (reason, step, need) of each change of how somebody stands."""
    return [(event.reason, event.step, event.need) for event in floor.events(StandingChanged)]


# --- who may serve ----------------------------------------------------------------------------------


def test_caller_nobody_may_serve_is_connected_once_a_step_lowers_the_level() -> None:
    floor = Floor({"novice": 2}, queue=queue(step(30, needs="cards >= 1")))
    floor.ready("novice")
    floor.arrive("caller")
    floor.let_pass(29.9)
    assert floor.offered() == []
    floor.let_pass(0.1)
    assert floor.offered() == [("caller", "novice")]
    assert changes(floor) == [("step", 1, "cards >= 1")]
    (decision,) = floor.events(DecisionMade)
    assert (decision.step, decision.need) == (1, "cards >= 1")


def test_agent_freed_after_the_step_takes_the_caller_and_before_it_does_not() -> None:
    floor = Floor({"novice": 2, "other": 2}, queue=queue(step(30, needs="cards >= 1")))
    floor.arrive("caller")
    floor.let_pass(20)
    floor.ready("novice")
    floor.not_ready("novice")
    floor.let_pass(20)
    assert floor.offered() == []
    floor.ready("other")
    assert floor.offered() == [("caller", "other")]


def test_each_requirement_holds_for_its_time_and_then_the_next() -> None:
    plan = queue(
        step(0, needs="cards >= 8", for_s=10),
        step(10, needs="cards >= 4", for_s=10),
        step(20, needs="cards >= 1"),
    )
    floor = Floor({"expert": 9, "middling": 5, "novice": 1}, queue=plan)
    floor.arrive("caller")
    for name in ("novice", "middling", "expert"):
        floor.not_ready(name)
    floor.let_pass(9)
    floor.ready("novice", "middling")
    assert floor.offered() == []
    floor.let_pass(2)
    assert floor.offered() == [("caller", "middling")]
    (first,) = floor.events(ContactQueued)
    assert (first.step, first.need) == (1, "cards >= 8")


def test_what_held_before_holds_again_when_a_step_expires() -> None:
    floor = Floor({"novice": 2}, queue=queue(step(10, needs="cards >= 1", for_s=5)))
    floor.arrive("caller")
    floor.let_pass(16)
    floor.ready("novice")
    assert floor.offered() == []
    assert changes(floor) == [("step", 1, "cards >= 1"), ("expired", 1, "cards >= 5")]


def test_wait_in_a_requirement_turns_by_itself_at_its_instant() -> None:
    rules = queue(requirements=(), needs=parse("wait < 60 and cards >= 8 or wait >= 60 and cards >= 2"))
    floor = Floor({"novice": 2}, queue=rules)
    floor.ready("novice")
    floor.arrive("caller")
    assert floor.timers["plan", "caller"] == 60 * SECOND_US, "one look, and no earlier one"
    floor.let_pass(60)
    assert floor.offered() == [("caller", "novice")]
    assert changes(floor) == [("needs", 0, "cards >= 2")]


def test_what_the_menu_asked_outlasts_a_step_that_lowers_what_the_queue_asked() -> None:
    floor = Floor(
        {"ann": {"cards": 2, "french": 2}, "bob": {"cards": 2}}, queue=queue(step(10, needs="cards >= 1"))
    )
    floor.ready("bob")
    floor.arrive("jeanne", needs={"french": 1})
    floor.let_pass(20)
    assert floor.offered() == []
    floor.ready("ann")
    assert floor.offered() == [("jeanne", "ann")]


def test_step_may_waive_what_the_menu_asked() -> None:
    floor = Floor({"bob": {"cards": 9}}, queue=queue(step(10, needs="cards >= 5", waive_menu=True)))
    floor.ready("bob")
    floor.arrive("jeanne", needs={"french": 1})
    floor.let_pass(10)
    assert floor.offered() == [("jeanne", "bob")]


def test_queue_of_one_agent_waits_for_that_agent_alone() -> None:
    floor = Floor({"ann": 9, "bob": 9}, queue=queue(agent=AgentId("ann")))
    floor.ready("bob")
    floor.arrive("caller")
    assert floor.offered() == []
    floor.ready("ann")
    assert floor.offered() == [("caller", "ann")]


# --- conditions -------------------------------------------------------------------------------------


def test_condition_that_holds_when_the_caller_comes_counts_at_once() -> None:
    floor = Floor({"novice": 2}, queue=queue(step(when="working == 0", needs="cards >= 1")))
    floor.ready("novice")
    floor.arrive("caller")
    assert floor.offered() == [("caller", "novice")]


def test_condition_that_comes_true_later_is_seen_at_the_next_look() -> None:
    crowded = step(when="waiting >= 3", needs="cards >= 1")
    floor = Floor({"novice": 2}, queue=queue(crowded, recheck_us=microseconds(5)))
    floor.ready("novice")
    floor.arrive("first")
    floor.let_pass(2)
    floor.arrive("second")
    assert floor.offered() == []
    floor.arrive("third")
    floor.let_pass(3)
    assert floor.offered() == [("first", "novice")]


def test_step_on_a_condition_is_taken_once_and_lasts_when_it_is_over() -> None:
    crowded = step(when="waiting >= 1", needs="cards >= 1")
    floor = Floor({"novice": 2}, queue=queue(crowded, recheck_us=microseconds(5)))
    floor.arrive("first")
    floor.arrive("second")
    floor.let_pass(5)
    floor.hang_up("leg-second")
    floor.let_pass(20)
    floor.ready("novice")
    assert floor.offered() == [("first", "novice")]


def test_queue_without_conditions_is_looked_at_only_when_a_step_is_due() -> None:
    floor = Floor({}, queue=queue(step(100, needs="cards >= 1")))
    floor.arrive("caller")
    floor.let_pass(99)
    assert floor.timers["plan", "caller"] == 100 * SECOND_US
    floor.let_pass(2)
    assert ("plan", "caller") not in floor.timers


# --- places -----------------------------------------------------------------------------------------


def test_boost_lets_a_caller_overtake() -> None:
    floor = Floor({"ann": 9}, queue=queue(step(10, credit_us=60 * SECOND_US)), others=[queue(name="desk")])
    floor.arrive("elsewhere", queue="desk")
    floor.let_pass(30)
    floor.arrive("boosted")
    floor.let_pass(10)
    floor.ready("ann")
    assert floor.offered() == [("boosted", "ann")]


def test_queue_with_a_weight_stands_that_much_further_forward() -> None:
    heavy = queue(name="desk", credit_us=60 * SECOND_US)
    floor = Floor({"ann": 9}, queue=queue(), others=[heavy])
    floor.arrive("first")
    floor.let_pass(59)
    floor.arrive("weighty", queue="desk")
    floor.ready("ann")
    assert floor.offered() == [("weighty", "ann")]


# --- experts that are spared ------------------------------------------------------------------------

SPARING = TierRules(name="standard", reserve=Reserve(skill="cards", level=5, count=1, hold_us=20 * SECOND_US))


def test_last_expert_is_spared_until_the_hold_is_over() -> None:
    floor = Floor({"expert": 9}, queue=queue(), tiers={"standard": SPARING})
    floor.ready("expert")
    floor.arrive("caller")
    floor.let_pass(19)
    assert floor.offered() == []
    floor.let_pass(1)
    assert floor.offered() == [("caller", "expert")]
    assert [event.reason for event in floor.events(StandingChanged)] == ["reserve_over"]


def test_step_may_end_the_hold_earlier() -> None:
    floor = Floor({"expert": 9}, queue=queue(step(5, end_hold=True)), tiers={"standard": SPARING})
    floor.ready("expert")
    floor.arrive("caller")
    floor.let_pass(5)
    assert floor.offered() == [("caller", "expert")]


def test_second_expert_is_no_longer_the_last() -> None:
    floor = Floor({"expert": 9, "master": 9}, queue=queue(), tiers={"standard": SPARING})
    floor.ready("expert")
    floor.arrive("caller")
    floor.ready("master")
    assert floor.offered() == [("caller", "master")]


def test_expert_is_free_for_who_waits_as_soon_as_another_is_idle_who_cannot_serve_them() -> None:
    """The one who came cannot, but makes the one who was spared no longer the last."""
    agents = {"frenchman": {"cards": 9, "french": 9}, "master": {"cards": 9}}
    floor = Floor(agents, queue=queue(), tiers={"standard": SPARING})
    floor.ready("frenchman")
    floor.arrive("jeanne", needs={"french": 1})
    assert floor.offered() == []
    floor.ready("master")
    assert floor.offered() == [("jeanne", "frenchman")]


# --- while an agent's phone rings -------------------------------------------------------------------


def test_step_that_falls_due_while_a_phone_rings_counts_when_the_caller_is_back() -> None:
    floor = Floor({"expert": 9, "novice": 2}, queue=queue(step(10, needs="cards >= 1")))
    floor.ready("expert", "novice")
    floor.arrive("caller")
    floor.let_pass(12)
    assert floor.offered() == [("caller", "expert")], "still rings"
    floor.let_pass(3)
    assert floor.offered() == [("caller", "expert"), ("caller", "novice")]


def test_nobody_is_sent_away_while_a_phone_rings_but_afterwards() -> None:
    floor = Floor({"expert": 9}, queue=queue(step(10, to=HANG_UP)))
    floor.ready("expert")
    contact = floor.arrive("caller")
    floor.let_pass(14)
    assert contact.state is ContactState.OFFERED
    floor.let_pass(1)
    assert contact.state is ContactState.OVERFLOWED


# --- ways out ---------------------------------------------------------------------------------------


def over(floor: Floor, contact: Contact) -> InteractionRecorded:
    """Return the one record of a contact of which nothing is left."""
    assert len(floor.contacts) == 0
    assert {key[0] for key in floor.timers} <= {"wrap_up"}
    (record,) = [
        event for event in floor.events(InteractionRecorded) if event.contact_id == contact.contact_id
    ]
    return record


def test_overflow_to_another_queue_keeps_the_time_waited() -> None:
    desk = QueueRules(name=QueueName("desk"))
    floor = Floor({"ann": {"desk": 1}}, queue=queue(step(60, to=TO_DESK)), others=[desk])
    caller = floor.arrive("patient")
    floor.let_pass(50)
    floor.arrive("direct", queue="desk")
    floor.let_pass(15)
    assert (caller.queue, caller.hops) == ("desk", 1)
    floor.ready("ann")
    floor.answer("ann")
    (connected,) = floor.events(ContactConnected)
    assert (connected.contact_id, connected.queue, connected.waited_us) == ("patient", "desk", 65 * SECOND_US)
    (sent,) = floor.events(ContactDiverted)
    assert (sent.queue, sent.to, sent.target) == ("cards", "queue", "desk")
    assert (sent.reason, sent.step) == (DivertReason.STEP, 1)


def test_steps_of_the_other_queue_begin_anew() -> None:
    desk = queue(step(30, needs="cards >= 1"), name="desk")
    floor = Floor({"novice": 2}, queue=queue(step(60, to=TO_DESK)), others=[desk])
    floor.ready("novice")
    floor.arrive("caller")
    floor.let_pass(89)
    assert floor.offered() == []
    floor.let_pass(1)
    assert floor.offered() == [("caller", "novice")]


def test_caller_stays_where_the_other_queue_is_full_and_goes_when_it_is_not() -> None:
    desk = queue(name="desk", length_max=1)
    floor = Floor({}, queue=queue(step(60, to=TO_DESK), recheck_us=microseconds(5)), others=[desk])
    caller = floor.arrive("caller")
    floor.arrive("direct", queue="desk")
    floor.let_pass(70)
    assert caller.queue == "cards"
    floor.hang_up("leg-direct")
    floor.let_pass(5)
    assert caller.queue == "desk"


def test_queues_that_send_to_each_other_keep_the_caller_in_the_end() -> None:
    back = queue(step(1, to=Destination(DestinationKind.QUEUE, "cards")), name="desk")
    floor = Floor({"ann": 9}, queue=queue(step(1, to=TO_DESK)), others=[back])
    caller = floor.arrive("caller")
    floor.let_pass(60)
    assert (caller.hops, caller.state) == (HOPS_MAX, ContactState.QUEUED)
    floor.ready("ann")
    assert floor.offered() == [("caller", "ann")]


def test_overflow_to_a_number_leaves_the_engine_without_our_note() -> None:
    floor = Floor({}, queue=queue(step(60, to=TO_NUMBER)))
    contact = floor.arrive("caller")
    floor.let_pass(60)
    sent = [order for order in floor.commands if isinstance(order, TagLeg | TransferLeg)][-2:]
    assert sent == [
        TagLeg(leg_id=contact.leg_id, tag=""),
        TransferLeg(leg_id=contact.leg_id, number="5551000"),
    ]
    assert [event.number for event in floor.events(ContactSentOn)] == ["5551000"]
    record = over(floor, contact)
    assert (record.outcome, record.queue, record.queue_us) == ("overflowed", "cards", 60 * SECOND_US)


def test_step_may_hang_up() -> None:
    floor = Floor({}, queue=queue(step(60, to=HANG_UP)))
    contact = floor.arrive("caller")
    floor.let_pass(60)
    assert floor.orders(HangUpLeg) == [HangUpLeg(leg_id=contact.leg_id, cause=19)]
    assert over(floor, contact).outcome == "overflowed"


def test_overflow_to_a_flow_gives_the_caller_back_to_the_menus() -> None:
    floor = Floor({"ann": 9}, queue=queue(step(60, to=TO_VOICEMAIL)))
    contact = floor.arrive("caller", needs={"cards": 9})
    floor.let_pass(60)
    assert (contact.state, contact.flow, contact.queue) == (ContactState.IN_IVR, "voicemail", None)
    assert contact.requirements == (Requirement(skill="cards", minimum=9),)
    assert floor.timers == {}
    floor.ready("ann")
    assert floor.offered() == []


@pytest.mark.parametrize("way", [TO_DESK, TO_NUMBER, TO_VOICEMAIL, HANG_UP])
def test_nobody_is_sent_away_while_the_pbx_is_away(way: Destination) -> None:
    floor = Floor({}, queue=queue(step(60, to=way)), others=[queue(name="desk")])
    contact = floor.arrive("caller")
    floor.hear(PbxLost(at_us=floor.now_us, pbx="main"))
    floor.let_pass(80)
    assert (contact.queue, contact.state) == ("cards", ContactState.QUEUED)
    floor.hear(PbxSynced(at_us=floor.now_us, pbx="main"))
    floor.let_pass(5)
    assert [event.to for event in floor.events(ContactDiverted)] == [way.kind]


# --- the end ----------------------------------------------------------------------------------------


def test_plan_ends_with_the_wait() -> None:
    floor = Floor({"ann": 9}, queue=queue(step(60, to=HANG_UP)))
    served, gone = floor.arrive("served"), floor.arrive("gone")
    floor.ready("ann")
    floor.answer("ann")
    floor.hang_up("leg-gone")
    assert [event.contact_id for event in floor.events(ContactAbandoned)] == ["gone"]
    floor.let_pass(100)
    assert served.state is ContactState.CONNECTED
    assert floor.events(ContactDiverted) == []
    floor.hang_up(gone.leg_id)

"""What an earlier run left on the PBX is taken up where it stood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model.agent import AgentState
from core.model.commands import HangUpLeg, LookUpCustomer, PlayMusic, PlayPrompt, PopScreen, RingLeg, TagLeg
from core.model.contact import ContactState, Requirement
from core.model.customer import Customer
from core.model.events import (
    CustomerFound,
    DialogueOpened,
    InteractionRecorded,
    LegCreated,
    LegJoined,
    LegTagged,
    PbxLost,
    PbxSynced,
)
from core.model.ids import AgentId, BridgeId, CustomerId, LegId, QueueName
from core.model.requests import GoReady, RestoreAgent
from core.model.tag import AGENT, CALLER, Tag
from routing.tags import decode_requirements, encode_requirements
from tests.unit.floor import Floor

NOW_US = 500_000_000
LEVELS = st.integers(1, 10)


def restarted(skills: dict[str, int]) -> Floor:
    floor = Floor(skills, synced=False)
    floor.now_us = NOW_US
    return floor


def waiting_tag(name: str, queued_us: int, head_start_us: int = 0) -> str:
    return Tag(
        role=CALLER,
        contact=name,
        queue="cards",
        tier="standard",
        needs="cards.1",
        arrived_us=queued_us - 5_000_000,
        queued_us=queued_us,
        head_start_us=head_start_us,
    ).encode()


def talk_tags(name: str, agent: str, connected_us: int) -> tuple[str, str]:
    return tuple(  # type: ignore[return-value]
        Tag(
            role=role,
            contact=name,
            queue="cards",
            tier="standard",
            agent=agent,
            arrived_us=1,
            queued_us=2,
            connected_us=connected_us if role == CALLER else 0,
        ).encode()
        for role in (CALLER, AGENT)
    )


def find(floor: Floor, leg: str, tag: str, bridge: str = "") -> None:
    """The snapshot tells a leg with a note of ours, and the bridge it is in."""
    created = LegCreated(at_us=NOW_US, leg_id=LegId(leg), address=f"PJSIP/{leg}", caller_number="+31")
    floor.hear(created)
    if bridge:
        floor.hear(LegJoined(at_us=NOW_US, leg_id=LegId(leg), bridge_id=BridgeId(bridge)))
    floor.hear(LegTagged(at_us=NOW_US, leg_id=LegId(leg), tag=tag))


def restore(floor: Floor, agent: str, state: AgentState, break_asked_for: bool = False) -> None:
    floor.hear(
        RestoreAgent(
            at_us=NOW_US,
            agent_id=AgentId(agent),
            state=state,
            reason="",
            extension=f"PJSIP/{agent}",
            next_state=AgentState.NOT_READY if break_asked_for else None,
            next_reason="break" if break_asked_for else "",
        )
    )


def sync(floor: Floor) -> None:
    floor.hear(PbxSynced(at_us=NOW_US, pbx="main"))


def test_waiting_callers_keep_their_order_whatever_order_they_are_found_in() -> None:
    floor = restarted({"ann": 5})
    restore(floor, "ann", AgentState.READY)
    find(floor, "leg-b", waiting_tag("b", queued_us=20_000_000))
    find(floor, "leg-a", waiting_tag("a", queued_us=10_000_000))
    find(floor, "leg-p", waiting_tag("p", queued_us=90_000_000, head_start_us=85_000_000))
    assert floor.offered() == [], "nobody is offered before the whole line is known"
    sync(floor)
    assert floor.offered()[0][0] == "p"


def test_caller_whose_dialogue_opens_first_is_adopted_once() -> None:
    floor = restarted({})
    tag = waiting_tag("a", queued_us=10_000_000)
    floor.hear(DialogueOpened(at_us=NOW_US, leg_id=LegId("leg-a"), tag=tag))
    find(floor, "leg-a", tag)
    sync(floor)
    assert [contact.contact_id for contact in floor.contacts] == ["a"]
    assert floor.orders(PlayMusic)[-1].leg_id == "leg-a"


def test_talking_pair_goes_on_and_is_recorded_at_its_end() -> None:
    floor = restarted({"ann": 5})
    restore(floor, "ann", AgentState.ON_CONTACT)
    caller, agent = talk_tags("t", "ann", connected_us=400_000_000)
    find(floor, "leg-t", caller, bridge="b1")
    find(floor, "L-1-000001", agent, bridge="b1")
    sync(floor)
    assert floor.state("ann")[0] == "on_contact"
    floor.pass_s(60)
    floor.hang_up("L-1-000001")
    floor.fire("wrap_up", "ann")
    (record,) = floor.events(InteractionRecorded)
    assert (record.talk_us, record.ended_by, record.agent_id) == (160_000_000, "agent", "ann")


def test_wish_for_a_break_outlives_us_and_the_talk() -> None:
    floor = restarted({"ann": 5})
    restore(floor, "ann", AgentState.ON_CONTACT, break_asked_for=True)
    caller, agent = talk_tags("t", "ann", connected_us=400_000_000)
    find(floor, "leg-t", caller, bridge="b1")
    find(floor, "L-1-000001", agent, bridge="b1")
    sync(floor)
    assert floor.state("ann")[0] == "on_contact"
    floor.hang_up("L-1-000001")
    floor.fire("wrap_up", "ann")
    assert floor.state("ann") == ("not_ready", "break")


def test_who_asked_for_a_break_has_it_when_the_talk_ended_without_us() -> None:
    floor = restarted({"ann": 5})
    restore(floor, "ann", AgentState.ON_CONTACT, break_asked_for=True)
    sync(floor)
    assert floor.state("ann") == ("not_ready", "break")
    floor.hear(GoReady(at_us=NOW_US, agent_id=AgentId("ann")))
    assert floor.state("ann")[0] == "ready"


def test_pair_that_met_as_we_died_is_connected_from_now_on() -> None:
    floor = restarted({"ann": 5})
    restore(floor, "ann", AgentState.RESERVED)
    caller, agent = talk_tags("t", "ann", connected_us=0)
    find(floor, "leg-t", caller, bridge="b1")
    find(floor, "L-1-000001", agent, bridge="b1")
    sync(floor)
    (contact,) = floor.contacts
    assert (contact.state, contact.connected_us) == (ContactState.CONNECTED, NOW_US)
    assert floor.orders(TagLeg)[-1].leg_id == "leg-t"


def test_phone_that_rings_for_an_offer_of_the_dead_run_is_hung_up() -> None:
    floor = restarted({"ann": 5})
    restore(floor, "ann", AgentState.RESERVED)
    caller, agent = talk_tags("t", "ann", connected_us=0)
    find(floor, "leg-t", caller)
    find(floor, "L-1-000001", agent)
    sync(floor)
    assert HangUpLeg(leg_id=LegId("L-1-000001")) in floor.commands
    assert floor.orders(RingLeg)[-1].bridge_with == "leg-t", "and the caller is offered anew"


def test_agent_in_an_adopted_talk_is_offered_nobody() -> None:
    floor = restarted({"ann": 5})
    restore(floor, "ann", AgentState.ON_CONTACT)
    caller, agent = talk_tags("t", "ann", connected_us=400_000_000)
    find(floor, "leg-w", waiting_tag("w", queued_us=10_000_000))
    find(floor, "leg-t", caller, bridge="b1")
    find(floor, "L-1-000001", agent, bridge="b1")
    sync(floor)
    assert floor.offered() == []


def test_dialogue_that_opens_after_the_talk_is_of_a_caller_to_let_go() -> None:
    """Bridged from the music between two tries to reach us, hung up before the third try was heard."""
    floor = restarted({"ann": 5})
    tag = waiting_tag("a", queued_us=10_000_000)
    restore(floor, "ann", AgentState.READY)
    find(floor, "leg-a", tag)
    sync(floor)
    floor.answer("ann")
    floor.hang_up(floor.phone_of("ann"))
    floor.fire("wrap_up", "ann")
    late = DialogueOpened(at_us=floor.now_us, leg_id=LegId("leg-a"), tag=tag)
    assert floor.hear(late) == [HangUpLeg(leg_id=LegId("leg-a"))]
    floor.hang_up("leg-a")
    assert floor.hear(late) == [HangUpLeg(leg_id=LegId("leg-a"))], "nor is one whose leg has ended"
    assert len(floor.contacts) == 0


def test_number_of_a_caller_who_comes_back_before_the_snapshot_is_known() -> None:
    floor = restarted({"ann": 5})
    tag = waiting_tag("a", queued_us=10_000_000)
    floor.hear(DialogueOpened(at_us=NOW_US, leg_id=LegId("leg-a"), tag=tag, caller_number="+31"))
    sync(floor)
    floor.ready("ann")
    assert [shown.caller_number for shown in floor.orders(PopScreen)] == ["+31"]


def test_phone_of_the_dead_run_is_hung_up_even_if_its_caller_came_back_first() -> None:
    """Answered, it would be joined with a caller whom another agent is being rung for."""
    floor = restarted({"ann": 5, "bob": 5})
    floor.ready("bob")
    caller, agent = talk_tags("t", "ann", connected_us=0)
    floor.hear(DialogueOpened(at_us=NOW_US, leg_id=LegId("leg-t"), tag=caller))
    find(floor, "leg-t", caller)
    find(floor, "L-0-000001", agent)
    sync(floor)
    assert floor.orders(HangUpLeg) == [HangUpLeg(leg_id=LegId("L-0-000001"))]
    assert floor.offered() == [("t", "bob")]


def test_phone_of_a_living_offer_rings_on_over_a_lost_link() -> None:
    floor = Floor({"ann": 5})
    floor.ready("ann")
    floor.arrive("a")
    (ring,) = floor.orders(RingLeg)
    floor.hear(PbxLost(at_us=0, pbx="main"))
    find(floor, "leg-a", floor.orders(TagLeg)[-1].tag)
    find(floor, ring.leg_id, ring.tag)
    sync(floor)
    assert floor.orders(HangUpLeg) == []
    floor.answer("ann")
    assert floor.state("ann")[0] == "on_contact"


def test_agent_named_by_two_talks_keeps_one_and_the_other_caller_waits() -> None:
    floor = restarted({"ann": 5})
    restore(floor, "ann", AgentState.ON_CONTACT)
    for name, bridge in (("t", "b1"), ("u", "b2")):
        caller, agent = talk_tags(name, "ann", connected_us=400_000_000)
        find(floor, f"leg-{name}", caller, bridge=bridge)
        find(floor, f"phone-{name}", agent, bridge=bridge)
    sync(floor)
    assert floor.orders(HangUpLeg) == [HangUpLeg(leg_id=LegId("phone-u"))]
    states = {contact.contact_id: contact.state for contact in floor.contacts}
    assert states == {"t": ContactState.CONNECTED, "u": ContactState.QUEUED}
    floor.hang_up("phone-u")
    floor.hang_up("leg-t")
    floor.fire("wrap_up", "ann")
    assert floor.offered() == [("u", "ann")]


def test_talk_found_for_an_agent_being_rung_does_not_break_the_offer() -> None:
    floor = Floor({"ann": 5})
    floor.ready("ann")
    floor.arrive("a")
    caller, agent = talk_tags("t", "ann", connected_us=1)
    find(floor, "leg-t", caller, bridge="b1")
    find(floor, "phone-t", agent, bridge="b1")
    sync(floor)
    assert floor.orders(HangUpLeg) == [HangUpLeg(leg_id=LegId("phone-t"))]
    floor.answer("ann")
    assert floor.state("ann")[0] == "on_contact"


def test_note_on_a_leg_that_has_a_contact_changes_nothing() -> None:
    floor = Floor({})
    floor.arrive("alive")
    find(floor, "leg-alive", waiting_tag("other", queued_us=10_000_000))
    sync(floor)
    floor.hang_up("leg-alive")
    assert len(floor.contacts) == 0


def test_contact_named_by_two_legs_has_one_caller() -> None:
    floor = restarted({})
    find(floor, "leg-1", waiting_tag("a", queued_us=10_000_000))
    find(floor, "leg-2", waiting_tag("a", queued_us=10_000_000))
    sync(floor)
    floor.hang_up("leg-2")
    assert [contact.leg_id for contact in floor.contacts] == ["leg-1"]


def test_talk_of_somebody_who_is_no_agent_any_more_is_recorded_at_its_end() -> None:
    floor = restarted({"ann": 5})
    caller, agent = talk_tags("t", "gone", connected_us=400_000_000)
    find(floor, "leg-t", caller, bridge="b1")
    find(floor, "phone-t", agent, bridge="b1")
    restore(floor, "gone", AgentState.ON_CONTACT)
    sync(floor)
    floor.hang_up("leg-t")
    assert floor.orders(HangUpLeg) == [HangUpLeg(leg_id=LegId("phone-t"))]
    floor.fire("wrap_up", "gone")
    (record,) = floor.events(InteractionRecorded)
    assert (record.agent_id, record.talk_us, len(floor.contacts)) == ("gone", 100_000_000, 0)


def test_agent_of_an_adopted_talk_whose_phone_nobody_knows_must_log_in_again() -> None:
    """The ledger lost the log-in: a phone without an address cannot be rung after the talk."""
    floor = restarted({"ann": 5})
    caller, agent = talk_tags("t", "ann", connected_us=400_000_000)
    find(floor, "leg-t", caller, bridge="b1")
    find(floor, "phone-t", agent, bridge="b1")
    sync(floor)
    assert floor.state("ann")[0] == "on_contact"
    floor.hang_up("leg-t")
    floor.fire("wrap_up", "ann")
    assert floor.state("ann")[0] == "logged_out"


def test_agent_who_missed_a_call_before_the_restart_stays_away() -> None:
    floor = restarted({"ann": 5})
    floor.hear(
        RestoreAgent(
            at_us=NOW_US,
            agent_id=AgentId("ann"),
            state=AgentState.NOT_READY,
            reason="rona",
            extension="PJSIP/ann",
        )
    )
    find(floor, "leg-a", waiting_tag("a", queued_us=10_000_000))
    sync(floor)
    assert (floor.state("ann"), floor.offered()) == (("not_ready", "rona"), [])


def test_resync_of_a_living_engine_adopts_nothing_twice() -> None:
    floor = Floor({})
    contact = floor.arrive("alive")
    tag = floor.orders(TagLeg)[-1].tag
    find(floor, contact.leg_id, tag)
    sync(floor)
    assert [kept.contact_id for kept in floor.contacts] == ["alive"]
    assert floor.router.waiting(contact.queue) == 1  # type: ignore[arg-type]


def test_record_and_number_of_an_adopted_caller_are_on_the_screen_again() -> None:
    floor = restarted({"ann": 5})
    note = Tag(role=CALLER, contact="a", queue="cards", customer="K-7", arrived_us=1, queued_us=2)
    find(floor, "leg-a", note.encode())
    sync(floor)
    (lookup,) = floor.orders(LookUpCustomer)
    assert lookup.customer_id == "K-7"
    ada = Customer(customer_id=CustomerId("K-7"), name="Ada", tier="gold")
    floor.hear(CustomerFound(at_us=NOW_US, lookup_id=lookup.lookup_id, customer=ada))
    floor.ready("ann")
    (shown,) = floor.orders(PopScreen)
    assert (shown.customer, shown.caller_number) == (ada, "+31")
    floor.hang_up("leg-a")
    assert [record.customer_id for record in floor.events(InteractionRecorded)] == ["K-7"]


def test_queue_that_left_the_configuration_is_served_to_its_end() -> None:
    floor = restarted({"ann": 5})
    note = Tag(role=CALLER, contact="a", queue="closed-down", needs="cards.1", arrived_us=1, queued_us=2)
    find(floor, "leg-a", note.encode())
    find(floor, "leg-b", waiting_tag("b", queued_us=10_000_000))
    sync(floor)
    floor.fire("announce", "a")
    assert floor.orders(PlayPrompt)[-1].leg_id == "leg-a"
    floor.ready("ann")
    floor.answer("ann")
    floor.hang_up("leg-a")
    floor.fire("wrap_up", "ann")
    assert [record.queue for record in floor.events(InteractionRecorded)] == ["closed-down"]
    assert floor.offered()[-1] == ("b", "ann")


def test_tier_that_left_the_configuration_keeps_the_head_start_of_the_note() -> None:
    floor = restarted({"ann": 5})
    early = waiting_tag("early", queued_us=20_000_000)
    find(floor, "leg-early", early.replace("tier=standard", "tier=bronze"))
    diamond = waiting_tag("diamond", queued_us=90_000_000, head_start_us=85_000_000)
    find(floor, "leg-diamond", diamond.replace("tier=standard", "tier=diamond"))
    sync(floor)
    floor.ready("ann")
    assert floor.offered() == [("diamond", "ann")]


@pytest.mark.parametrize("needs", ["cards", "cards.", ".1", "cards.x", "cards.٣", "~~", "cards.123"])
def test_needs_that_nobody_can_read_keep_no_caller_out(needs: str) -> None:
    floor = restarted({"ann": 5})
    find(floor, "leg-a", Tag(role=CALLER, contact="a", queue="cards", needs=needs, queued_us=2).encode())
    find(floor, "leg-b", waiting_tag("b", queued_us=10_000_000))
    sync(floor)
    floor.ready("ann")
    assert floor.offered() == [("a", "ann")]
    assert floor.router.waiting(QueueName("cards")) == 1


@given(st.lists(st.builds(Requirement, skill=st.from_regex(r"[\w-]+", fullmatch=True), minimum=LEVELS)))
def test_needs_come_back_as_they_were_written(needs: list[Requirement]) -> None:
    assert decode_requirements(encode_requirements(tuple(needs))) == tuple(needs)


def test_foreign_variable_is_no_note() -> None:
    floor = restarted({})
    find(floor, "leg-x", "role=caller\r\nEvent: Hangup")
    find(floor, "leg-y", "role=admin&contact=x")
    sync(floor)
    assert len(floor.contacts) == 0

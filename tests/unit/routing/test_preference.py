"""The agent a customer knows: waited for a while, as long as that agent is there to be waited for."""

from __future__ import annotations

import pytest

from core.kernel.clock import microseconds
from core.model.commands import StartTimer
from core.model.customer import Customer, Interaction
from core.model.events import AgentPreferred, DecisionMade, DialogueOpened, PbxSynced, StandingChanged
from core.model.ids import AgentId, ContactId, CustomerId, LegId
from core.model.requests import GoNotReady, LogOut
from routing.rules import TierRules
from tests.unit.floor import Floor

TIERS = {
    "platinum": TierRules(name="platinum", prefer_us=microseconds(30), preferred_us=microseconds(20)),
    "gold": TierRules(name="gold", preferred_us=microseconds(20)),
    "standard": TierRules(name="standard"),
}


def centre(**levels: int) -> Floor:
    return Floor(levels or {"ann": 5, "bob": 5}, tiers=TIERS)


def customer(name: str = "grace", *, agent: str = "", last: str = "") -> Customer:
    """A customer whose record names an agent, or shows who talked last."""
    past = Interaction(ended_at_us=0, queue="cards", agent=last, outcome="closed")
    return Customer(
        customer_id=CustomerId(name),
        name=name,
        tier="platinum",
        attributes=(("agent", agent),) if agent else (),
        last_interactions=(past,) if last else (),
    )


def with_busy(floor: Floor, agent: str) -> None:
    """Let `agent` be the only one at work, and in a talk."""
    floor.ready(agent)
    floor.arrive(f"somebody for {agent}")
    floor.answer(agent)


@pytest.mark.parametrize("known", [customer(last="ann"), customer(agent="ann")], ids=["last", "named"])
def test_platinum_waits_for_the_agent_it_knows_although_another_is_free(known: Customer) -> None:
    floor = centre()
    with_busy(floor, "ann")
    floor.ready("bob")
    floor.arrive("caller", "platinum", customer=known)
    assert "caller" not in dict(floor.offered())
    floor.hang_up("leg-somebody for ann")
    floor.fire("wrap_up", "ann")
    assert floor.offered()[-1] == ("caller", "ann")


def test_nobody_is_waited_for_longer_than_the_tier_says() -> None:
    floor = centre()
    with_busy(floor, "ann")
    floor.ready("bob")
    floor.arrive("caller", "platinum", customer=customer(last="ann"))
    began_us = floor.now_us
    floor.fire("prefer", "caller")
    assert floor.now_us - began_us == microseconds(30)
    assert floor.offered()[-1] == ("caller", "bob")
    (changed,) = floor.events(StandingChanged)
    assert (changed.held_for, changed.reason) == ("", "hold_over")


@pytest.mark.parametrize("wish", ["pauses", "leaves"])
def test_who_asks_to_be_away_after_the_talk_is_waited_for_no_more(wish: str) -> None:
    floor = centre()
    with_busy(floor, "ann")
    floor.ready("bob")
    floor.arrive("caller", "platinum", customer=customer(last="ann"))
    ann = AgentId("ann")
    pause = GoNotReady(at_us=floor.now_us, agent_id=ann, reason="lunch")
    floor.hear(pause if wish == "pauses" else LogOut(at_us=floor.now_us, agent_id=ann))
    assert floor.offered()[-1] == ("caller", "bob")


def test_agent_who_is_away_is_not_waited_for() -> None:
    floor = centre()
    floor.ready("ann", "bob")
    floor.not_ready("ann")
    floor.arrive("caller", "platinum", customer=customer(last="ann"))
    assert floor.offered() == [("caller", "bob")]


def test_preferred_agent_who_lets_the_phone_ring_out_is_waited_for_no_more() -> None:
    floor = centre()
    floor.ready("bob", "ann")
    contact = floor.arrive("caller", "platinum", customer=customer(last="ann"))
    floor.fire("offer", contact.offer_id or "")
    assert floor.offered() == [("caller", "ann"), ("caller", "bob")]


def test_named_agent_outranks_the_one_of_last_time() -> None:
    floor = centre()
    floor.ready("bob", "ann")
    floor.arrive("caller", "platinum", customer=customer(agent="ann", last="bob"))
    assert floor.offered() == [("caller", "ann")]
    (preferred,) = floor.events(AgentPreferred)
    assert (preferred.agent_id, preferred.because) == ("ann", "named")


def test_agent_of_last_time_stands_in_for_a_named_one_who_is_away() -> None:
    floor = centre(ann=5, bob=5, cy=5)
    with_busy(floor, "bob")
    floor.ready("cy")
    floor.arrive("caller", "platinum", customer=customer(agent="ann", last="bob"))
    assert "caller" not in dict(floor.offered())
    (preferred,) = floor.events(AgentPreferred)
    assert (preferred.agent_id, preferred.because) == ("bob", "last")


def test_talk_of_today_counts_before_the_record() -> None:
    floor = centre()
    floor.ready("ann")
    floor.arrive("first", "platinum", number="5550001")
    floor.answer("ann")
    floor.hang_up("leg-first")
    floor.ready("bob")
    floor.arrive("again", "platinum", number="5550001")
    assert "again" not in dict(floor.offered())
    floor.fire("wrap_up", "ann")
    assert floor.offered()[-1] == ("again", "ann")


def test_withheld_numbers_are_nobody_in_particular() -> None:
    floor = centre()
    floor.ready("ann")
    for name in ("one", "another"):
        floor.arrive(name, "platinum", number="anonymous")
        floor.answer("ann")
        floor.hang_up(f"leg-{name}")
        floor.fire("wrap_up", "ann")
    assert floor.events(AgentPreferred) == []


def test_agent_who_could_not_serve_the_contact_is_not_preferred() -> None:
    floor = centre(ann=1, bob=5)
    floor.ready("bob", "ann")
    floor.arrive("caller", "platinum", needs={"cards": 3}, customer=customer(agent="ann"))
    assert floor.offered() == [("caller", "bob")]
    assert floor.events(AgentPreferred) == []


def test_bonus_without_a_wait_chooses_among_the_idle_and_among_those_in_line() -> None:
    floor = centre()
    floor.ready("bob", "ann")
    floor.arrive("caller", "gold", customer=customer(last="ann"))
    (decision,) = floor.events(DecisionMade)
    assert decision.winner.agent_id == "ann"
    assert [term.name for term in decision.winner.terms] == ["preferred"]
    floor.answer("ann")
    floor.not_ready("bob")
    floor.arrive("stranger")
    floor.pass_s(19)
    floor.arrive("friend", "gold", customer=customer("ada", last="ann"))
    floor.hang_up("leg-caller")
    floor.fire("wrap_up", "ann")
    assert floor.offered()[-1] == ("friend", "ann")


def test_ordinary_tier_waits_for_nobody() -> None:
    floor = centre()
    with_busy(floor, "ann")
    floor.ready("bob")
    floor.arrive("caller", customer=customer(agent="ann"))
    assert floor.offered()[-1] == ("caller", "bob")


def test_hold_goes_on_after_a_restart_for_what_is_left_of_it() -> None:
    before = centre()
    before.pass_s(5)
    with_busy(before, "ann")
    before.ready("bob")
    contact = before.arrive("caller", "platinum", customer=customer(last="ann"))
    note = before.note_on(contact.leg_id)

    after = Floor({"ann": 5, "bob": 5}, synced=False, tiers=TIERS)
    after.now_us = before.now_us + microseconds(10)
    after.ready("bob", "ann")
    after.hear(DialogueOpened(at_us=after.now_us, leg_id=LegId("leg-caller"), tag=note))
    (timer,) = [order for order in after.orders(StartTimer) if order.key == ("prefer", "caller")]
    assert timer.at_us == microseconds(35)
    after.hear(PbxSynced(at_us=after.now_us, pbx="main"))
    assert after.offered() == [(ContactId("caller"), "ann")]

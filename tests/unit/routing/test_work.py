"""Work in line: its customer, its place among calls, and what a new run of ours makes of it."""

from __future__ import annotations

import dataclasses

from agents.agent import WorkRules
from core.kernel.clock import microseconds
from core.kernel.record import replace
from core.model.agent import AgentState
from core.model.commands import AnswerWork, LookUpCustomer, PopScreen, StartTimer
from core.model.contact import VOICE, ContactState
from core.model.customer import Customer
from core.model.events import (
    ContactAdopted,
    ContactEvent,
    ContactQueued,
    CustomerFound,
    CustomerIdentified,
    CustomerLookupFailed,
    InteractionRecorded,
    PbxSynced,
    WorkReturned,
)
from core.model.ids import AgentId, ContactId, CustomerId, QueueName
from core.model.requests import AcceptOffer, AddWork, FinishWork, GoNotReady, RestoreAgent, WithdrawWork
from crm.open_contacts import fold_open_contacts
from tests.unit.floor import CARDS, TASK, Floor

ANN = AgentId("ann")
BOTH = WorkRules(capacity={VOICE: 1, TASK: 2})
ADA = Customer(customer_id=CustomerId("K1"), name="Ada", tier="platinum")


def office() -> Floor:
    """Nobody is ready yet."""
    return Floor({"ann": 5}, work=BOTH)


def bring(floor: Floor, work_id: str, tier: str = "", customer_id: str = "") -> ContactId:
    request = AddWork(
        at_us=floor.now_us,
        work_id=work_id,
        channel=TASK,
        queue=CARDS.name,
        tier=tier,
        customer_id=customer_id,
        reference=f"see {work_id}",
    )
    (answer,) = [c for c in floor.hear(request) if isinstance(c, AnswerWork)]
    assert answer.code == ""
    return ContactId(answer.contact_id)


def accept(floor: Floor) -> ContactId:
    pop = floor.orders(PopScreen)[-1]
    floor.hear(AcceptOffer(at_us=floor.now_us, agent_id=ANN, offer_id=pop.offer_id, version=pop.version))
    return pop.contact_id


# --- customers -------------------------------------------------------------------------------------------


def test_customer_is_looked_up_first_and_gives_the_tier() -> None:
    floor = office()
    bring(floor, "T-1", customer_id="K1")
    (lookup,) = floor.orders(LookUpCustomer)
    assert floor.events(ContactQueued) == []
    floor.hear(CustomerFound(at_us=0, lookup_id=lookup.lookup_id, customer=ADA))
    assert [queued.tier for queued in floor.events(ContactQueued)] == ["platinum"]
    floor.ready("ann")
    assert floor.orders(PopScreen)[-1].customer == ADA


def test_work_whose_customer_nobody_finds_waits_as_anybodys() -> None:
    floor = office()
    bring(floor, "T-1", customer_id="K1")
    (lookup,) = floor.orders(LookUpCustomer)
    floor.hear(CustomerLookupFailed(at_us=0, lookup_id=lookup.lookup_id, reason="late"))
    assert [queued.tier for queued in floor.events(ContactQueued)] == ["standard"]
    assert [identified.lookup for identified in floor.events(CustomerIdentified)] == ["late"]


def test_answer_about_the_customer_of_withdrawn_work_is_of_no_interest() -> None:
    floor = office()
    bring(floor, "T-1", customer_id="K1")
    floor.hear(WithdrawWork(at_us=0, work_id="T-1"))
    (lookup,) = floor.orders(LookUpCustomer)
    floor.hear(CustomerFound(at_us=0, lookup_id=lookup.lookup_id, customer=ADA))
    assert len(floor.contacts) == 0
    assert [record.outcome for record in floor.events(InteractionRecorded)] == [ContactState.CANCELLED]


# --- in line -----------------------------------------------------------------------------------------------


def test_callers_are_told_nothing_of_work_that_waits_in_the_same_queue() -> None:
    floor = office()
    for number in range(3):
        bring(floor, f"T-{number}")
    floor.arrive("caller")
    assert [queued.position for queued in floor.events(ContactQueued)] == [1, 2, 3, 1]
    assert floor.router.waiting(CARDS.name) == 1
    assert floor.router.waiting(CARDS.name, TASK) == 3


def test_full_line_takes_no_more_work_and_still_takes_calls() -> None:
    floor = Floor({"ann": 5}, work=BOTH, queue=dataclasses.replace(CARDS, length_max=1))
    bring(floor, "T-1")
    refused = AddWork(at_us=0, work_id="T-2", channel=TASK, queue=QueueName("cards"))
    (answer,) = [c for c in floor.hear(refused) if isinstance(c, AnswerWork)]
    assert answer.code == "queue_full"
    floor.arrive("caller")
    assert floor.router.waiting(CARDS.name) == 1


def test_flood_of_work_is_refused_even_while_its_customers_are_looked_up() -> None:
    floor = Floor({"ann": 5}, work=BOTH, queue=dataclasses.replace(CARDS, length_max=2))
    for number in range(2):
        bring(floor, f"T-{number}", customer_id="K1")
    request = AddWork(at_us=0, work_id="T-2", channel=TASK, queue=CARDS.name, customer_id="K1")
    assert [c.code for c in floor.hear(request) if isinstance(c, AnswerWork)] == ["queue_full"]
    floor.hear(WithdrawWork(at_us=0, work_id="T-0"))
    bring(floor, "T-2")


# --- a new run of ours -------------------------------------------------------------------------------------


def run_anew(before: Floor, agent_back: bool = True) -> Floor:
    """Start the engine again with what the ledger has of `before`."""
    after = Floor({"ann": 5}, synced=False, work=BOTH)
    after.now_us = before.now_us + microseconds(5)
    if agent_back:
        after.hear(
            RestoreAgent(
                at_us=after.now_us,
                agent_id=ANN,
                state=AgentState.READY,
                reason="",
                extension="PJSIP/ann",
            )
        )
    for recalled in fold_open_contacts(before.events(ContactEvent), before.now_us):
        after.hear(replace(recalled, at_us=after.now_us))
    after.hear(PbxSynced(at_us=after.now_us, pbx="main"))
    return after


def test_waiting_work_keeps_its_place_and_its_name_over_a_restart() -> None:
    before = office()
    first = bring(before, "T-1")
    before.pass_s(60)
    bring(before, "T-2", tier="platinum")
    after = run_anew(before)
    places = {queued.contact_id: queued.key_us for queued in before.events(ContactQueued)}
    assert {queued.contact_id: queued.key_us for queued in after.events(ContactQueued)} == places
    assert bring(after, "T-1") == first
    assert [pop.reference for pop in after.orders(PopScreen)] == ["see T-2", "see T-1"]


def test_work_in_hand_stays_in_the_same_hands_over_a_restart() -> None:
    before = office()
    before.ready("ann")
    contact_id = bring(before, "T-1")
    accept(before)
    after = run_anew(before)
    assert [adopted.state for adopted in after.events(ContactAdopted)] == [ContactState.CONNECTED]
    after.pass_s(25)
    after.hear(FinishWork(at_us=after.now_us, agent_id=ANN, contact_id=contact_id))
    (record,) = after.events(InteractionRecorded)
    assert (record.agent_id, record.talk_us, record.channel) == ("ann", microseconds(30), TASK)


def test_work_of_an_agent_who_is_gone_goes_back_in_line_after_a_restart() -> None:
    before = office()
    before.ready("ann")
    bring(before, "T-1")
    accept(before)
    after = run_anew(before, agent_back=False)
    assert [returned.reason for returned in after.events(WorkReturned)] == ["no_room"]
    after.ready("ann")
    assert after.offered() == [("C-1-000001", "ann")]


def test_work_whose_customer_was_being_looked_up_is_looked_up_again_after_a_restart() -> None:
    before = office()
    bring(before, "T-1", customer_id="K1")
    after = run_anew(before)
    (lookup,) = after.orders(LookUpCustomer)
    after.hear(CustomerFound(at_us=after.now_us, lookup_id=lookup.lookup_id, customer=ADA))
    assert [pop.tier for pop in after.orders(PopScreen)] == ["platinum"]


def test_wish_to_pause_given_before_a_restart_leaves_work_in_hand_to_be_finished() -> None:
    before = office()
    before.ready("ann")
    contact_id = bring(before, "T-1")
    accept(before)
    after = run_anew(before)
    after.hear(GoNotReady(at_us=after.now_us, agent_id=ANN, reason="break"))
    assert after.state("ann")[0] == "ready"
    after.hear(FinishWork(at_us=after.now_us, agent_id=ANN, contact_id=contact_id))
    assert after.state("ann") == ("not_ready", "break")
    assert [timer for timer in after.orders(StartTimer) if timer.key[0] == "wrap_up"] == []

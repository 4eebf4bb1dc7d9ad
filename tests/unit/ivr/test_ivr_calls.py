"""Whole calls: arriving, being cut off and coming back, hanging up, and the two example flows."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.kernel.clock import microseconds
from core.model.commands import CollectDigits, PlayPrompt, RecordMessage, TagLeg
from core.model.contact import ContactState, ContactTrigger, Requirement
from core.model.events import (
    ChoiceMade,
    ContactAbandoned,
    ContactAdopted,
    ContactArrived,
    ContactClosed,
    CustomerIdentified,
    DialogueOpened,
    MessageLeft,
    QueueingAsked,
)
from core.model.ids import LegId
from core.model.prompts import Sound
from core.model.tag import AGENT, CALLER, Tag, decode_tag
from ivr.loader import load_flow
from tests.unit.ivr.caller import LEG, LI, NUMBER, Caller, flow_of
from tests.unit.playbook import like

EXAMPLES = Path(__file__).parents[3] / "examples" / "flows"
BANK = load_flow(EXAMPLES / "bank.toml")
SIMPLE = load_flow(EXAMPLES / "simple.toml")
HELLO = flow_of('[nodes.start]\nkind = "play"\nprompt = "hello"\nnext = "service"')
GREETING = like(PlayPrompt, prompt=(Sound("hello"),))
TUESDAY_10_US = microseconds(datetime(2026, 3, 10, 2, tzinfo=UTC).timestamp())  # 10:00 in Shanghai
SUNDAY_US = microseconds(datetime(2026, 3, 8, 2, tzinfo=UTC).timestamp())


# --- arriving, and coming back -----------------------------------------------------------------------------


def test_arriving_caller_gets_a_contact_and_the_leg_our_note() -> None:
    arrived, tagged, greeting = Caller(HELLO, now_us=77).calls()
    assert arrived == like(ContactArrived, at_us=77, leg_id=LEG, caller_number=NUMBER, dialed_number="95588")
    assert isinstance(tagged, TagLeg)
    assert decode_tag(tagged.tag) == Tag(role=CALLER, contact="C-1-000001", arrived_us=77)
    assert greeting == GREETING


def test_caller_cut_off_by_a_restart_starts_again_as_the_same_contact() -> None:
    caller = Caller(HELLO, now_us=9_000_000)
    made = caller.calls(tag=Tag(role=CALLER, contact="C-0-000031", arrived_us=4_000_000).encode())
    assert made == [like(ContactAdopted, state=ContactState.IN_IVR), GREETING]
    assert (caller.contact.contact_id, caller.contact.arrived_us) == ("C-0-000031", 4_000_000)


@pytest.mark.parametrize(
    "tag",
    [
        Tag(role=CALLER, contact="C-0-000031", queue="service", queued_us=5),
        Tag(role=AGENT, contact="C-0-000031", agent="ann"),
    ],
)
def test_leg_of_a_queue_or_an_agent_is_none_of_ours(tag: Tag) -> None:
    caller = Caller(HELLO)
    assert caller.calls(tag=tag.encode()) == []
    assert len(caller.contacts) == 0


def test_caller_who_arrived_while_we_were_away_arrived_then() -> None:
    caller = Caller(HELLO, now_us=9_000_000)
    caller.tell(DialogueOpened(at_us=9_000_000, leg_id=LEG, arrived_us=7_000_000))
    assert caller.contact.arrived_us == 7_000_000


@pytest.mark.parametrize("queue", ["", "service"])
def test_note_copied_from_the_leg_of_another_caller_makes_a_new_contact(queue: str) -> None:
    """Nobody else would serve this caller: the contact in the note waits on its own leg."""
    caller = Caller(HELLO)
    caller.calls()
    note = Tag(role=CALLER, contact="C-1-000001", queue=queue).encode()
    made = caller.tell(DialogueOpened(at_us=0, leg_id=LegId("1700000000.8"), tag=note))
    assert made[0] == like(ContactArrived, contact_id="C-1-000002")


def test_caller_who_comes_back_after_the_contact_ended_is_a_new_contact() -> None:
    """The hang-up at the end of the menu got lost, and the leg asks for us again."""
    caller = Caller(HELLO)
    caller.calls()
    caller.ends_step("hangup")
    note = Tag(role=CALLER, contact="C-1-000001").encode()
    made = caller.tell(DialogueOpened(at_us=0, leg_id=LEG, tag=note))
    assert made[0] == like(ContactArrived, contact_id="C-1-000002")


def test_note_that_is_not_ours_makes_a_new_contact() -> None:
    assert Caller(HELLO).calls(tag="role=king&contact=C-9-9")[0] == like(ContactArrived)


def test_cut_link_holds_the_flow_and_a_new_one_starts_it_again() -> None:
    caller = Caller(HELLO)
    caller.calls()
    caller.loses_link()
    assert caller.hears_out() == []
    assert caller.calls() == [GREETING]
    assert len(caller.contacts) == 1
    assert caller.hears_out()[-1] == like(QueueingAsked, contact_id="C-1-000001")


def test_answer_for_a_cut_link_is_kept_but_moves_nothing() -> None:
    caller = Caller(SIMPLE)
    caller.calls()
    caller.hears_out()
    caller.hears_out()
    caller.loses_link()
    assert caller.store_answers(LI)[1:] == [like(CustomerIdentified, lookup="found")]
    assert caller.hangs_up() == [like(ContactAbandoned, tier="gold")]


def test_choices_of_a_cut_attempt_are_void() -> None:
    caller = Caller(
        flow_of("""
        [nodes.start]
        kind = "menu"
        prompt = "hello"
        options = { 1 = "more" }
        exhausted = "bye"
        [nodes.more]
        kind = "play"
        prompt = "hello"
        next = "service"
        """)
    )
    caller.calls()
    caller.presses("1")
    caller.loses_link()
    caller.calls()
    caller.presses("1")
    assert caller.contact.choices == ("more",)


def test_leg_handed_to_a_queue_is_not_taken_back() -> None:
    caller = Caller(HELLO)
    caller.calls()
    caller.hears_out()
    caller.contacts.move(caller.contact, ContactTrigger.QUEUE)
    assert caller.calls() == []
    assert caller.hangs_up() == []  # routing's to tell


# --- hanging up, and what is told twice or late -------------------------------------------------------


@pytest.mark.parametrize("first", ["step", "leg"])
def test_caller_who_hangs_up_is_abandoned_once(first: str) -> None:
    caller = Caller(HELLO)
    caller.calls()
    made = caller.ends_step("hangup") if first == "step" else caller.hangs_up()
    assert made == [like(ContactAbandoned, stage="ivr", queue="", waited_us=0, tier="standard")]
    assert caller.ends_step("hangup") + caller.hangs_up() == []
    assert (len(caller.contacts), len(caller.ivr)) == (0, 0)


def test_step_told_twice_and_steps_of_others_are_not_heard() -> None:
    caller = Caller(
        flow_of("""
        [nodes.start]
        kind = "play"
        prompt = "hello"
        next = "again"
        [nodes.again]
        kind = "play"
        prompt = "goodbye"
        next = "bye"
        """)
    )
    caller.calls()
    first = caller.step
    caller.hears_out()
    assert caller.ends_step("done", step=first) == []
    assert caller.ends_step("done", step="hold:music") == []
    assert caller.hears_out()[0] == like(ContactClosed)


def test_step_told_twice_is_not_heard_while_the_flow_waits_for_the_store() -> None:
    caller = Caller(SIMPLE)
    caller.calls()
    caller.hears_out()
    caller.hears_out()
    assert caller.hears_out() == []
    assert caller.store_answers(None)[-1] == like(QueueingAsked)


def test_caller_who_presses_for_ever_is_hung_up_on() -> None:
    flow = flow_of(
        '[nodes.start]\nkind = "menu"\nprompt = "hello"\noptions = { 9 = "start" }\nexhausted = "bye"',
        header='schema = 1\nname = "test"\nstart = "start"\nnodes_per_call = 5\n',
    )
    caller = Caller(flow)
    caller.calls()
    for _ in range(4):
        assert caller.presses("9")[-1] == like(CollectDigits)
    assert caller.presses("9")[1] == like(ContactClosed)


# --- the examples ------------------------------------------------------------------------------------------


def test_simple_flow_greets_looks_up_and_queues() -> None:
    caller = Caller(SIMPLE)
    caller.calls()
    assert caller.hears_out()[-1] == GREETING
    caller.store_answers(None)
    assert caller.hears_out() == [like(QueueingAsked, queue="sales", requirements=())]


def test_chinese_customer_reaches_the_card_desk_in_chinese() -> None:
    caller = Caller(BANK, now_us=TUESDAY_10_US)
    caller.calls()
    caller.hears_out()
    caller.store_answers(LI)
    assert caller.hears_out() == [like(CollectDigits, language="zh", prompt=(Sound("bank/main-menu"),))]
    needs = (Requirement(skill="chinese"), Requirement(skill="cards", minimum=3))
    assert caller.presses("2") == [
        like(ChoiceMade, node="main", choice="cards"),
        like(QueueingAsked, queue="cards", requirements=needs),
    ]


def test_stranger_is_asked_for_the_language_and_gets_an_agent_by_saying_nothing() -> None:
    caller = Caller(BANK, now_us=TUESDAY_10_US)
    caller.calls()
    caller.hears_out()
    caller.store_answers(None)
    assert caller.hears_out() == [like(CollectDigits, digits_max=1)]
    assert caller.presses("1")[-1] == like(CollectDigits, language="en")
    for _ in range(2):
        caller.is_silent()
    assert caller.is_silent() == [like(QueueingAsked, queue="service", requirements=())]


def test_bank_answers_a_balance_without_an_agent() -> None:
    caller = Caller(BANK, now_us=TUESDAY_10_US)
    caller.calls()
    caller.hears_out()
    caller.store_answers(LI)
    caller.hears_out()
    caller.presses("1")
    caller.presses("123456")
    caller.presses("4711")
    assert caller.store_answers(LI)[-1] == like(PlayPrompt, language="zh")
    caller.hears_out()
    assert caller.hangs_up() == [like(ContactClosed, outcome=ContactState.CLOSED)]


def test_bank_takes_a_message_on_sunday() -> None:
    caller = Caller(BANK, now_us=SUNDAY_US)
    caller.calls()
    caller.hears_out()
    caller.store_answers(LI)
    assert caller.hears_out() == [like(PlayPrompt, prompt=(Sound("vm-nobodyavail"),))]
    caller.hears_out()
    assert caller.hears_out() == [like(RecordMessage)]
    caller.pass_s(12)
    assert caller.hangs_up() == [like(MessageLeft)]

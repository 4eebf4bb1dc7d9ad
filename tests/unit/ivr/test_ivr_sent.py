"""Callers whom routing sends out of a line to a flow: voicemail, most often."""

from __future__ import annotations

from core.model.commands import PlayPrompt, RecordMessage
from core.model.contact import ContactState, ContactTrigger, Requirement
from core.model.events import ContactAdopted, MessageLeft, QueueingAsked
from core.model.tag import CALLER, Tag
from tests.unit.ivr.caller import Caller, flow_of
from tests.unit.playbook import like

MENU = flow_of("""
    [nodes.start]
    kind = "menu"
    prompt = "hello"
    options = { 1 = "service", 2 = "spanish" }
    exhausted = "bye"
    [nodes.spanish]
    kind = "queue"
    queue = "service"
    skills = { spanish = 3 }
    """)
VOICEMAIL = flow_of("""
    [nodes.start]
    kind = "play"
    prompt = "leave-message"
    next = "record"
    [nodes.record]
    kind = "record"
    """)
LINE_AGAIN = flow_of("""
    [nodes.start]
    kind = "menu"
    prompt = "all-busy"
    options = { 1 = "service" }
    exhausted = "bye"
    """)
NAMED = {"voicemail": VOICEMAIL, "again": LINE_AGAIN}


def waiting(key: str = "1") -> Caller:
    """Return a caller who has chosen in the menu and stands in line."""
    caller = Caller(MENU, named_flows=NAMED)
    caller.calls()
    assert caller.presses(key)[-1] == like(QueueingAsked, queue="service")
    caller.contacts.move(caller.contact, ContactTrigger.QUEUE)
    return caller


def test_caller_out_of_a_line_leaves_a_message() -> None:
    caller = waiting()
    assert caller.is_sent("voicemail") == [like(PlayPrompt)]
    assert caller.hears_out() == [like(RecordMessage)]
    caller.pass_s(8)
    assert caller.hangs_up() == [like(MessageLeft, contact_id="C-1-000001")]


def test_who_hangs_up_at_the_tone_has_left_in_vain() -> None:
    caller = waiting()
    caller.is_sent("voicemail")
    (left,) = caller.hangs_up()
    assert (left.stage, left.queue) == ("ivr", "")  # type: ignore[union-attr]


def test_flow_may_send_the_caller_back_in_line_with_all_that_was_asked_before() -> None:
    caller = waiting("2")
    caller.is_sent("again")
    asked = caller.presses("1")[-1]
    assert asked == like(QueueingAsked, requirements=(Requirement(skill="spanish", minimum=3),))
    assert caller.contact.choices == ("spanish", "service")


def test_link_that_breaks_brings_the_caller_back_to_the_start_of_that_flow() -> None:
    caller = waiting()
    caller.is_sent("voicemail")
    caller.hears_out()
    caller.loses_link()
    old_note = Tag(role=CALLER, contact="C-1-000001", queue="service", arrived_us=0).encode()
    assert caller.calls(tag=old_note) == [like(PlayPrompt)], "whatever the note still says"


def test_new_run_of_the_engine_goes_on_with_the_flow_that_the_note_names() -> None:
    caller = Caller(MENU, named_flows=NAMED)
    note = Tag(role=CALLER, contact="C-0-000007", flow="voicemail", tier="gold", hops=2, queued_us=5)
    assert caller.calls(tag=note.encode()) == [
        like(ContactAdopted, contact_id="C-0-000007", state=ContactState.IN_IVR),
        like(PlayPrompt),
    ]
    assert caller.hears_out() == [like(RecordMessage)]
    contact = caller.contact
    assert (contact.tier, contact.hops, contact.queued_us) == ("gold", 2, 5)


def test_flow_that_left_the_configuration_is_replaced_by_that_of_the_number() -> None:
    caller = waiting()
    caller.is_sent("closed-down")
    assert caller.presses("1")[-1] == like(QueueingAsked, queue="service")


def test_caller_at_the_door_of_a_queue_is_sent_on_as_well() -> None:
    """No line was joined: the contact never left the IVR."""
    caller = Caller(MENU, named_flows=NAMED)
    caller.calls()
    caller.presses("1")
    assert caller.is_sent("voicemail") == [like(PlayPrompt)]
    assert caller.hears_out() == [like(RecordMessage)]

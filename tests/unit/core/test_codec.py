"""Every message survives the journal and the ledger unchanged, and nothing else is read from them."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.errors import UnreadableRecord
from core.model.causes import Cause
from core.model.codec import MESSAGES, MODULES, Message, decode, decode_as, encode
from core.model.commands import AppendToLedger, HangUpLeg, PlayPrompt
from core.model.contact import Requirement
from core.model.customer import Customer, Interaction
from core.model.events import ContactQueued, CustomerFound, LegAnswered, TimerFired
from core.model.ids import ContactId, CustomerId, LegId, QueueName
from core.model.message import DomainEvent
from core.model.prompts import SayDate, SayDigits, SayNumber, Sound

UNICODE = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
INT64 = st.integers(min_value=-(2**63), max_value=2**63 - 1)
DOMAIN_EVENTS = [kind for kind in MESSAGES.values() if issubclass(kind, DomainEvent)]

st.register_type_strategy(str, UNICODE)
st.register_type_strategy(int, INT64)
st.register_type_strategy(DomainEvent, st.sampled_from(DOMAIN_EVENTS).flatmap(st.from_type))

ANSWERED = LegAnswered(at_us=17, cause_id="in-4", leg_id=LegId("1-1"))


@pytest.mark.parametrize("kind", MESSAGES.values(), ids=lambda kind: kind.__name__)
def test_every_message_is_read_back_as_it_was_written(kind: type[Message]) -> None:
    @given(st.builds(kind))
    def round_trip(message: Message) -> None:
        line = encode(message)
        assert b"\n" not in line
        assert decode(line) == message
        assert type(decode(line)) is kind
        assert decode_as(kind.__name__, encode(message)) == message

    round_trip()


def test_a_line_shows_class_then_fields_in_declared_order() -> None:
    assert encode(ANSWERED) == b'{"type":"LegAnswered","at_us":17,"cause_id":"in-4","leg_id":"1-1"}'


def test_each_part_of_a_prompt_keeps_its_kind() -> None:
    prompt = (Sound("you-have"), SayNumber(3), SayDigits("042"), SayDate(86_400))
    step = PlayPrompt(leg_id=LegId("1-1"), step="s1", prompt=prompt, language="en")
    assert decode(encode(step)) == step


def test_a_ledger_order_carries_the_class_of_its_event() -> None:
    queued = ContactQueued(
        at_us=5,
        contact_id=ContactId("C-1-000001"),
        queue=QueueName("sales"),
        tier="gold",
        key_us=-25,
        position=1,
        requirements=(Requirement(skill="french", minimum=4),),
    )
    assert decode(encode(AppendToLedger(event=queued))) == AppendToLedger(event=queued)


def test_a_found_customer_travels_whole() -> None:
    past = Interaction(ended_at_us=9, queue="sales", agent="ana", outcome="closed")
    customer = Customer(
        customer_id=CustomerId("c7"),
        name="Zoë 李",
        tier="gold",
        attributes=(("city", "Gent"),),
        last_interactions=(past,),
    )
    found = CustomerFound(at_us=1, lookup_id="L-1", customer=customer)
    assert decode(encode(found)) == found


def test_a_cause_is_read_back_as_a_cause() -> None:
    order = decode(encode(HangUpLeg(leg_id=LegId("1-1"), cause=Cause.BUSY)))
    assert isinstance(order, HangUpLeg)
    assert order.cause is Cause.BUSY


def test_a_field_with_a_default_may_be_absent_in_an_older_line() -> None:
    assert decode(b'{"type":"LegAnswered","at_us":17,"leg_id":"1-1"}') == LegAnswered(
        at_us=17, leg_id=LegId("1-1")
    )


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b'"LegAnswered"',
        b'["LegAnswered",{"at_us":17,"leg_id":"1-1"}]',
        b'{"at_us":17,"leg_id":"1-1"}',
        b'{"type":"NoSuchMessage"}',
        b'{"type":"LegAnswered","at_us":17}',
        b'{"type":"LegAnswered","at_us":17,"leg_id":"1-1","colour":"red"}',
        b'{"type":"LegAnswered","at_us":"17","leg_id":"1-1"}',
        b'{"type":"LegAnswered","at_us":17.0,"leg_id":"1-1"}',
        b'{"type":"LegAnswered","at_us":true,"leg_id":"1-1"}',
        b'{"type":"LegAnswered","at_us":NaN,"leg_id":"1-1"}',
        b'{"type":"HangUpLeg","leg_id":"1-1","cause":999}',
        b'{"type":"TimerFired","at_us":1,"key":"offer"}',
        b'{"type":"TimerFired","at_us":1,"key":[1]}',
        b'{"type":"AppendToLedger","event":{"type":"LegAnswered","at_us":17,"leg_id":"1-1"}}',
        b'{"type":"CustomerFound","at_us":1,"lookup_id":"L","customer":{"customer_id":"c"}}',
    ],
)
def test_a_line_of_another_making_is_refused(line: bytes) -> None:
    with pytest.raises(UnreadableRecord):
        decode(line)


def test_the_error_names_the_field_that_is_wrong() -> None:
    with pytest.raises(UnreadableRecord, match=r"got `int` - at `\$\.customer\.name`"):
        decode(
            b'{"type":"CustomerFound","at_us":1,"lookup_id":"L",'
            b'"customer":{"customer_id":"c","name":7,"tier":"gold"}}'
        )


def test_text_that_is_no_unicode_is_refused_when_written() -> None:
    with pytest.raises((TypeError, ValueError)):
        encode(TimerFired(at_us=1, key=("\ud800",)))


def test_bytes_do_not_depend_on_the_hash_seed() -> None:
    program = (
        "from core.model.codec import *; from core.model.events import *;"
        "print(encode(LegAnswered(at_us=1, leg_id='a')), list(MESSAGES))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


def test_no_two_messages_share_a_name() -> None:
    defined = [
        name
        for module in MODULES
        for name, kind in vars(module).items()
        if isinstance(kind, type) and issubclass(kind, Message) and kind.__module__ == module.__name__
    ]
    assert sorted(defined) == sorted(MESSAGES)

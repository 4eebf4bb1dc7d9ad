"""The note on a channel comes back as it was written, and nothing a caller says can pass for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.errors import PbxError
from core.model.tag import CALLER, OF_AN_AGENT, ROLES, STANDING, TAG_MAX_CHARS, Tag, decode_tag

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
INSTANTS = st.integers(min_value=0, max_value=2**53)
TAGS = st.builds(
    Tag,
    role=st.sampled_from(sorted(ROLES)),
    contact=WORDS.filter(bool),
    agent=WORDS,
    queue=WORDS,
    tier=WORDS,
    customer=WORDS,
    language=WORDS,
    needs=WORDS,
    preferred=WORDS,
    arrived_us=INSTANTS,
    queued_us=INSTANTS,
    head_start_us=INSTANTS,
    credit_us=st.integers(min_value=-(2**53), max_value=2**53),
    connected_us=INSTANTS,
).filter(lambda tag: tag.role not in OF_AN_AGENT or tag.agent != "")
WAITING = Tag(role=CALLER, contact="C-1-000017", queue="loans", tier="gold", arrived_us=5, queued_us=9)


@given(TAGS)
def test_a_note_comes_back_as_it_was_written(tag: Tag) -> None:
    assert decode_tag(tag.encode()) == tag


@given(TAGS)
def test_a_note_is_printable_ascii_without_a_separator_of_the_wire_or_the_dialplan(tag: Tag) -> None:
    """CR and LF would forge a line of AMI, comma and parentheses an argument of the dialplan."""
    text = tag.encode()
    assert text.isascii()
    assert text.isprintable()
    assert not set(text) & set(" ,;()[]{}$\"'\\|:")


@pytest.mark.parametrize("name", ["C-1\r\nEvent: Hangup", "C-1&role=agent", "C-1=x&queue=vip", "客戶\0"])
def test_a_name_with_separators_stays_one_name(name: str) -> None:
    tag = Tag(role=CALLER, contact="C-1", customer=name)
    assert decode_tag(tag.encode()) == tag


def test_a_leg_that_stands_is_of_an_agent_and_of_no_contact() -> None:
    tag = Tag(role=STANDING, agent="ann")
    assert tag.encode() == "role=standing&agent=ann"
    assert decode_tag(tag.encode()) == tag
    assert decode_tag("role=standing&contact=C-1") is None


def test_what_is_not_yet_known_takes_no_room() -> None:
    assert WAITING.encode() == "role=caller&contact=C-1-000017&queue=loans&tier=gold&arrived_us=5&queued_us=9"


@given(st.text())
def test_any_text_is_read_without_an_error(text: str) -> None:
    tag = decode_tag(text)
    assert tag is None or tag.role in ROLES


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "hello",
        "role=caller",
        "contact=C-1-000017",
        "role=caller&contact=",
        "role=supervisor&contact=C-1-000017",
        "role=caller&contact=C-1-000017&queued_us=soon",
        "role=caller&contact=C-1-000017&queued_us=" + "9" * 5000,
        "role=caller&contact=C-1-000017&queued_us=" + "9" * 19,
        "role=caller&contact=C-1-000017&queued_us=-5",
        "role=caller;contact=C-1-000017",
    ],
)
def test_a_text_that_is_no_note_of_ours_is_none(forged: str) -> None:
    assert decode_tag(forged) is None


def test_a_field_we_never_write_is_passed_over() -> None:
    assert decode_tag(WAITING.encode() + "&head_start_us=7&admin=1") == Tag(
        role=CALLER,
        contact="C-1-000017",
        queue="loans",
        tier="gold",
        arrived_us=5,
        queued_us=9,
        head_start_us=7,
    )


def test_a_note_too_long_for_a_line_is_refused_before_it_is_cut() -> None:
    fits = "x" * (TAG_MAX_CHARS - len("role=caller&contact=C&needs="))
    assert len(Tag(role=CALLER, contact="C", needs=fits).encode()) == TAG_MAX_CHARS
    with pytest.raises(PbxError, match="901 characters"):
        Tag(role=CALLER, contact="C", needs=fits + "x").encode()

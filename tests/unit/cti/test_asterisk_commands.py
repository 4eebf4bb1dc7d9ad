"""What the engine orders becomes one action and never two, whatever texts it is given."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.errors import GoldlineError, PbxError, UnsafeText
from core.kernel.record import replace
from core.model.causes import Cause
from core.model.commands import HangUpLeg, RingLeg, TagLeg, TransferLeg
from core.model.detection import Detection
from core.model.ids import NO_LEG, LegId
from core.model.tag import AGENT, Tag
from cti.ami.wire import AmiParser, encode_action
from cti.asterisk import commands
from cti.asterisk.commands import Action

PEER = "PJSIP/trunk-00000001"
CONTEXT = "goldline-agent"
TAG = Tag(role=AGENT, contact="C-1-000001", agent="Zoë", needs="a=1;b=2").encode()
RING = RingLeg(
    leg_id=LegId("L-1-000001"),
    address="PJSIP/1001",
    bridge_with=LegId("17.1"),
    ring_timeout_us=20_000_000,
    caller_number="+41441234567",
    caller_name="Jörg Ünïcode",
    tag=TAG,
)
HANG_UP = HangUpLeg(leg_id=LegId("17.1"), cause=Cause.ANSWERED_ELSEWHERE)
SET_TAG = TagLeg(leg_id=LegId("17.1"), tag=TAG)
TRANSFER = TransferLeg(leg_id=LegId("17.1"), number="+41441234567")


def originate(command: RingLeg) -> Action:
    return commands.originate(command, CONTEXT, PEER)


class TestActions:
    def test_ringing_a_phone(self) -> None:
        assert originate(RING) == Action(
            "Originate",
            {
                "Channel": "PJSIP/1001",
                "ChannelId": "L-1-000001",
                "Context": "goldline-agent",
                "Exten": "s",
                "Priority": "1",
                "Timeout": "20000",
                "CallerID": '"Jörg Ünïcode" <+41441234567>',
                "Variable": [f"GOLDLINE_PEER={PEER}", f"GOLDLINE_TAG={TAG}"],
                "Async": "true",
            },
        )

    def test_a_number_where_a_machine_may_answer_is_listened_to_first(self) -> None:
        detection = Detection(greeting_ms=1_800, words_max=4)
        command = replace(RING, bridge_with=NO_LEG, detect_machine=detection)
        fields = commands.originate(command, "goldline-caller").fields
        assert (fields["Context"], fields["Exten"]) == ("goldline-caller", "judge")
        assert "GOLDLINE_DETECTION=2500:1800:800:5000:100:50:4:256:5000" in fields["Variable"]

    def test_a_phone_rung_for_nobody_goes_where_callers_go(self) -> None:
        fields = commands.originate(RING, "goldline-caller").fields
        assert fields["Context"] == "goldline-caller"
        assert fields["Variable"] == [f"GOLDLINE_TAG={TAG}"]

    def test_a_local_address_keeps_both_its_halves(self) -> None:
        address = "Local/1001@from-internal"
        assert originate(replace(RING, address=address)).fields["Channel"] == f"{address}/n"
        assert originate(replace(RING, address=f"{address}/n")).fields["Channel"] == f"{address}/n"

    def test_hanging_up_with_a_cause(self) -> None:
        assert commands.hang_up(HANG_UP) == Action("Hangup", {"Channel": "17.1", "Cause": "26"})

    def test_leaving_a_note(self) -> None:
        assert commands.set_tag(SET_TAG) == Action(
            "Setvar", {"Channel": "17.1", "Variable": "GOLDLINE_TAG", "Value": TAG}
        )

    def test_sending_a_leg_on(self) -> None:
        assert commands.redirect(TRANSFER, "goldline-transfer") == Action(
            "Redirect",
            {"Channel": "17.1", "Context": "goldline-transfer", "Exten": "+41441234567", "Priority": "1"},
        )

    def test_an_odd_caller_is_served_with_what_is_left_of_the_name(self) -> None:
        odd = replace(RING, caller_name='A "B" <C>\\ \x01', caller_number="tel:+41 44&")
        assert originate(odd).fields["CallerID"] == '"A B C " <tel+4144>'

    def test_the_longest_action_fits_what_asterisk_reads(self) -> None:
        longest = replace(
            RING, caller_name="ü" * 500, caller_number="9" * 500, tag="x" * commands.TAG_MAX_CHARS
        )
        action = originate(longest)
        assert encode_action(action.name, action.fields)


BUILDERS: dict[str, Callable[[str], Action]] = {
    "address": lambda text: originate(replace(RING, address=f"PJSIP/{text}")),
    "leg id of RingLeg": lambda text: originate(replace(RING, leg_id=LegId(f"L{text}"))),
    "tag of RingLeg": lambda text: originate(replace(RING, tag=f"role={text}")),
    "channel to join": lambda text: commands.originate(RING, CONTEXT, f"PJSIP/{text}"),
    "context of agents": lambda text: commands.originate(RING, f"goldline{text}", PEER),
    "leg id of HangUpLeg": lambda text: commands.hang_up(replace(HANG_UP, leg_id=LegId(f"1{text}"))),
    "leg id of TagLeg": lambda text: commands.set_tag(replace(SET_TAG, leg_id=LegId(f"1{text}"))),
    "tag of TagLeg": lambda text: commands.set_tag(replace(SET_TAG, tag=f"role={text}")),
    "leg id of TransferLeg": lambda text: commands.redirect(replace(TRANSFER, leg_id=LegId(f"1{text}")), "t"),
    "number": lambda text: commands.redirect(replace(TRANSFER, number=f"1{text}"), "t"),
    "context of transfers": lambda text: commands.redirect(TRANSFER, f"t{text}"),
}
CLEANED: dict[str, Callable[[str], Action]] = {
    "caller's name": lambda text: originate(replace(RING, caller_name=f"A{text}")),
    "caller's number": lambda text: originate(replace(RING, caller_number=f"1{text}")),
}
FORGERIES = ["\r\nAction: Logoff", "\n\nAction: Logoff", "\r", "\n", "\0", "\0x"]
TRICKS = [
    ",X=1",
    "&PJSIP/1002",
    '"',
    "'",
    "(",
    ")",
    "[",
    "${SHELL(id)}",
    "$[1]",
    "{",
    "|",
    " ",
    "\\",
    "é",
    "\t",
    "\u2028",
]


@pytest.mark.parametrize("what", [*BUILDERS, *CLEANED])
@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_text_that_forges_a_line_is_refused(what: str, forgery: str) -> None:
    with pytest.raises(UnsafeText):
        (BUILDERS | CLEANED)[what](forgery)


@pytest.mark.parametrize("what", BUILDERS)
@pytest.mark.parametrize("trick", TRICKS)
def test_a_text_that_asterisk_would_read_as_more_is_refused(what: str, trick: str) -> None:
    with pytest.raises(PbxError):
        BUILDERS[what](trick)


@pytest.mark.parametrize("address", ["1001", "PJSIP", "PJSIP/", "/1001", "", "7/1", f"PJSIP/{'1' * 201}"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(PbxError):
        originate(replace(RING, address=address))


@given(text=st.text(), what=st.sampled_from([*BUILDERS, *CLEANED]))
def test_whatever_the_text_one_action_arrives_or_none(text: str, what: str) -> None:
    try:
        action = (BUILDERS | CLEANED)[what](text)
    except GoldlineError:
        return
    (message,) = AmiParser(greeting=False).feed(encode_action(action.name, action.fields))
    expected = [("Action", action.name)]
    for key, value in action.fields.items():
        expected += [(key, one) for one in ([value] if isinstance(value, str) else value)]
    assert list(message.lines()) == expected

"""AMI messages: what the bytes mean, however they are cut, and what must never be written."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.errors import UnsafeText
from cti.ami.errors import ActionTooLong, LocalAmiError, RemoteAmiError
from cti.ami.wire import AmiMessage, AmiParser, encode_action, encode_message

GREETING = b"Asterisk Call Manager/11.0.0\r\n"

RINGING = (
    b"Event: Newstate\r\nPrivilege: call,all\r\nChannel: PJSIP/7001-00000002\r\n"
    b"CallerIDName: Zo\xc3\xab M\xc3\xbcller\r\nConnectedLineName: \r\nUniqueid: L-1-000002\r\n\r\n"
)


def parse(stream: bytes, piece: int = 65_536) -> list[AmiMessage]:
    parser = AmiParser()
    pieces = [stream[at : at + piece] for at in range(0, len(stream), piece)]
    return [message for one in pieces for message in parser.feed(one)]


def test_a_ringing_phone() -> None:
    (message,) = parse(RINGING)
    assert message.kind == "Event"
    assert message["Event"] == "Newstate"
    assert message["CallerIDName"] == "Zoë Müller"
    assert message["ConnectedLineName"] == ""


def test_the_greeting_has_no_empty_line_after_it() -> None:
    parser = AmiParser()
    (message,) = parser.feed(GREETING + RINGING)
    assert parser.banner == "Asterisk Call Manager/11.0.0"
    assert message["Uniqueid"] == "L-1-000002"


def test_a_greeting_that_comes_byte_by_byte_hides_no_message() -> None:
    parser = AmiParser()
    for byte in GREETING[:-1]:
        assert parser.feed(bytes([byte])) == []
    assert parser.banner is None
    first, *_ = parser.feed(GREETING[-1:] + RINGING + b"Event: FullyBooted\r\n")
    assert first["Event"] == "Newstate"


def test_a_stream_joined_in_the_middle_has_no_greeting() -> None:
    parser = AmiParser()
    assert [message["Event"] for message in parser.feed(RINGING)] == ["Newstate"]
    assert parser.banner is None


@pytest.mark.parametrize("piece", [1, 2, 3, 7, 64])
def test_letters_of_two_bytes_survive_any_cut(piece: int) -> None:
    assert parse(GREETING + RINGING * 3, piece) == parse(RINGING * 3)


def test_a_latin_1_name_costs_its_letter_and_nothing_else() -> None:
    (message,) = parse(RINGING.replace(b"\xc3\xab", b"\xeb"))
    assert message["CallerIDName"] == "Zo\ufffd Müller"
    assert message["Uniqueid"] == "L-1-000002"


def test_every_value_of_a_repeated_key() -> None:
    (message,) = parse(
        b"Event: Status\r\nVariable: A=1\r\nVariable: B=2\r\nUniqueid: 1\r\nVariable: C=\r\n\r\n"
    )
    assert message["Variable"] == "A=1"
    assert message.all("Variable") == ["A=1", "B=2", "C="]
    assert message.all("variable") == ["A=1", "B=2", "C="]
    assert message.all("Uniqueid") == ["1"]
    assert message.all("Channel") == []


def test_spellings_of_other_releases() -> None:
    (message,) = parse(b"Event: AsyncAGIExec\r\nCommandId: 17\r\nUniqueID: x\r\n\r\n")
    assert message["CommandID"] == "17"
    assert message["Uniqueid"] == "x"
    assert message["Linkedid"] == ""
    assert message.get("Uniqueid") is None


def test_a_value_may_hold_colons_and_a_key_may_lack_the_space() -> None:
    (message,) = parse(b"Event: Newexten\r\nAppData: 00:11: 22\r\nExten:100\r\n\r\n")
    assert message["AppData"] == "00:11: 22"
    assert message["Exten"] == "100"


def test_what_a_command_printed() -> None:
    (message,) = parse(
        b"Response: Success\r\nActionID: a\r\nMessage: Command output follows\r\n"
        b"Output: Channel: none\r\nOutput: \r\nOutput: --END COMMAND--\r\n\r\n"
    )
    assert message.all("Output") == ["Channel: none", "", "--END COMMAND--"]


def test_what_a_command_printed_before_asterisk_14() -> None:
    (message,) = parse(
        b"Response: Follows\r\nPrivilege: Command\r\nActionID: a\r\n"
        b"State: idle\nno colon\n--END COMMAND--\r\n\r\n"
    )
    assert message["ActionID"] == "a"
    assert message.all("Output") == ["State: idle", "no colon"]


def test_an_event_with_a_response_line_is_an_event() -> None:
    (message,) = parse(b"Event: OriginateResponse\r\nResponse: Failure\r\nReason: 3\r\n\r\n")
    assert message.kind == "Event"


def test_a_reply_into_which_a_variable_printed_an_event_line_is_a_reply() -> None:
    (message,) = parse(b"Response: Success\r\nValue: x\r\nEvent: Hangup\r\nUniqueid: L-1\r\n\r\n")
    assert message.kind == "Response"


def test_a_caller_name_with_an_escaped_forgery_stays_one_value() -> None:
    forged = rb"Eve\r\n\r\nEvent: Hangup\r\nUniqueid: L-1-000002"
    (message,) = parse(b"Event: VarSet\r\nVariable: NAME\r\nValue: " + forged + b"\r\n\r\n")
    assert message["Value"] == forged.decode()
    assert "Uniqueid" not in message


def test_ignored_events_are_counted_and_never_parsed() -> None:
    parser = AmiParser(ignored=frozenset({"VarSet"}))
    messages = parser.feed(GREETING + b"Event: VarSet\r\nVariable: A\r\n\r\n" + RINGING)
    assert [message["Event"] for message in messages] == ["Newstate"]
    assert parser.ignored_count == 1


def test_empty_lines_between_messages_are_nothing() -> None:
    assert parse(b"\r\n\r\n\r\n" + RINGING + b"\r\n\r\n" + RINGING) == parse(RINGING * 2)


def test_a_message_without_end_is_refused() -> None:
    parser = AmiParser(message_bytes_max=1_000)
    parser.feed(b"Event: Newchannel\r\n")
    with pytest.raises(RemoteAmiError, match="1000 bytes"):
        parser.feed(b"x" * 1_001)


def test_an_action_on_the_wire() -> None:
    encoded = encode_action("Originate", {"Channel": "PJSIP/7001", "Variable": ["A=1", "B=ü"]})
    expected = "Action: Originate\r\nChannel: PJSIP/7001\r\nVariable: A=1\r\nVariable: B=ü\r\n\r\n"
    assert encoded == expected.encode()


@pytest.mark.parametrize("evil", ["\r", "\n", "\0", "a\r\nAction: Command", "a\n\nb", "\r\n"])
def test_no_text_can_forge_a_line(evil: str) -> None:
    for forgery in (
        lambda: encode_action(evil),
        lambda: encode_action("Ping", {evil: "x"}),
        lambda: encode_action("Ping", {"X": evil}),
        lambda: encode_action("Originate", {"Variable": ["A=1", evil]}),
        lambda: encode_message([("Event", evil)]),
        lambda: encode_message([(evil, "x")]),
    ):
        with pytest.raises(UnsafeText):
            forgery()


@given(st.text(), st.sampled_from("\r\n\0"), st.text())
def test_no_text_can_forge_a_line_wherever_the_break_is(before: str, line_break: str, after: str) -> None:
    with pytest.raises(UnsafeText):
        encode_action("Setvar", {"Value": before + line_break + after})


@pytest.mark.parametrize("key", ["", "Channel:", "a: b"])
def test_a_key_is_a_key(key: str) -> None:
    with pytest.raises(LocalAmiError):
        encode_action("Ping", {key: "x"})


def test_the_longest_line_that_asterisk_reads() -> None:
    room = 1_024 - len("Value: \r\n")
    assert encode_action("Setvar", {"Value": "x" * room})
    with pytest.raises(ActionTooLong, match="Value"):
        encode_action("Setvar", {"Value": "x" * (room + 1)})
    with pytest.raises(ActionTooLong):
        encode_action("Setvar", {"Value": "ü" * (room // 2 + 1)})


def test_the_most_lines_that_asterisk_reads() -> None:
    assert encode_action("Originate", {"Variable": ["A=1"] * 127})
    with pytest.raises(ActionTooLong, match="129 lines"):
        encode_action("Originate", {"Variable": ["A=1"] * 128})


keys = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=":"), min_size=1)
values = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"))
messages = st.lists(st.tuples(keys, values), min_size=1)


def as_lines(message: AmiMessage) -> list[tuple[str, str]]:
    return list(message.lines())


def grouped(lines: list[tuple[str, str]]) -> list[tuple[str, str]]:
    order = list(dict.fromkeys(key for key, _ in lines))
    return sorted(lines, key=lambda line: order.index(line[0]))


@given(st.lists(messages))
def test_what_is_written_is_read(stream: list[list[tuple[str, str]]]) -> None:
    encoded = b"".join(encode_message(lines) for lines in stream)
    assert [as_lines(message) for message in AmiParser(greeting=False).feed(encoded)] == [
        grouped(lines) for lines in stream
    ]


@given(st.lists(messages, max_size=5), st.lists(st.integers(0, 400)))
def test_cuts_change_nothing(stream: list[list[tuple[str, str]]], cuts: list[int]) -> None:
    encoded = GREETING + b"".join(encode_message(lines) for lines in stream)
    places = [0, *sorted(cut for cut in cuts if cut < len(encoded)), len(encoded)]
    parser = AmiParser()
    pieces = [encoded[start:end] for start, end in pairwise(places)]
    parsed = [message for piece in pieces for message in parser.feed(piece)]
    assert [as_lines(message) for message in parsed] == [grouped(lines) for lines in stream]
    assert parser.banner == "Asterisk Call Manager/11.0.0"


@given(st.binary())
def test_no_bytes_make_the_parser_fall_over(noise: bytes) -> None:
    for message in AmiParser().feed(noise + b"\r\n\r\n"):
        assert all(isinstance(value, str) for _, value in message.lines())

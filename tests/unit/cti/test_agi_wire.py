"""The bytes of FastAGI: what Asterisk sends read whole however split, and what we send never misread."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.errors import PbxError, UnsafeText
from cti.agi import wire
from cti.agi.wire import (
    AgiBroken,
    Decoder,
    Environment,
    Hangup,
    Reply,
    decode_command,
    encode_command,
    encode_environment,
    encode_reply,
)

SAFE_TEXT = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=60)
NAMES = st.from_regex(r"agi_[a-z_0-9]{1,12}", fullmatch=True)
ENVIRONMENTS = st.dictionaries(NAMES, SAFE_TEXT, max_size=8)
RESULTS = st.builds(
    Reply,
    code=st.just(200),
    result=st.from_regex(r"-?[0-9*#]{0,6}", fullmatch=True),
    note=st.none() | SAFE_TEXT,
    endpos=st.none() | st.integers(0, 10**9),
)
REFUSALS = st.builds(Reply, code=st.sampled_from([510, 511]), note=SAFE_TEXT)
MESSAGES = st.lists(RESULTS | REFUSALS | st.just(Hangup()), max_size=6)

USAGE = b"520-Invalid command syntax.  Proper usage follows:\nSay it.\nHANGUP\n520 End of proper usage.\n"


def bytes_of(message: Reply | Hangup) -> bytes:
    return b"HANGUP\n" if isinstance(message, Hangup) else encode_reply(message)


def opened() -> Decoder:
    decoder = Decoder()
    decoder.feed(b"agi_uniqueid: 1.1\n\n")
    return decoder


@given(ENVIRONMENTS, MESSAGES, st.data())
def test_a_conversation_reads_the_same_however_it_is_split(
    values: dict[str, str], messages: list[Reply | Hangup], draw: st.DataObject
) -> None:
    stream = encode_environment(values) + b"".join(map(bytes_of, messages))
    cuts = sorted(draw.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    decoder = Decoder()
    pieces = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert [message for piece in pieces for message in decoder.feed(piece)] == [
        Environment(values),
        *messages,
    ]


@given(st.lists(SAFE_TEXT, max_size=5))
def test_every_argument_arrives_as_one_word(arguments: list[str]) -> None:
    line = encode_command("SET VARIABLE", *arguments).decode()
    assert line.count("\n") == 1
    assert decode_command(line.removesuffix("\n")) == ["SET", "VARIABLE", *arguments]


@given(st.text(max_size=80))
def test_any_line_has_words(line: str) -> None:
    """The simulated Asterisk must survive a command that nobody quoted."""
    assert all(isinstance(word, str) for word in decode_command(line))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("STREAM FILE vm-goodbye #", ["STREAM", "FILE", "vm-goodbye", "#"]),
        (' NOOP \t "a b"  ""', ["NOOP", "a b", ""]),
        (r'SET VARIABLE "X" "a\"b\\c ${EXTEN} "', ["SET", "VARIABLE", "X", 'a"b\\c ${EXTEN} ']),
        (r"a\ b c", ["a b", "c"]),
        ('say"so', ["sayso"]),
        ("", []),
    ],
)
def test_words_are_those_asterisk_sees(line: str, words: list[str]) -> None:
    assert decode_command(line) == words


@pytest.mark.parametrize("bad", ["a\nHANGUP", "a\rb", "a\0b"])
def test_nothing_that_ends_a_line_goes_out(bad: str) -> None:
    attempts: list[Callable[[], bytes]] = [
        lambda: encode_command(bad),
        lambda: encode_command("NOOP", bad),
        lambda: encode_environment({bad: ""}),
        lambda: encode_environment({"agi_callerid": bad}),
        lambda: encode_reply(Reply(200, bad)),
        lambda: encode_reply(Reply(200, "1", bad)),
        lambda: encode_reply(Reply(510, note=bad)),
    ]
    for attempt in attempts:
        with pytest.raises(UnsafeText):
            attempt()


def test_a_command_longer_than_asterisk_reads_is_refused() -> None:
    overhead = len(encode_command("NOOP", ""))
    room = wire.COMMAND_MAX_BYTES - overhead
    assert len(encode_command("NOOP", "x" * room)) == wire.COMMAND_MAX_BYTES
    with pytest.raises(PbxError):
        encode_command("NOOP", "x" * (room + 1))


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        (b"200 result=0", Reply(200, "0")),
        (b"200 result=49 endpos=9760", Reply(200, "49", None, 9760)),
        (b"200 result=-1 (hangup) endpos=0", Reply(200, "-1", "hangup", 0)),
        (b"200 result= (timeout)", Reply(200, "", "timeout")),
        (b"200 result=1 ()", Reply(200, "1", "")),
        (b"200 result=1 (a) endpos=5)", Reply(200, "1", "a) endpos=5")),
        (b"200 result=1 (J\xf6rg)\r", Reply(200, "1", "J�rg")),
        (
            b"511 Command Not Permitted on a dead channel",
            Reply(511, note="Command Not Permitted on a dead channel"),
        ),
    ],
)
def test_replies_asterisk_gives(line: bytes, reply: Reply) -> None:
    assert opened().feed(line + b"\n") == [reply]


def test_a_usage_text_is_one_reply_whatever_it_says() -> None:
    assert opened().feed(USAGE + b"200 result=0\n") == [
        Reply(520, note="End of proper usage."),
        Reply(200, "0"),
    ]


def test_only_a_carried_out_command_succeeded() -> None:
    assert Reply(200, "0").succeeded
    assert not Reply(200, "-1", endpos=0).succeeded
    assert not Reply(510, note="Invalid or unknown command").succeeded


@pytest.mark.parametrize(
    "stream",
    [
        b"GET / HTTP/1.1\n",
        b"agi_callerid: 1\nagi_callerid: 2\n",
        b"agi_callerid\n",
        b"x: y\n",
        b"agi_arg_1: " + b"x" * wire.ENVIRONMENT_MAX_BYTES,
        b"".join(b"agi_arg_%d: %s\n" % (n, b"x" * 100) for n in range(200)),
    ],
    ids=["http", "forged twice", "no colon", "not ours", "endless line", "endless lines"],
)
def test_an_environment_that_asterisk_would_not_send_breaks_the_conversation(stream: bytes) -> None:
    with pytest.raises(AgiBroken):
        Decoder().feed(stream)


@pytest.mark.parametrize(
    "stream",
    [
        b"\n",
        b"hello\n",
        b"200 done\n",
        b"20 result=1\n",
        "²00 result=1\n".encode(),
        b"200 result=1 (" + b"x" * wire.LINE_MAX_BYTES,
        b"200 result=1 (" + b"x" * wire.LINE_MAX_BYTES + b")\n",
        b"520-usage\n" + b"and so on\n" * wire.USAGE_MAX_LINES,
    ],
    ids=["empty", "prose", "no result", "short", "odd digit", "endless", "too long", "endless usage"],
)
def test_what_is_no_reply_breaks_the_conversation(stream: bytes) -> None:
    with pytest.raises(AgiBroken):
        opened().feed(stream)


def test_the_environment_does_not_print_itself() -> None:
    assert "s3cret" not in repr(Environment({"agi_network_script": "s3cret/caller"}))

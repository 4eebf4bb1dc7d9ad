"""Recorded streams of real Asterisks: read alike however cut, and as a slow but obvious reading says."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cti.ami.wire import AmiMessage, AmiParser, encode_message

pytestmark = pytest.mark.captures

PIECES = (1, 7, 65_536)

Lines = list[tuple[str, str]]


def parse(stream: bytes, piece: int) -> list[AmiMessage]:
    parser = AmiParser()
    pieces = (stream[at : at + piece] for at in range(0, len(stream), piece))
    return [message for one in pieces for message in parser.feed(one)]


def as_lines(message: AmiMessage) -> Lines:
    return list(message.lines())


def grouped(lines: Lines) -> Lines:
    """Return the lines with those of one key together, where the first of them stands."""
    order = list(dict.fromkeys(key for key, _ in lines))
    return sorted(lines, key=lambda line: order.index(line[0]))


def read_plainly(message: str) -> Lines:
    """Read one whole message the obvious way."""
    lines = [line.partition(":") for line in message.split("\r\n") if line]
    return grouped([(key, value.removeprefix(" ")) for key, _, value in lines])


def assert_read_alike(stream: bytes, expected: list[Lines]) -> None:
    assert expected
    for piece in PIECES:
        assert [as_lines(message) for message in parse(stream, piece)] == expected


@pytest.fixture
def streams(reference_folder: Path) -> list[Path]:
    found = sorted((reference_folder / "ami_captures/asterisk20").glob("*.ami"))
    assert len(found) >= 16
    return found


@pytest.fixture
def timelines(reference_folder: Path) -> list[Path]:
    found = sorted((reference_folder / "ami_captures/asterisk20").glob("*.timeline.jsonl"))
    assert len(found) >= 8
    return found


@pytest.fixture
def event_logs(reference_folder: Path) -> list[Path]:
    found = sorted((reference_folder / "ami_captures/cacofonisk").glob("*/*.json"))
    assert len(found) == 17
    return found


@pytest.mark.slow
def test_raw_streams(streams: list[Path]) -> None:
    for path in streams:
        stream = path.read_bytes()
        # A stream that spans a restart has a second greeting in the middle; a connection never has.
        for connection in split_by_greeting(stream):
            blocks = connection.decode().split("\r\n", 1)[1].split("\r\n\r\n")
            assert_read_alike(connection, [read_plainly(block) for block in blocks if block.strip()])


def split_by_greeting(stream: bytes) -> Iterator[bytes]:
    greeting = b"Asterisk Call Manager/"
    assert stream.startswith(greeting)
    yield from (greeting + connection for connection in stream.split(greeting)[1:])


@pytest.mark.slow
def test_every_message_of_the_two_way_timelines(timelines: list[Path]) -> None:
    """The timelines hold one message a line, cut apart by whoever recorded them."""
    for path in timelines:
        heard: dict[str, list[str]] = {}
        for line in path.read_text().splitlines():
            entry = json.loads(line)
            if entry["dir"] == "rx" and not entry["raw"].startswith("Asterisk Call Manager/"):
                heard.setdefault(entry["conn"], []).append(entry["raw"])
        for raws in heard.values():
            assert_read_alike("".join(raws).encode(), [read_plainly(raw) for raw in raws])


@pytest.mark.slow
def test_event_logs_of_asterisk_13_put_back_on_the_wire(event_logs: list[Path]) -> None:
    for path in event_logs:
        events = [logged_lines(event) for event in json.loads(path.read_text())]
        assert_read_alike(b"".join(encode_message(lines) for lines in events), events)


def logged_lines(event: dict[str, str | list[str]]) -> Lines:
    """Return the lines of a logged event, its name first as on the wire; `content` is the logger's own."""
    headers = {"Event": event["Event"], **event}
    del headers["content"]
    return [
        (key, value)
        for key, values in headers.items()
        for value in ([values] if isinstance(values, str) else values)
    ]

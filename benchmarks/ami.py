"""AMI: how many messages one CPU-second reads, beside panoramisk 1.4 and pyst2 0.5.1, all in this run.

Parsing is each library's own code on the same bytes in pieces of 64 KiB. "To a handler" is a burst from a
server in another process over loopback TCP, up to one call of a handler for each event. CPU time of this
process is the measure, for other jobs may share the machine; rounds are interleaved and the median of each
is quoted. The bytes are recorded calls of a real Asterisk where GOLDLINE_DATA names their folder (channel
ids differ from copy to copy), and spelled out here otherwise.
"""

from __future__ import annotations

import asyncio
import io
import logging
import multiprocessing
import os
import socket
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

from asterisk.manager import Event as Pyst2Event  # type: ignore[import-untyped]
from asterisk.manager import Manager as Pyst2Manager
from asterisk.manager import ManagerMsg as Pyst2Message
from panoramisk.ami_protocol import AMIProtocol  # type: ignore[import-untyped]
from panoramisk.manager import Manager as PanoramiskManager  # type: ignore[import-untyped]

from benchmarks.report import Row, options, print_figures
from core.kernel.rng import Streams
from cti.ami.link import DROPPABLE_EVENTS, AmiLink, AmiSettings
from cti.ami.states import SessionState
from cti.ami.wire import AmiParser, encode_message

PIECE_BYTES = 65_536
PYST2_HANDLER_EVENTS = 1_500
"""pyst2 brings about a thousand events a second to a handler: more would only take longer."""

Measure = Callable[[], float]
"""One round of one contestant: messages per CPU-second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much a run reads."""

    parsed: int
    handled: int
    rounds: int


QUICK = Size(parsed=20_000, handled=40_000, rounds=3)
FULL = Size(parsed=100_000, handled=200_000, rounds=5)


def main() -> None:
    """Measure and print."""
    chosen = options("AMI messages per CPU-second: parsing, and from the socket to a handler.")
    size = QUICK if chosen.quick else FULL
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore", DeprecationWarning)
    rows: list[Row] = []
    ratios: dict[str, float] = {}
    for name, measure in MEASURES.items():
        figures = measure(size)
        rows += [row(name, contestant, figures) for contestant in figures]
        ratios |= {
            f"{name}: Goldline / {peer}": figures["Goldline"] / figures[peer]
            for peer in PEERS
            if peer in figures
        }
    print_figures("AMI messages per CPU-second", rows, chosen.as_json, ratios)


def row(measured: str, contestant: str, figures: Mapping[str, float]) -> Row:
    """Return one line of the table."""
    return {
        "measured": measured,
        "contestant": contestant,
        "messages per CPU-second": round(figures[contestant]),
        "times panoramisk": figures[contestant] / figures["panoramisk"] if "panoramisk" in figures else "-",
    }


def medians(rounds: int, contestants: Mapping[str, Measure]) -> dict[str, float]:
    """Return each contestant's median over rounds in which all take turns."""
    seen: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, measure in contestants.items():
            seen[name].append(measure())
    return {name: median(figures) for name, figures in seen.items()}


# --- the bytes ------------------------------------------------------------------------------------


def events(count: int) -> list[bytes]:
    """Return `count` events as they stand on the wire."""
    folder = os.environ.get("GOLDLINE_DATA")
    once = recorded_events(Path(folder)) if folder else one_call()
    copies = -(-count // len(once))
    many = [event.replace(b"pbx1-", b"pbx%d-" % copy) for copy in range(copies) for event in once]
    return many[:count]


def recorded_events(folder: Path) -> list[bytes]:
    """Return the events of the recorded streams, without Shutdown, at which panoramisk hangs up."""
    paths = sorted((folder / "ami_captures/asterisk20").glob("*.passive.ami"))
    messages = [message for path in paths for message in path.read_bytes().split(b"\r\n\r\n")]
    return [
        message + b"\r\n\r\n"
        for message in messages
        if message.startswith(b"Event: ") and not message.startswith(b"Event: Shutdown")
    ]


def one_call() -> list[bytes]:
    """Return the events of one plain call between two phones, in the proportions of a real stream."""
    names = "Newchannel VarSet Newexten VarSet Newstate DialBegin Newstate DeviceStateChange DialEnd "
    names += "BridgeCreate BridgeEnter BridgeEnter VarSet BridgeLeave Hangup"
    return [channel_event(name, number) for number, name in enumerate(names.split())]


def channel_event(name: str, number: int) -> bytes:
    """Return an event about a channel: eighteen lines, about 480 bytes."""
    return encode_message(
        [
            ("Event", name),
            ("Privilege", "call,all"),
            ("Timestamp", f"1795309239.{439_319 + number}"),
            ("Channel", "PJSIP/7001-0000003c"),
            ("ChannelState", "6"),
            ("ChannelStateDesc", "Up"),
            ("CallerIDNum", "+31201234567"),
            ("CallerIDName", "Zoë Müller"),
            ("ConnectedLineNum", "<unknown>"),
            ("ConnectedLineName", "<unknown>"),
            ("Language", "en"),
            ("AccountCode", ""),
            ("Context", "from-phones"),
            ("Exten", "8001"),
            ("Priority", str(number)),
            ("Uniqueid", f"pbx1-1795309239.{number}"),
            ("Linkedid", "pbx1-1795309239.1"),
            ("Variable", "DIALEDPEERNUMBER"),
        ]
    )


# --- parsing --------------------------------------------------------------------------------------


def parsing(size: Size) -> dict[str, float]:
    """Return what each parser reads in a CPU-second."""
    stream = b"".join(events(size.parsed))
    pieces = [stream[at : at + PIECE_BYTES] for at in range(0, len(stream), PIECE_BYTES)]
    return medians(
        size.rounds,
        {
            "Goldline": lambda: parse_with_goldline(pieces, size.parsed, frozenset()),
            "Goldline, noise ignored": lambda: parse_with_goldline(pieces, size.parsed, DROPPABLE_EVENTS),
            "panoramisk": lambda: parse_with_panoramisk(pieces, size.parsed),
            "pyst2": lambda: parse_with_pyst2(stream, size.parsed, spared=False),
            "pyst2, spared its warnings": lambda: parse_with_pyst2(stream, size.parsed, spared=True),
        },
    )


def parse_with_goldline(pieces: Sequence[bytes], count: int, ignored: frozenset[str]) -> float:
    parser = AmiParser(greeting=False, ignored=ignored)
    started_s = time.process_time()
    parsed = sum(len(parser.feed(piece)) for piece in pieces)
    return rate(count, parsed + parser.ignored_count, started_s)


class Counter:
    """Stands where panoramisk's own Manager would, and counts."""

    save_stream = None

    def __init__(self) -> None:
        self.count = 0

    def dispatch(self, event: object) -> None:
        self.count += 1


def parse_with_panoramisk(pieces: Sequence[bytes], count: int) -> float:
    protocol, counter = AMIProtocol(), Counter()
    protocol.connection_made(None)
    protocol.factory, protocol.encoding = counter, "utf8"
    started_s = time.process_time()
    for piece in pieces:
        protocol.data_received(piece)
    return rate(count, counter.count, started_s)


def parse_with_pyst2(stream: bytes, count: int, *, spared: bool) -> float:
    reader = Pyst2Manager()
    reader.title, reader._sock = "Asterisk Call Manager", io.BytesIO(stream)
    for flag in (reader._running, reader._connected):
        flag.set()
        if spared:
            # It asks `isSet`, deprecated since Python 3.10, for each line: a warning each time, seen or not.
            flag.isSet = flag.is_set
    started_s = time.process_time()
    reader._receive_data()
    parsed = 0
    while (lines := reader._message_queue.get()) is not None:
        Pyst2Event(Pyst2Message(lines))
        parsed += 1
    reader._running.clear()
    return rate(count, parsed, started_s)


def rate(expected: int, seen: int, started_s: float) -> float:
    """Return messages per CPU-second; a contestant that lost some is out."""
    spent_s = time.process_time() - started_s
    if seen != expected:
        raise RuntimeError(f"{seen} of {expected} messages arrived")
    return seen / spent_s


# --- from the socket to a handler -----------------------------------------------------------------


def handling(size: Size) -> dict[str, float]:
    """Return how many events of a burst each client brings to a handler in a CPU-second."""
    burst = events(size.handled)
    with bursting_server(burst) as port, bursting_server(burst[:PYST2_HANDLER_EVENTS]) as pyst2_port:
        return medians(
            size.rounds,
            {
                "Goldline": lambda: asyncio.run(hear_with_goldline(port, size.handled)),
                "panoramisk": lambda: asyncio.run(hear_with_panoramisk(port, size.handled)),
                "pyst2": lambda: hear_with_pyst2(pyst2_port, PYST2_HANDLER_EVENTS),
            },
        )


async def hear_with_goldline(port: int, count: int) -> float:
    done = asyncio.Event()
    heard = 0

    def on_event(_: object) -> None:
        nonlocal heard
        heard += 1
        if heard == count:
            done.set()

    def on_state(state: SessionState) -> None:
        if state is SessionState.SYNCING:
            link.synced()

    # The server bursts and answers no Ping; the inbox holds what the loop has no time for yet.
    settings = AmiSettings(port=port, username="u", secret="s", md5=False, ping_interval_s=3_600)
    link = AmiLink(settings, on_event=on_event, on_state=on_state, jitter=Streams(1).stream("ami"))
    started_s = time.process_time()
    link.start()
    await done.wait()
    figure = rate(count, heard, started_s)
    await link.close()
    return figure


async def hear_with_panoramisk(port: int, count: int) -> float:
    done = asyncio.Event()
    heard = 0

    def on_event(_: object, event: object) -> None:
        nonlocal heard
        heard += 1
        if heard == count:
            done.set()

    loop = asyncio.get_running_loop()
    client = PanoramiskManager(host="127.0.0.1", port=port, username="u", secret="s", loop=loop)
    client.register_event("*", on_event)
    started_s = time.process_time()
    await client.connect()
    await done.wait()
    figure = rate(count, heard, started_s)
    client.close()
    return figure


def hear_with_pyst2(port: int, count: int) -> float:
    done = threading.Event()
    heard = 0

    def on_event(event: object, _: object) -> None:
        nonlocal heard
        heard += 1
        if heard == count:
            done.set()

    client = Pyst2Manager()
    client.register_event("*", on_event)
    started_s = time.process_time()
    client.connect("127.0.0.1", port)
    client.login("u", "s")
    done.wait()
    figure = rate(count, heard, started_s)
    client.close()
    return figure


@contextmanager
def bursting_server(burst: Sequence[bytes]) -> Iterator[int]:
    """Run an AMI server in another process that greets each login with the burst; yield its port."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    server = context.Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    ours.send_bytes(b"".join(burst))
    try:
        yield ours.recv()
    finally:
        server.terminate()
        server.join()


def serve(parent: Connection) -> None:
    """Serve one client after the other, for ever."""
    burst = parent.recv_bytes()
    with socket.create_server(("127.0.0.1", 0)) as server:
        parent.send(server.getsockname()[1])
        while True:
            client, _ = server.accept()
            with client:
                serve_client(client, burst)


def serve_client(client: socket.socket, burst: bytes) -> None:
    """Greet, accept the login, send the burst, and read until the client leaves."""
    client.sendall(b"Asterisk Call Manager/11.0.0\r\n")
    parser = AmiParser(greeting=False)
    try:
        while piece := client.recv(PIECE_BYTES):
            for action in parser.feed(piece):
                client.sendall(encode_message([("Response", "Success"), ("ActionID", action["ActionID"])]))
                match action["Action"].casefold():
                    case "login":
                        client.sendall(burst)
                    case "logoff":
                        return
    except ConnectionError:
        return


PEERS = ("panoramisk", "pyst2")

MEASURES: Mapping[str, Callable[[Size], dict[str, float]]] = {"parse": parsing, "to a handler": handling}
"""What is measured; each gives messages per CPU-second by contestant, `Goldline` always among them."""


if __name__ == "__main__":
    main()

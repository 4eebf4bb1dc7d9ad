"""From a caller who waits to a caller who talks: Goldline beside Asterisk's own queue, on one Asterisk.

The same callers and the same phones, which answer at once, serve both in turn, a round of calls each. An
AMI connection that belongs to neither takes the instants: from the caller's joining of the queue until
both legs are in one bridge, and from the answering of the caller until then. Goldline runs in a process
of its own, as `goldline serve`, looks every caller up in its database and keeps its ledger there.

It is measured twice: with phones that ring for each caller, and with agents whose calls stand, whom a
campaign needs: who answers one of its calls hears somebody at once.

Two cores carry Asterisk, its callers and phones, and Goldline, so the instrument itself stays off them while
calls run: what the AMI connection is told lies in the kernel until the round is over (`Tape`), and the
agents' desks, which in life are other machines, log in and disconnect.
"""

from __future__ import annotations

import asyncio
import math
import socket
import statistics
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from benchmarks.report import options, print_figures
from cti.ami.wire import AmiMessage, AmiParser
from cti.asterisk.dialplan import DialplanSettings, new_secret
from tests.services.asterisk import (
    BASELINE_QUEUE_NUMBER,
    OBSERVER,
    OBSERVER_SECRET,
    RealAsterisk,
    why_no_asterisk,
)
from tests.services.goldline import STRAIGHT_NUMBER, GoldlineServer
from tests.services.ports import LOOPBACK, free_tcp_port, free_udp_port
from tests.services.sipp import Callers, Phones, Wait

AGENTS = 8
"""Enough that somebody is always free: five calls a second, each talking for half a second."""
CALLS_PER_ROUND = 25
CALLS_PER_SECOND = 8
TALK_MS = 300
ROUNDS = 20
QUICK_ROUNDS = 2
WARM_UP_CALLS = 10

TAPE_BYTES = 32 * 2**20
"""A round of calls is told in less than one megabyte."""
QUIET_S = 0.3
SO_RCVBUFFORCE = 33
"""Linux's socket(7); Python's module has no name for it."""

ASTERISK, GOLDLINE, STANDING = "app_queue", "goldline", "goldline, calls that stand"
RINGING_NUMBERS = {ASTERISK: BASELINE_QUEUE_NUMBER, GOLDLINE: STRAIGHT_NUMBER}
STANDING_NUMBERS = {STANDING: STRAIGHT_NUMBER}


@dataclass(frozen=True, slots=True)
class Connection:
    """One caller's instants, in seconds since 1970."""

    answered_s: float
    queued_s: float
    bridged_s: float


class Tape:
    """An AMI connection whose events are read only when nobody is being measured."""

    def __init__(self, port: int) -> None:
        self._address = (LOOPBACK, port)
        self._told = bytearray()

    def __enter__(self) -> Tape:
        self._socket = socket.create_connection(self._address, timeout=QUIET_S)
        # Beyond the usual limit, which root may: a round that did not fit would get us cut off.
        self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, TAPE_BYTES)
        login = {"Action": "Login", "Username": OBSERVER, "Secret": OBSERVER_SECRET, "Events": "call,agent"}
        lines = "".join(f"{key}: {value}\r\n" for key, value in login.items())
        self._socket.sendall(f"{lines}\r\n".encode())
        return self

    def __exit__(self, *error: object) -> None:
        self._socket.close()

    def play(self) -> None:
        """Take all that was told, until nothing comes for a moment."""
        with suppress(TimeoutError):
            while piece := self._socket.recv(2**20):
                self._told += piece

    def events(self) -> list[AmiMessage]:
        """Return every event that was taken, in order."""
        messages = AmiParser().feed(bytes(self._told))
        return [message for message in messages if message.kind == "Event"]


class Bench:
    """One Asterisk with one Goldline, phones for both, and whoever watches.

    `numbers` says whom to call for each of the systems that are compared.
    """

    def __init__(self, folder: Path, numbers: Mapping[str, str]) -> None:
        self._folder = folder
        self._numbers = numbers
        self._rounds = count(1)

    async def __aenter__(self) -> Bench:
        async with AsyncExitStack() as stack:  # what fails to start leaves nothing running
            await self._start(stack)
            self._stack = stack.pop_all()
        return self

    async def _start(self, stack: AsyncExitStack) -> None:
        enter = stack.enter_context
        extensions = [str(1001 + number) for number in range(AGENTS)]
        port = free_udp_port()
        dialplan = DialplanSettings(
            agi_token=new_secret(), manager_secret=new_secret(), agi_port=free_tcp_port()
        )
        (self._folder / "asterisk").mkdir()
        phones = dict.fromkeys(extensions, port)
        self._asterisk = enter(RealAsterisk(self._folder / "asterisk", dialplan, phones, extensions))
        enter(Phones(self._folder / "phones", port))
        agents = {f"agent{extension}": 5 for extension in extensions}
        self._goldline = enter(GoldlineServer(self._folder / "goldline", self._asterisk, agents))
        for agent, extension in zip(agents, extensions, strict=True):
            async with self._goldline.desk(agent) as desk:
                await (desk.stand_by if STANDING in self._numbers else desk.log_in)(extension)
        self._tape = enter(Tape(self._asterisk.ami_port))

    async def __aexit__(self, *error: object) -> None:
        await self._stack.aclose()

    async def serve_in_turn(self, calls: int) -> None:
        """Let so many callers call each of the systems, one system after the other."""
        for system in self._numbers:
            await self._call(system, calls)

    async def _call(self, system: str, calls: int) -> None:
        """Let so many callers call `system`, and wait until all have hung up."""
        number = next(self._rounds)
        callers = Callers(
            self._folder / f"round-{number}",
            self._asterisk.sip_address,
            [f"{5550000 + caller}" for caller in range(calls)],
            dialed=self._numbers[system],
            steps=[Wait(TALK_MS)],
            rate=CALLS_PER_SECOND,
        )
        with callers:
            if not await callers.finished(60):
                raise RuntimeError(f"not every caller of {system} was served; see {self._folder}")
        self._tape.play()

    def connections(self) -> dict[str, list[Connection]]:
        """Return what was measured of each system, in the order of the calls."""
        events = self._tape.events()
        ours = _queued(self._goldline.ledger())
        queued = {system: _joined(events) if system == ASTERISK else ours for system in self._numbers}
        return {system: list(_connections(events, instants)) for system, instants in queued.items()}


def _joined(events: Iterable[AmiMessage]) -> dict[str, float]:
    """Return when each caller joined Asterisk's queue, by channel."""
    return {e["Uniqueid"]: float(e["Timestamp"]) for e in events if e["Event"] == "QueueCallerJoin"}


def _queued(ledger: Sequence[Mapping[str, object]]) -> dict[str, float]:
    """Return when each contact was queued by Goldline's own account, by the caller's channel."""
    legs = {e["contact_id"]: str(e["leg_id"]) for e in ledger if e["kind"] == "ContactArrived"}
    queued = [e for e in ledger if e["kind"] == "ContactQueued"]
    return {legs[event["contact_id"]]: float(str(event["at_us"])) / 1e6 for event in queued}


def _connections(events: Sequence[AmiMessage], queued: Mapping[str, float]) -> Iterable[Connection]:
    answered = {
        e["Uniqueid"]: float(e["Timestamp"])
        for e in events
        if e["Event"] == "Newstate" and e["ChannelStateDesc"] == "Up"
    }
    bridges: dict[str, list[float]] = {}
    bridge_of: dict[str, str] = {}
    for event in events:
        if event["Event"] == "BridgeEnter":
            bridges.setdefault(event["BridgeUniqueid"], []).append(float(event["Timestamp"]))
            bridge_of[event["Uniqueid"]] = event["BridgeUniqueid"]
    for caller, instant in queued.items():
        # The second to enter makes it a conversation.
        if caller in bridge_of:
            yield Connection(answered[caller], instant, bridges[bridge_of[caller]][1])


async def measure(rounds: int) -> dict[str, list[Connection]]:
    """Return the connections of all systems: those whose phones ring in turn, then the one whose do not."""
    return {
        **await _measured(RINGING_NUMBERS, rounds),
        **await _measured(STANDING_NUMBERS, rounds),
    }


async def _measured(numbers: Mapping[str, str], rounds: int) -> dict[str, list[Connection]]:
    with tempfile.TemporaryDirectory(prefix="goldline-connect-") as folder:
        async with Bench(Path(folder), numbers) as bench:
            await bench.serve_in_turn(WARM_UP_CALLS)
            for _ in range(rounds):
                await bench.serve_in_turn(CALLS_PER_ROUND)
            measured = bench.connections()
    return {system: connections[WARM_UP_CALLS:] for system, connections in measured.items()}


def figures(connections: Sequence[Connection]) -> dict[str, float]:
    """Return medians and 99th percentiles in milliseconds."""
    queue_ms = sorted((c.bridged_s - c.queued_s) * 1e3 for c in connections)
    answer_ms = sorted((c.bridged_s - c.answered_s) * 1e3 for c in connections)
    return {
        "queued to bridged, median ms": statistics.median(queue_ms),
        "p99 ms": _p99(queue_ms),
        "answered to bridged, median ms": statistics.median(answer_ms),
        "its p99 ms": _p99(answer_ms),
    }


def _p99(ordered: Sequence[float]) -> float:
    return ordered[math.ceil(len(ordered) * 0.99) - 1]


def main() -> int:
    """Measure, print, and return the exit status."""
    chosen = options("Measure how fast waiting callers are connected, beside Asterisk's own queue.")
    missing = why_no_asterisk()
    if missing:
        print(missing, file=sys.stderr)
        return 1
    measured = asyncio.run(measure(QUICK_ROUNDS if chosen.quick else ROUNDS))
    found = {system: figures(connections) for system, connections in measured.items()}
    rows = [{"system": system, "calls": len(calls), **found[system]} for system, calls in measured.items()]
    ratios = {
        f"{system} / app_queue, {name}": found[system][key] / found[ASTERISK][key]
        for system in (GOLDLINE, STANDING)
        for name, key in (("median", "queued to bridged, median ms"), ("p99", "p99 ms"))
    }
    print_figures("From waiting to talking, phones answering at once", rows, chosen.as_json, ratios)
    return 0


if __name__ == "__main__":
    sys.exit(main())

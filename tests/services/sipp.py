"""Callers and phones for a real Asterisk, played by sipp.

A `Callers` runs one script for a list of numbers and then ends; a `Phones` answers on one UDP port until
it is stopped, for as many extensions as Asterisk has contacts there. Both keep a log of what happened on
their side of the line, as `Moment`s, which tests hold against what the engine says happened.

Keys travel as SIP INFO (RFC 6086, `application/dtmf-relay`): no media is needed to press one.
"""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.services.ports import LOOPBACK, free_udp_port, free_udp_ports

SCENARIOS = Path(__file__).parent / "sipp_scenarios"
READY_LIMIT_S = 10
PATIENCE_MS = 120_000
"""How long a script without an end of its own waits for the far side's BYE."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Stay on the line for `ms`, anew after each key that is heard; a BYE ends the script here."""

    ms: int


@dataclass(frozen=True, slots=True)
class Press:
    """Press one key, 0-9, * or #."""

    key: str


Step = Wait | Press
FIRST_WORD_MS = 200
"""From the answer of a phone to the first word."""
SAMPLES_PER_MS = 8
MEDIA_PORTS = 4
"""What sipp binds from `-mp` on, for sound and for pictures, whether they are sent or not."""
LOUD, QUIET = b"\x90\x10", b"\xff\xff"
"""Two samples of somebody who speaks, and of silence, as G.711 writes them."""
STAY: tuple[Step, ...] = (Wait(PATIENCE_MS),)
"""Remain until the far side hangs up."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What sipp did or saw: `what` at `at_s` (seconds since 1970) with the caller or extension `number`."""

    what: str
    number: str
    at_s: float


class Sipp:
    """One sipp process in a folder of its own; ended at the latest when its `with` block is left."""

    def __init__(self, folder: Path, scenario: str, port: int, arguments: Sequence[str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port = port
        self._folder = folder
        self._log = folder / "moments.log"
        (folder / "scenario.xml").write_text(scenario)
        with (folder / "screen.log").open("wb") as screen:
            self._process = subprocess.Popen(
                ["sipp", *self._common(), *arguments],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=screen,
                stderr=subprocess.STDOUT,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the process at once; its calls are simply forgotten."""
        self._process.kill()
        self._process.wait()

    def moments(self, what: str = "") -> list[Moment]:
        """Return what was logged until now in order of time, all of it or only `what`."""
        lines = self._log.read_text().splitlines() if self._log.exists() else []
        moments = [_moment(line) for line in lines if line.count(";") == 2]
        return [moment for moment in moments if what in ("", moment.what)]

    async def saw(self, what: str, count: int = 1, limit_s: float = 10) -> list[Moment]:
        """Return the moments of one kind once there are so many; raise `TimeoutError` else."""
        async with asyncio.timeout(limit_s):
            while len(moments := self.moments(what)) < count:  # noqa: ASYNC110, sipp tells nobody
                await asyncio.sleep(0.02)
        return moments

    def wait_until_bound(self) -> None:
        """Return once the process has its port; raise `RuntimeError` if it never gets it."""
        deadline = time.monotonic() + READY_LIMIT_S
        while f":{self.port:04X} " not in Path("/proc/net/udp").read_text():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"sipp did not start; see {self._folder}")
            time.sleep(0.01)

    def _common(self) -> list[str]:
        return [
            *("-sf", "scenario.xml", "-i", LOOPBACK, "-p", str(self.port), "-nostdin"),
            *("-trace_logs", "-log_file", str(self._log), "-trace_err", "-error_file", "errors.log"),
            *("-mp", str(free_udp_ports(MEDIA_PORTS))),
        ]


class Callers(Sipp):
    """Callers who dial `dialed` one after the other, `rate` a second, and each go through `steps`."""

    def __init__(
        self,
        folder: Path,
        sip_address: str,
        numbers: Sequence[str],
        dialed: str = "5551000",
        steps: Sequence[Step] = STAY,
        rate: float = 10,
        name: str = "",
        hears_at: int = 0,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        lines = [f"{number};{dialed};{name}" for number in numbers]
        (folder / "silence.ulaw").write_bytes(spoken(0, 0))
        (folder / "callers.csv").write_text("\n".join(["SEQUENTIAL", *lines, ""]))
        arguments = [sip_address, "-inf", "callers.csv", "-m", str(len(numbers)), "-l", str(len(numbers))]
        # sipp takes whole calls for each period of `-rp` milliseconds.
        arguments += ["-r", "1", "-rp", str(round(1000 / rate))]
        super().__init__(folder, _heard_at(hears_at, _caller_scenario(steps)), free_udp_port(), arguments)

    async def finished(self, limit_s: float) -> bool:
        """Wait until all callers are done and tell whether they went by the script; raise `TimeoutError`."""
        async with asyncio.timeout(limit_s):
            status = await asyncio.to_thread(self._process.wait, limit_s)
        return status == 0


class Phones(Sipp):
    """Phones on `port`: ring for `ring_ms`, then answer; after `talk_ms` of talk they hang up.

    `ring_ms` None rings until the far side gives up; `talk_ms` None leaves the hanging up to the far side.
    Who answers speaks for `speaks_ms`, but a moment after the answer. A phone that `picks_up` rings until it
    is told to answer, by a NOTIFY of the event `talk`. What it hears goes to port `hears_at`, where given.
    """

    def __init__(
        self,
        folder: Path,
        port: int,
        ring_ms: int | None = 0,
        talk_ms: int | None = None,
        refusal: str = "",
        speaks_ms: int = 0,
        picks_up: bool = False,
        hears_at: int = 0,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "voice.ulaw").write_bytes(spoken(FIRST_WORD_MS, speaks_ms))
        ring = _scenario("picks_up.xml") if picks_up else _ringing(ring_ms)
        scenario = _refusing_phone(refusal) if refusal else _phone(ring, talk_ms)
        super().__init__(folder, _heard_at(hears_at, scenario), port, [])
        self.wait_until_bound()


BUSY = "486 Busy Here"
DECLINES = "603 Decline"
UNAVAILABLE = "480 Temporarily Unavailable"


def spoken(silent_ms: int, speaks_ms: int) -> bytes:
    """Return the sound of somebody who is silent first, then speaks, then is silent for a minute.

    It is a tone as loud as a voice: a detection of machines goes by loudness and time alone.
    """
    return _sound(QUIET, silent_ms) + _sound(LOUD, speaks_ms) + _sound(QUIET, 60_000)


def _sound(samples: bytes, ms: int) -> bytes:
    return samples * (ms * SAMPLES_PER_MS // len(samples))


def _moment(line: str) -> Moment:
    what, number, stamp = line.split(";")
    return Moment(what, number, float(stamp.split()[-1]))


def _caller_scenario(steps: Sequence[Step]) -> str:
    parts = [_caller_step(number, step) for number, step in enumerate(steps)]
    return _scenario("caller.xml").replace("<!-- steps -->", "\n".join(parts))


def _caller_step(number: int, step: Step) -> str:
    if isinstance(step, Press):
        return _scenario("press.xml").replace("<!-- key -->", step.key)
    end = awaited("BYE", step.ms, then=f"after_{number}", received="far_end")
    text = _scenario("wait.xml").replace("<!-- end -->", end)
    return text.replace("<!-- number -->", str(number)).replace("<!-- ms -->", str(step.ms))


def _heard_at(port: int, scenario: str) -> str:
    """Let what the far side says go to `port`, if there is one, and not to sipp."""
    return scenario.replace("[rtpstream_audio_port]", str(port)) if port else scenario


def _scenario(name: str) -> str:
    return (SCENARIOS / name).read_text()


def _ringing(ring_ms: int | None) -> str:
    return "" if ring_ms == 0 else awaited("CANCEL", ring_ms, then="answer", received="cancelled")


def _phone(ring: str, talk_ms: int | None) -> str:
    talk = awaited("BYE", talk_ms, then="hang_up", received="far_end")
    text = _scenario("phone.xml")
    return text.replace("<!-- ring -->", ring).replace("<!-- talk -->", talk)


def _refusing_phone(status: str) -> str:
    return _scenario("phone_refuses.xml").replace("<!-- status -->", status)


def awaited(request: str, limit_ms: int | None, then: str, received: str) -> str:
    """Return the wait for a request, which leads to `received`, or after the limit to `then`."""
    timeout = "" if limit_ms is None else f' timeout="{limit_ms}" ontimeout="{then}"'
    return f'<recv request="{request}" next="{received}"{timeout}/>'

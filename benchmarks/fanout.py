"""Five hundred screens that follow twenty queues, told five times a second, beside an engine with calls.

The engine, with eight calls a second coming and going, and the web server are one process; the screens are a
second, and a third has work routed all the time: from its asking until an agent is offered it, over TCP. That
is timed without any screen and then with all of them. Then the same with compressed WebSockets, which is what
web servers do unless told otherwise. Where there are several cores the screens have the last one to
themselves, as they have machines of their own: else it is their reading that keeps the calls waiting.

Latency is from the telling of a change until a screen has it whole. The CPU is what the screens cost: that of
the process with them, less that without.
"""

from __future__ import annotations

import asyncio
import json
import math
import os
import statistics
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.report import options, print_figures
from tests.services.ports import LOOPBACK

SCREENS = 500
PER_SECOND = 5
SECONDS, QUICK_SECONDS = 30.0, 6.0
SETTLE_S = 3.0
P99_MAX_MS = 50.0
CPU_MAX = 0.15
ROUTING_MAX = 1.2
LINE_MAX = 64 * 2**20
_CORES = sorted(os.sched_getaffinity(0))
OURS, THEIRS = set(_CORES[:-1] or _CORES), set(_CORES[-1:])
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process had used of a core, in seconds, and of memory, in bytes."""

    cpu_s: float
    rss: int

    @classmethod
    def of(cls, process: Process) -> Usage:
        """Return what it has used by now."""
        folder = Path("/proc") / str(process.pid)
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        rss = int((folder / "statm").read_text().split()[1]) * _PAGE
        return cls((int(fields[11]) + int(fields[12])) / _TICKS, rss)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time: how long routing took, and what the process used of a core."""

    routing_ms: Sequence[float]
    cpu: float
    rss: int


class Centre:
    """The process that is measured."""

    def __init__(self, *words: str) -> None:
        self._words = words

    async def __aenter__(self) -> Centre:
        self.process = await _start(OURS, "benchmarks._fanout_centre", *self._words)
        self.doors = await _line(self.process)
        return self

    async def __aexit__(self, *error: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        await self.process.wait()

    async def stretch(self, seconds: float) -> Stretch:
        """Have work routed for so long."""
        before = Usage.of(self.process)
        prober = await _start(OURS, "benchmarks._fanout_prober", str(self.doors["probe"]), str(seconds))
        found = await _line(prober)
        await prober.wait()
        after = Usage.of(self.process)
        return Stretch(found["ms"], (after.cpu_s - before.cpu_s) / found["seconds"], after.rss)

    async def told(self) -> dict[int, int]:
        """Return when each change was told."""
        reader, writer = await asyncio.open_connection(LOOPBACK, self.doors["probe"], limit=LINE_MAX)
        writer.write(b"told\n")
        told = json.loads(await reader.readline())
        writer.close()
        return {int(seq): at_ns for seq, at_ns in told.items()}


async def measure(seconds: float, deflate: bool) -> dict[str, object]:
    """Return the figures of one server."""
    words = ["deflate"] if deflate else []
    async with Centre(*words) as centre:
        await asyncio.sleep(SETTLE_S)
        alone = await centre.stretch(seconds)
        doors = centre.doors
        screens = await _start(
            THEIRS,
            *("benchmarks._fanout_clients", str(doors["web"]), doors["key"], str(SCREENS)),
            *(str(seconds), *words),
        )
        await _line(screens)
        watched = await centre.stretch(seconds)
        seen = await _line(screens)
        await screens.wait()
        told = await centre.told()
    latency_ms = sorted((at_ns - told[seq]) / 1e6 for seq, at_ns in seen["came"] if seq in told)
    per_screen = [count / seen["seconds"] for count in seen["counts"]]
    return {
        "server": "compressed (uvicorn's default)" if deflate else "goldline",
        "screens": len(per_screen),
        "told/screen/s": statistics.fmean(per_screen),
        "least": min(per_screen),
        "kB/s/screen": seen["bytes"] / 1e3 / seen["seconds"] / len(per_screen),
        "median ms": statistics.median(latency_ms),
        "p99 ms": _p99(latency_ms),
        "CPU of a core": watched.cpu - alone.cpu,
        "CPU without": alone.cpu,
        "MB for screens": (watched.rss - alone.rss) / 2**20,
        "routing p99 ms": _p99(sorted(watched.routing_ms)),
        "without": _p99(sorted(alone.routing_ms)),
        "routing median ms": statistics.median(watched.routing_ms),
        "without ": statistics.median(alone.routing_ms),
    }


async def _start(cores: set[int], module: str, *words: str) -> Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *words, stdin=PIPE, stdout=PIPE, limit=LINE_MAX
    )
    os.sched_setaffinity(process.pid, cores)
    return process


async def _line(process: Process) -> dict[str, Any]:
    assert process.stdout is not None
    line: dict[str, Any] = json.loads(await process.stdout.readline())
    return line


def _p99(ordered: Sequence[float]) -> float:
    return ordered[math.ceil(len(ordered) * 0.99) - 1]


def main() -> int:
    """Measure, print, and return the exit status."""
    chosen = options("Measure how five hundred screens are told what goes on, and what that costs the calls.")
    seconds = QUICK_SECONDS if chosen.quick else SECONDS
    rows = [asyncio.run(measure(seconds, deflate)) for deflate in (False, True)]
    ours: dict[str, Any] = rows[0]
    ratios = {
        f"told over the {PER_SECOND} a second asked for": ours["told/screen/s"] / PER_SECOND,
        f"p99 over the goal of {P99_MAX_MS:g} ms": ours["p99 ms"] / P99_MAX_MS,
        f"CPU over the goal of {CPU_MAX:.0%} of a core": ours["CPU of a core"] / CPU_MAX,
        f"routing p99 with screens over without (goal {ROUTING_MAX:g})": ours["routing p99 ms"]
        / ours["without"],
        "CPU of the compressed over ours": float(str(rows[1]["CPU of a core"])) / ours["CPU of a core"],
    }
    print_figures("Five hundred screens, five changes a second", rows, chosen.as_json, ratios)
    return 0


if __name__ == "__main__":
    sys.exit(main())

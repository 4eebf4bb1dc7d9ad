"""Whoever times routing for `benchmarks.fanout`, in a process of its own.

    python -m benchmarks._fanout_prober PORT SECONDS

Sends a line, waits for the answer, pauses, and again; prints one line of JSON: how long each took.
"""

from __future__ import annotations

import json
import socket
import sys
import time

from tests.services.ports import LOOPBACK

PAUSE_S = 0.01
"""A hundred a second: more than the calls that ask for routing beside it."""


def main() -> None:
    """Measure for so many seconds."""
    port, seconds = int(sys.argv[1]), float(sys.argv[2])
    took_ms, begun_s = [], time.monotonic()
    with socket.create_connection((LOOPBACK, port)) as centre:
        centre.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while time.monotonic() < begun_s + seconds:
            sent_ns = time.monotonic_ns()
            centre.sendall(b"route\n")
            assert centre.recv(64) == b"offered\n"
            took_ms.append((time.monotonic_ns() - sent_ns) / 1e6)
            time.sleep(PAUSE_S)
    print(json.dumps({"ms": took_ms, "seconds": time.monotonic() - begun_s}))


if __name__ == "__main__":
    main()

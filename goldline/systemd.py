"""What systemd is told of us: ready, alive, stopping (sd_notify(3)); nothing where it did not start us.

An edge file: it reads the environment and runs a timer of the loop.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager


def tell_systemd(word: str) -> None:
    """Tell systemd a word such as `READY=1`; where nobody listens it is lost, and no harm done."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):  # a socket that is no file
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        try:
            notify.sendto(word.encode(), address)
        except OSError:
            return


@contextmanager
def served_by_systemd() -> Iterator[None]:
    """Be ready for so long as the block lasts, and show at half its patience that the loop still turns."""
    beat_s = int(os.environ.get("WATCHDOG_USEC", "0")) / 2 / 1_000_000
    loop = asyncio.get_running_loop()
    beat: asyncio.TimerHandle | None = None

    def show_life() -> None:
        nonlocal beat
        tell_systemd("WATCHDOG=1")
        beat = loop.call_later(beat_s, show_life)

    tell_systemd("READY=1")
    if beat_s:
        show_life()
    try:
        yield
    finally:
        tell_systemd("STOPPING=1")
        if beat is not None:
            beat.cancel()

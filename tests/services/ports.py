"""Free ports of this machine's loopback, for servers that must be told theirs before they start.

They lie where the system never takes one for a client's end of a connection, nor Asterisk one for sound, and
none is given out twice: a server that starts late, or starts again, still finds its own free.
"""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack, suppress

LOOPBACK = "127.0.0.1"
LOWEST, END = 20_000, 32_768
"""The sound of the tests' Asterisk has the 10,000 below; from there on Linux gives ports to clients."""

_given: set[int] = set()


def free_tcp_port() -> int:
    """Return a TCP port nobody listens on now."""
    return _free_ports(socket.SOCK_STREAM, 1)


def free_udp_port() -> int:
    """Return a UDP port nobody is bound to now."""
    return _free_ports(socket.SOCK_DGRAM, 1)


def free_udp_ports(count: int) -> int:
    """Return the first of so many UDP ports in a row to which nobody is bound now."""
    return _free_ports(socket.SOCK_DGRAM, count)


def _free_ports(kind: socket.SocketKind, count: int) -> int:
    while True:
        first = random.randrange(LOWEST, END - count)
        row = range(first, first + count)
        if _given.isdisjoint(row) and _are_free(kind, row):
            _given.update(row)
            return first


def _are_free(kind: socket.SocketKind, row: range) -> bool:
    with ExitStack() as probes, suppress(OSError):
        for port in row:
            probes.enter_context(socket.socket(socket.AF_INET, kind)).bind((LOOPBACK, port))
        return True
    return False

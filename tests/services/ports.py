"""Free ports of this machine's loopback, for servers that must be told theirs before they start."""

from __future__ import annotations

import socket
from contextlib import ExitStack, suppress

LOOPBACK = "127.0.0.1"


def free_tcp_port() -> int:
    """Return a TCP port nobody listens on now."""
    return _free_port(socket.SOCK_STREAM)


def free_udp_port() -> int:
    """Return a UDP port nobody is bound to now."""
    return _free_port(socket.SOCK_DGRAM)


def free_udp_ports(count: int) -> int:
    """Return the first of so many UDP ports in a row to which nobody is bound now."""
    while True:
        first = free_udp_port()
        with ExitStack() as probes, suppress(OSError, OverflowError):
            for port in range(first, first + count):
                probe = probes.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                probe.bind((LOOPBACK, port))
            return first


def _free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port

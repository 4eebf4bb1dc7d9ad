"""Free ports of this machine's loopback, for servers that must be told theirs before they start."""

from __future__ import annotations

import socket

LOOPBACK = "127.0.0.1"


def free_tcp_port() -> int:
    """Return a TCP port nobody listens on now."""
    return _free_port(socket.SOCK_STREAM)


def free_udp_port() -> int:
    """Return a UDP port nobody is bound to now."""
    return _free_port(socket.SOCK_DGRAM)


def _free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port

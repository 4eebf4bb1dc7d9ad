"""TCP in memory on a `VirtualLoop`: listeners by port, and lines that may split, stall and break.

A line is a pair of transports with bytes under way between them. It keeps TCP's promises: bytes arrive in
their order, or the line is broken and both ends hear of it. Who is the client of a line is the end that
connected. Edge file: it is the network.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from core.kernel.clock import SECOND_US
from simulator.virtual_loop import VirtualLoop

LATENCY_US = 50
"""From a write to the far end's read, as between two processes on one machine."""
WRITE_BUFFER_HIGH = 64 * 2**10
"""asyncio's own limit above which a protocol is asked to pause."""

Factory = Callable[[], asyncio.BaseProtocol]


class NetworkLoop(VirtualLoop):
    """A virtual loop with its network: `create_server` and `create_connection` of asyncio, in memory."""

    def __init__(self) -> None:
        super().__init__()
        self._listeners: dict[int, Listener] = {}
        self.lines: dict[Line, None] = {}
        self._refused_until_us: dict[int, int] = {}

    def split(self, data: bytes) -> Iterable[bytes]:
        """Return the pieces in which `data` arrives; here it is whole."""
        return (data,)

    def latency_us(self, end: End) -> int:
        """Return how long what `end` writes is under way."""
        return LATENCY_US

    def refuse(self, port: int, for_us: int) -> None:
        """Let nobody connect to `port` for a while."""
        self._refused_until_us[port] = max(self._refused_until_us.get(port, 0), self.now_us() + for_us)

    def lines_to(self, port: int) -> list[Line]:
        """Return the open lines that clients have to `port`, oldest first."""
        return [line for line in self.lines if line.port == port]

    async def create_server(  # type: ignore[override]
        self, protocol_factory: Factory, host: str, port: int, **ignored: Any
    ) -> Listener:
        """Listen on `port`; raise `OSError` where somebody does already."""
        if port in self._listeners:
            raise OSError(f"port {port} is taken")
        self._listeners[port] = Listener(protocol_factory, host, port, self._listeners)
        return self._listeners[port]

    async def create_connection(  # type: ignore[override]
        self, protocol_factory: Factory, host: str, port: int, **ignored: Any
    ) -> tuple[asyncio.Transport, asyncio.BaseProtocol]:
        """Connect to `port`; raise `ConnectionRefusedError` where nobody listens."""
        listener = self._listeners.get(port)
        if listener is None or self._refused_until_us.get(port, 0) > self.now_us():
            raise ConnectionRefusedError(f"nobody listens on port {port}")
        line = Line(self, port)
        self.lines[line] = None
        line.join(protocol_factory(), listener.factory())
        return line.client, line.client.protocol

    def forget(self, line: Line) -> None:
        """Take note that the line is no more."""
        self.lines.pop(line, None)


class Listener:
    """A port that takes connections; as much of `asyncio.Server` as a server needs."""

    def __init__(self, factory: Factory, host: str, port: int, listeners: dict[int, Listener]) -> None:
        self.factory = factory
        self._host = host
        self._port = port
        self._listeners = listeners
        self.sockets = (self,)

    def getsockname(self) -> tuple[str, int]:
        """Return the address, as a socket does."""
        return self._host, self._port

    def close(self) -> None:
        """Take no more connections."""
        self._listeners.pop(self._port, None)

    async def wait_closed(self) -> None:
        """Return at once: closing takes no time."""


class Line:
    """One connection; `stall` and `cut` are what can happen to it."""

    client: End
    server: End

    def __init__(self, loop: NetworkLoop, port: int) -> None:
        self.loop = loop
        self.port = port

    def join(self, client: asyncio.BaseProtocol, server: asyncio.BaseProtocol) -> None:
        """Open the line: both ends are told, the server first."""
        self.client, self.server = End(self, client), End(self, server)
        self.client.far, self.server.far = self.server, self.client
        self.loop.call_soon(server.connection_made, self.server)
        self.loop.call_soon(client.connection_made, self.client)

    def stall(self, for_us: int) -> None:
        """Let the client not read for a while: what is sent to it piles up at the server's end."""
        self.client.stop_reading(for_us)

    def cut(self, after_bytes: int) -> None:
        """Break the line after so many more bytes have come through to the client, 0 for at once."""
        self.server.break_after = after_bytes
        if after_bytes == 0:
            self.close(ConnectionResetError("the line was cut"))

    def close(self, reason: Exception | None) -> None:
        """Tell both ends that the line is no more."""
        self.loop.forget(self)
        for end in (self.client, self.server):
            end.lose(reason)


class End(asyncio.Transport):
    """One end of a line: the transport of its protocol."""

    far: End

    def __init__(self, line: Line, protocol: asyncio.BaseProtocol) -> None:
        super().__init__({"peername": ("127.0.0.1", line.port)})
        self.protocol: Any = protocol
        self.break_after: int | None = None
        self.line = line
        self._loop = line.loop
        self._unread = bytearray()
        self._reads_from_us = 0
        self._carrying = False
        self._closing = False
        self._lost = False
        self._high = WRITE_BUFFER_HIGH
        self._paused = False

    # --- for the protocol -------------------------------------------------------------------------

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send `data`; after `close` it goes nowhere."""
        if self._closing:
            return
        self._unread += data
        if not self._paused and len(self._unread) > self._high:
            self._paused = True
            self.protocol.pause_writing()
        self._carry_later()

    def get_write_buffer_size(self) -> int:
        """Return the bytes that the far end has not read."""
        return len(self._unread)

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Let the protocol pause above `high` bytes."""
        self._high = WRITE_BUFFER_HIGH if high is None else high

    def is_closing(self) -> bool:
        """Tell whether nothing can be sent any more."""
        return self._closing

    def close(self) -> None:
        """Send what was written, then end the line."""
        if not self._closing:
            self._closing = True
            self._carry_later()

    def abort(self) -> None:
        """End the line at once."""
        self._unread.clear()
        self.line.close(None)

    # --- for the line -----------------------------------------------------------------------------

    def stop_reading(self, for_us: int) -> None:
        """Leave what comes unread for a while."""
        self._reads_from_us = max(self._reads_from_us, self._loop.now_us() + for_us)

    def lose(self, reason: Exception | None) -> None:
        """Tell the protocol, once, that the line is no more."""
        self._closing = True
        if not self._lost:
            self._lost = True
            self._unread.clear()
            self._loop.call_soon(self.protocol.connection_lost, reason)

    def _carry_later(self) -> None:
        if not self._carrying:
            self._carrying = True
            at_us = max(self._loop.now_us() + self._loop.latency_us(self), self.far._reads_from_us)
            self._loop.call_at(at_us / SECOND_US, self._carry)

    def _carry(self) -> None:
        """Let the far end read what is under way, as far as the line holds."""
        self._carrying = False
        if self._lost:
            return
        if self.far._reads_from_us > self._loop.now_us():
            self._carry_later()
            return
        data, self._unread = bytes(self._unread[: self.break_after]), bytearray()
        for piece in self._loop.split(data):
            if not self._lost:
                self.far.protocol.data_received(piece)
        if self.break_after is not None:
            self.break_after -= len(data)
        if self.break_after == 0:
            self.line.close(ConnectionResetError("the line was cut"))
        elif self._closing:
            self.line.close(None)
        elif self._paused:
            self._paused = False
            self.protocol.resume_writing()

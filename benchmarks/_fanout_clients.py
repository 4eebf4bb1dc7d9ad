"""The screens of `benchmarks.fanout`: many WebSockets in a process of their own, read by little code.

    python -m benchmarks._fanout_clients PORT KEY SCREENS SECONDS [deflate]

Prints one line of JSON when all are connected and one at the end: the frames of each screen, and when each
frame had come whole, as [number, nanoseconds of the steady clock].
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import sys
import time
import zlib

from tests.services.ports import LOOPBACK

SETTLE_S = 2.0
"""Snapshots are through by then."""
_SEQ = re.compile(rb'"kind":"delta","topic":"queues","seq":(\d+)')
_CONTROL = 0x08
"""The bit in a frame's first byte that tells frames of the connection itself (RFC 6455, section 5.5)."""
_HEAD = 64
CONNECTED_AT_ONCE = 50
WISH = json.dumps({"subscribe": ["queues"]}).encode()


class Screen(asyncio.Protocol):
    """One screen: follows the queues, and notes each change that comes."""

    def __init__(self, port: int, key: str, deflate: bool) -> None:
        self.came: list[tuple[int, int]] = []
        self.bytes = 0
        self.ready = asyncio.get_running_loop().create_future()
        self._request = _request(port, key, deflate)
        self._inflate = zlib.decompressobj(-15) if deflate else None
        self._held = bytearray()
        self._open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask to be let in."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._request)

    def data_received(self, piece: bytes) -> None:
        """Take what came."""
        self._held += piece
        self.bytes += len(piece)
        if not self._open:
            end = self._held.find(b"\r\n\r\n")
            if end < 0:
                return
            assert self._held.startswith(b"HTTP/1.1 101"), self._held[:200]
            del self._held[: end + 4]
            self._open = True
            self._transport.write(_frame(WISH))
            self.ready.set_result(None)
        self._take_frames()

    def _take_frames(self) -> None:
        held, begin = self._held, 0
        while len(held) - begin >= 2:
            length, head = held[begin + 1] & 127, 2
            if length >= 126:
                head = 4 if length == 126 else 10
                if len(held) - begin < head:
                    break
                length = int.from_bytes(held[begin + 2 : begin + head], "big")
            if len(held) - begin < head + length:
                break
            if not held[begin] & _CONTROL:  # a ping says nothing, and is never compressed
                self._note(held, begin + head, length)
            begin += head + length
        del held[:begin]

    def _note(self, held: bytearray, begin: int, length: int) -> None:
        if self._inflate is None:
            text = bytes(held[begin : begin + min(length, _HEAD)])
        else:
            text = self._inflate.decompress(bytes(held[begin : begin + length]) + b"\x00\x00\xff\xff")[:_HEAD]
        found = _SEQ.search(text)
        if found:
            self.came.append((int(found[1]), time.monotonic_ns()))


def _request(port: int, key: str, deflate: bool) -> bytes:
    lines = [
        "GET /api/v1/events HTTP/1.1",
        f"Host: {LOOPBACK}:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        "Sec-WebSocket-Version: 13",
        f"Authorization: Bearer {key}",
        *(["Sec-WebSocket-Extensions: permessage-deflate"] if deflate else []),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _frame(text: bytes) -> bytes:
    """Return a short text frame, masked with zeros."""
    return bytes((0x81, 0x80 | len(text))) + bytes(4) + text


async def main() -> None:
    port, key, screens, seconds = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
    deflate = "deflate" in sys.argv[5:]
    loop = asyncio.get_running_loop()
    connected: list[Screen] = []
    for begin in range(0, screens, CONNECTED_AT_ONCE):
        batch = [Screen(port, key, deflate) for _ in range(min(CONNECTED_AT_ONCE, screens - begin))]
        for screen in batch:
            await loop.create_connection(lambda screen=screen: screen, LOOPBACK, port)  # type: ignore[misc]
        await asyncio.gather(*(screen.ready for screen in batch))
        connected += batch
    await asyncio.sleep(SETTLE_S)
    print(json.dumps({"connected": len(connected)}), flush=True)
    begun_ns = time.monotonic_ns()
    before = sum(screen.bytes for screen in connected)
    await asyncio.sleep(seconds)
    ended_ns = time.monotonic_ns()
    came = [[pair for pair in screen.came if begun_ns <= pair[1] < ended_ns] for screen in connected]
    counts = [len(pairs) for pairs in came]
    print(
        json.dumps(
            {
                "seconds": (ended_ns - begun_ns) / 1e9,
                "counts": counts,
                "bytes": sum(screen.bytes for screen in connected) - before,
                "came": [pair for pairs in came for pair in pairs],
            }
        ),
        flush=True,
    )


if __name__ == "__main__":
    asyncio.run(main())

"""A client that does not read is cut off once the sockets are full, and no other client suffers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from core.kernel.clock import SECOND_US, microseconds
from simulator.ami_server import UNREAD_BYTES_MAX, WRITE_TIMEOUT_S, Account, AmiServer
from simulator.dialplan import DialplanSettings
from simulator.network import Line, NetworkLoop
from simulator.pbx import Exchange
from simulator.phones import PhoneBook
from simulator.virtual_loop import LoopTime

PORT = 5038
LOGIN = b"Action: Login\r\nUsername: ann\r\nSecret: s\r\n\r\n"
EVENT = [("Event", "UserEvent"), ("Filling", "x" * 4_000)]
STALL_US = 10 * SECOND_US


class Client(asyncio.Protocol):
    """A client that logs in and counts what it reads."""

    def __init__(self) -> None:
        self.bytes_read = 0
        self.is_cut_off = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(LOGIN)

    def data_received(self, data: bytes) -> None:
        self.bytes_read += len(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_cut_off = True


class Room:
    """A server with two clients, of which one may stall."""

    def __init__(self) -> None:
        self.loop = NetworkLoop()
        exchange = Exchange(LoopTime(self.loop), PhoneBook())
        accounts = {"ann": Account(secret="s")}
        self.server = AmiServer(exchange, accounts, DialplanSettings(engine_url="agi://127.0.0.1:1/x"))
        self.loop.run_until_complete(self.server.start(port=PORT))
        self.slow, self.quick = Client(), Client()
        for client in (self.slow, self.quick):
            self.loop.run_until_complete(
                self.loop.create_connection(lambda client=client: client, "127.0.0.1", PORT)  # type: ignore[misc]
            )
        self.loop.run_until(SECOND_US)

    @property
    def slow_line(self) -> Line:
        return self.loop.lines_to(PORT)[0]

    def tell(self, bytes_wanted: int) -> None:
        """Let the server write so many bytes of events to each client, now."""
        for _ in range(bytes_wanted // 4_000):
            self.loop.call_soon(self.server._broadcast, "user", EVENT)
        self.pass_s(WRITE_TIMEOUT_S / 4)

    def pass_s(self, seconds: float) -> None:
        self.loop.run_until(self.loop.now_us() + microseconds(seconds))


@pytest.fixture
def room() -> Iterator[Room]:
    room = Room()
    yield room
    room.loop.run_until_complete(room.server.stop())
    room.loop.close()


def test_client_that_leaves_too_much_unread_is_cut_off_after_the_write_timeout(room: Room) -> None:
    room.slow_line.stall(STALL_US)
    room.tell(UNREAD_BYTES_MAX + 10_000)
    assert not room.slow.is_cut_off
    room.pass_s(WRITE_TIMEOUT_S)
    assert room.slow.is_cut_off
    assert not room.quick.is_cut_off
    assert room.quick.bytes_read > UNREAD_BYTES_MAX


def test_client_that_reads_again_in_time_is_kept(room: Room) -> None:
    room.slow_line.stall(microseconds(WRITE_TIMEOUT_S / 2))
    room.tell(UNREAD_BYTES_MAX + 10_000)
    room.pass_s(1)
    assert not room.slow.is_cut_off
    assert room.slow.bytes_read == room.quick.bytes_read


def test_client_that_leaves_little_unread_is_kept(room: Room) -> None:
    room.slow_line.stall(STALL_US)
    room.tell(UNREAD_BYTES_MAX // 2)
    room.pass_s(10)
    assert not room.slow.is_cut_off
    assert room.slow.bytes_read == room.quick.bytes_read

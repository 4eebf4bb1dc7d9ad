"""The virtual loop jumps from timer to timer, and its network keeps TCP's promises whatever befalls it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from core.kernel.clock import SECOND_US
from core.kernel.errors import InvariantBroken
from simulator.network import LATENCY_US, NetworkLoop
from simulator.virtual_loop import LoopTime

PORT = 5038


class Party(asyncio.Protocol):
    """One end that keeps what it reads, and hears how the line ended."""

    def __init__(self) -> None:
        self.read: list[bytes] = []
        self.ended: list[Exception | None] = []
        self.paused: list[bool] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.read.append(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended.append(exc)

    def pause_writing(self) -> None:
        self.paused.append(True)

    def resume_writing(self) -> None:
        self.paused.append(False)


@pytest.fixture
def loop() -> Iterator[NetworkLoop]:
    loop = NetworkLoop()
    yield loop
    loop.close()


@pytest.fixture
def parties(loop: NetworkLoop) -> tuple[Party, Party]:
    """Return client and server of a line that is open."""
    client, server = Party(), Party()
    loop.run_until_complete(loop.create_server(lambda: server, "127.0.0.1", PORT))
    loop.run_until_complete(loop.create_connection(lambda: client, "127.0.0.1", PORT))
    loop.run_until(loop.now_us() + 1)
    return client, server


def write(loop: NetworkLoop, party: Party, data: bytes, wait_us: int = SECOND_US) -> None:
    loop.call_soon(party.transport.write, data)
    loop.run_until(loop.now_us() + wait_us)


class TestTime:
    def test_an_hour_passes_at_once(self, loop: NetworkLoop) -> None:
        loop.run_until_complete(asyncio.sleep(3600))
        assert loop.now_us() == 3600 * SECOND_US

    def test_timers_fire_in_their_order_at_their_microsecond(self, loop: NetworkLoop) -> None:
        fired: list[int] = []
        time = LoopTime(loop)

        def note(at_us: int) -> Callable[[], None]:
            return lambda: fired.append(at_us - time.now_us())

        for at_us in (1_000_003, 7, 86_400_000_001, 1_000_002):
            time.call_at(at_us, note(at_us))
        loop.run_until(100_000 * SECOND_US)
        assert fired == [0, 0, 0, 0]
        assert loop.now_us() == 100_000 * SECOND_US

    def test_actions_of_one_instant_are_done_in_the_order_of_asking(self, loop: NetworkLoop) -> None:
        done: list[int] = []
        time = LoopTime(loop)
        for number in range(20):
            time.call_at(SECOND_US, partial(done.append, number))
        loop.run_until(2 * SECOND_US)
        assert done == list(range(20))

    def test_time_stops_where_it_was_asked_to(self, loop: NetworkLoop) -> None:
        fired: list[int] = []
        LoopTime(loop).call_at(2 * SECOND_US, lambda: fired.append(2))
        loop.run_until(SECOND_US)
        assert (fired, loop.now_us()) == ([], SECOND_US)

    def test_what_nobody_catches_ends_the_run(self, loop: NetworkLoop) -> None:
        LoopTime(loop).call_at(SECOND_US, lambda: int("three"))
        with pytest.raises(ValueError, match="three"):
            loop.run_until(2 * SECOND_US)

    def test_waiting_for_nothing_is_found_out(self, loop: NetworkLoop) -> None:
        with pytest.raises(InvariantBroken, match="for ever"):
            loop.run_forever()


class TestLine:
    def test_bytes_arrive_after_a_moment_in_their_order(
        self, loop: NetworkLoop, parties: tuple[Party, Party]
    ) -> None:
        client, server = parties
        write(loop, client, b"one,", wait_us=LATENCY_US - 1)
        assert server.read == []
        write(loop, client, b"two")
        assert b"".join(server.read) == b"one,two"

    def test_nobody_listens(self, loop: NetworkLoop) -> None:
        with pytest.raises(ConnectionRefusedError):
            loop.run_until_complete(loop.create_connection(Party, "127.0.0.1", PORT))

    def test_port_is_taken(self, loop: NetworkLoop, parties: tuple[Party, Party]) -> None:
        with pytest.raises(OSError, match="taken"):
            loop.run_until_complete(loop.create_server(Party, "127.0.0.1", PORT))

    def test_what_was_written_before_the_close_arrives(
        self, loop: NetworkLoop, parties: tuple[Party, Party]
    ) -> None:
        client, server = parties
        loop.call_soon(client.transport.write, b"bye")
        loop.call_soon(client.transport.close)
        write(loop, server, b"too late to be read")
        assert (server.read, client.ended, server.ended) == ([b"bye"], [None], [None])

    def test_abort_loses_what_is_under_way(self, loop: NetworkLoop, parties: tuple[Party, Party]) -> None:
        client, server = parties
        loop.call_soon(client.transport.write, b"bye")
        loop.call_soon(client.transport.abort)
        loop.run_until(SECOND_US)
        assert (server.read, client.ended, server.ended) == ([], [None], [None])

    def test_line_breaks_in_the_middle_of_a_message(
        self, loop: NetworkLoop, parties: tuple[Party, Party]
    ) -> None:
        client, server = parties
        (line,) = loop.lines_to(PORT)
        line.cut(after_bytes=5)
        write(loop, server, b"one")
        write(loop, server, b"two")
        assert b"".join(client.read) == b"onetw"
        assert [type(reason) for reason in client.ended + server.ended] == [ConnectionResetError] * 2
        assert loop.lines_to(PORT) == []

    def test_client_that_stalls_reads_all_of_it_later(
        self, loop: NetworkLoop, parties: tuple[Party, Party]
    ) -> None:
        client, server = parties
        (line,) = loop.lines_to(PORT)
        line.stall(3 * SECOND_US)
        write(loop, server, b"x" * 100_000)
        assert (client.read, server.paused) == ([], [True])
        assert server.transport.get_write_buffer_size() == 100_000
        loop.run_until(loop.now_us() + 3 * SECOND_US)
        assert (len(b"".join(client.read)), server.paused) == (100_000, [True, False])

    def test_refused_port_takes_connections_again_after_a_while(
        self, loop: NetworkLoop, parties: tuple[Party, Party]
    ) -> None:
        loop.refuse(PORT, SECOND_US)
        with pytest.raises(ConnectionRefusedError):
            loop.run_until_complete(loop.create_connection(Party, "127.0.0.1", PORT))
        loop.run_until(loop.now_us() + SECOND_US)
        loop.run_until_complete(loop.create_connection(Party, "127.0.0.1", PORT))
        assert len(loop.lines_to(PORT)) == 2

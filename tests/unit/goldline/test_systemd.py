"""What systemd hears of the program, and the unit that has it served."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from goldline.serve import interrupted
from goldline.systemd import served_by_systemd, tell_systemd

LIMIT_S = 10
UNIT = Path(__file__).parents[3] / "contrib" / "systemd" / "goldline.service"


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """Return the socket on which systemd would listen."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield listener


def words(manager: socket.socket) -> list[str]:
    """Return what was told so far."""
    manager.setblocking(False)
    told = []
    try:
        while True:
            told.append(manager.recv(100).decode())
    except BlockingIOError:
        return told


async def test_it_is_ready_then_stops(manager: socket.socket) -> None:
    with served_by_systemd():
        assert words(manager) == ["READY=1"]
    assert words(manager) == ["STOPPING=1"]


async def test_the_watchdog_hears_that_the_loop_turns(
    manager: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "20000")
    with served_by_systemd():
        await asyncio.to_thread(lambda: [manager.recv(100) for _ in range(4)])
    assert words(manager)[-1] == "STOPPING=1"


def test_without_systemd_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    tell_systemd("READY=1")


def test_a_manager_that_is_gone_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    tell_systemd("READY=1")


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze (of Debian's package systemd)")
    program = tmp_path / "goldline"
    program.touch(mode=0o755)
    unit = tmp_path / "goldline.service"
    unit.write_text(UNIT.read_text().replace("/opt/goldline/bin/goldline", str(program)))
    judged = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert [line for line in judged.stderr.splitlines() if "goldline" in line] == []
    assert judged.returncode == 0


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
async def test_who_asks_twice_for_the_end_ends_the_program_at_once(asked: signal.Signals) -> None:
    before = {name: signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGINT)}
    try:
        waiting = asyncio.create_task(interrupted())
        await asyncio.sleep(0)
        os.kill(os.getpid(), asked)
        await asyncio.wait_for(waiting, LIMIT_S)
        assert {signal.getsignal(name) for name in before} == {signal.SIG_DFL}
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def test_systemd_never_gives_up_starting_it() -> None:
    # A database that boots more slowly refuses five starts within ten seconds, systemd's patience by default.
    assert "\nStartLimitIntervalSec=0\n" in UNIT.read_text().split("[Service]")[0]

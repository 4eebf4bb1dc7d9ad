"""What was spooled is read back in order, whole lines only, whatever the disk did to the last one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.spool import Spool
from tests.services.full_disk import files_end_at

ROOMY = 10_000
LINES = st.lists(st.binary(max_size=40).map(lambda line: line.replace(b"\n", b"")), max_size=8)
STEPS = st.lists(st.one_of(LINES, st.integers(min_value=0, max_value=5)), max_size=12)


@given(STEPS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_lines_come_out_as_they_went_in(tmp_path: Path, steps: list[list[bytes] | int]) -> None:
    path = tmp_path / "spool"
    path.unlink(missing_ok=True)
    spool = Spool(path, ROOMY)
    waiting: list[bytes] = []
    for step in steps:
        if isinstance(step, list):
            assert spool.append(step) == len(step)
            waiting += step
        else:
            lines = spool.peek(step)
            assert lines == waiting[:step]
            spool.take(lines)
            waiting = waiting[step:]
        assert spool.empty is (not waiting)
    spool.close()


def test_lines_not_taken_wait_for_the_next_process(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", ROOMY)
    spool.append([b"one", b"two"])
    spool.close()
    following = Spool(tmp_path / "spool", ROOMY)
    assert following.peek(10) == [b"one", b"two"]
    following.close()


@pytest.mark.parametrize("torn", [b"", b"thr", b"x" * 200_000])
def test_a_line_cut_short_by_a_crash_is_dropped(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "spool"
    path.write_bytes(b"one\ntwo\n" + torn)
    spool = Spool(path, ROOMY)
    spool.append([b"four"])
    assert spool.peek(10) == [b"one", b"two", b"four"]
    spool.close()


def test_a_full_spool_takes_what_fits(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", bytes_max=8)
    assert spool.append([b"one", b"two", b"three"]) == 2
    assert spool.append([b"four"]) == 0
    spool.take(spool.peek(2))
    assert spool.append([b"four"]) == 1
    spool.close()


def test_two_processes_never_share_a_spool(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", ROOMY)
    with pytest.raises(BlockingIOError):
        Spool(tmp_path / "spool", ROOMY)
    spool.close()


def test_another_who_runs_with_the_spool_is_named_in_words(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", ROOMY)
    with pytest.raises(BlockingIOError, match="spool is in use: another goldline"):
        Spool(tmp_path / "spool", ROOMY)
    spool.close()


@pytest.mark.parametrize("length", [10, 20_000], ids=["short lines", "lines longer than any buffer"])
def test_what_a_full_disk_took_in_part_is_no_line_later(tmp_path: Path, length: int) -> None:
    spool = Spool(tmp_path / "spool", 1_000_000)
    line = b"x" * length
    spool.append([b"one"])
    with files_end_at(length + 10), pytest.raises(OSError, match="File too large"):
        spool.append([line] * 3)
    assert spool.peek(10) == [b"one"]
    spool.append([b"two", line])
    assert spool.peek(10) == [b"one", b"two", line]
    spool.close()
    following = Spool(tmp_path / "spool", 1_000_000)
    assert following.peek(10) == [b"one", b"two", line]
    following.close()


def test_what_waits_is_read_while_the_disk_is_full(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", ROOMY)
    spool.append([b"one"])
    with files_end_at(10):
        with pytest.raises(OSError, match="File too large"):
            spool.append([b"x" * 100])
        assert spool.peek(1) == [b"one"]
        spool.take([b"one"])
        assert spool.empty
    spool.close()


def test_a_file_that_somebody_emptied_is_empty(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", ROOMY)
    spool.append([b"one", b"two"])
    (tmp_path / "spool").write_bytes(b"")
    assert spool.peek(10) == []
    assert spool.empty
    spool.close()


def test_only_its_owner_may_read_what_is_spooled(tmp_path: Path) -> None:
    Spool(tmp_path / "spool", ROOMY).close()
    assert (tmp_path / "spool").stat().st_mode & 0o777 == 0o600

"""A month of the bank is read for the calls that reached its agents, with every trap of the file in it."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from core.kernel.errors import ConfigError
from simulator.bank.calls import BankCall, LeftOut, read_month
from tests.unit.simulator.bank_file import FRIDAY, MONDAY, Row, hung_up, month, month_file, served


def only_call(folder: Path, row: Row) -> BankCall:
    (call,) = month(folder, [row]).calls
    return call


def test_who_waited_came_to_the_queue_and_left_it_for_an_agent(tmp_path: Path) -> None:
    call = only_call(tmp_path, served(30_000, "A01", waited_s=45, talk_s=200, priority=2))
    assert (call.at_s, call.waited_s, call.served_s, call.talk_s) == (30_000, 45, 30_045, 200)
    assert (call.queued, call.abandoned, call.priority, call.agent) == (True, False, 2, "A01")


def test_who_hung_up_in_the_queue_abandoned(tmp_path: Path) -> None:
    call = only_call(tmp_path, hung_up(30_000, 80, type="NW"))
    assert (call.waited_s, call.abandoned, call.talk_s, call.kind) == (80, True, None, "NW")


def test_who_did_not_wait_came_as_the_service_began_and_nobody_asked_for_the_priority(tmp_path: Path) -> None:
    call = only_call(tmp_path, served(30_000, "A01", vru_exit=30_002))
    assert (call.at_s, call.queued, call.waited_s, call.priority) == (30_000, False, 0, None)


def test_a_call_back_has_its_priority_without_waiting(tmp_path: Path) -> None:
    assert only_call(tmp_path, served(30_000, "A01", type="TT", priority=1)).priority == 1


def test_rows_that_are_no_calls_to_agents_are_counted_by_their_reason(tmp_path: Path) -> None:
    rows = [
        served(30_000, "A01"),
        hung_up(30_000, 0),
        hung_up(30_010, 12, outcome="PHANTOM"),
        served(30_020, "", talk_s=4),
        served(-2_000, "A01"),
    ]
    found = month(tmp_path, rows)
    assert len(found.calls) == 1
    assert found.days[0].left_out == dict.fromkeys(LeftOut, 1)


def test_a_service_begun_after_midnight_belongs_to_the_evening_before(tmp_path: Path) -> None:
    waited = served(86_390, "A01", waited_s=30, ser_start=20)
    at_once = served(86_399, "A02", ser_start=3, vru_exit=86_399)
    found = month(tmp_path, [at_once, waited])
    assert [(call.at_s, call.served_s) for call in found.calls] == [(86_390, 86_420), (86_403, 86_403)]


@pytest.mark.parametrize("begun_s", [0, -8])
def test_a_service_without_a_beginning_was_not_measured(tmp_path: Path, begun_s: int) -> None:
    call = only_call(tmp_path, served(60_000, "A01", waited_s=40, ser_start=begun_s, ser_time=0))
    assert (call.served_s, call.talk_s, call.abandoned) == (60_040, None, False)


def test_negative_times_are_no_times(tmp_path: Path) -> None:
    call = only_call(tmp_path, served(30_000, "A01", waited_s=40, q_time=-3, ser_time=-1, vru_entry=-7))
    assert (call.waited_s, call.talk_s) == (0, 0)


def test_the_days_of_a_month_are_in_order_and_so_are_their_calls(tmp_path: Path) -> None:
    rows = [
        served(9_000, "A01", date=FRIDAY),
        served(8_000, "A01", date=MONDAY),
        served(7_000, "A02", date=MONDAY),
    ]
    found = month(tmp_path, rows)
    assert [day.is_weekday for day in found.days] == [True, False]
    assert [call.at_s for call in found.calls] == [7_000, 8_000, 9_000]


def test_a_weekday_with_half_the_calls_of_others_was_no_full_day(tmp_path: Path) -> None:
    calls = {"19990207": 9, "19990208": 8, "19990209": 3, "19990210": 8, FRIDAY: 9}
    rows = [served(30_000 + n, "A01", date=date) for date, count in calls.items() for n in range(count)]
    assert [f"{day.date:%Y%m%d}" for day in month(tmp_path, rows).full_days] == [
        "19990207",
        "19990208",
        "19990210",
    ]


def test_a_row_nobody_can_read_is_named_by_its_line(tmp_path: Path) -> None:
    path = month_file(tmp_path, [served(30_000, "A01"), served(30_001, "A01", q_start="noon")])
    with pytest.raises(ConfigError, match=r"calls_1999_02\.csv\.gz: line 3: .*noon"):
        read_month(path)


def test_a_file_that_is_not_packed_as_its_name_says_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv.gz"
    path.write_text("line,call_id\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="packed by gzip"):
        read_month(path)


def test_an_unpacked_month_reads_the_same(tmp_path: Path) -> None:
    packed = month_file(tmp_path, [served(30_000, "A01", waited_s=40), hung_up(30_010, 25)])
    plain = tmp_path / packed.stem
    plain.write_bytes(gzip.decompress(packed.read_bytes()))
    assert read_month(plain) == read_month(packed)


def test_a_month_without_calls_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "calls_1999_03.csv.gz"
    path.write_bytes(gzip.compress(b"date\n"))
    with pytest.raises(ConfigError, match="at least one call"):
        read_month(path)

"""The clock that everything goes by heeds nobody who sets the machine's, and tells of it."""

from __future__ import annotations

import time

import pytest

from core.kernel.clock import SECOND_US
from goldline.vitals import watch_clock
from goldline.wall_clock import WallClock
from web.ops.ops import Ops

HOUR_US = 3_600 * SECOND_US
HAIR_US = SECOND_US // 2


@pytest.mark.parametrize("set_by_us", [HOUR_US, -HOUR_US])
def test_setting_the_machine_s_clock_moves_no_timer_and_is_told(
    set_by_us: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, ops = WallClock(), Ops()
    watch_clock(ops, clock)
    before_us = clock.now_us()
    assert ops.readiness.missing() == {}
    wall = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: wall() + 1000 * set_by_us)
    assert 0 <= clock.now_us() - before_us < HAIR_US
    assert abs(clock.off_us() - set_by_us) < HAIR_US
    sign = "+" if set_by_us > 0 else "-"
    assert f"set by {sign}3600.0 s" in ops.readiness.missing()["clock"]
    assert ops.readiness.is_ready, "calls go on"
    assert f"goldline_clock_off_seconds {sign.strip('+')}3" in ops.exposition.text().decode()

"""Pools that share their lines: as known where they are one pool, and where the lines do not bind them."""

from __future__ import annotations

import pytest

from benchmarks._shared_lines import shared_lines
from simulator.erlang import erlang_b, steady_state


def test_one_pool_is_the_one_of_the_formulas() -> None:
    found = shared_lines(pools=1, per_hour=504, handle_s=600, agents=90, lines=120)
    exact = steady_state(per_hour=504, handle_s=600, agents=90, lines=120)
    assert (found.blocked, found.wait_s) == pytest.approx((exact.blocked, exact.speed_of_answer_s))


def test_with_lines_to_spare_each_pool_is_by_itself() -> None:
    found = shared_lines(pools=3, per_hour=60, handle_s=180, agents=6, lines=200)
    alone = steady_state(per_hour=60, handle_s=180, agents=6)
    assert found.blocked == pytest.approx(0, abs=1e-9)
    assert found.wait_s == pytest.approx(alone.speed_of_answer_s)


def test_who_has_an_agent_for_each_line_is_lost_like_in_one_pool() -> None:
    found = shared_lines(pools=4, per_hour=30, handle_s=120, agents=10, lines=10)
    assert found.blocked == pytest.approx(erlang_b(4.0, 10))
    assert found.wait_s == 0

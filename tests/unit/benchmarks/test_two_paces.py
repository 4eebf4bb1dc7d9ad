"""The exact figures of agents of two paces, against those of one pool and of one agent of each pace."""

from __future__ import annotations

import pytest

from benchmarks._two_paces import TwoPaces
from simulator.erlang import steady_state


@pytest.mark.parametrize(("agents", "load"), [(1, 0.5), (10, 0.8), (50, 0.95)])
def test_agents_of_one_pace_are_one_pool(agents: int, load: float) -> None:
    alike = TwoPaces(agents=agents, quick=1.0, slow=1.0, load=load)
    per_hour = 2 * agents * load * 60
    pool = steady_state(per_hour=per_hour, handle_s=60, agents=2 * agents)
    assert alike.fastest_first() == pytest.approx(pool.wait_s / 60, rel=1e-9)
    assert alike.at_best() == pytest.approx(pool.wait_s / 60, rel=1e-9)


def test_one_quick_and_one_slow_agent_by_hand() -> None:
    """Four states and a queue, balanced by hand: talks end at 3 and 1 in a unit, calls come at 2.

    With a the weight of nobody busy and so on: idle 2a = 3q + s; slow alone 3s = 3b; quick alone
    5q = 2a + b; all busy, with what follows in the queue, b / (1 - 1/2).
    """
    pair = TwoPaces(agents=1, quick=3.0, slow=1.0, load=0.5)
    both = 1.0
    slow = 3 * both / 3
    quick = (slow + both) / 2
    nobody = (3 * quick + slow) / 2
    assert 5 * quick == pytest.approx(2 * nobody + both)
    waiting = 2 * both / (nobody + quick + slow + 2 * both)
    assert pair.fastest_first() == pytest.approx(waiting / (4 - 2))


def test_no_rule_goes_below_what_handing_over_would_bring() -> None:
    for load in (0.5, 0.9, 0.95):
        setting = TwoPaces(agents=20, quick=1.25, slow=0.75, load=load)
        assert 0 < setting.at_best() < setting.fastest_first()

"""The exact figures of agents of two paces, against those of one pool and of one agent of each pace."""

from __future__ import annotations

import pytest

from benchmarks._two_paces import AtWork, TwoPaces
from core.model.agent import AgentState
from core.model.events import AgentStateChanged
from core.model.ids import AgentId
from simulator.erlang import steady_state

BUSY, IDLE = AgentState.ON_CONTACT, AgentState.READY


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


@pytest.mark.parametrize(("agents", "load"), [(1, 0.5), (10, 0.8), (50, 0.95)])
def test_whom_calls_go_to_matters_not_where_agents_are_alike(agents: int, load: float) -> None:
    alike = TwoPaces(agents=agents, quick=1.0, slow=1.0, load=load)
    assert alike.longest_idle() == pytest.approx(alike.fastest_first(), rel=1e-9)
    half_quick = {busy: busy / 2 for busy in range(1, 2 * agents + 1)}
    assert alike.by_level(half_quick) == pytest.approx(alike.fastest_first(), rel=1e-9)


def test_the_longest_idle_of_a_pair_by_hand() -> None:
    """One agent of each pace, talks ending at 3 and 1, calls at 2; who became idle first is served first.

    With s and q the weights of the slow and the quick one alone busy, 1 that of both, and o of both idle:
    slow alone 3s = 3 + o by halves (2 o's calls go to either alike), quick alone 5q = 1 + o; 2o = s + 3q.
    """
    pair = TwoPaces(agents=1, quick=3.0, slow=1.0, load=0.5)
    slow, quick, nobody = 3 / 2, 1 / 2, 3 / 2
    assert 3 * slow == pytest.approx(3 + nobody)
    assert 5 * quick == pytest.approx(1 + nobody)
    assert 2 * nobody == pytest.approx(slow + 3 * quick)
    waiting = 2 / (nobody + quick + slow + 2)
    assert pair.longest_idle() == pytest.approx(waiting / (4 - 2))


def test_time_is_counted_by_how_many_are_busy_and_of_them_how_many_are_quick() -> None:
    seen = AtWork("quick", warm_us=10, end_us=100)
    for at_us, agent, new in (
        (0, "slow-1", BUSY),
        (30, "quick-1", BUSY),
        (60, "slow-1", IDLE),
        (200, "quick-1", IDLE),
    ):
        old = IDLE if new is BUSY else BUSY
        seen.add(AgentStateChanged(at_us=at_us, agent_id=AgentId(agent), old=old, new=new))
    assert seen.busy_us == {1: 20 + 40, 2: 30}
    assert seen.by_level() == {1: pytest.approx(40 / 60), 2: 1.0}

"""Queues that are to keep shares of the line, and quick agents, in small centres through the whole engine."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks._theory import opened
from benchmarks._two_paces import TwoPaces
from benchmarks.control import SHARES, Control, with_paces
from simulator.demand import PoissonArrivals
from simulator.scenario import Scenario


def small_centre() -> Scenario:
    """Ten agents instead of a hundred, and as many calls for each queue as keep them all busy."""
    whole, _ = opened("queue-shares")
    calls = tuple(replace(each, per_hour=200) for each in whole.arrivals if isinstance(each, PoissonArrivals))
    (team,) = whole.teams
    return replace(
        whole, duration_s=7_200, warm_up_s=900, arrivals=calls, teams=(replace(team, counts=(10,)),)
    )


@pytest.mark.slow
def test_queues_keep_their_shares_of_the_line_however_calls_come() -> None:
    in_turn, controlled = (
        Control(scenario=small_centre(), rules=rules)(1) for rules in ("types", "queue-shares-rules")
    )
    whole, whole_in_turn = (sum(run.lengths.values()) for run in (controlled, in_turn))
    assert whole == pytest.approx(whole_in_turn, rel=0.1)
    for queue, share in SHARES.items():
        assert controlled.lengths[queue] / whole == pytest.approx(share, rel=0.05)
    assert in_turn.lengths["type-1"] / whole_in_turn > 0.2


def test_quick_agents_first_save_a_fifth_of_the_wait_and_nobody_said_who_is_quick() -> None:
    few = TwoPaces(agents=10, quick=1.5, slow=0.5, load=0.8)
    centre = replace(with_paces(opened("fast-and-slow")[0], few), duration_s=5_400, warm_up_s=1_200)
    fastest, longest = (
        few.by_level(Control(scenario=centre, rules=rules)(1).at_work.by_level())
        for rules in ("fastest", "goldline")
    )
    assert fastest < 0.8 * longest
    assert fastest == pytest.approx(few.fastest_first(), rel=0.1)
    assert longest == pytest.approx(few.longest_idle(), rel=0.1)

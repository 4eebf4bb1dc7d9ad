"""Queues that are to keep shares of the line, in a small centre through the whole engine."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks._theory import opened
from benchmarks.control import SHARES, Control
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
    whole, whole_in_turn = (sum(run[queue] for queue in SHARES) for run in (controlled, in_turn))
    assert whole == pytest.approx(whole_in_turn, rel=0.1)
    for queue, share in SHARES.items():
        assert controlled[queue] / whole == pytest.approx(share, rel=0.05)
    assert in_turn["type-1"] / whole_in_turn > 0.2

"""Figures of a day, against hand-counted ones."""

from __future__ import annotations

from core.model.agent import AgentState
from core.model.events import AgentStateChanged
from core.model.ids import AgentId
from metrics.day import DayFigures
from metrics.occupancy import TimeByState
from metrics.service_level import mean, percentile, share_within
from tests.unit.floor import Floor


def test_nearest_rank_percentile() -> None:
    waits = [float(value) for value in range(1, 101)]
    assert (percentile(waits, 0.95), percentile(waits, 1.0), percentile([], 0.95)) == (95.0, 100.0, 0.0)
    assert percentile([7.0], 0.01) == 7.0


def test_service_level_counts_the_abandoned_against_us() -> None:
    assert share_within([5, 19, 20, 21], abandoned=1, threshold=20) == 3 / 5
    assert share_within([], abandoned=0, threshold=20) == 1.0
    assert mean([]) == 0.0


def change(at_s: int, old: AgentState, new: AgentState) -> AgentStateChanged:
    return AgentStateChanged(at_us=at_s * 1_000_000, agent_id=AgentId("ann"), old=old, new=new)


def test_occupancy_leaves_breaks_out() -> None:
    time = TimeByState()
    time.add(change(0, AgentState.LOGGED_OUT, AgentState.NOT_READY))
    time.add(change(100, AgentState.NOT_READY, AgentState.READY))
    time.add(change(125, AgentState.READY, AgentState.ON_CONTACT))
    time.close(200_000_000)
    assert time.occupancy() == 75 / 100
    assert time.spent_us[AgentState.NOT_READY] == 100_000_000


def test_day_of_three_callers() -> None:
    floor = Floor({"ann": 7})
    floor.ready("ann")
    floor.arrive("served", tier="platinum")
    floor.pass_s(4)
    floor.answer("ann")
    floor.arrive("leaves")
    floor.pass_s(30)
    floor.hang_up("leg-leaves")
    floor.arrive("waits")
    figures = DayFigures()
    for event in floor.events(object):  # type: ignore[type-var]
        figures.add(event)
    day = figures.summary(floor.now_us)
    assert (day["arrived"], day["offered"], day["answered"], day["abandoned"]) == (3, 3, 1, 1)
    assert day["tiers"]["platinum"]["mean_wait_s"] == 4.0
    assert day["tiers"]["platinum"]["mean_skill_level"] == 7.0
    assert day["tiers"]["standard"]["share_within_20s"] == 0.0
    assert day["occupancy"] == 1.0

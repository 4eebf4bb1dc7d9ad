"""A plan draws its faults from the seed: the same each time, each alone and in company over many seeds."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from core.kernel.clock import SECOND_US
from core.kernel.errors import ConfigError
from simulator.faults import FaultKind, FaultPlan, RandomFault, Slip, Spell
from simulator.scenario import read_scenario

HOUR_US = 3_600 * SECOND_US
LOST = Slip(kind=FaultKind.EVENT_LOST, share=0.1)
CONSTANT = {"kind": "constant", "value_s": 10}
CUT = Spell(kind=FaultKind.LINK_CUT, per_hour=6)


def scenario(**fault: object) -> dict[str, Any]:
    return {
        "schema": 1,
        "engine_config": "goldline.toml",
        "duration_s": 60,
        "arrivals": [{"kind": "poisson", "dialed_number": "8000", "per_hour": 60}],
        "customers": [{"weight": 1}],
        "service": [{"talk": CONSTANT, "wrap_up": CONSTANT}],
        "random_faults": [fault],
    }


def test_same_seed_strikes_the_same_occasions() -> None:
    first, second = ([plan.strikes(FaultKind.EVENT_LOST) for _ in range(200)] for plan in twice(7))
    assert first == second
    assert 5 < sum(first) < 40


def test_other_seed_strikes_other_occasions() -> None:
    one, other = FaultPlan([LOST], 7), FaultPlan([LOST], 8)
    assert [one.strikes(LOST.kind) for _ in range(200)] != [other.strikes(LOST.kind) for _ in range(200)]


def test_kind_that_was_not_asked_for_never_strikes() -> None:
    plan = FaultPlan([CUT], 7)
    assert not any(plan.strikes(FaultKind.EVENT_LOST) for _ in range(200))
    assert plan.lag_us(FaultKind.ACTION_LATE) == 0


def test_spells_come_as_often_as_asked_and_end_with_the_day() -> None:
    spells = [list(plan.spells(FaultKind.LINK_CUT, 100 * HOUR_US)) for plan in twice(7)]
    assert spells[0] == spells[1]
    assert 500 < len(spells[0]) < 700
    assert all(0 < at_us < 100 * HOUR_US and lasts_us > 0 for at_us, lasts_us in spells[0])


def test_each_fault_takes_part_in_its_share_of_the_runs() -> None:
    half = [
        Slip(kind=FaultKind.EVENT_LOST, share=1, in_runs=0.5),
        Spell(kind=CUT.kind, per_hour=1, in_runs=0.5),
    ]
    kinds = [FaultPlan(half, seed).kinds for seed in range(400)]
    assert {len(each) for each in kinds} == {0, 1, 2}
    assert 150 < sum(FaultKind.LINK_CUT in each for each in kinds) < 250


def test_plan_without_faults_is_none() -> None:
    assert not FaultPlan([], 7)
    assert str(FaultPlan([], 7)) == "none"


def test_plan_tells_what_struck_how_often() -> None:
    plan = FaultPlan([Slip(kind=FaultKind.EVENT_LOST, share=1), CUT], 7)
    plan.strikes(FaultKind.EVENT_LOST)
    assert str(plan) == "event_lost (1 times), link_cut (0 times)"


def twice(seed: int) -> tuple[FaultPlan, FaultPlan]:
    return FaultPlan([LOST, CUT], seed), FaultPlan([CUT, LOST], seed)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "event_lost", "share": 0.01},
        {"kind": "action_late", "share": 1, "lasts": {"kind": "uniform", "low_s": 0, "high_s": 1}},
        {"kind": "pbx_restart", "per_hour": 2, "lasts": {"kind": "constant", "value_s": 5}, "in_runs": 0.5},
    ],
    ids=lambda fault: fault["kind"],
)
def test_scenario_may_ask_for_faults(fault: dict[str, Any]) -> None:
    (asked,) = read_scenario(scenario(**fault)).random_faults
    assert asked == TypeAdapter(RandomFault).validate_python(fault)


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        ({"kind": "gremlins", "share": 0.5}, "kind"),
        ({"kind": "event_lost", "share": 1.5}, "share"),
        ({"kind": "event_lost", "per_hour": 3}, "share"),
        ({"kind": "link_cut", "per_hour": 0}, "per_hour"),
        ({"kind": "link_cut", "per_hour": 1, "share": 0.5}, "share"),
    ],
    ids=["unknown", "more than all", "a slip by the hour", "never", "a spell by share"],
)
def test_fault_that_cannot_be_is_refused(fault: dict[str, Any], named: str) -> None:
    with pytest.raises(ConfigError, match=f"random_faults.*{named}"):
        read_scenario(scenario(**fault))

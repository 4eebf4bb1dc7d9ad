"""What earlier days taught: the simulated truth, found by outcomes alone, the same for the same seeds."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from statistics import fmean

import pytest

from core.model.quality import PPM
from goldline.experience import Learned, experience
from goldline.flows import load_flows
from goldline.harness import open_scenario
from goldline.trial import make_trial
from simulator.proficiency import Talents
from simulator.scenario import Scenario, load_scenario

pytestmark = pytest.mark.slow

CENTRE = Path(__file__).parents[3] / "examples" / "value" / "centre.toml"


def short_centre() -> Scenario:
    """The example's centre for an hour, its agents as different as they are there, and new to the work."""
    centre = load_scenario(CENTRE)
    newcomers = replace(centre.proficiency, earlier_days=0)
    return replace(centre, duration_s=3_600.0, warm_up_s=0.0, proficiency=newcomers)


@cache
def learned(days: int) -> Learned:
    centre = short_centre()
    config = open_scenario(centre)
    return experience(centre, config, load_flows(config, CENTRE.parent), days=days)


def test_earlier_days_add_up() -> None:
    handled = [
        sum(each.tally.handled for agent in learned(days) for each in agent.skills) for days in (0, 1, 2)
    ]
    assert handled[0] == 0
    assert 1.7 < handled[2] / handled[1] < 2.3


def test_outcomes_find_out_who_is_good() -> None:
    """Those the engine takes for the better half are better in truth, which it has never seen."""
    centre = short_centre()
    talents = Talents(centre.proficiency)
    plans = {plan.id: plan for plan in centre.staff}
    expected = [
        (each.quality.resolution_ppm, talents.of(plans[agent.agent_id], each.skill).resolution)
        for agent in learned(2)
        for each in agent.skills
        if each.tally.handled >= 10
    ]
    ranked = [truth for _, truth in sorted(expected)]
    half = len(ranked) // 2
    assert fmean(ranked[half:]) - fmean(ranked[:half]) > 0.08
    assert abs(fmean(ppm / PPM for ppm, _ in expected) - fmean(ranked)) < 0.05


def test_a_scenario_may_say_that_days_have_gone_before() -> None:
    centre = short_centre()
    experienced = replace(centre, proficiency=replace(centre.proficiency, earlier_days=1))
    assert make_trial(experienced).recalled == learned(1)
    assert make_trial(centre).recalled == ()

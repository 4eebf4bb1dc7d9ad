"""What agents make of the matters they take: settled or not, fast or slow, the same under any rules."""

from __future__ import annotations

from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import pytest

from core.kernel.clock import SECOND_US
from core.kernel.errors import ConfigError
from core.model.events import InteractionRecorded
from goldline.harness import SimulatedDay, open_scenario
from simulator.proficiency import PLAIN, Proficiency, Talents
from simulator.scenario import Scenario, read_scenario
from simulator.staffing import AgentPlan

THEORY = Path(__file__).parents[3] / "examples" / "theory"


def constant(value_s: float) -> dict[str, Any]:
    return {"kind": "constant", "value_s": value_s}


def scenario(proficiency: dict[str, Any], **changes: Any) -> Scenario:
    """Forty calls of 100 s, one each 30 s, to ten agents of level 1 and ten of level 2."""
    table = {
        "schema": 1,
        "engine_config": "types.toml",
        "duration_s": 1200,
        "telephony": {"command_s": 0, "bridge_s": 0, "ring_s": 0},
        "arrivals": [{"kind": "renewal", "dialed_number": "8001", "between": constant(30)}],
        "customers": [{"weight": 1}],
        "callers": {"patience": constant(10_000)},
        "service": [{"skill": "type-1", "talk": constant(100), "wrap_up": constant(10)}],
        "workforce": {"answers": constant(0), "settles_in": constant(0)},
        "teams": [
            {"name": "new", "counts": [10], "skills": {"type-1": 1}},
            {"name": "old", "counts": [10], "skills": {"type-1": 2}},
        ],
        "proficiency": proficiency,
    }
    return read_scenario(table | changes, THEORY / "proficiency.toml")


def records_of(day: Scenario, seed: int = 1) -> list[InteractionRecorded]:
    config = open_scenario(day)
    patient = {
        name: queue.model_copy(update={"wrap_up_limit_s": 60}) for name, queue in config.queues.items()
    }
    events: list[Any] = []
    day_of_seed = SimulatedDay(
        day, config.model_copy(update={"queues": patient}), seed, watchers=[events.append]
    )
    day_of_seed.run()
    return [event for event in events if isinstance(event, InteractionRecorded)]


def agent(name: str, level: int) -> AgentPlan:
    return AgentPlan(id=name, extension=f"PJSIP/{name}", skills={"cards": level})


def test_the_level_decides_outcome_and_pace() -> None:
    day = scenario({"resolution": [0.0, 1.0], "pace": [1.5, 0.5]})
    spread = {(r.agent_id.partition("-")[0], r.disposition, r.talk_us // SECOND_US) for r in records_of(day)}
    assert spread <= {("new", "unresolved", 150), ("old", "resolved", 50)}
    assert ("old", "resolved", 50) in spread


def test_wrap_up_is_paced_too() -> None:
    records = records_of(scenario({"pace": [2.0]}))
    assert {record.wrap_up_us for record in records} == {20 * SECOND_US}


def test_what_agents_enter_can_be_named() -> None:
    day = scenario({"resolution": [0.5], "settled": "sold", "unsettled": "no_sale"})
    assert {record.disposition for record in records_of(day)} == {"sold", "no_sale"}


def test_a_share_of_the_unsettled_calls_once_more() -> None:
    never = scenario({"resolution": [0.0]})
    again = scenario(
        {"resolution": [0.0]},
        callers={
            "patience": constant(10_000),
            "retry_unsettled_share": 1.0,
            "retry_after": constant(400),
        },
    )
    assert len(records_of(again)) > 1.5 * len(records_of(never))


def test_a_settled_matter_stays_settled_under_a_better_agent() -> None:
    """The draw belongs to the call: whoever is better settles all that the other does, and more."""
    worse = {r.caller_number: r.disposition for r in records_of(scenario({"resolution": [0.4]}))}
    better = {r.caller_number: r.disposition for r in records_of(scenario({"resolution": [0.8]}))}
    settled = [{number for number, word in day.items() if word == "resolved"} for day in (worse, better)]
    assert settled[0] < settled[1]


def test_people_stay_who_they_are() -> None:
    proficiency = Proficiency(resolution=(0.6, 0.75), resolution_deviation=0.05, pace_deviation=0.2)
    first, second = Talents(proficiency), Talents(proficiency)
    ann, bob = agent("ann", 1), agent("bob", 2)
    assert [first.of(ann, "cards"), first.of(bob, "cards")] == [
        second.of(who, "cards") for who in (bob, ann)
    ][::-1]
    others = Talents(Proficiency(resolution=(0.6, 0.75), resolution_deviation=0.05, people=2))
    assert others.of(ann, "cards") != first.of(ann, "cards")


def test_people_of_one_level_differ_as_much_as_asked() -> None:
    talents = Talents(Proficiency(resolution=(0.6, 0.75), resolution_deviation=0.05, pace_deviation=0.18))
    drawn = [talents.of(agent(f"agent-{number}", 2), "cards") for number in range(2_000)]
    assert fmean(talent.resolution for talent in drawn) == pytest.approx(0.75, abs=0.005)
    assert stdev(talent.resolution for talent in drawn) == pytest.approx(0.05, rel=0.1)
    assert stdev(talent.pace for talent in drawn) == pytest.approx(0.18, rel=0.15)


def test_without_a_skill_everybody_is_alike() -> None:
    talents = Talents(Proficiency(resolution=(0.1,), pace=(3.0,)))
    assert talents.of(agent("ann", 1), "") == PLAIN


def test_a_skill_nobody_has_is_refused() -> None:
    service = [{"skill": "typo-1", "talk": constant(100), "wrap_up": constant(0)}]
    with pytest.raises(ConfigError, match="service 1, skill: found 'typo-1'; one of type-1"):
        scenario({}, service=service)

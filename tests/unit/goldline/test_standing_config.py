"""How a configuration and a scenario say whose calls stand."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from agents.standing_leg import StandingRules
from core.model.ids import AgentId
from goldline.config_agents import AgentSection, StandingSection, agent_profile, standing_rules
from simulator.staffing import Team


def test_rules_without_a_table_are_those_of_the_agents_side() -> None:
    assert standing_rules(StandingSection()) == StandingRules()


def test_seconds_become_microseconds() -> None:
    section = StandingSection(ring_timeout_s=12, retry_delay_s=1.5, attempts_max=7, music="calm")
    rules = standing_rules(section)
    assert (rules.ring_timeout_us, rules.retry_delay_us) == (12_000_000, 1_500_000)
    assert (rules.attempts_max, rules.music) == (7, "calm")
    assert rules.patience_us == 7 * 13_500_000


@pytest.mark.parametrize("bad", [{"ring_timeout_s": 1}, {"retry_delay_s": 0}, {"attempts_max": 0}])
def test_phone_may_not_ring_all_the_time_nor_for_no_time(bad: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        StandingSection.model_validate(bad)


def test_agent_says_that_the_call_stands() -> None:
    assert agent_profile(AgentId("ann"), AgentSection(standing=True)).standing
    assert not agent_profile(AgentId("bob"), AgentSection()).standing


def test_team_says_it_for_all_its_members() -> None:
    team = Team(name="sales", counts=(2,), standing=True)
    assert [member.standing for member in team.members()] == [True, True]

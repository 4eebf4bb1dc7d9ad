"""The agents' side of a configuration: what is taken from it, and what cannot be meant."""

from __future__ import annotations

from typing import Any

import pytest

from agents.agent import WorkRules
from agents.wrap_up import WrapUpLimit
from core.kernel.clock import microseconds
from core.kernel.errors import ConfigError
from core.model.causes import RingOutcome
from core.model.ids import AgentId
from goldline.agents_check import check_agents
from goldline.app import configured_agents
from goldline.config import Config, parse_config
from goldline.config_agents import capacity_of, miss_rules, work_channels, work_rules, wrap_up_limits

ANN, BOB = AgentId("ann"), AgentId("bob")


def config(**tables: Any) -> Config:
    least = {"schema": 1, "queues": {"cards": {}}, "ivr": {"flows": ["menu.toml"], "default": "menu"}}
    return parse_config(least | tables, "centre.toml")


def test_capacity_of_the_agent_outranks_that_of_everybody() -> None:
    read = config(
        work={"capacity": {"task": 3}}, agents={"ann": {}, "bob": {"capacity": {"voice": 0, "mail": 2}}}
    )
    agents = configured_agents(read)
    assert capacity_of(read.work, agents).of == {
        ANN: {"voice": 1, "task": 3},
        BOB: {"voice": 0, "task": 3, "mail": 2},
    }
    assert work_channels(read.work, agents) == {"task", "mail"}


def test_without_a_word_about_work_everybody_takes_one_call_at_a_time() -> None:
    assert work_rules(config().work) == WorkRules()
    assert miss_rules(config().offers).misses_max == 1


def test_rules_are_read_in_seconds() -> None:
    read = config(
        offers={"reject_delay_s": 5, "misses_max": 3},
        work={"leaving": "return", "during_calls": True},
        queues={"cards": {"wrap_up_limit_s": 20, "wrap_up_extension_s": 10, "wrap_up_extensions_max": 2}},
        agents={"ann": {"wrap_up_limit_s": 90}, "bob": {}},
    )
    assert miss_rules(read.offers).delays_us[RingOutcome.REJECTED] == microseconds(5)
    assert (work_rules(read.work).returns, work_rules(read.work).during_calls) == (True, True)
    limits = WrapUpLimit(microseconds(20), microseconds(10), 2)
    assert list(wrap_up_limits(read.queues).values()) == [limits]
    agents = configured_agents(read)
    assert (agents[ANN].wrap_up_limit_us, agents[BOB].wrap_up_limit_us) == (microseconds(90), None)


@pytest.mark.parametrize(
    ("tables", "key"),
    [
        ({"work": {"capacity": {"voice": 2}}}, "capacity.voice"),
        ({"work": {"capacity": {"task": 51}}}, "capacity.task"),
        ({"work": {"leaving": "drop"}}, "work.leaving"),
        ({"offers": {"misses_max": 0}}, "offers.misses_max"),
        ({"agents": {"ann": {"capacity": {"voice": 2}}}}, "capacity.voice"),
        ({"queues": {"cards": {"wrap_up_extensions_max": 11}}}, "wrap_up_extensions_max"),
    ],
)
def test_value_out_of_range_is_refused_by_its_key(tables: dict[str, Any], key: str) -> None:
    with pytest.raises(ConfigError, match=key):
        config(**tables)


@pytest.mark.parametrize(
    ("tables", "where"),
    [
        ({"offers": {"busy_delay_s": 5}}, "offers.busy_delay_s"),
        ({"queues": {"cards": {"wrap_up_extensions_max": 2}}}, "queues.cards.wrap_up_extensions_max"),
        ({"work": {"during_calls": True}}, "work.during_calls"),
        ({"work_door": {"token": "secret"}}, "work_door"),
        ({"agents": {"ann": {"capacity": {"voice": 0}}}}, "agents.ann.capacity"),
    ],
)
def test_what_cannot_be_meant_is_told(tables: dict[str, Any], where: str) -> None:
    read = config(**tables)
    (finding,) = check_agents(read, configured_agents(read))
    assert finding.where == where


def test_nothing_is_said_of_what_may_well_be_meant() -> None:
    read = config(
        offers={"reject_delay_s": 5, "busy_delay_s": 0, "misses_max": 2},
        work={"capacity": {"task": 2}, "calls_interrupt": False},
        work_door={"token": "secret"},
        agents={"ann": {"capacity": {"voice": 0}}},
    )
    assert check_agents(read, configured_agents(read)) == []

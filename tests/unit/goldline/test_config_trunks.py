"""Trunks, pools of numbers and machines in the configuration, and what the dialer makes of them."""

from __future__ import annotations

from typing import Any

import pytest

from core.kernel.clock import SECOND_US
from core.kernel.errors import ConfigError
from core.model.detection import Detection
from dialer.back_off import BackOffRules
from dialer.caller_ids import OwnNumber
from dialer.campaign import CampaignRules
from dialer.trunks import TrunkUse
from goldline.campaign_rules import CampaignGround, campaign_rules
from goldline.config import Config, parse_config
from goldline.config_trunks import machine_rules, pool_rules, trunk_rules
from goldline.harness import on_simulated_trunks
from goldline.rulebook import rulebook_of
from simulator.phones import outside_address

EAST = {"address": "PJSIP/{number}@east", "strip": "+1", "prefix": "9", "lines_max": 30}
WEST = {"countries": ["CA"], "refusals_max": 5, "back_off_s": 2}
OWN = {"number": "+12125550100", "country": "US", "regions": ["US-NY"]}


def configured(**tables: Any) -> Config:
    least = {"queues": {"sales": {}}, "ivr": {"flows": ["menu.toml"], "default": "menu"}}
    return parse_config(least | tables, "centre.toml")


def test_house_without_trunks_has_the_one_outside() -> None:
    (trunk,) = trunk_rules({}, "PJSIP/{number}@trunk")
    assert (trunk.name, trunk.address_of("+12125550101")) == ("outside", "PJSIP/+12125550101@trunk")
    assert trunk.serves("FR")


def test_trunks_stand_in_the_order_of_the_file() -> None:
    east, west = trunk_rules(configured(trunks={"east": EAST, "west": WEST}).trunks, "unused")
    assert east.address_of("+12125550101") == "PJSIP/92125550101@east"
    assert (east.lines_max, east.back_off) == (30, BackOffRules(failures_max=3, first_us=5 * SECOND_US))
    assert west.back_off == BackOffRules(failures_max=5, first_us=2 * SECOND_US)
    assert [west.serves(country) for country in ("CA", "US")] == [True, False]


def test_simulated_day_dials_by_the_same_lines_as_its_own_telephone_system_knows_numbers() -> None:
    config = configured(trunks={"east": EAST}, pbx={"outside": "Local/{number}@from-internal"})
    simulated = on_simulated_trunks(config)
    (east,) = trunk_rules(simulated.trunks, simulated.pbx.outside)
    assert east.address_of("+12125550101") == outside_address("+12125550101")
    assert (east.name, east.lines_max) == ("east", 30)
    (outside,) = trunk_rules({}, simulated.pbx.outside)
    assert outside.address_of("+12125550101") == outside_address("+12125550101")


def test_pool_has_the_numbers_and_how_often_they_may_be_shown() -> None:
    (pool,) = pool_rules(configured(caller_ids={"ours": {"numbers": [OWN], "per_hour": 7}}).caller_ids)
    assert pool.numbers == (OwnNumber(number="+12125550100", country="US", regions=("US-NY",)),)
    assert (pool.name, pool.per_hour, pool.per_day) == ("ours", 7, 500)


def test_machines_are_listened_for_as_the_campaign_says() -> None:
    machines = {"message": "call-us", "audited": 0.05, "greeting_ms": 1_800}
    campaign = {"queue": "sales", "machines": machines}
    section = configured(campaigns={"winter": campaign}).campaigns["winter"]
    rules = machine_rules(section.machines)
    assert rules is not None
    assert rules.detection == Detection(greeting_ms=1_800)
    assert (rules.message, rules.audited_ppm) == ("call-us", 50_000)
    assert machine_rules(None) is None


def test_what_is_not_said_of_machines_is_as_the_model_has_it() -> None:
    campaign = {"queue": "sales", "machines": {}}
    rules = machine_rules(configured(campaigns={"winter": campaign}).campaigns["winter"].machines)
    assert rules is not None
    assert rules.detection == Detection()


@pytest.mark.parametrize(
    ("tables", "where"),
    [
        ({"trunks": {"east": EAST | {"address": "PJSIP/100"}}}, "trunks.east.address"),
        ({"trunks": {"east": EAST | {"address": "PJSIP/{number}@east&SIP/1"}}}, "trunks.east.address"),
        ({"trunks": {"east": EAST | {"prefix": "9,Echo()"}}}, "trunks.east.prefix"),
        ({"trunks": {"east": EAST | {"calls_per_second": 0}}}, "trunks.east.calls_per_second"),
        ({"caller_ids": {"ours": {"numbers": []}}}, "caller_ids.ours.numbers"),
        ({"caller_ids": {"ours": {"numbers": [OWN | {"number": "5550100"}]}}}, "caller_ids.ours.numbers"),
        ({"campaigns": {"w": {"queue": "sales", "machines": {"total_ms": 100}}}}, "campaigns.w.machines"),
        (
            {"campaigns": {"w": {"queue": "sales", "machines": {"silence_ms": 5_000}}}},
            "campaigns.w.machines.silence_ms",
        ),
    ],
)
def test_mistake_is_named_with_its_key(tables: dict[str, Any], where: str) -> None:
    with pytest.raises(ConfigError) as refused:
        configured(**tables)
    assert where in refused.value.where


def test_trunk_cannot_keep_all_its_lines() -> None:
    sections = configured(trunks={"east": EAST | {"lines_kept": 30}}).trunks
    with pytest.raises(ConfigError, match=r"trunks\.east\.lines_kept"):
        trunk_rules(sections, "unused")


def rules_of(**campaign: Any) -> CampaignRules:
    """Return the rules of a campaign in a house with a trunk, a pool and nothing that the law asks for."""
    tables = {"campaigns": {"winter": {"queue": "sales", "laws": []} | campaign}}
    config = configured(**tables)
    ground = CampaignGround(
        queues=rulebook_of(config).queues,
        flows={},
        dispositions=config.dispositions,
        region="US",
        trunks=["east", "west"],
        pools=["ours"],
        packs={},
        default_tier="standard",
    )
    return campaign_rules(config.campaigns, ground)["winter"]


def test_campaign_says_what_its_calls_go_out_by() -> None:
    rules = rules_of(trunks=["west"], trunk_share=3, caller_ids="ours", machines={})
    assert rules.trunks == TrunkUse(trunks=("west",), share=3)
    assert (rules.pool, rules.shown_number) == ("ours", "")
    assert rules.machines is not None


@pytest.mark.parametrize(
    ("campaign", "where"),
    [
        ({"trunks": ["north"]}, "campaigns.winter.trunks"),
        ({"caller_ids": "theirs"}, "campaigns.winter.caller_ids"),
    ],
)
def test_campaign_cannot_go_out_by_what_is_not_there(campaign: dict[str, Any], where: str) -> None:
    with pytest.raises(ConfigError) as refused:
        rules_of(**campaign)
    assert refused.value.where == where

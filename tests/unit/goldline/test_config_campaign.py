"""Campaigns in the configuration file: what follows from the keys, and which mistakes are named."""

from __future__ import annotations

import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from core.kernel.clock import SECOND_US
from core.kernel.errors import ConfigError
from core.model.disposition import SYSTEM
from dialer.campaign import CampaignRules
from dialer.recycling import DEFAULT_DAY_PARTS, DEFAULT_RULES, HOUR_US, Turn
from goldline.app import build_brain
from goldline.config import Config, parse_config
from goldline.config_dispositions import dispositions_of
from goldline.flows import load_flows

BASE = """
schema = 1
[queues.sales]
requirements = { sales = 1 }
[dispositions.sold]
is_sale = true
[dispositions.wrong_person]
is_contact = true
recycle = { delay_s = 3600, number = "never" }
[ivr]
flows = ["sorry.toml"]
default = "sorry"
"""
CAMPAIGN = """
[campaigns.spring]
queue = "sales"
laws = []
"""
FLOWS = Path(__file__).parents[3] / "examples" / "campaign"


def config_of(more: str = "") -> Config:
    return parse_config(tomllib.loads(BASE + more), "goldline.toml")


def rules_of(more: str = "") -> CampaignRules:
    """Return the rules of the campaign with these further keys and tables."""
    config = config_of(CAMPAIGN + more)
    return build_brain(config, load_flows(config, FLOWS), {}, run=1).campaigns["spring"]


# --- dispositions -----------------------------------------------------------------------------------


def test_a_sale_is_with_the_right_party_and_that_is_a_contact() -> None:
    sold = dispositions_of(config_of().dispositions)["sold"]
    assert (sold.is_contact, sold.is_right_party, sold.label) == (True, True, "sold")


@pytest.mark.parametrize("code", sorted(SYSTEM))
def test_results_without_an_agent_have_their_codes(code: str) -> None:
    with pytest.raises(ConfigError, match="a code besides"):
        config_of(f"[dispositions.{code}]")


@pytest.mark.parametrize("more", ["is_callback = true", "recycle = { delay_s = 60 }"])
@pytest.mark.parametrize("done", ["is_sale", "is_dnc", "is_refusal"])
def test_who_bought_or_refused_is_left_alone(done: str, more: str) -> None:
    with pytest.raises(ConfigError, match="who bought or refused is left alone"):
        config_of(f"[dispositions.other]\n{done} = true\n{more}")


def test_a_result_may_be_of_some_queues_alone() -> None:
    elsewhere = "[queues.help]\n[dispositions.solved]\nqueues = ['help']\n"
    assert [code for code, _ in rules_of(elsewhere).results] == ["sold", "wrong_person"]


@pytest.mark.parametrize(
    ("key", "queue", "complaint"),
    [
        ("wrap_up_limit_s = 0", "sales", r"queues\.sales\.wrap_up_limit_s: found 0"),
        ("", "help", r"queues\.sales\.disposition_required: found 'true'"),
    ],
)
def test_a_result_that_cannot_be_told_is_not_required(key: str, queue: str, complaint: str) -> None:
    text = BASE.replace(
        "[queues.sales]", f"[queues.help]\n[queues.sales]\ndisposition_required = true\n{key}"
    )
    for result in ("is_sale", "is_contact"):
        text = text.replace(result, f"queues = ['{queue}']\n{result}")
    with pytest.raises(ConfigError, match=complaint):
        parse_config(tomllib.loads(text), "goldline.toml")


def test_a_result_of_a_queue_that_there_is_not_is_named() -> None:
    with pytest.raises(
        ConfigError, match=r"dispositions\.solved\.queues: found 'help'; one of the queues: sales"
    ):
        config_of("[dispositions.solved]\nqueues = ['help']")


# --- how many at once -------------------------------------------------------------------------------


def test_without_agents_people_hear_a_flow_that_is_there() -> None:
    with pytest.raises(ConfigError, match="a flow for people to hear"):
        rules_of('mode = "agentless"')
    with pytest.raises(ConfigError, match="one of the flows: sorry"):
        rules_of('mode = "agentless"\nflow = "survey"')
    assert rules_of('mode = "agentless"\nflow = "sorry"').flow == "sorry"


def test_what_agents_see_and_decide_before_a_number_is_dialed() -> None:
    rules = rules_of('mode = "preview"\n[campaigns.spring.agents]\npreview_s = 20\nscript = "Good day."')
    assert rules.agents_first
    assert (rules.agents.preview_us, rules.agents.script) == (20 * SECOND_US, "Good day.")
    assert not rules.agents_dial
    assert rules_of("[campaigns.spring.agents]\ndial = true").agents_dial


# --- recycling ------------------------------------------------------------------------------------------


def test_a_result_recycles_as_usual_unless_it_or_the_campaign_says_otherwise() -> None:
    recycling = rules_of("[campaigns.spring.recycle]\nbusy = { delay_s = 600 }").recycling
    assert recycling.rules["no_answer"] == DEFAULT_RULES["no_answer"]
    busy, usual = recycling.rules["busy"], DEFAULT_RULES["busy"]
    assert (busy.delay_us, busy.number, busy.attempts_max) == (600 * SECOND_US, Turn.SAME, usual.attempts_max)
    wrong = recycling.rules["wrong_person"]
    assert (wrong.delay_us, wrong.number) == (HOUR_US, Turn.NEVER)
    assert "sold" not in recycling.rules
    assert recycling.day_parts == DEFAULT_DAY_PARTS


def test_parts_of_the_day_and_caps_are_the_campaigns() -> None:
    recycling = rules_of(
        'attempts_max = 4\n[campaigns.spring.day_parts]\nnoon = { opening = "11:00-14:00", days = ["sat"] }'
    ).recycling
    (noon,) = recycling.day_parts
    assert (noon.name, list(noon.weekly)) == ("noon", ["sat"])
    assert (recycling.attempts_max, recycling.zone) == (4, ZoneInfo("UTC"))


@pytest.mark.parametrize("key", ["recycle.boredom = { delay_s = 1 }", 'goal.counted = ["boredom"]'])
def test_rules_speak_of_results_that_there_are(key: str) -> None:
    with pytest.raises(ConfigError, match="one of the results: abandoned, absent"):
        rules_of(key)


# --- goals, arms, hours -----------------------------------------------------------------------------------


def test_goals_arms_and_hours_are_taken_over() -> None:
    rules = rules_of(
        """
segment = ["region"]
schedule = { zone = "Europe/Paris", weekly = { mon = ["09:00-17:00"] } }
goal = { sales = 5, until = 2026-12-24, quotas = { north = 2 }, counted = ["wrong_person"] }
arms.old = { share = 3 }
arms.new = { shown_number = "+12025550100", script = "Hello" }
callbacks = { alone_s = 60 }
"""
    )
    assert rules.parting.columns == ("region",)
    assert [(arm.name, arm.share, arm.shown_number) for arm in rules.parting.arms] == [
        ("old", 3, ""),
        ("new", 1, "+12025550100"),
    ]
    assert (rules.goals.sales, rules.goals.quotas, rules.goals.counted) == (
        5,
        {"north": 2},
        frozenset({"wrong_person"}),
    )
    assert rules.promises.alone_us == 60 * SECOND_US
    assert rules.results == (("sold", "sold"), ("wrong_person", "wrong_person"))
    assert rules.schedule is not None
    assert rules.schedule.zone == ZoneInfo("Europe/Paris")


def test_an_arm_shows_numbers_of_a_pool_that_is_there() -> None:
    with pytest.raises(ConfigError, match="ours"):
        rules_of(
            'arms.new = { caller_ids = "theirs" }\n[caller_ids.ours]\nnumbers = [{ number = "+12025550100" }]'
        )


@pytest.mark.parametrize("key", ['country = "UK"', 'holidays = { UK = ["2026-12-25"] }'])
def test_a_country_that_no_number_is_of_is_named(key: str) -> None:
    """Its holidays, and the law that its numbers are under, would silently hold for nobody."""
    with pytest.raises(ConfigError, match=r"UK.*such as US or GB"):
        config_of(CAMPAIGN + key)

"""`goldline tune`: what it can choose, how it judges days, and what it writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.kernel.errors import ConfigError
from goldline.cli import app
from goldline.config import Config, load_config, parse_config
from goldline.trial import make_trial
from goldline.tune.command import Choices, tune
from goldline.tune.days import Rehearsal, ShownDay, TierDay
from goldline.tune.objective import EXCESS, SHORTFALL, Objective, Pair
from goldline.tune.rules_file import rules_text
from goldline.tune.space import Space
from metrics.ratio import Ratio
from simulator.planning import Target
from simulator.scenario import load_scenario

RULES = """
schema = 1
{include}

[tiers.gold]
value = 10
head_start_s = 60
choose = "value"
weights = {{ fit_s = 100, resolution_s = 50 }}

[tiers.standard]
value = 1
reserve = {{ skill = "cards", level = 3, count = 1, hold_s = 30 }}

[quality]
resolution = [0.5, 0.7, 0.9]
resolved = ["resolved"]
unresolved = ["unresolved"]

[queues.cards]
requirements = {{ cards = 1 }}
announce_first_s = 0
{policy}

[ivr]
flows = ["menu.toml"]
default = "menu"
"""
MENU = """
schema = 1
name = "menu"
start = "who"

[nodes.who]
kind = "lookup"
next = "line"

[nodes.line]
kind = "queue"
queue = "cards"
"""
SCENARIO = """
schema = 1
engine_config = "goldline.toml"
duration_s = 1800
seed = 3

[proficiency]
resolution = [0.5, 0.7, 0.9]
pace = [1.2, 1.0, 0.8]

[[arrivals]]
kind = "poisson"
dialed_number = "8000"
per_hour = 110

[[customers]]
tier = "standard"
count = 90
weight = 9
patience = { kind = "exponential", mean_s = 120 }

[[customers]]
tier = "gold"
count = 10
weight = 1
patience = { kind = "exponential", mean_s = 240 }

[[service]]
skill = "cards"
talk = { kind = "exponential", mean_s = 120 }
wrap_up = { kind = "constant", value_s = 0 }

[[teams]]
name = "novice"
skills = { cards = 1 }
counts = [2]

[[teams]]
name = "expert"
skills = { cards = 3 }
counts = [2]
"""


@pytest.fixture
def centre(tmp_path: Path) -> Path:
    (tmp_path / "goldline.toml").write_text(RULES.format(include="", policy=""))
    (tmp_path / "menu.toml").write_text(MENU)
    (tmp_path / "centre.toml").write_text(SCENARIO)
    return tmp_path


def config_of(folder: Path) -> Config:
    return load_config(folder / "goldline.toml")


# --- what can be chosen ------------------------------------------------------------------------------


def test_search_starts_from_the_rules_as_they_are(centre: Path) -> None:
    space = Space(config_of(centre))
    choice = space.choice(space.start)
    assert choice["gold"] == config_of(centre).tiers["gold"]
    assert choice["standard"].reserve == config_of(centre).tiers["standard"].reserve
    assert choice["standard"].choose == "value"


def test_search_starts_from_the_rules_however_far_they_go(centre: Path) -> None:
    strict = RULES.format(include="", policy="").replace("head_start_s = 60", "head_start_s = 80000")
    (centre / "goldline.toml").write_text(strict)
    space = Space(config_of(centre))
    assert space.choice(space.start)["gold"].head_start_s == 80_000


def test_lowest_tier_has_no_head_start_and_only_spares_what_it_is_told_to(centre: Path) -> None:
    knobs = {(knob.tier, knob.table, knob.key) for knob in Space(config_of(centre)).knobs}
    assert ("gold", "", "head_start_s") in knobs
    assert ("standard", "", "head_start_s") not in knobs
    assert ("standard", "reserve", "hold_s") in knobs
    assert ("gold", "reserve", "hold_s") not in knobs


def test_every_corner_of_the_space_can_be_configured(centre: Path) -> None:
    space = Space(config_of(centre))
    for corner in (0.0, 1.0):
        space.choice((corner,) * len(space.knobs))


def test_rules_that_were_written_are_the_rules_that_were_tried(centre: Path) -> None:
    space = Space(config_of(centre))
    point = tuple((place + 1) / (len(space.knobs) + 1) for place in range(len(space.knobs)))
    (centre / "tuned.toml").write_text(rules_text("tuned", space.tables(point), ["Found."]))
    included = RULES.format(include='include = ["tuned.toml"]', policy='policy = "tuned"')
    (centre / "goldline.toml").write_text(included)
    read = config_of(centre)
    tried = space.under("tuned", space.choice(point))
    assert read.policies == tried.policies
    assert read.queues == tried.queues


def test_without_tiers_there_is_nothing_to_tune(centre: Path) -> None:
    bare = {"schema": 1, "queues": {"cards": {}}, "ivr": {"flows": ["menu.toml"], "default": "menu"}}
    with pytest.raises(ConfigError, match="at least one tier"):
        Space(parse_config(bare, "bare"))


# --- how days are judged -----------------------------------------------------------------------------


def shown(value: float, gold_in_time: float = 1.0, wait_s: float = 20.0, hung_up: float = 0.1) -> ShownDay:
    gold = TierDay(in_time=Ratio(gold_in_time * 50, 50), mean_wait_s=Ratio(0, 50), abandoned=Ratio(0, 50))
    plain = TierDay(
        in_time=Ratio(100, 200), mean_wait_s=Ratio(wait_s * 200, 200), abandoned=Ratio(hung_up * 200, 200)
    )
    share = Ratio(value * 700, 700)
    return ShownDay(earned=share, expected=share, tiers={"gold": gold, "standard": plain})


OBJECTIVE = Objective(promises=(Target(share=0.9, within_s=20, tier="gold"),), lowest="standard")
IN_TURN = shown(0.5)


def score(*days: ShownDay) -> float:
    return OBJECTIVE.score([Pair(day, IN_TURN) for day in days])


def test_value_is_the_score_where_guards_are_kept() -> None:
    assert score(shown(0.6, wait_s=19, hung_up=0.09), shown(0.8, wait_s=19, hung_up=0.09)) == pytest.approx(
        0.7
    )


def test_missed_promise_costs_by_what_is_missed_and_a_little_to_spare() -> None:
    kept = {"wait_s": 19.0, "hung_up": 0.09}
    assert score(shown(0.7, 0.9, **kept)) == pytest.approx(0.7 - SHORTFALL * 0.002)
    assert score(shown(0.7, 0.8, **kept)) == pytest.approx(0.7 - SHORTFALL * 0.102)


def test_lowest_tier_may_neither_wait_longer_nor_hang_up_more_often() -> None:
    assert score(shown(0.7, wait_s=22, hung_up=0.09)) == pytest.approx(0.7 - EXCESS * 0.12)
    assert score(shown(0.7, wait_s=19, hung_up=0.11)) == pytest.approx(0.7 - EXCESS * 0.12)


def test_days_are_good_for_what_agents_could_expect_to_settle(centre: Path) -> None:
    trial = make_trial(load_scenario(centre / "centre.toml"))
    days = [Rehearsal(trial=trial)((trial.config, seed)) for seed in range(1, 21)]
    earned = sum(day.earned.total for day in days)
    expected = sum(day.expected.total for day in days)
    assert earned != expected
    assert earned == pytest.approx(expected, rel=0.06)


# --- the command -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_tune_finds_rules_that_earn_more_and_writes_them(centre: Path) -> None:
    out = centre / "tuned.toml"
    asked = ["tune", str(centre / "centre.toml"), "--runs", "60", "--replications", "4", "--out", str(out)]
    result = CliRunner().invoke(app, [*asked, "--cores", "1", "--json"], catch_exceptions=False)
    found = json.loads(result.stdout)
    assert 48 <= found["days"] <= 72
    assert set(found["rules"]) == {"gold", "standard"}
    assert found["value_share"]["after"]["mean"] > found["value_share"]["in_turn"]["mean"]
    assert {guard["guard"].split()[0] for guard in found["guards"]} == {"gold:97/20", "standard"}
    included = RULES.format(include='include = ["tuned.toml"]', policy='policy = "tuned"')
    (centre / "goldline.toml").write_text(included)
    assert config_of(centre).policies["tuned"].tiers["gold"].value == 10


@pytest.mark.slow
def test_tune_without_a_limit_of_time_finds_the_same_again(centre: Path) -> None:
    choices = Choices(days=40, replications=2, cores=1)
    assert tune(centre / "centre.toml", choices) == tune(centre / "centre.toml", choices)


def test_promise_has_to_be_for_a_tier(centre: Path) -> None:
    with pytest.raises(ConfigError, match="for a tier: gold, standard"):
        tune(centre / "centre.toml", Choices(promises=["80/20"]))


def test_folder_of_the_rules_has_to_be_there(centre: Path) -> None:
    with pytest.raises(ConfigError, match="folder that is there"):
        tune(centre / "centre.toml", Choices(out=centre / "nowhere" / "tuned.toml"))

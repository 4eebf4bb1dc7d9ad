"""What the configuration says is what routing holds: every rule can be written, in seconds."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

import orjson
import pytest

from core.kernel.errors import ConfigError
from core.model.destination import Destination, DestinationKind
from core.model.expression import parse
from goldline.config import Config, parse_config
from goldline.journal_head import rules_table
from goldline.rulebook import rulebook_of
from routing.rules import (
    Kind,
    QueueRules,
    Reserve,
    Step,
    Strategy,
    TierRules,
    Turns,
    Weights,
)

RULES = """
[pbx]
outside = "PJSIP/{number}@carrier"

[rules]
default_tier = "standard"
agent_attribute = "banker"

[tiers.gold]
value = 20
head_start_s = 90
choose = "value"
prefer_s = 20
preferred_bonus_s = 30
reserve = { skill = "cards", level = 8, count = 2, hold_s = 45 }

[tiers.gold.weights]
fit_s = 30
delay = 0.5
satisfaction = 0.3
level_s = 1
resolution_s = 2
price_s = 3
pace_s = 4

[tiers.standard]

[policies.plain.tiers.gold]
head_start_s = 0
weights = { fit_s = 10 }
reserve = { count = 0 }

[policies.tuned]

[queues.cards]
requirements = { cards = 1 }
require = "wait < 60 and cards >= 3 or wait >= 60"
agent = "ann"
skill = "cards"
weight_s = 15
policy = "plain"
compare = { policies = ["plain", "tuned"], block_s = 900, warm_up_s = 60, seed = 5 }
recheck_s = 2
closed = { flow = "voicemail" }
full = { number = "5551000" }
join = "staffed"
empty = { queue = "loans" }
leave_empty_s = 30
ring_timeout_s = 20
accept_timeout_s = 90
music = "jazz"
announce_first_s = 10
announce_every_s = 30
announce_edges_min = [3, 9]
handle_expected_s = 100
length_max = 50
resume_within_s = 120

[queues.cards.tiers.gold]
head_start_s = 120

[queues.cards.callback]
attempts_max = 2
spacing_s = 600
keep_s = 86400
ring_timeout_s = 25
open_max = 100
shown_number = "5550000"
key = "1"
offer = "press-1"

[queues.cards.hours]
zone = "Europe/Amsterdam"
weekly = { mon = ["09:00-17:00"] }
holidays = [2026-12-25]

[[queues.cards.steps]]
after_s = 30
for_s = 60
when = "waiting > 5"
requirements = { cards = 2 }
require = "english"
waive_menu = true
boost_s = 10
end_hold = true
end_preferred = true

[[queues.cards.steps]]
after_s = 300
to = { callback = true }

[queues.loans]

[[ratios]]
shares = { cards = 1, loans = 2 }
contact_s = 60

[ivr]
flows = ["menu.toml"]
default = "menu"
"""


def configured(toml: str = RULES) -> Config:
    return parse_config(tomllib.loads(toml), "centre.toml")


RULEBOOK = rulebook_of(configured())
CARDS = RULEBOOK.queues[next(iter(RULEBOOK.queues))]
GOLD = RULEBOOK.tiers["gold"]


def written_as_usual(rules: Any) -> Iterator[str]:
    """Yield the fields that are as they would be without a word of it."""
    assert is_dataclass(rules)
    for each in fields(rules):
        usual = each.default if each.default_factory is MISSING else each.default_factory()
        if getattr(rules, each.name) == usual:
            yield each.name


@pytest.mark.parametrize(
    ("rules", "left"),
    [
        (RULEBOOK, []),
        (CARDS, []),
        (CARDS.callback, []),
        (CARDS.compare, []),
        (CARDS.steps[0], ["to"]),
        (GOLD, []),
        (GOLD.weights, []),
        (GOLD.reserve, []),
        (RULEBOOK.ratios[0], []),
    ],
    ids=lambda value: type(value).__name__ if is_dataclass(value) else "",
)
def test_every_rule_can_be_written(rules: Any, left: list[str]) -> None:
    assert list(written_as_usual(rules)) == left


def test_seconds_are_microseconds() -> None:
    assert (
        TierRules(
            name="gold",
            value=20,
            head_start_us=90_000_000,
            choose=Strategy.VALUE,
            weights=Weights(
                fit_us=30_000_000,
                delay=0.5,
                satisfaction=0.3,
                level_us=1_000_000,
                resolution_us=2_000_000,
                price_us=3_000_000,
                pace_us=4_000_000,
            ),
            prefer_us=20_000_000,
            preferred_us=30_000_000,
            reserve=Reserve(skill="cards", level=8, count=2, hold_us=45_000_000),
        )
        == GOLD
    )
    assert CARDS.compare == Turns(
        policies=("plain", "tuned"), block_us=900_000_000, warm_up_us=60_000_000, seed=5
    )
    assert CARDS.steps[0] == Step(
        after_us=30_000_000,
        for_us=60_000_000,
        when=parse("waiting > 5"),
        needs=parse("cards >= 2 and english"),
        waive_menu=True,
        credit_us=10_000_000,
        end_hold=True,
        end_preferred=True,
    )
    assert CARDS.steps[1] == Step(after_us=300_000_000, to=Destination(DestinationKind.CALLBACK))
    assert RULEBOOK.ratios[0].shares_ppm == {"cards": 333_333, "loans": 666_667}


def test_tier_of_a_queue_or_a_policy_says_only_what_differs() -> None:
    def gold(queue: str, policy: str = "") -> TierRules:
        return RULEBOOK.tier(Kind(queue, "gold", policy))  # type: ignore[arg-type]

    assert gold("loans") is GOLD
    assert (gold("cards").head_start_us, gold("cards").weights) == (120_000_000, GOLD.weights)
    plain = gold("cards", "plain")
    assert (plain.head_start_us, plain.weights.fit_us, plain.weights.level_us) == (0, 10_000_000, 1_000_000)
    assert (plain.reserve, plain.prefer_us) == (None, GOLD.prefer_us)
    assert gold("cards", "tuned") is gold("cards")


def test_rules_come_back_from_the_head_of_a_journal() -> None:
    table = orjson.loads(orjson.dumps(rules_table(configured())))
    assert rulebook_of(parse_config(table, "journal")) == RULEBOOK


def test_nothing_said_is_nothing_special() -> None:
    assert RULEBOOK.queues["loans"] == QueueRules(name="loans")  # type: ignore[index,arg-type]
    assert RULEBOOK.tiers["standard"] == TierRules(name="standard")


@pytest.mark.parametrize(
    ("written", "instead", "error"),
    [
        (
            "waiting > 5",
            "cards > 5",
            "queues.cards.steps 1, when: found 'cards > 5'; at character 1: cards is no variable",
        ),
        ("cards >= 3", "cards => 3", "queues.cards.require: found "),
        ("{ callback = true }", '{ queue = "a", number = "1" }', "steps 2, to.number: found 'queue, number'"),
        (
            "{ callback = true }",
            "{}",
            "queues.cards.steps 2, to.queue: found nothing; one of the keys queue, ",
        ),
        (
            "Europe/Amsterdam",
            "Europe/Amsterdm",
            "queues.cards.hours.zone: found 'Europe/Amsterdm'; a time zone",
        ),
        (
            "09:00-17:00",
            "17:00-09:00",
            "queues.cards.hours.weekly.mon 1: found '17:00-09:00'; an opening ends",
        ),
        ("for_s = 60", "until_s = 60", "queues.cards.steps 1, until_s: found an unknown key"),
        (
            "count = 0",
            "cuont = 0",
            "policies.plain.tiers.gold.reserve.cuont: found an unknown key; did you mean",
        ),
        ('"value"', '"values"', "tiers.gold.choose: found 'values'; one of longest_idle, "),
        ("loans = 2", "loans = 0", "ratios 1, shares.loans: found 0; a number above 0"),
    ],
)
def test_mistake_is_named_with_its_place(written: str, instead: str, error: str) -> None:
    assert written in RULES
    with pytest.raises(ConfigError) as refused:
        configured(RULES.replace(written, instead))
    assert error in str(refused.value)

"""Whose turn it is: pairs of blocks, in which neither policy is favoured by the time of day."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from core.kernel.clock import SECOND_US
from core.model.events import ContactQueued, DecisionMade
from core.model.tag import decode_tag
from routing.rules import QueueRules, TierRules, Turns
from routing.tags import caller_tag
from routing.turns import DAY_US, policy_at, policy_in_turn
from tests.unit.floor import CARDS, TIERS, Floor

HALF_HOUR_US = 1_800 * SECOND_US
TURNS = Turns(policies=("on", "off"), block_us=HALF_HOUR_US)
DRAWN = replace(TURNS, seed=3)


def of_pair(turns: Turns, pair: int) -> tuple[str, str]:
    """Return whose turn the first and the second block of a pair are."""
    at_us = 2 * pair * turns.block_us
    return policy_in_turn(turns, at_us), policy_in_turn(turns, at_us + turns.block_us)


def test_each_pair_of_blocks_has_both_policies() -> None:
    for turns in (TURNS, DRAWN):
        assert {frozenset(of_pair(turns, pair)) for pair in range(500)} == {frozenset(("on", "off"))}


def test_policy_holds_for_the_whole_block() -> None:
    assert policy_in_turn(TURNS, 0) == policy_in_turn(TURNS, HALF_HOUR_US - 1)
    assert policy_in_turn(TURNS, HALF_HOUR_US) != policy_in_turn(TURNS, HALF_HOUR_US - 1)


def test_nine_oclock_is_the_one_policys_as_often_as_the_others() -> None:
    for at_us in range(0, DAY_US, HALF_HOUR_US):
        met = Counter(policy_in_turn(TURNS, day * DAY_US + at_us) for day in range(10))
        assert met == {"on": 5, "off": 5}


def test_blocks_of_a_day_take_turns_day_by_day() -> None:
    daily = replace(TURNS, block_us=DAY_US)
    assert [policy_in_turn(daily, day * DAY_US) for day in range(8)] == ["on", "off", "off", "on"] * 2


def test_drawn_order_is_that_of_the_seed_and_favours_nobody() -> None:
    first = [of_pair(DRAWN, pair)[0] for pair in range(400)]
    assert first == [of_pair(DRAWN, pair)[0] for pair in range(400)]
    assert first != [of_pair(replace(DRAWN, seed=4), pair)[0] for pair in range(400)]
    assert 160 < first.count("on") < 240


def test_standing_rules_hold_where_nothing_is_compared() -> None:
    assert policy_at(CARDS, 0) == ""
    assert policy_at(replace(CARDS, policy="strict"), 0) == "strict"
    assert policy_at(replace(CARDS, policy="strict", compare=TURNS), 0) == "on"


# --- on the floor ----------------------------------------------------------------------------------------


def floor_with_turns(queue: QueueRules) -> Floor:
    """Return a floor where gold passes everybody while `on` is in force, and nobody while it is `off`."""
    gold = TierRules(name="gold", head_start_us=3_600 * SECOND_US)
    return Floor({"ann": 5}, queue=queue, tiers=TIERS, policies={"on": {"gold": gold}})


def test_contact_keeps_the_policy_under_which_it_was_queued() -> None:
    floor = floor_with_turns(replace(CARDS, compare=TURNS))
    floor.arrive("ordinary")
    floor.pass_s(1_790)
    gold = floor.arrive("gold", tier="gold")
    floor.pass_s(20)
    late = floor.arrive("late gold", tier="gold")
    assert (gold.policy, late.policy) == ("on", "off")
    floor.ready("ann")
    assert floor.offered() == [("gold", "ann")]
    floor.hang_up(floor.phone_of("ann"), cause=17)
    floor.ready("ann")
    assert floor.offered()[-1] == ("gold", "ann")
    assert [decision.policy for decision in floor.events(DecisionMade)] == ["on", "on"]
    assert [queued.policy for queued in floor.events(ContactQueued)] == ["on", "on", "off"]


def test_policy_outlives_a_restart_of_ours() -> None:
    floor = floor_with_turns(replace(CARDS, compare=TURNS))
    tag = decode_tag(caller_tag(floor.arrive("gold", tier="gold")))
    assert tag is not None
    assert tag.policy == "on"

"""Tiers that starve, or are given something else than is meant.

A credit is bounded where a contact of any tier that waits long enough comes first in the end. Where the
difference of two credits is longer than anybody waits, it is strict priority, and the lower tier starves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import NamedTuple

from core.kernel.clock import SECOND_US, seconds
from core.kernel.schema import Steps
from core.model.need import need_of
from routing.checks.finding import Finding, Surroundings, warning
from routing.checks.steps import sends_for_good
from routing.rules import Kind, QueueRules, Reserve, Rulebook, Strategy, TierRules, Weights

PATIENCE_US = 1_800 * SECOND_US
"""Half an hour in line: hardly anybody waits longer (of the Anonymous Bank's callers 1 in 10,000)."""


class Given(NamedTuple):
    """The rules of a tier where they hold, and the key that says so."""

    steps: Steps
    tier: TierRules


def check_tiers(rules: Rulebook, around: Surroundings) -> Iterator[Finding]:
    """Yield what is wrong with what tiers are given."""
    for here, tiers in _bundles(rules):
        given = [Given([*here, name], tier) for name, tier in tiers.items()]
        others = [Given(["tiers", name], tier) for name, tier in rules.tiers.items() if name not in tiers]
        yield from _starving(given, [*given, *others])
        yield from _upside_down(given, [*given, *others], around)
        for each in given:
            yield from _weights(each)
            yield from _reserve(each, around)
            yield from _preference(each)
    yield from _spared_by_all(rules)
    for queue in rules.queues.values():
        yield from _in_queue(queue, rules, around)
    yield from _drowned_queues(rules, around)


def _bundles(rules: Rulebook) -> Iterator[tuple[Steps, Mapping[str, TierRules]]]:
    yield ["tiers"], rules.tiers
    for policy, tiers in rules.policies.items():
        yield ["policies", policy, "tiers"], tiers
    for queue in rules.queues.values():
        yield ["queues", queue.name, "tiers"], queue.tiers


# --- head starts -------------------------------------------------------------------------------------


def _starving(given: list[Given], everywhere: list[Given]) -> Iterator[Finding]:
    """Complain of a head start nobody can make up for by waiting."""
    for steps, tier in given:
        behind = min(everywhere, key=lambda other: other.tier.head_start_us, default=None)
        if behind is not None and tier.head_start_us - behind.tier.head_start_us > PATIENCE_US:
            ahead_s = seconds(tier.head_start_us - behind.tier.head_start_us)
            what = f"{tier.name} stands {ahead_s:g} s ahead of {behind.tier.name}, longer than anybody waits"
            advice = f"that starves {behind.tier.name}: keep head starts within {seconds(PATIENCE_US):g} s"
            yield warning([*steps, "head_start_s"], what, advice)


def _upside_down(given: list[Given], everywhere: list[Given], around: Surroundings) -> Iterator[Finding]:
    """Complain of a tier of less value that stands ahead of one of more."""
    for steps, tier in given:
        for _, other in everywhere:
            if _forward_us(tier) > _forward_us(other) and _is_below(tier, other, around.default_tier):
                what = f"{tier.name} is the lower tier and stands ahead of {other.name}"
                yield warning([*steps, "head_start_s"], what, "give the higher tier the greater head start")
                break


def _forward_us(tier: TierRules) -> int:
    """Return how far forward its contacts can stand: by the head start, and for an agent who suits them."""
    return tier.head_start_us + (tier.weights.fit_us if tier.choose is Strategy.VALUE else 0)


def _is_below(one: TierRules, other: TierRules, default: str) -> bool:
    """Tell whether a tier counts for less: by its value, or as the one of callers nobody knows."""
    if one.value != other.value:
        return one.value < other.value
    return one.name == default != other.name


# --- choice of agents --------------------------------------------------------------------------------


def _weights(given: Given) -> Iterator[Finding]:
    steps, tier = given
    here, weights = [*steps, "weights"], tier.weights
    asked = _WEIGHTS_OF.get(tier.choose, ())
    if asked and not any(getattr(weights, name) for name in asked):
        keys = ", ".join(name.replace("_us", "_s") for name in asked)
        yield warning(here, f"nothing tells agents apart by {tier.choose}", f"give one of {keys}")
    if not asked and weights != Weights():
        yield warning(here, f"of no use to {tier.choose}", 'choose by "value", or leave the weights out')
    if tier.choose is Strategy.VALUE and max(weights.fit_us, weights.level_us * 9) > PATIENCE_US:
        what = "what an agent is worth drowns how long contacts have waited"
        yield warning(here, what, f"keep fit_s and nine levels within {seconds(PATIENCE_US):g} s")


_WEIGHTS_OF: Mapping[Strategy, tuple[str, ...]] = {
    Strategy.VALUE: ("fit_us", "level_us", "resolution_us", "price_us", "pace_us"),
    Strategy.WEIGHTED_LEVEL: ("level_us",),
}
"""The weights that a strategy looks at."""


# --- reserves ----------------------------------------------------------------------------------------


def _reserve(given: Given, around: Surroundings) -> Iterator[Finding]:
    steps, tier = given
    reserve, here = tier.reserve, [*steps, "reserve"]
    if reserve is None:
        return
    if reserve.hold_us > PATIENCE_US:
        held_s = seconds(reserve.hold_us)
        what = f"{tier.name} waits {held_s:g} s for an expert who sits idle, longer than anybody waits"
        yield warning([*here, "hold_s"], what, f"hold them for {seconds(PATIENCE_US):g} s at most")
    experts = _experts(reserve, around)
    if around.agents and reserve.skill in around.skills and not experts:
        what = f"nobody has {reserve.skill} at level {reserve.level}"
        yield warning([*here, "level"], what, "lower the level, or leave the reserve out")


def _experts(reserve: Reserve, around: Surroundings) -> list[str]:
    return [name for name, skills in around.agents.items() if skills.get(reserve.skill, 0) >= reserve.level]


def _spared_by_all(rules: Rulebook) -> Iterator[Finding]:
    """Complain of experts whom every tier spares: for nobody."""
    reserves = {tier.reserve for tier in rules.tiers.values()}
    if len(rules.tiers) > 1 and len(reserves) == 1 and None not in reserves:
        first = next(iter(rules.tiers))
        yield warning(["tiers", first, "reserve"], "all tiers spare these experts", "let one tier have them")


# --- preferred agents --------------------------------------------------------------------------------


def _preference(given: Given) -> Iterator[Finding]:
    steps, tier = given
    if tier.prefer_us > PATIENCE_US:
        what = f"{tier.name} waits {seconds(tier.prefer_us):g} s for one agent, longer than anybody waits"
        advice = f"let it wait {seconds(PATIENCE_US):g} s at most"
        yield warning([*steps, "prefer_s"], what, advice)
    if tier.preferred_us > PATIENCE_US:
        what = "what the preferred agent counts for drowns how long contacts have waited"
        advice = f"keep it within {seconds(PATIENCE_US):g} s"
        yield warning([*steps, "preferred_bonus_s"], what, advice)


# --- a tier in a queue -------------------------------------------------------------------------------


def _in_queue(queue: QueueRules, rules: Rulebook, around: Surroundings) -> Iterator[Finding]:
    for name in rules.tiers:
        for policy in queue.compare.policies if queue.compare else (queue.policy,):
            kind = Kind(queue.name, name, policy)
            given = Given(_place_of(kind, rules), rules.tier(kind))
            yield from _sent_away_before(queue, given)
            yield from _nobody_left(queue, given, around)


def _place_of(kind: Kind, rules: Rulebook) -> Steps:
    """Return the steps to the tier that holds for contacts of a kind (`Rulebook.tier`)."""
    if kind.tier in rules.policies.get(kind.policy, {}):
        return ["policies", kind.policy, "tiers", kind.tier]
    if kind.tier in rules.queues[kind.queue].tiers:
        return ["queues", kind.queue, "tiers", kind.tier]
    return ["tiers", kind.tier]


def _sent_away_before(queue: QueueRules, given: Given) -> Iterator[Finding]:
    """Complain of a wait for one agent that ends by a way out, before anybody else was asked."""
    prefer_us = given.tier.prefer_us
    for step in queue.steps:
        if sends_for_good(step) and step.when is None and 0 < step.after_us <= prefer_us:
            sent_s = seconds(step.after_us)
            what = f"{queue.name} sends it away after {sent_s:g} s, before anybody but one agent was asked"
            yield warning([*given.steps, "prefer_s"], what, "prefer nobody that long")
            return


def _nobody_left(queue: QueueRules, given: Given, around: Surroundings) -> Iterator[Finding]:
    """Complain of a reserve that leaves a tier no agent of the queue until its hold is over."""
    reserve = given.tier.reserve
    if reserve is None:
        return
    need = need_of(queue.requirements)
    able = [name for name, skills in around.able(queue).items() if need.level(skills) is not None]
    experts = _experts(reserve, around)
    if able and set(able) <= set(experts) and len(experts) <= reserve.count:
        what = f"spares all agents who serve {queue.name} for {seconds(reserve.hold_us):g} s"
        yield warning([*given.steps, "reserve", "count"], what, "spare fewer")


# --- queues against each other -----------------------------------------------------------------------


def _drowned_queues(rules: Rulebook, around: Surroundings) -> Iterator[Finding]:
    """Complain of a queue's weight that its agents' other queues cannot make up for by waiting."""
    for one, other in combinations(rules.queues.values(), 2):
        heavy, light = sorted((one, other), key=lambda queue: queue.credit_us, reverse=True)
        if heavy.credit_us - light.credit_us > PATIENCE_US and _share_agents(heavy, light, around):
            what = f"stands further ahead of {light.name} than anybody waits, and agents serve both"
            advice = f"that starves {light.name}: keep weights within {seconds(PATIENCE_US):g} s"
            yield warning(["queues", heavy.name, "weight_s"], what, advice)


def _share_agents(one: QueueRules, other: QueueRules, around: Surroundings) -> bool:
    needs = [need_of(queue.requirements) for queue in (one, other)]
    return any(all(need.level(skills) is not None for need in needs) for skills in around.agents.values())

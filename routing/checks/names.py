"""Names in rules that nothing answers to: misspelt queues, flows, policies, tiers, agents, skills."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from core.kernel.schema import Steps
from core.model.destination import Destination, DestinationKind
from core.model.expression import Expression, comparisons, skills_in
from core.model.variables import VARIABLES
from routing.checks.finding import Finding, Surroundings, error, meant
from routing.rules import QueueRules, Rulebook, TierRules


def check_names(rules: Rulebook, around: Surroundings) -> Iterator[Finding]:
    """Yield the names that nothing answers to."""
    for tier in rules.tiers.values():
        yield from _tier(["tiers", tier.name], tier, around)
    for policy, tiers in rules.policies.items():
        for name, tier in tiers.items():
            yield from _unknown(["policies", policy, "tiers", name], "tier", name, rules.tiers)
            yield from _tier(["policies", policy, "tiers", name], tier, around)
    for queue in rules.queues.values():
        yield from _queue(["queues", queue.name], queue, rules, around)
    for number, group in enumerate(rules.ratios):
        for queue_name in group.shares_ppm:
            yield from _unknown(["ratios", number, "shares", queue_name], "queue", queue_name, rules.queues)


def destinations(queue: QueueRules) -> Iterator[tuple[Steps, Destination]]:
    """Yield every way out of a queue with the steps to its key."""
    here = ["queues", queue.name]
    for key, to in (("full", queue.full), ("closed", queue.closed), ("empty", queue.empty)):
        yield [*here, key], to
    for number, step in enumerate(queue.steps):
        if step.to is not None:
            yield [*here, "steps", number, "to"], step.to


def expressions(queue: QueueRules) -> Iterator[tuple[Steps, Expression]]:
    """Yield every expression of a queue with the steps to its key."""
    here = ["queues", queue.name]
    yield [*here, "require"], queue.needs
    for number, step in enumerate(queue.steps):
        if step.when is not None:
            yield [*here, "steps", number, "when"], step.when
        if step.needs is not None:
            yield [*here, "steps", number, "require"], step.needs


def skills_of(rules: Rulebook) -> Iterator[str]:
    """Yield every skill that the rules speak of by its name."""
    for tiers in (rules.tiers, *rules.policies.values(), *(queue.tiers for queue in rules.queues.values())):
        yield from (tier.reserve.skill for tier in tiers.values() if tier.reserve)
    for queue in rules.queues.values():
        yield from (requirement.skill for requirement in queue.requirements)
        yield from filter(None, (queue.skill,))
        for _, expression in expressions(queue):
            yield from skills_in(expression)


def asks_by_value(rules: Rulebook) -> bool:
    """Tell whether some rule asks for a skill that only a call names, such as `$language`."""
    asked = (each for queue in rules.queues.values() for _, each in expressions(queue))
    return any(comparison.by_value for each in asked for comparison in comparisons(each))


def _unknown(steps: Steps, what: str, name: str, known: Iterable[str]) -> Iterator[Finding]:
    names = list(known)
    if name not in names:
        yield error(steps, f"no {what} is called {name}", meant(name, names))


def _tier(steps: Steps, tier: TierRules, around: Surroundings) -> Iterator[Finding]:
    if tier.reserve is not None:
        yield from _skill([*steps, "reserve", "skill"], tier.reserve.skill, around)


def _queue(here: Steps, queue: QueueRules, rules: Rulebook, around: Surroundings) -> Iterator[Finding]:
    for name, tier in queue.tiers.items():
        yield from _unknown([*here, "tiers", name], "tier", name, rules.tiers)
        yield from _tier([*here, "tiers", name], tier, around)
    if queue.agent is not None and around.agents:
        yield from _unknown([*here, "agent"], "agent", queue.agent, around.agents)
    if queue.policy:
        yield from _unknown([*here, "policy"], "policy", queue.policy, rules.policies)
    for policy in queue.compare.policies if queue.compare else ():
        yield from _unknown([*here, "compare", "policies"], "policy", policy, rules.policies)
    if around.able(queue):
        yield from _skills_asked(here, queue, around)
    for steps, to in destinations(queue):
        yield from _destination(steps, to, queue, rules, around)
    for steps, expression in expressions(queue):
        yield from _words(steps, expression, rules, around)


def _destination(
    steps: Steps, to: Destination, queue: QueueRules, rules: Rulebook, around: Surroundings
) -> Iterator[Finding]:
    match to.kind:
        case DestinationKind.QUEUE:
            yield from _unknown([*steps, "queue"], "queue", to.target, rules.queues)
        case DestinationKind.FLOW if around.flows:
            yield from _unknown([*steps, "flow"], "flow", to.target, around.flows)
        case DestinationKind.CALLBACK if queue.callback is None:
            yield error([*steps, "callback"], "this queue calls nobody back", "give it a table callback")


def _words(steps: Steps, expression: Expression, rules: Rulebook, around: Surroundings) -> Iterator[Finding]:
    known: dict[str, Iterable[str]] = {
        "tier": rules.tiers,
        "queue": rules.queues,
        "policy": rules.policies,
    }
    if around.flows:
        known |= {"language": around.languages, "choice": around.choices}
    for comparison in dict.fromkeys(comparisons(expression)):
        if isinstance(comparison.value, str) and comparison.name in known:
            yield from _unknown(steps, comparison.name, comparison.value, known[comparison.name])


def _skills_asked(here: Steps, queue: QueueRules, around: Surroundings) -> Iterator[Finding]:
    """Complain of skills that are asked for; that nobody may have one is nothing to complain of."""
    for requirement in queue.requirements:
        yield from _skill([*here, "requirements", requirement.skill], requirement.skill, around)
    if queue.skill:
        yield from _skill([*here, "skill"], queue.skill, around)
    for steps, expression in expressions(queue):
        for comparison in dict.fromkeys(comparisons(expression)):
            if comparison.skill and not comparison.by_value and comparison.value:
                yield from _skill(steps, comparison.name, around, VARIABLES)


def _skill(steps: Steps, skill: str, around: Surroundings, besides: Iterable[str] = ()) -> Iterator[Finding]:
    if around.agents and skill not in around.skills:
        yield error(steps, f"no agent has the skill {skill}", meant(skill, [*around.skills, *besides]))

"""Goes through the rules: every way out, every expression, every skill, with the steps to its key."""

from __future__ import annotations

from collections.abc import Iterator

from core.kernel.schema import Steps
from core.model.destination import Destination
from core.model.expression import Expression, comparisons, skills_in
from routing.rules import QueueRules, Rulebook, Step


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


def skills_asked_by(queue: QueueRules) -> set[str]:
    """Return the skills that the queue asks for by their names."""
    asked = {requirement.skill for requirement in queue.requirements}
    return asked.union(*(skills_in(expression) for _, expression in expressions(queue)))


def skills_of(rules: Rulebook) -> Iterator[str]:
    """Yield every skill that the rules speak of by its name."""
    yield from (tier.reserve.skill for tier in rules.every_tier() if tier.reserve)
    for queue in rules.queues.values():
        yield from (requirement.skill for requirement in queue.requirements)
        yield from filter(None, (queue.skill,))
        for _, expression in expressions(queue):
            yield from skills_in(expression)


def asks_by_value(rules: Rulebook) -> bool:
    """Tell whether some rule asks for a skill that only a call names, such as `$language`."""
    asked = (each for queue in rules.queues.values() for _, each in expressions(queue))
    return any(comparison.by_value for each in asked for comparison in comparisons(each))


def changes(step: Step) -> list[str]:
    """Return the keys of what a step changes for a contact that stays in line."""
    said = {
        "require": step.needs is not None,
        "waive_menu": step.waive_menu,
        "boost_s": step.credit_us,
        "end_hold": step.end_hold,
        "end_preferred": step.end_preferred,
    }
    return [key for key, is_said in said.items() if is_said]

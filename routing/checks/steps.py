"""Steps of plans that are never taken, or that do nothing when they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from core.kernel.clock import seconds
from core.kernel.schema import Steps
from core.model.binding import WAIT, holds, needs_over_time
from core.model.destination import DestinationKind
from core.model.expression import Expression
from core.model.variables import Value
from routing.checks.cases import Known, cases
from routing.checks.finding import Finding, Surroundings, error, warning
from routing.checks.needs import known_texts
from routing.rules import QueueRules, Rulebook, Step, TierRules


def check_steps(rules: Rulebook, around: Surroundings) -> Iterator[Finding]:
    """Yield the steps that are never taken or do nothing."""
    for queue in rules.queues.values():
        known = known_texts(queue, rules, around)
        tiers = _tiers_of(queue, rules)
        for number, step in enumerate(queue.steps):
            here = ["queues", queue.name, "steps", number]
            yield from _after_a_way_out(here, queue, number)
            yield from _repeated(here, queue, number)
            if step.when is not None:
                yield from _condition(here, step, step.when, known)
            yield from _without_effect(here, step)
            yield from _ends_nothing(here, step, tiers)


def _tiers_of(queue: QueueRules, rules: Rulebook) -> list[TierRules]:
    bundles = (rules.tiers, queue.tiers, *rules.policies.values())
    return [tier for tiers in bundles for tier in tiers.values()]


# --- never taken -------------------------------------------------------------------------------------


def _after_a_way_out(here: Steps, queue: QueueRules, number: int) -> Iterator[Finding]:
    """Complain of a step that falls due when every contact it is meant for has been sent away."""
    step = queue.steps[number]
    for earlier, other in _before(queue, number):
        if sends_for_good(other) and other.when in (None, step.when):
            all_such = "everybody" if other.when is None else "every such contact"
            what = (
                f"never taken: step {earlier + 1} sends {all_such} away after {seconds(other.after_us):g} s"
            )
            yield error(here, what, "let this one come first, or leave it out")
            return


def _repeated(here: Steps, queue: QueueRules, number: int) -> Iterator[Finding]:
    """Complain of a step that asks for the same under the same condition as one before."""
    step = queue.steps[number]
    for earlier, other in _before(queue, number):
        if step.when is not None and replace(other, after_us=step.after_us) == step and not step.credit_us:
            yield warning(here, f"repeats step {earlier + 1}, which comes earlier", "leave one of them out")
            return


def _before(queue: QueueRules, number: int) -> Iterator[tuple[int, Step]]:
    """Yield the steps that fall due before, or are looked at first in the same instant."""
    after_us = queue.steps[number].after_us
    for earlier, other in enumerate(queue.steps):
        if other.after_us < after_us or (other.after_us == after_us and earlier < number):
            yield earlier, other


def sends_for_good(step: Step) -> bool:
    """Tell whether whom this step is taken for is gone; another queue may refuse a contact, who stays."""
    return step.to is not None and step.to.kind is not DestinationKind.QUEUE


def _condition(here: Steps, step: Step, when: Expression, known: Known) -> Iterator[Finding]:
    """Complain of a condition that no call can ever meet, or that every call meets at once."""
    found = [_holds_at(when, case, step.after_us) for case in cases([when], known, given=(WAIT,))]
    if found and not any(any(each) for each in found):
        later = f" after {seconds(step.after_us):g} s" if step.after_us else ""
        yield error([*here, "when"], f"never true{later}", "correct it, or leave the step out")
    elif found and all(each[0] for each in found):
        yield warning([*here, "when"], "always true", "leave the condition out")


def _holds_at(when: Expression, case: dict[str, Value], after_us: int) -> list[bool]:
    """Tell whether the condition holds when the step falls due, and at each instant that may change it."""
    turns = [turn.after_us for turn in needs_over_time(when, case) if turn.after_us > after_us]
    return [holds(when, {**case, WAIT: at_us}) for at_us in (after_us, *turns)]


# --- without effect ----------------------------------------------------------------------------------


def _without_effect(here: Steps, step: Step) -> Iterator[Finding]:
    changes = [
        key
        for key, is_said in (
            ("require", step.needs is not None),
            ("boost_s", step.credit_us),
            ("end_hold", step.end_hold),
            ("end_preferred", step.end_preferred),
            ("waive_menu", step.waive_menu),
        )
        if is_said
    ]
    if step.to is not None and changes:
        what = f"{changes[0]} is of no use to a contact that is sent away"
        yield warning([*here, changes[0]], what, "make two steps of it, the other one earlier")
    if step.to is None and not changes:
        yield warning(here, "changes nothing", "say what it changes, or leave it out")
    if step.needs is None and step.for_us:
        yield warning([*here, "for_s"], "there is nothing to undo", "only what is asked of agents ends again")
    if step.needs is None and step.waive_menu:
        yield warning([*here, "waive_menu"], "nothing takes its place", "say what is asked instead")


def _ends_nothing(here: Steps, step: Step, tiers: list[TierRules]) -> Iterator[Finding]:
    """Complain of a step that ends a hold or a preference that no contact has any more."""
    hold_us = max((tier.reserve.hold_us for tier in tiers if tier.reserve), default=0)
    if step.end_hold and step.after_us >= hold_us:
        yield warning([*here, "end_hold"], *_over("hold", hold_us))
    prefer_us = max((tier.prefer_us for tier in tiers), default=0)
    if step.end_preferred and step.after_us >= prefer_us:
        yield warning([*here, "end_preferred"], *_over("preference", prefer_us))


def _over(what: str, last_us: int) -> tuple[str, str]:
    if not last_us:
        return f"there is no {what} to end", "leave it out"
    return f"every {what} is over after {seconds(last_us):g} s", "let the step come earlier"

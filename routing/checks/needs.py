"""Whom a queue needs as a contact waits: needs that nobody meets, and steps that tighten instead of relaxing.

It is looked at once for each kind of call that the queue's expressions can tell apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from core.kernel.clock import seconds
from core.kernel.schema import Steps, place
from core.model.binding import WAIT, needs_over_time
from core.model.need import Need, both, implies, need_for, need_of
from core.model.variables import Value, Values
from routing.checks.cases import Known, cases, told
from routing.checks.finding import Finding, Surroundings, error, warning
from routing.checks.walk import changes, skills_asked_by
from routing.course import CHANGING
from routing.rules import QueueRules, Rulebook, Step


class Phase(NamedTuple):
    """What is asked of an agent from an instant in line on, and the key that says so."""

    after_us: int
    need: Need
    steps: Steps


def check_needs(rules: Rulebook, around: Surroundings) -> Iterator[Finding]:
    """Yield what is wrong with whom the queues need; what holds for several kinds of calls is said of one."""
    for queue in rules.queues.values():
        known = known_texts(queue, rules, around)
        asked = [queue.needs, *(step.needs for step in queue.steps if step.needs is not None)]
        said: dict[tuple[str, str], Finding] = {}
        for call in cases(asked, known, given={WAIT, *CHANGING}):
            states = cases(asked, known, given={WAIT, *call})
            found = [*_unmet(queue, call, states, around)]
            found += (finding for state in states for finding in _tightened(queue, {**call, **state}))
            for finding in found:
                said.setdefault((finding.where, finding.advice), finding)
        yield from said.values()


def known_texts(queue: QueueRules, rules: Rulebook, around: Surroundings) -> Known:
    """Return the texts that variables of the queue's contacts can have, where that is known."""
    return {
        "tier": list(rules.tiers),
        "queue": [queue.name],
        "policy": queue.compare.policies if queue.compare else [queue.policy],
        "language": around.languages,
        "skill": around.skills,
    }


# --- what is in force when ---------------------------------------------------------------------------


def _own(queue: QueueRules, case: Values) -> list[Phase]:
    """Return what the queue itself asks for, as the wait changes it."""
    plain = need_of(queue.requirements).alternatives
    key = ["queues", queue.name, "requirements" if queue.requirements else "require"]
    turns = needs_over_time(queue.needs, case)
    return [Phase(turn.after_us, need_for(both(plain, turn.need.alternatives)), key) for turn in turns]


def _of_step(queue: QueueRules, number: int, case: Values) -> list[Phase]:
    """Return what a step asks for from its instant on, nothing where it leaves that as it was."""
    step = queue.steps[number]
    turns = needs_over_time(step.needs, case) if step.needs is not None else []
    key: Steps = ["queues", queue.name, "steps", number, "require"]
    began = [turn for turn in turns if turn.after_us <= step.after_us][-1:]
    later = [turn for turn in turns if turn.after_us > step.after_us]
    return [Phase(max(turn.after_us, step.after_us), turn.need, key) for turn in (*began, *later)]


def _before(queue: QueueRules, number: int, case: Values) -> Phase:
    """Return what is in force when a step falls due, of the steps that are taken in any case."""
    at_us = queue.steps[number].after_us
    others = (other for other in range(len(queue.steps)) if other != number)
    earlier = [other for other in others if _is_in_force(queue.steps[other], other < number, at_us)]
    latest = max(earlier, key=lambda other: queue.steps[other].after_us, default=None)
    phases = _own(queue, case) if latest is None else _of_step(queue, latest, case)
    return [phase for phase in phases if phase.after_us <= at_us][-1]


def _is_in_force(step: Step, stands_before: bool, at_us: int) -> bool:
    """Tell whether a step was taken by then whatever the call, and still says whom the contact needs."""
    if step.needs is None or step.when is not None:
        return False
    due = step.after_us < at_us or (step.after_us == at_us and stands_before)
    return due and not 0 < step.for_us <= at_us - step.after_us


# --- findings ----------------------------------------------------------------------------------------


def _unmet(
    queue: QueueRules, call: Values, states: list[dict[str, Value]], around: Surroundings
) -> Iterator[Finding]:
    """Yield the needs that no agent meets; where all are such and no step leads out, it is an error."""
    agents = list(around.able(queue).values())
    phases = [phase for state in states for phase in _phases(queue, {**call, **state})]
    unmet = [phase for phase in _never_met(phases, agents) if agents or not phase.need.alternatives]
    hopeless = unmet == phases and not any(step.to for step in queue.steps)
    misspelt = skills_asked_by(queue) - set(around.skills)
    for phase in unmet[:1] if hopeless else unmet:
        asked = phase.need.text if phase.need.alternatives else "a contradiction"
        what = f"nobody meets {asked}{_for(call)}"
        if not misspelt.isdisjoint(_skills(phase.need)):
            continue  # said of the name already
        if hopeless:
            yield error(phase.steps, what, "ask for less, or give somebody the skills")
        else:
            from_s = seconds(phase.after_us)
            yield warning(phase.steps, f"from {from_s:g} s on {what}", "ask for less, or leave it out")


def _never_met(phases: list[Phase], agents: list[Mapping[str, int]]) -> list[Phase]:
    """Return the phases whose key asks at that instant for what no agent meets, in any state of the queue."""
    needs = {phase.need.text: phase.need for phase in phases}
    is_met = {text: any(need.level(skills) is not None for skills in agents) for text, need in needs.items()}
    met = {(place(phase.steps), phase.after_us) for phase in phases if is_met[phase.need.text]}
    return [phase for phase in phases if (place(phase.steps), phase.after_us) not in met]


def _phases(queue: QueueRules, case: Values) -> list[Phase]:
    numbers = range(len(queue.steps))
    return [*_own(queue, case), *(phase for number in numbers for phase in _of_step(queue, number, case))]


def _skills(need: Need) -> Iterator[str]:
    return (bound.skill for alternative in need.alternatives for bound in alternative)


def _tightened(queue: QueueRules, case: Values) -> Iterator[Finding]:
    """Yield what asks for more the longer a contact waits, and steps that ask for the same again."""
    for before, after in pairwise(_own(queue, case)):
        yield from _stricter(before, after, case)
    for number, step in enumerate(queue.steps):
        phases = _of_step(queue, number, case)
        if phases:
            before = _before(queue, number, case)
            yield from _stricter(before, phases[0], case)
            if before.need is phases[0].need and changes(step) == ["require"]:
                what = f"asks for {before.need.text or 'nothing'} as before{_for(case)}"
                yield warning(phases[0].steps, what, "leave the step out, or ask for less")
        for before, after in pairwise(phases):
            yield from _stricter(before, after, case)


def _stricter(before: Phase, after: Phase, case: Values) -> Iterator[Finding]:
    wide, narrow = before.need.alternatives, after.need.alternatives
    if implies(narrow, wide) and not implies(wide, narrow):
        what = f"asks for {after.need.text} where {before.need.text or 'nothing'} was enough before"
        advice = "ask for less the longer a contact waits, not for more"
        yield warning(after.steps, f"{what}{_for(case)}", advice)


def _for(case: Values) -> str:
    described = told(case)
    return f" (calls with {described})" if described else ""

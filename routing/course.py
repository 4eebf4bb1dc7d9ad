"""A contact's way through the plan of its queue: what was taken, what is in force, what comes next. Pure.

Two things pass while a contact waits: time, which makes steps due, ends others and turns `wait` in
expressions; and the state of the queue, which conditions ask for. For the first there is an instant to wait
for; for the second one looks again every `recheck_us`.

All instants of steps count from the moment the contact entered this line, the hold of a reserve from the
moment it first stood in one: a contact that overflowed has waited for its expert already.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from core.kernel.record import Entity
from core.model.binding import holds, needs_over_time
from core.model.contact import Contact
from core.model.expression import ALWAYS, Expression, variables_in
from core.model.need import NEEDS_MAX, Need, both, need_for, need_of
from core.model.variables import Values
from routing.rules import QueueRules, Reserve, Step

CHANGING = frozenset({"ewt", "longest_wait", "waiting", "ready", "working", "offers"})
"""Variables that change while a contact waits, at instants nobody knows beforehand."""


class Stance(NamedTuple):
    """What a plan says of how a contact stands.

    `step` is the number of the step taken last, from 1, and `in_force` that of the one which says whom the
    contact needs; 0 where none does.
    """

    need: Need
    credit_us: int
    spares: Reserve | None
    step: int
    in_force: int


class WayOut(NamedTuple):
    """A step that sends the contact away."""

    number: int
    step: Step


class Course(Entity, kw_only=True):
    """One contact in one line. `taken` holds the instant of each step by its number, in the order taken."""

    contact: Contact
    rules: QueueRules
    reserve: Reserve | None
    sequence: int
    entered_us: int
    taken: dict[int, int]
    stance: Stance | None = None
    timer_set: bool = False

    # --- steps ---------------------------------------------------------------------------------------

    def take_due(self, values: Values, now_us: int) -> list[int]:
        """Take every step that is due and changes how the contact stands; return their numbers."""
        due = [number for number, step in self._open() if not step.to and self._is_met(step, values, now_us)]
        for number in due:
            step = self.rules.steps[number - 1]
            self.taken[number] = self._due_us(step) if step.when is None else now_us
        if due:  # after a restart those taken on a condition came first
            self.taken = dict(sorted(self.taken.items(), key=lambda taken: (taken[1], taken[0])))
        return due

    def way_out(self, values: Values, now_us: int) -> WayOut | None:
        """Return the first step due that sends the contact away."""
        ways = (WayOut(number, step) for number, step in self._open() if step.to)
        return next((way for way in ways if self._is_met(way.step, values, now_us)), None)

    def _open(self) -> Iterator[tuple[int, Step]]:
        return ((n, step) for n, step in enumerate(self.rules.steps, 1) if n not in self.taken)

    def _due_us(self, step: Step) -> int:
        return self.entered_us + step.after_us

    def _is_met(self, step: Step, values: Values, now_us: int) -> bool:
        return now_us >= self._due_us(step) and (step.when is None or holds(step.when, values))

    # --- what is in force ------------------------------------------------------------------------------

    def stand(self, values: Values, now_us: int) -> Stance:
        """Return how the contact stands by its plan now."""
        taken = [self.rules.steps[number - 1] for number in self.taken]
        holding = self.reserve is not None and now_us < self._hold_over_us()
        return Stance(
            need=self._need(values, now_us),
            credit_us=self.rules.credit_us + sum(step.credit_us for step in taken),
            spares=self.reserve if holding and not any(step.end_hold for step in taken) else None,
            step=next(reversed(self.taken), 0),
            in_force=self._in_force(now_us),
        )

    def _need(self, values: Values, now_us: int) -> Need:
        waited_us = now_us - self.entered_us
        number = self._in_force(now_us)
        if not number:
            return base_need(self.rules, self.contact, values, waited_us)
        step = self.rules.steps[number - 1]
        own = _need_at(step.needs or ALWAYS, values, waited_us)
        return own if step.waive_menu else joined(own, need_of(self.contact.asked))

    def _in_force(self, now_us: int) -> int:
        """Return the step that says whom the contact needs: the last one taken whose time is not over."""
        for number, at_us in reversed(self.taken.items()):
            step = self.rules.steps[number - 1]
            if step.needs is not None and not 0 < step.for_us <= now_us - at_us:
                return number
        return 0

    def _hold_over_us(self) -> int:
        assert self.reserve is not None
        since_us = self.contact.queued_us
        return (self.entered_us if since_us is None else since_us) + self.reserve.hold_us

    # --- what comes next -------------------------------------------------------------------------------

    def next_us(self, values: Values, now_us: int) -> int | None:
        """Return the next instant at which something may change; None where nothing ever will."""
        instants = [at_us for at_us in self._instants(values, now_us) if at_us > now_us]
        if self._looks_again(values, now_us):
            instants.append(now_us + self.rules.recheck_us)
        return min(instants, default=None)

    def _instants(self, values: Values, now_us: int) -> Iterator[int]:
        for _, step in self._open():
            yield self._due_us(step)
            yield from self._turns(step.when, values)
        steps = self.rules.steps
        yield from (at_us + steps[number - 1].for_us for number, at_us in self.taken.items())
        if self.reserve is not None:
            yield self._hold_over_us()
        yield from self._turns(self._asked_for(now_us), values)

    def _turns(self, expression: Expression | None, values: Values) -> Iterator[int]:
        """Yield the instants at which the mere wait changes what the expression comes to."""
        if expression is not None:
            yield from (self.entered_us + turn.after_us for turn in needs_over_time(expression, values))

    def _asked_for(self, now_us: int) -> Expression | None:
        number = self._in_force(now_us)
        return self.rules.steps[number - 1].needs if number else self.rules.needs

    def _looks_again(self, values: Values, now_us: int) -> bool:
        """Tell whether a way out is shut, or the state of the queue decides a step or a need."""
        if self.way_out(values, now_us) is not None:
            return True
        awaited = [step.when for _, step in self._open() if now_us >= self._due_us(step)]
        return any(is_changing(asked) for asked in (self._asked_for(now_us), *awaited) if asked is not None)


# --- needs ---------------------------------------------------------------------------------------------


def base_need(rules: QueueRules, contact: Contact, values: Values, waited_us: int) -> Need:
    """Return what queue and menu ask of an agent while no step says otherwise."""
    plain = plain_need(rules, contact)
    return plain if rules.needs is ALWAYS else joined(plain, _need_at(rules.needs, values, waited_us))


def is_named(contact: Contact) -> bool:
    """Tell whether an agent named another one for the contact, whatever its queue asks for."""
    return contact.only_agent is not None and contact.passed_by != ""


def plain_need(rules: QueueRules, contact: Contact) -> Need:
    """Return the plain least levels that queue and menu ask for."""
    return need_of((*rules.requirements, *contact.asked))


def needs_ahead(rules: QueueRules, contact: Contact, values: Values) -> list[Need]:
    """Return everything the contact may come to ask of an agent in this line, each once."""
    plain, asked = plain_need(rules, contact), need_of(contact.asked)
    needs = [joined(plain, turn.need) for turn in needs_over_time(rules.needs, values)]
    for step in rules.steps:
        for turn in needs_over_time(step.needs, values) if step.needs is not None else ():
            needs.append(turn.need if step.waive_menu else joined(turn.need, asked))
    return list({need.text: need for need in needs}.values())


def _need_at(requirement: Expression, values: Values, waited_us: int) -> Need:
    turns = needs_over_time(requirement, values)
    return next(turn.need for turn in reversed(turns) if turn.after_us <= max(waited_us, 0))


@lru_cache(maxsize=NEEDS_MAX)
def joined(one: Need, other: Need) -> Need:
    """Return the need of both together."""
    return need_for(both(one.alternatives, other.alternatives))


@lru_cache(maxsize=1_000)
def is_changing(expression: Expression) -> bool:
    """Tell whether the state of the queue decides what the expression comes to."""
    return not CHANGING.isdisjoint(variables_in(expression))

"""The plan: takes each waiting contact through the steps of its queue (`routing.course` says which and when).

It shapes a contact that is about to join a line, and changes how it stands while it waits: whom it needs,
how far forward it is, whether experts are still spared, who it is held for; or sends it away. There is one
timer for each contact, set to the next instant at which anything may change.

A contact that is offered changes as well, for it may come back; but it is sent away only from the line, and
only while there is a link with the PBX: after a restart those who can be served are served first.
"""

from __future__ import annotations

from typing import Any

from core.contacts import ContactBook
from core.engine import Engine
from core.model.commands import CancelTimer, StartTimer, TagLeg
from core.model.contact import Contact, ContactState
from core.model.destination import DivertReason
from core.model.events import (
    ContactConnected,
    ContactDiverted,
    ContactQueued,
    InteractionRecorded,
    OfferFailed,
    OfferWithdrawn,
    TimerFired,
)
from core.model.expression import ALWAYS
from core.model.ids import NO_LEG, ContactId, TimerKey
from core.model.message import Event
from core.model.need import need_of
from core.model.variables import Values
from routing.circumstances import Circumstances
from routing.course import Course, Stance, WayOut, is_named, plain_need
from routing.divert import Diversion
from routing.router import Router
from routing.rules import QueueRules, Reserve, Rulebook
from routing.standing import Place, Standing
from routing.tags import caller_tag

_IN_LINE = (ContactState.QUEUED, ContactState.OFFERED)


class Plan:
    """The feature that knows what becomes of those who wait."""

    def __init__(
        self,
        engine: Engine,
        contacts: ContactBook,
        router: Router,
        rulebook: Rulebook,
        circumstances: Circumstances,
        diversion: Diversion,
    ) -> None:
        self._engine = engine
        self._contacts = contacts
        self._router = router
        self._rulebook = rulebook
        self._circumstances = circumstances
        self._diversion = diversion
        self._courses: dict[ContactId, Course] = {}
        router.shape(self._begin)
        engine.subscribe(ContactQueued, self._queued)
        engine.on_timer("plan", self._due)
        engine.subscribe(OfferFailed, self._returned)
        engine.subscribe(OfferWithdrawn, self._returned)
        engine.subscribe(ContactConnected, self._over)
        engine.subscribe(ContactDiverted, self._over)
        engine.subscribe(InteractionRecorded, self._over)

    # --- a contact joins a line --------------------------------------------------------------------

    def _begin(self, standing: Standing, why: Event) -> None:
        """Let the contact stand as the plan says from the start, or by the steps it has taken already."""
        contact = standing.contact
        self._forget(contact.contact_id)
        rules = self._rulebook.queues[standing.kind.queue]
        if is_named(contact):
            contact.requirements, standing.need, standing.held_for = (), need_of(()), contact.only_agent
            return
        need = plain_need(rules, contact)
        contact.requirements = need.all_of
        standing.need, standing.held_for = need, contact.only_agent or rules.agent
        standing.place = _place(contact, rules.credit_us, standing.place.sequence)
        reserve = self._rulebook.tier(standing.kind).reserve
        if not _is_planned(rules, reserve):
            return
        course = self._courses[contact.contact_id] = _course(standing, rules, reserve)
        values = self._values(course, why)
        self._take_due(course, values, why)
        stance = course.stance = course.stand(values, why.at_us)
        standing.need, standing.spares, standing.step = stance.need, stance.spares, stance.step
        standing.place = _place(contact, stance.credit_us, course.sequence)

    def _queued(self, event: ContactQueued) -> None:
        course = self._courses.get(event.contact_id)
        if course is not None:
            self._leave_or_wait(course, self._values(course, event), event)

    # --- while it waits ------------------------------------------------------------------------------

    def _due(self, event: TimerFired) -> None:
        self._go_on(self._courses[ContactId(event.key[1])], event)

    def _returned(self, event: OfferFailed | OfferWithdrawn) -> None:
        course = self._courses.get(event.contact_id)
        if course is not None:
            self._go_on(course, event)

    def _go_on(self, course: Course, why: Event) -> None:
        """Do all that is due by now, and see to it that we look again when more is."""
        if course.contact.state not in _IN_LINE:
            self._forget(course.contact.contact_id)
            return
        values = self._values(course, why)
        taken = self._take_due(course, values, why)
        self._stand(course, taken, values, why)
        self._leave_or_wait(course, values, why)

    def _values(self, course: Course, why: Event) -> Values:
        return self._circumstances.values(course.contact, course.rules.name, why.at_us)

    def _take_due(self, course: Course, values: Values, why: Event) -> list[int]:
        """Take the steps that are due; those on a condition are noted, for time alone does not tell them."""
        taken = course.take_due(values, why.at_us)
        conditional = [number for number in taken if course.rules.steps[number - 1].when is not None]
        contact = course.contact
        contact.steps += tuple((number, why.at_us) for number in conditional)
        if conditional and contact.state in _IN_LINE and contact.leg_id != NO_LEG:
            self._engine.send(TagLeg(leg_id=contact.leg_id, tag=caller_tag(contact)))
        return taken

    def _stand(self, course: Course, taken: list[int], values: Values, why: Event) -> None:
        """Let the contact stand as it should by now, if that is another way than before."""
        before, now = course.stance, course.stand(values, why.at_us)
        assert before is not None, "a contact in line stands somehow"
        course.stance = now
        changes = _changes(course, before, now)
        if any(course.rules.steps[number - 1].end_preferred for number in taken):
            changes["held_for"] = course.contact.only_agent or course.rules.agent
        if changes:
            reason = "step" if taken else _reason(before, now)
            self._router.alter(course.contact.contact_id, why, reason, **changes)

    def _leave_or_wait(self, course: Course, values: Values, why: Event) -> None:
        contact = course.contact
        way = self._way_out(course, values, why)
        if way is not None and way.step.to is not None:
            to, queue = way.step.to, course.rules.name
            self._diversion.send(contact, queue, to, DivertReason.STEP, why, way.number)
            return
        next_us = course.next_us(values, why.at_us)
        if next_us is not None:
            course.timer_set = True
            self._engine.send(StartTimer(key=_timer(contact.contact_id), at_us=next_us))

    def _way_out(self, course: Course, values: Values, why: Event) -> WayOut | None:
        """Return the way on which the contact is to be sent now, if it is open to it."""
        contact, queue = course.contact, course.rules.name
        if contact.state is not ContactState.QUEUED or not self._router.is_linked:
            return None
        way = course.way_out(values, why.at_us)
        is_open = way and way.step.to and self._diversion.is_open(contact, queue, way.step.to, why.at_us)
        return way if is_open else None

    # --- the end ---------------------------------------------------------------------------------------

    def _over(self, event: ContactConnected | ContactDiverted | InteractionRecorded) -> None:
        self._forget(event.contact_id)

    def _forget(self, contact_id: ContactId) -> None:
        course = self._courses.pop(contact_id, None)
        if course is not None and course.timer_set:
            self._engine.send(CancelTimer(key=_timer(contact_id)))


def _is_planned(rules: QueueRules, reserve: Reserve | None) -> bool:
    """Tell whether anything can change for a contact while it waits."""
    return bool(rules.steps) or reserve is not None or rules.needs is not ALWAYS


def _course(standing: Standing, rules: QueueRules, reserve: Reserve | None) -> Course:
    contact = standing.contact
    entered_us = contact.entered_us if contact.entered_us is not None else contact.queued_us
    assert entered_us is not None, "it joins a line now or did before"
    return Course(
        contact=contact,
        rules=rules,
        reserve=reserve,
        sequence=standing.place.sequence,
        entered_us=entered_us,
        taken={number: at_us for number, at_us in contact.steps if number <= len(rules.steps)},
    )


def _place(contact: Contact, credit_us: int, sequence: int) -> Place:
    return Place(contact.key_us - credit_us, sequence)


def _changes(course: Course, before: Stance, now: Stance) -> dict[str, Any]:
    """Return the fields of a `Standing` that differ."""
    changes: dict[str, Any] = {}
    if now.need is not before.need:
        changes["need"] = now.need
    if now.credit_us != before.credit_us:
        changes["place"] = _place(course.contact, now.credit_us, course.sequence)
    if now.spares != before.spares:
        changes["spares"] = now.spares
    if now.step != before.step:
        changes["step"] = now.step
    return changes


def _reason(before: Stance, now: Stance) -> str:
    """Say why a contact stands otherwise that took no step."""
    if now.in_force != before.in_force:
        return "expired"
    return "needs" if now.need is not before.need else "reserve_over"


def _timer(contact_id: ContactId) -> TimerKey:
    return ("plan", contact_id)

"""Resumed places: who hung up in line and soon calls again stands where the first call would stand by now.

Known again are the customer, or the number where the caller shows one; the queue MUST be the same, and the
time between within its `resume_within_us`. A place is resumed once. What is kept is bounded, and is folded
from events alone, so that it begins with what the ledger tells of the run before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from core.contacts import ContactBook
from core.engine import Engine
from core.kernel.record import Entity
from core.model.contact import VOICE, Contact
from core.model.events import (
    ContactAbandoned,
    ContactArrived,
    ContactQueued,
    ContactRecalled,
    CustomerIdentified,
    InteractionRecorded,
    PlaceResumed,
    StandingChanged,
)
from core.model.ids import ContactId, QueueName
from core.model.message import Event
from core.model.numbers import shown_number
from routing.router import Router
from routing.rules import Queues
from routing.standing import Place, Standing

PLACES_MAX = 20_000
"""Places kept for callers who may ring back, the latest ones: some minutes' worth of the worst hour."""


class _Course(Entity, kw_only=True):
    """What is known so far of a contact that may be abandoned."""

    number: str
    customer_id: str = ""
    queue: QueueName | None = None
    key_us: int = 0
    entered_us: int = 0


class FormerPlace(NamedTuple):
    """Where a contact stood in a line, before all that the queue's rules add, and since when."""

    contact_id: ContactId
    key_us: int
    entered_us: int


class _Left(NamedTuple):
    """A place that somebody gave up, and until when it can be had again."""

    place: FormerPlace
    until_us: int


_Who = tuple[QueueName, str]
"""A queue, and the customer's id or number."""


class Resume:
    """The feature that gives callers who were cut off their places back.

    Built before the plan, which takes its steps from where the contact stands by then.
    """

    def __init__(self, engine: Engine, contacts: ContactBook, router: Router, queues: Queues) -> None:
        self._engine = engine
        self._contacts = contacts
        self._queues = queues
        self._courses: dict[ContactId, _Course] = {}
        self._left: dict[_Who, _Left] = {}
        if not any(rules.resume_within_us for rules in queues.values()):
            return
        self._folds: dict[type[Event], Callable[[Any], None]] = {
            ContactArrived: self._arrived,
            CustomerIdentified: self._identified,
            ContactQueued: self._stands,
            StandingChanged: self._moved,
            ContactAbandoned: self._abandoned,
        }
        for kind, fold in self._folds.items():
            engine.subscribe(kind, fold)
        engine.subscribe(ContactRecalled, self._recalled)
        engine.subscribe(InteractionRecorded, self._ended)
        router.shape(self._resume)

    # --- who leaves ----------------------------------------------------------------------------------

    def _recalled(self, event: ContactRecalled) -> None:
        for past in event.history:
            fold = self._folds.get(type(past))
            if fold is not None:
                fold(past)

    def _arrived(self, event: ContactArrived) -> None:
        if event.channel == VOICE:
            self._courses[event.contact_id] = _Course(number=shown_number(event.caller_number))

    def _identified(self, event: CustomerIdentified) -> None:
        course = self._courses.get(event.contact_id)
        if course is not None:
            course.customer_id = event.customer_id

    def _stands(self, event: ContactQueued) -> None:
        """Take note of the place without what the queue's own rules add to it: they will add it again."""
        course = self._courses.get(event.contact_id)
        if course is None or course.queue == event.queue:
            return  # the first time tells it: later ones are returns from an offer
        contact = self._contacts.get(event.contact_id)
        course.queue = event.queue
        course.key_us = contact.key_us if contact else event.key_us + self._queues[event.queue].credit_us
        course.entered_us = contact.entered_us if contact and contact.entered_us else event.at_us

    def _moved(self, event: StandingChanged) -> None:
        """Count in how far a supervisor moved the contact."""
        course = self._courses.get(event.contact_id)
        if course is not None:
            course.key_us -= event.moved_us

    def _abandoned(self, event: ContactAbandoned) -> None:
        course = self._courses.get(event.contact_id)
        if course is None or course.queue is None:
            return  # gave up in the menu: there was no place yet
        within_us = self._queues[course.queue].resume_within_us
        if not within_us:
            return
        self._drop_old(event.at_us)
        place = FormerPlace(event.contact_id, course.key_us, course.entered_us)
        left = _Left(place, event.at_us + within_us)
        for who in filter(None, (course.customer_id, course.number)):
            self._left.pop((course.queue, who), None)  # so that the latest are at the end
            self._left[course.queue, who] = left

    def _drop_old(self, now_us: int) -> None:
        """Make room at the old end: for what is over, and for two more."""
        while self._left:
            oldest = next(iter(self._left))
            if self._left[oldest].until_us >= now_us and len(self._left) <= PLACES_MAX - 2:
                return
            del self._left[oldest]

    def _ended(self, event: InteractionRecorded) -> None:
        self._courses.pop(event.contact_id, None)

    # --- who comes back ------------------------------------------------------------------------------

    def _resume(self, standing: Standing, why: Event) -> None:
        """Let a caller who left stand at the old place, where it is further forward than the new one."""
        if standing.channel != VOICE:
            return
        left = self._take(standing.kind.queue, standing.contact)
        if left is not None and left.until_us >= why.at_us:
            give_place(self._engine, standing, left.place, why)

    def _take(self, queue: QueueName, contact: Contact) -> _Left | None:
        """Return the place of this caller, to be had once; the customer's comes before the number's."""
        found = [self._left.pop((queue, who), None) for who in identities(contact)]
        return next(filter(None, found), None)


def identities(contact: Contact) -> tuple[str, ...]:
    """Return what the customer is known by: the id, where there is a record, and the number, if shown."""
    customer_id = contact.customer.customer_id if contact.customer is not None else ""
    return tuple(who for who in (customer_id, shown_number(contact.caller_number)) if who)


def give_place(engine: Engine, standing: Standing, place: FormerPlace, why: Event) -> None:
    """Let a contact that is about to join a line have the place of another, if that is further forward."""
    contact = standing.contact
    if place.key_us >= contact.key_us:
        return
    contact.credit_us += contact.key_us - place.key_us
    contact.entered_us = place.entered_us
    standing.place = Place(contact.key_us, standing.place.sequence)
    engine.publish(
        PlaceResumed(
            at_us=why.at_us,
            cause_id=why.cause_id,
            contact_id=contact.contact_id,
            of_contact_id=place.contact_id,
            key_us=place.key_us,
        )
    )

"""Customers passed on to one agent: whoever cannot be had in time has them no longer to themselves.

The contact then waits on in the line of its queue, for whoever serves that.
"""

from __future__ import annotations

from core.contacts import ContactBook
from core.engine import Engine
from core.kernel.clock import SECOND_US
from core.model.commands import StartTimer
from core.model.events import ContactQueued, OfferFailed, OfferWithdrawn, TimerFired
from core.model.ids import ContactId, QueueName
from core.model.message import Event
from routing.course import is_named, plain_need
from routing.router import Router
from routing.rules import Queues

PATIENCE_US = 30 * SECOND_US
"""How long a customer waits for the agent alone: about as long as a phone rings."""


class PassedOn:
    """The feature that lets others have whom the named agent does not take."""

    def __init__(self, engine: Engine, contacts: ContactBook, router: Router, queues: Queues) -> None:
        self._engine = engine
        self._contacts = contacts
        self._router = router
        self._queues = queues
        engine.subscribe(ContactQueued, self._queued)
        engine.subscribe(OfferFailed, self._not_had)
        engine.subscribe(OfferWithdrawn, self._not_had)
        engine.on_timer("passed_on", self._too_long)

    def _queued(self, event: ContactQueued) -> None:
        contact = self._contacts.get(event.contact_id)
        if contact is not None and is_named(contact) and not contact.consults:
            key = ("passed_on", event.contact_id)
            self._engine.send(StartTimer(key=key, at_us=event.at_us + PATIENCE_US))

    def _not_had(self, event: OfferFailed | OfferWithdrawn) -> None:
        self._open(event.contact_id, event)

    def _too_long(self, event: TimerFired) -> None:
        contact_id = ContactId(event.key[1])
        if self._router.is_in_line(contact_id):
            self._open(contact_id, event)

    def _open(self, contact_id: ContactId, why: Event) -> None:
        contact = self._contacts.get(contact_id)
        if contact is None or not is_named(contact) or contact.consults:
            return
        contact.only_agent = None
        need = plain_need(self._queues[contact.queue or QueueName("")], contact)
        contact.requirements = need.all_of
        self._router.alter(contact_id, why, "not_had", held_for=None, need=need)

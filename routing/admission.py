"""Admission: what happens when a contact asks for a queue.

It asks by way of the IVR, or is sent here from another queue, or was found waiting by a new run of ours. Who
may join stands in line by the instant at which it first stood in one; who may not is sent where the queue's
rules say.
"""

from __future__ import annotations

from core.contacts import ContactBook
from core.engine import Engine
from core.model.contact import Contact, ContactState, ContactTrigger
from core.model.destination import DestinationKind
from core.model.events import ContactAdopted, ContactDiverted, QueueingAsked
from core.model.ids import QueueName
from core.model.message import Event
from routing.divert import Diversion
from routing.door import Door
from routing.router import Router
from routing.rules import Kind, Rulebook
from routing.turns import policy_at


class Admission:
    """The feature that lets contacts into the queues they ask for, or sends them on from the door."""

    def __init__(
        self,
        engine: Engine,
        contacts: ContactBook,
        router: Router,
        door: Door,
        diversion: Diversion,
        rulebook: Rulebook,
    ) -> None:
        self._contacts = contacts
        self._router = router
        self._door = door
        self._diversion = diversion
        self._rulebook = rulebook
        engine.subscribe(QueueingAsked, self._asked)
        engine.subscribe(ContactDiverted, self._sent_here)
        engine.subscribe(ContactAdopted, self._adopted)

    def _asked(self, event: QueueingAsked) -> None:
        contact = self._contacts.get(event.contact_id)
        if contact is not None:  # else hung up in the very turn in which the IVR handed it over
            contact.asked = event.requirements
            self._admit(contact, event.queue, event)

    def _sent_here(self, event: ContactDiverted) -> None:
        contact = self._contacts.get(event.contact_id)
        if contact is not None and event.to is DestinationKind.QUEUE:
            self._admit(contact, QueueName(event.target), event)

    def _adopted(self, event: ContactAdopted) -> None:
        contact = self._contacts.get(event.contact_id)
        if contact is None or event.state is not ContactState.QUEUED:
            return
        if contact.queue not in self._rulebook.queues:
            # The queue left the configuration: all that is known of its needs is what the note says.
            contact.asked = contact.requirements
        self._router.stand_in_line(contact, event)

    def _admit(self, contact: Contact, queue: QueueName, why: Event) -> None:
        # Of who is passed on it was asked before the agent let go, but for where a flow leads afterwards.
        was_asked = contact.after and not contact.flow
        refusal = None if was_asked else self._door.refusal(contact, queue, why.at_us)
        if refusal is None:
            self._enter(contact, queue, why)
        else:
            self._diversion.send(contact, queue, refusal.to, refusal.reason, why)

    def _enter(self, contact: Contact, queue: QueueName, why: Event) -> None:
        contact.queue = queue
        contact.entered_us = why.at_us
        if contact.queued_us is None:
            contact.queued_us = why.at_us
        contact.steps = ()
        contact.policy = policy_at(self._rulebook.queues[queue], why.at_us)
        kind = Kind(queue, contact.tier, contact.policy)
        contact.head_start_us = self._rulebook.tier(kind).head_start_us
        if contact.state is ContactState.IN_IVR:
            self._contacts.move(contact, ContactTrigger.QUEUE)
        self._router.stand_in_line(contact, why)

"""Recovery of work: what an earlier run of ours had not done is taken up from the ledger.

Unlike a caller, work leaves no trace on the telephone system: all that is known of it is its history. What
waited stands at its old place, what was in hand is in the same hands, if the agents' side finds them there.
"""

from __future__ import annotations

from core.contacts import ContactBook
from core.engine import Engine
from core.model.contact import Contact, ContactTrigger
from core.model.events import (
    ContactAdopted,
    ContactConnected,
    ContactQueued,
    ContactRecalled,
    WorkAdded,
    WorkReturned,
)
from routing.priority import moved_us
from routing.rules import Kind, Rulebook
from routing.work import WorkDesk


class WorkRecall:
    """The feature that goes on with work where an earlier run left it."""

    def __init__(self, engine: Engine, contacts: ContactBook, desk: WorkDesk, rulebook: Rulebook) -> None:
        self._engine = engine
        self._contacts = contacts
        self._desk = desk
        self._rulebook = rulebook
        engine.subscribe(ContactRecalled, self._recalled)

    def _recalled(self, event: ContactRecalled) -> None:
        added = next((past for past in event.history if isinstance(past, WorkAdded)), None)
        if added is None:
            return
        contact = self._desk.open(added, event.history[0].at_us)
        queued = [past for past in event.history if isinstance(past, ContactQueued)]
        if queued:
            self._stand(contact, added, queued)
            contact.credit_us += moved_us(event.history)
            self._hold(contact, event)
            self._tell(contact, event)
        self._desk.identify(contact, added, event)

    def _stand(self, contact: Contact, added: WorkAdded, queued: list[ContactQueued]) -> None:
        """Give the contact the place it had."""
        last = queued[-1]
        contact.queue, contact.tier, contact.policy = last.queue, last.tier, last.policy
        contact.queued_us, contact.entered_us = queued[0].at_us, last.at_us
        contact.asked = added.requirements
        kind = Kind(last.queue, last.tier, last.policy)
        contact.head_start_us = self._rulebook.tier(kind).head_start_us
        self._contacts.move(contact, ContactTrigger.QUEUE)

    def _hold(self, contact: Contact, recalled: ContactRecalled) -> None:
        """Give the contact to the agent who had it in hand, if anybody had."""
        held = _held_by(recalled)
        if held is not None:
            self._contacts.move(contact, ContactTrigger.CONNECT)
            contact.agent_id, contact.offer_id = held.agent_id, held.offer_id
            contact.connected_us = held.at_us

    def _tell(self, contact: Contact, recalled: ContactRecalled) -> None:
        self._engine.publish(
            ContactAdopted(
                at_us=recalled.at_us,
                cause_id=recalled.cause_id,
                contact_id=contact.contact_id,
                state=contact.state,
                agent_id=contact.agent_id or "",
                channel=contact.channel,
            )
        )


def _held_by(recalled: ContactRecalled) -> ContactConnected | None:
    """Return how the work came into the hands that had it last, None where it was in nobody's."""
    held: ContactConnected | None = None
    for past in recalled.history:
        if isinstance(past, ContactConnected):
            held = past
        elif isinstance(past, WorkReturned):
            held = None
    return held

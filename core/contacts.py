"""All contacts in hand, and the one function that moves them.

The IVR, the queues and the agents' side share this book; each moves a contact only along `CONTACT`.
"""

from __future__ import annotations

from collections.abc import Iterator

from core.model.contact import CONTACT, ENDED_STATES, Contact, ContactTrigger
from core.model.ids import NO_LEG, ContactId, LegId

ENDED_MAX = 4_096
"""Contacts remembered after their end: a note on a leg outlives its contact by seconds at most."""


class ContactBook:
    """Contacts by id and by the caller's leg; a contact leaves the book when it has ended."""

    def __init__(self) -> None:
        self._ended: dict[ContactId, None] = {}
        self._by_id: dict[ContactId, Contact] = {}
        self._by_leg: dict[LegId, Contact] = {}

    def __iter__(self) -> Iterator[Contact]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def add(self, contact: Contact) -> None:
        """Take a new contact into the book."""
        self._by_id[contact.contact_id] = contact
        if contact.leg_id != NO_LEG:
            self._by_leg[contact.leg_id] = contact

    def give_leg(self, contact: Contact, leg_id: LegId) -> None:
        """Let `leg_id` be the customer's leg from now on; `NO_LEG` where there is none any more."""
        self._by_leg.pop(contact.leg_id, None)
        contact.leg_id = leg_id
        if leg_id != NO_LEG:
            self._by_leg[leg_id] = contact

    def get(self, contact_id: ContactId) -> Contact | None:
        """Return the contact, or None when it has ended or never was."""
        return self._by_id.get(contact_id)

    def of_leg(self, leg_id: LegId) -> Contact | None:
        """Return the contact whose caller's leg is `leg_id`, or None."""
        return self._by_leg.get(leg_id)

    def has_ended(self, contact_id: ContactId) -> bool:
        """Tell whether the contact ended a short while ago, so that a note of it means nothing any more."""
        return contact_id in self._ended

    def move(self, contact: Contact, trigger: ContactTrigger) -> None:
        """Change the contact's state by its table; raise `IllegalTransition` where there is no row."""
        contact.state = CONTACT.after(contact.state, trigger)
        if contact.state in ENDED_STATES:
            del self._by_id[contact.contact_id]
            self._by_leg.pop(contact.leg_id, None)
            self._ended[contact.contact_id] = None
            if len(self._ended) > ENDED_MAX:
                del self._ended[next(iter(self._ended))]

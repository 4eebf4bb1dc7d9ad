"""What campaigns ask of routing, where an agent comes before the customer.

Such a contact stands in line without a leg, and is offered like any other. When the customer has answered
both are joined (`JoiningAsked`); where nobody is reached the contact leaves its line, or the agent to whom it
is offered is let go (`EndingAsked`).
"""

from __future__ import annotations

from core.contacts import ContactBook
from core.engine import Engine
from core.model.attempt_events import EndingAsked, JoiningAsked
from core.model.contact import Contact, ContactState, ContactTrigger
from core.model.events import ContactClosed
from routing.offer_desk import OfferDesk
from routing.router import Router

_WAITS = frozenset({ContactState.QUEUED, ContactState.OFFERED, ContactState.POSTPONED})


class OutboundContacts:
    """The feature that joins and ends contacts at the wish of the dialer."""

    def __init__(self, engine: Engine, contacts: ContactBook, router: Router, offers: OfferDesk) -> None:
        self._engine = engine
        self._contacts = contacts
        self._router = router
        self._offers = offers
        engine.subscribe(JoiningAsked, self._join)
        engine.subscribe(EndingAsked, self._end)

    def _join(self, event: JoiningAsked) -> None:
        contact = self._contacts.get(event.contact_id)
        if contact is not None and contact.state is ContactState.OFFERED:
            self._offers.join(contact, event)

    def _end(self, event: EndingAsked) -> None:
        contact = self._contacts.get(event.contact_id)
        if contact is None or contact.state not in _WAITS:
            return  # ended by itself, or customer and agent talk by now
        self._withdraw(contact, event)
        unreached = event.outcome is ContactState.UNREACHED
        self._contacts.move(contact, ContactTrigger.GIVE_UP if unreached else ContactTrigger.CANCEL)
        self._engine.publish(
            ContactClosed(
                at_us=event.at_us,
                cause_id=event.cause_id,
                contact_id=contact.contact_id,
                outcome=contact.state,
            )
        )

    def _withdraw(self, contact: Contact, event: EndingAsked) -> None:
        """Take it back from the agent to whom it is offered, and out of its line."""
        if contact.state is ContactState.OFFERED:
            self._offers.void(contact, event.reason, event)
        if contact.state is ContactState.QUEUED:
            self._router.take_out(contact.contact_id)
            self._contacts.move(contact, ContactTrigger.POSTPONE)

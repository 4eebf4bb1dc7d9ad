"""The screen-pop: all an agent should know of the caller before saying hello."""

from __future__ import annotations

from core.model.commands import PopScreen
from core.model.contact import Contact
from core.model.events import OfferMade


def screen_pop(offer: OfferMade, contact: Contact) -> PopScreen:
    """Return the record to show for `offer`; `customer` holds the last interactions too."""
    return PopScreen(
        agent_id=offer.agent_id,
        offer_id=offer.offer_id,
        contact_id=contact.contact_id,
        caller_number=contact.caller_number,
        customer=contact.customer,
        tier=contact.tier,
        queue=contact.queue or "",
        choices=contact.choices,
        waited_us=contact.waited_us(offer.at_us),
        language=contact.language,
    )

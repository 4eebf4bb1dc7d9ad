"""The screen-pop: all an agent should know of the customer before saying hello."""

from __future__ import annotations

from core.kernel.record import replace
from core.model.commands import PopScreen
from core.model.contact import Contact
from core.model.events import OfferMade
from core.model.ids import AgentId, OfferId


def screen_pop(offer: OfferMade, contact: Contact) -> PopScreen:
    """Return the record to show for `offer`; `customer` holds the last interactions too."""
    return record(contact, offer.agent_id, offer.offer_id, offer.version, offer.at_us)


def record(contact: Contact, agent_id: AgentId, offer_id: OfferId, version: int, now_us: int) -> PopScreen:
    """Return the record of `contact` for the screen of an agent who has it, or may have it."""
    shown = PopScreen(
        agent_id=agent_id,
        offer_id=offer_id,
        contact_id=contact.contact_id,
        caller_number=contact.caller_number,
        customer=contact.customer,
        tier=contact.tier,
        queue=contact.queue or "",
        choices=contact.choices,
        waited_us=contact.waited_us(now_us),
        language=contact.language,
        channel=contact.channel,
        reference=contact.reference,
        version=version,
        lead=contact.lead,
        passed_by=contact.passed_by,
    )
    # Rarely so, and by itself: CPython 3.11 makes a struct of more than 15 keywords slowly.
    if contact.preview_us and contact.preview_dials:
        return replace(shown, dials_us=now_us + contact.preview_us)
    return shown

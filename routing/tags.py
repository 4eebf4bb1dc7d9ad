"""What we write on the legs of a queued contact, and how it reads back (`core.model.tag`)."""

from __future__ import annotations

import re

from core.model.contact import Contact, Requirement
from core.model.tag import CALLBACK, CALLER, Tag

_NEED = re.compile(r"([^~]+)\.([0-9]{1,2})(?:~|$)")


def contact_tag(contact: Contact, role: str) -> Tag:
    """Return the note for the caller's leg or the agent's: all that a new run needs to go on."""
    return Tag(
        role=role,
        contact=contact.contact_id,
        agent=contact.agent_id or "",
        queue=contact.queue or "",
        tier=contact.tier,
        customer=contact.customer.customer_id if contact.customer else "",
        language=contact.language,
        needs=encode_requirements(contact.requirements),
        arrived_us=contact.arrived_us,
        queued_us=contact.queued_us or 0,
        preferred=contact.preferred_agent or "",
        head_start_us=contact.head_start_us,
        credit_us=contact.credit_us,
        connected_us=contact.connected_us or 0,
        policy=contact.policy,
        told_us=contact.told_us or 0,
    )


def caller_tag(contact: Contact) -> str:
    """Return the encoded note for the customer's leg."""
    return contact_tag(contact, CALLBACK if contact.callback else CALLER).encode()


def encode_requirements(requirements: tuple[Requirement, ...]) -> str:
    """Return requirements as words that need no quoting in a tag, such as `cards.2~english.1`."""
    return "~".join(f"{need.skill}.{need.minimum}" for need in requirements)


def decode_requirements(text: str) -> tuple[Requirement, ...]:
    """Return the requirements that `encode_requirements` wrote; what is none is passed over."""
    return tuple(Requirement(skill=skill, minimum=int(level)) for skill, level in _NEED.findall(text))

"""What we write on the legs of a queued contact, and how it reads back (`core.model.tag`)."""

from __future__ import annotations

import re

from core.model.contact import Contact, Requirement
from core.model.tag import CALLBACK, CALLER, Tag

_NEED = re.compile(r"([^~]+)\.([0-9]{1,2})(?:~|$)")
_STEP = re.compile(r"([0-9]{1,3})\.([0-9]{1,18})(?:~|$)")


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
        asked=encode_requirements(contact.asked),
        steps=encode_steps(contact.steps),
        attempt=contact.attempt,
        flow=contact.flow,
        arrived_us=contact.arrived_us,
        queued_us=contact.queued_us or 0,
        entered_us=contact.entered_us or 0,
        hops=contact.hops,
        preferred=contact.preferred_agent or "",
        head_start_us=contact.head_start_us,
        credit_us=contact.credit_us,
        connected_us=contact.connected_us or 0,
        policy=contact.policy,
        # A microsecond stands for "no time at all": 0 is "not told yet".
        told_us=0 if contact.told_us is None else max(contact.told_us, 1),
    )


def caller_tag(contact: Contact) -> str:
    """Return the encoded note for the customer's leg."""
    return contact_tag(contact, CALLBACK if contact.callback else CALLER).encode()


def encode_requirements(requirements: tuple[Requirement, ...]) -> str:
    """Return requirements as words that need no quoting in a tag, such as `cards.2~english.1`."""
    return "~".join([f"{need.skill}.{need.minimum}" for need in requirements]) if requirements else ""


def decode_requirements(text: str) -> tuple[Requirement, ...]:
    """Return the requirements that `encode_requirements` wrote; what is none is passed over."""
    return tuple(Requirement(skill=skill, minimum=int(level)) for skill, level in _NEED.findall(text))


def encode_steps(steps: tuple[tuple[int, int], ...]) -> str:
    """Return numbers of steps and their instants in the same way, such as `2.1700000000000000`."""
    return "~".join([f"{number}.{at_us}" for number, at_us in steps]) if steps else ""


def decode_steps(text: str) -> tuple[tuple[int, int], ...]:
    """Return the steps that `encode_steps` wrote; what is none is passed over."""
    return tuple((int(number), int(at_us)) for number, at_us in _STEP.findall(text))

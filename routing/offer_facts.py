"""The facts of an offer, as messages: why it is made, what it comes to, what that means for its contact."""

from __future__ import annotations

from core.model.causes import RingOutcome
from core.model.contact import Contact
from core.model.events import (
    ContactAbandoned,
    ContactConnected,
    DecisionMade,
    OfferAccepted,
    OfferFailed,
    OfferMade,
    OfferWithdrawn,
)
from core.model.message import Event
from routing.offer import Offer
from routing.standing import Choice, Standing


def decided(offer: Offer, standing: Standing, choice: Choice, waiting: int, why: Event) -> DecisionMade:
    """Return why the contact goes to this agent; `waiting` counts who else stands in line."""
    return DecisionMade(
        at_us=why.at_us,
        cause_id=why.cause_id,
        contact_id=offer.contact.contact_id,
        offer_id=offer.offer_id,
        asked=choice.asked,
        rule=choice.rule,
        winner=choice.winner,
        runner_up=choice.runner_up,
        candidates=choice.candidates,
        waiting=waiting,
        need=standing.need.text,
        step=standing.step,
        policy=standing.kind.policy,
    )


def made(offer: Offer, why: Event) -> OfferMade:
    """Return the fact that the agent is offered the contact."""
    return OfferMade(
        at_us=why.at_us,
        cause_id=why.cause_id,
        contact_id=offer.contact.contact_id,
        offer_id=offer.offer_id,
        agent_id=offer.agent_id,
        channel=offer.contact.channel,
        version=offer.version,
    )


def accepted(offer: Offer, why: Event) -> OfferAccepted:
    """Return the fact that the phone was answered, or work accepted."""
    return OfferAccepted(
        at_us=why.at_us,
        cause_id=why.cause_id,
        contact_id=offer.contact.contact_id,
        offer_id=offer.offer_id,
        agent_id=offer.agent_id,
    )


def connected(offer: Offer, why: Event) -> ContactConnected:
    """Return the fact that the agent has the contact."""
    contact = offer.contact
    assert contact.queue is not None, "a contact is offered only from a queue"
    return ContactConnected(
        at_us=why.at_us,
        cause_id=why.cause_id,
        contact_id=contact.contact_id,
        queue=contact.queue,
        tier=contact.tier,
        agent_id=offer.agent_id,
        offer_id=offer.offer_id,
        waited_us=contact.waited_us(why.at_us),
        level=offer.level,
        channel=contact.channel,
        estimated_us=contact.estimated_us,
    )


def failed(offer: Offer, outcome: RingOutcome, why: Event) -> OfferFailed:
    """Return the fact that the phone, or whoever sits there, did not take it."""
    return OfferFailed(
        at_us=why.at_us,
        cause_id=why.cause_id,
        contact_id=offer.contact.contact_id,
        offer_id=offer.offer_id,
        agent_id=offer.agent_id,
        outcome=outcome,
    )


def withdrawn(offer: Offer, reason: str, why: Event) -> OfferWithdrawn:
    """Return the fact that the offer is void, for a reason that is not the agent's."""
    return OfferWithdrawn(
        at_us=why.at_us,
        cause_id=why.cause_id,
        contact_id=offer.contact.contact_id,
        offer_id=offer.offer_id,
        agent_id=offer.agent_id,
        reason=reason,
    )


def abandoned(contact: Contact, stage: str, why: Event) -> ContactAbandoned:
    """Return the fact that the customer left in line, or while the phone rang; `stage` says which."""
    return ContactAbandoned(
        at_us=why.at_us,
        cause_id=why.cause_id,
        contact_id=contact.contact_id,
        queue=contact.queue or "",
        tier=contact.tier,
        stage=stage,
        waited_us=contact.waited_us(why.at_us),
    )

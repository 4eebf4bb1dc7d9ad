"""How somebody whom a campaign calls becomes a contact, and what is told of it."""

from __future__ import annotations

from core.model.attempt_events import AttemptAnswered
from core.model.contact import Contact
from core.model.customer import Customer
from core.model.destination import DestinationKind, DivertReason
from core.model.events import ContactArrived, CustomerIdentified, LeavingAsked, QueueingAsked
from core.model.ids import CustomerId, LegId
from core.model.lead import LeadShown
from core.model.message import Event
from dialer.attempts import Attempt
from dialer.campaign import Mode


def contact_of(attempt: Attempt, leg_id: LegId, arrived_us: int) -> Contact:
    """Return the contact of the customer whom `attempt` calls, or called."""
    lead = attempt.lead
    return Contact(
        contact_id=attempt.contact_id,
        leg_id=leg_id,
        arrived_us=arrived_us,
        caller_number=attempt.number.number,
        language=lead.language or "en",
        tier=lead.tier or attempt.rules.default_tier,
        customer=attempt.customer or _customer(attempt),
        attempt=attempt.note,
        lead=_shown(attempt),
    )


def _customer(attempt: Attempt) -> Customer:
    """Return the customer as the lead tells it, where the store has no record, or not yet."""
    lead = attempt.lead
    return Customer(
        customer_id=CustomerId(lead.customer_id),
        name=lead.name,
        tier=lead.tier,
        language=lead.language or "en",
        attributes=lead.fields,
    )


def _shown(attempt: Attempt) -> LeadShown:
    lead = attempt.lead
    return LeadShown(
        campaign=attempt.rules.name,
        list_name=lead.list_name,
        external_id=lead.external_id,
        attempt=lead.attempts + 1,
        fields=lead.fields,
        script=attempt.arm.script or attempt.rules.agents.script,
        past=lead.past,
        results=attempt.rules.results,
    )


def introduction(attempt: Attempt, contact: Contact, why: Event) -> tuple[Event, ...]:
    """Return what is told of a new contact, in this order, before it asks for a queue."""
    return (
        ContactArrived(
            at_us=why.at_us,
            cause_id=why.cause_id,
            contact_id=contact.contact_id,
            leg_id=contact.leg_id,
            caller_number=contact.caller_number,
            dialed_number="",
        ),
        CustomerIdentified(
            at_us=why.at_us,
            cause_id=why.cause_id,
            contact_id=contact.contact_id,
            customer_id=attempt.lead.customer_id,
            tier=contact.tier,
            lookup="found" if attempt.customer else "unknown",
        ),
    )


def answered(attempt: Attempt, why: Event) -> AttemptAnswered:
    """Return the word that a person has answered."""
    return AttemptAnswered(
        at_us=why.at_us,
        cause_id=why.cause_id,
        campaign=attempt.rules.name,
        attempt_id=attempt.attempt_id,
        contact_id=attempt.contact_id,
    )


def onward(attempt: Attempt, why: Event) -> QueueingAsked | LeavingAsked:
    """Return where somebody who answered goes: into the campaign's queue, without agents to its flow."""
    if attempt.rules.mode is not Mode.AGENTLESS:
        return queueing(attempt, why)
    return LeavingAsked(
        at_us=why.at_us,
        cause_id=why.cause_id,
        contact_id=attempt.contact_id,
        to=DestinationKind.FLOW,
        target=attempt.rules.flow,
        reason=DivertReason.AGENTLESS,
    )


def queueing(attempt: Attempt, why: Event) -> QueueingAsked:
    """Return the wish for the campaign's queue."""
    return QueueingAsked(
        at_us=why.at_us,
        cause_id=why.cause_id,
        contact_id=attempt.contact_id,
        queue=attempt.rules.queue,
    )

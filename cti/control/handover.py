"""Passing the customer on: the contact of what is done from now on, and the facts of it.

A contact is routed once. So the one that ends with the agent's part gets its wrap-up and its record, and what
goes on is another contact `after` it, with all that is known of the customer. It keeps its place: in line it
stands as if it had waited since the customer first did.
"""

from __future__ import annotations

from core.contacts import ContactBook
from core.engine import Engine
from core.model.commands import TagLeg, TransferLeg
from core.model.contact import Contact
from core.model.control import ContactTransferred, TargetKind
from core.model.destination import DestinationKind, DivertReason
from core.model.events import ContactArrived, CustomerIdentified, LeavingAsked, QueueingAsked
from core.model.ids import NO_LEG, AgentId, ContactId, Ids, LegId, QueueName
from core.model.message import Event
from cti.control.talk import Talk, Third


class HandOver:
    """Makes the next contact, and brings it on its way."""

    def __init__(self, engine: Engine, contacts: ContactBook, ids: Ids) -> None:
        self._engine = engine
        self._contacts = contacts
        self._ids = ids

    def next_contact(self, talk: Talk, leg_id: LegId, why: Event, consults: bool = False) -> Contact:
        """Take a contact into the book that goes on with what is known of the customer, and tell of it."""
        before = talk.contact
        contact = Contact(
            contact_id=ContactId(self._ids.new("C")),
            leg_id=leg_id,
            arrived_us=why.at_us,
            caller_number=before.caller_number,
            dialed_number=before.dialed_number,
            language=before.language,
            tier=before.tier,
            customer=before.customer,
            choices=before.choices,
            lead=before.lead,
            credit_us=0 if consults or before.queued_us is None else why.at_us - before.queued_us,
            after=before.contact_id,
            passed_by=talk.agent_id,
            consults=consults,
            callback=consults,
        )
        self._contacts.add(contact)
        self._introduce(contact, why)
        return contact

    def stand_in_line(self, contact: Contact, to: Third, queue: QueueName | None, why: Event) -> None:
        """Let the contact ask for the queue, or for the agent alone by way of the `queue` it comes from."""
        if to.to is TargetKind.AGENT:
            contact.only_agent = AgentId(to.name)
        name = QueueName(to.name) if to.to is TargetKind.QUEUE else queue
        assert name is not None, "who talks has come by a queue"
        self._engine.publish(
            QueueingAsked(at_us=why.at_us, cause_id=why.cause_id, contact_id=contact.contact_id, queue=name)
        )

    def pass_on(self, talk: Talk, why: Event) -> None:
        """Send the customer, who is in our hands, to where the talk says."""
        assert talk.onward is not None
        to, before = talk.onward, talk.contact
        leg_id = before.leg_id
        self._contacts.give_leg(before, NO_LEG)
        if to.to is TargetKind.NUMBER:
            # Without our note: should the number lead back to us, a new contact arrives.
            self._engine.send(TagLeg(leg_id=leg_id, tag=""))
            self._engine.send(TransferLeg(leg_id=leg_id, number=to.name))
            self._tell(talk, to, ContactId(""), False, why)
            return
        contact = self.next_contact(talk, leg_id, why)
        self._tell(talk, to, contact.contact_id, False, why)
        if to.to is TargetKind.FLOW:
            self._engine.publish(
                LeavingAsked(
                    at_us=why.at_us,
                    cause_id=why.cause_id,
                    contact_id=contact.contact_id,
                    to=DestinationKind.FLOW,
                    target=to.name,
                    reason=DivertReason.TRANSFER,
                )
            )
        else:
            self.stand_in_line(contact, to, before.queue, why)

    def given(self, talk: Talk, third: Third, consult: Contact | None, why: Event) -> None:
        """Let the consultation, if it is a contact of ours, have the customer from now on."""
        leg_id = talk.contact.leg_id
        self._contacts.give_leg(talk.contact, NO_LEG)
        if consult is not None:
            self._contacts.give_leg(consult, leg_id)
            consult.consults = consult.callback = False
        self._tell(talk, third, third.contact_id, True, why)

    def _introduce(self, contact: Contact, why: Event) -> None:
        self._engine.publish(
            ContactArrived(
                at_us=why.at_us,
                cause_id=why.cause_id,
                contact_id=contact.contact_id,
                leg_id=contact.leg_id,
                caller_number=contact.caller_number,
                dialed_number=contact.dialed_number,
                after=contact.after,
            )
        )
        self._engine.publish(
            CustomerIdentified(
                at_us=why.at_us,
                cause_id=why.cause_id,
                contact_id=contact.contact_id,
                customer_id=contact.customer.customer_id if contact.customer else "",
                tier=contact.tier,
                lookup="found" if contact.customer else "skipped",
            )
        )

    def _tell(self, talk: Talk, to: Third, next_id: ContactId, consulted: bool, why: Event) -> None:
        self._engine.publish(
            ContactTransferred(
                at_us=why.at_us,
                cause_id=why.cause_id,
                contact_id=talk.contact.contact_id,
                agent_id=talk.agent_id,
                to=to.to,
                target=to.name,
                next_contact_id=next_id,
                consulted=consulted,
                because=talk.because,
            )
        )

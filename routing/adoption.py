"""Recovery: contacts that an earlier run of the engine left on the PBX are taken up again.

A snapshot tells every leg as ordinary events and each note of ours as `LegTagged`; `PbxSynced` ends it.
Then a caller in one bridge with its agent goes on as connected, any other caller with a queue in its
note goes on waiting at its old place, and an agent's leg that serves nobody is hung up, but for one that
stands: that is for the agents' side to take up. Nor is a supervisor's leg any business of ours. The same
happens, one by one, when a caller's dialogue opens before the snapshot is complete.

A note may be out of date or copied to another leg, so it is believed only as far as it contradicts nobody:
a contact has one caller, an agent one contact.

A note can also outlive its contact: a caller was bridged from the music between two tries to reach us, and
what the third try says arrives when the talk is over. Such a caller is let go, not adopted again.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.calls import CallBook
from core.contacts import ContactBook
from core.engine import Engine
from core.model.commands import HangUpLeg, LookUpCustomer, TagLeg
from core.model.contact import VOICE, Contact, ContactState, ContactTrigger
from core.model.events import (
    AdoptionFinished,
    ContactAdopted,
    CustomerFound,
    CustomerIdentified,
    DialogueOpened,
    LegEnded,
    LegTagged,
    PbxSynced,
)
from core.model.ids import AgentId, BridgeId, ContactId, LegId, QueueName
from core.model.message import Event
from core.model.tag import AGENT, CALLBACK, CALLER, STANDING, SUPERVISOR, Tag, decode_tag
from routing.tags import caller_tag, decode_requirements, decode_steps

_PREFIX = "adopted-"
"""Begins the ids of our lookups, so that the IVR's and ours are told apart."""
_OF_AGENTS = frozenset({AGENT, STANDING})
"""The roles of agents' legs."""


class Adoption:
    """The feature that turns notes found on legs into contacts in hand."""

    def __init__(self, engine: Engine, contacts: ContactBook, calls: CallBook, deadline_us: int) -> None:
        self._engine = engine
        self._contacts = contacts
        self._calls = calls
        self._deadline_us = deadline_us
        self._tags: dict[LegId, Tag] = {}
        engine.subscribe(LegTagged, self._tagged)
        engine.subscribe(LegEnded, self._ended)
        engine.subscribe(DialogueOpened, self._came_back)
        engine.subscribe(PbxSynced, self._synced)
        engine.subscribe(CustomerFound, self._remembered)

    def _tagged(self, event: LegTagged) -> None:
        tag = decode_tag(event.tag)
        if tag is not None and tag.role != SUPERVISOR:
            self._tags[event.leg_id] = tag

    def _ended(self, event: LegEnded) -> None:
        self._tags.pop(event.leg_id, None)

    def _came_back(self, event: DialogueOpened) -> None:
        """A waiting caller re-attached; with its note in hand there is no need to wait for the snapshot."""
        tag = decode_tag(event.tag)
        if tag is None or tag.role != CALLER or not tag.queue:
            return
        if self._contacts.has_ended(ContactId(tag.contact)):
            self._engine.send(HangUpLeg(leg_id=event.leg_id))
        else:
            self._adopt_waiting(event.leg_id, tag, event.caller_number, event)

    def _synced(self, event: PbxSynced) -> None:
        callers = {leg_id: tag for leg_id, tag in self._tags.items() if tag.role not in _OF_AGENTS}
        agents = {leg_id: tag for leg_id, tag in self._tags.items() if tag.role in _OF_AGENTS}
        self._tags.clear()
        for leg_id, tag in agents.items():
            self._adopt_talk_or_drop(leg_id, tag, callers, event)
        for leg_id, tag in callers.items():
            if tag.role == CALLBACK:
                self._drop_unless_ours(leg_id)
            elif tag.queue:
                self._adopt_waiting(leg_id, tag, self._number_of(leg_id), event)
        self._engine.publish(AdoptionFinished(at_us=event.at_us, cause_id=event.cause_id, pbx=event.pbx))

    def _drop_unless_ours(self, leg_id: LegId) -> None:
        """Let the phone of a customer ring no longer whom an earlier run called back: no agent is there."""
        if self._contacts.of_leg(leg_id) is None:
            self._engine.send(HangUpLeg(leg_id=leg_id))

    def _adopt_talk_or_drop(
        self, agent_leg_id: LegId, tag: Tag, callers: Mapping[LegId, Tag], why: Event
    ) -> None:
        if any(contact.agent_leg_id == agent_leg_id for contact in self._contacts):
            return  # rung or adopted by this very run
        caller_leg_id = self._talks_with(agent_leg_id, tag, callers)
        is_free = caller_leg_id is not None and not self._is_taken(caller_leg_id, callers[caller_leg_id])
        if caller_leg_id is not None and is_free and not self._is_busy(tag.agent):
            self._adopt_talk(caller_leg_id, agent_leg_id, callers[caller_leg_id], tag, why)
        elif tag.role != STANDING:
            self._engine.send(HangUpLeg(leg_id=agent_leg_id))

    def _talks_with(self, agent_leg_id: LegId, tag: Tag, callers: Mapping[LegId, Tag]) -> LegId | None:
        """Return the leg of the contact's caller if it is in one bridge with the agent's.

        A leg that stands is of no contact in particular: there it is any caller's.
        """
        bridge_id = self._bridge_of(agent_leg_id)
        if bridge_id is None:
            return None
        its_own = (leg_id for leg_id, caller in callers.items() if tag.contact in ("", caller.contact))
        return next((leg_id for leg_id in its_own if self._bridge_of(leg_id) == bridge_id), None)

    def _bridge_of(self, leg_id: LegId) -> BridgeId | None:
        leg = self._calls.legs.get(leg_id)
        return leg.bridge_id if leg is not None else None

    def _number_of(self, leg_id: LegId) -> str:
        leg = self._calls.legs.get(leg_id)
        return leg.caller_number if leg is not None else ""

    def _adopt_talk(self, leg_id: LegId, agent_leg_id: LegId, tag: Tag, of_agent: Tag, why: Event) -> None:
        contact = _contact(leg_id, tag, self._number_of(leg_id))
        self._contacts.add(contact)
        self._contacts.move(contact, ContactTrigger.QUEUE)
        self._contacts.move(contact, ContactTrigger.CONNECT)
        contact.agent_id = AgentId(of_agent.agent)
        contact.agent_leg_id = agent_leg_id
        contact.stands = of_agent.role == STANDING
        if not tag.connected_us:  # we died between the bridge and the note
            contact.connected_us = why.at_us
            self._engine.send(TagLeg(leg_id=leg_id, tag=caller_tag(contact)))
        self._tell(contact, ContactState.CONNECTED, tag, why)

    def _adopt_waiting(self, leg_id: LegId, tag: Tag, caller_number: str, why: Event) -> None:
        if self._is_taken(leg_id, tag):
            return
        contact = _contact(leg_id, tag, caller_number)
        contact.connected_us = None
        self._contacts.add(contact)
        self._contacts.move(contact, ContactTrigger.QUEUE)
        self._tell(contact, ContactState.QUEUED, tag, why)

    def recall_customer(self, contact: Contact, customer_id: str, number: str = "") -> None:
        """Have the record of a contact's customer brought, by the id or else by the number, if any."""
        if customer_id or number:
            self._engine.send(
                LookUpCustomer(
                    lookup_id=_PREFIX + contact.contact_id,
                    deadline_us=self._deadline_us,
                    customer_id=customer_id,
                    caller_number=number,
                )
            )

    def _tell(self, contact: Contact, state: ContactState, tag: Tag, why: Event) -> None:
        self.recall_customer(contact, tag.customer)
        self._engine.publish(
            ContactAdopted(
                at_us=why.at_us,
                cause_id=why.cause_id,
                contact_id=contact.contact_id,
                state=state,
                agent_id=contact.agent_id or "",
                connected_us=contact.connected_us,
            )
        )

    def _remembered(self, event: CustomerFound) -> None:
        """The record of an adopted contact is back: for its agent's screen, its place stays as it was."""
        if event.customer is None or not event.lookup_id.startswith(_PREFIX):
            return
        contact = self._contacts.get(ContactId(event.lookup_id.removeprefix(_PREFIX)))
        if contact is None:
            return
        contact.customer = event.customer
        self._engine.publish(
            CustomerIdentified(
                at_us=event.at_us,
                cause_id=event.cause_id,
                contact_id=contact.contact_id,
                customer_id=event.customer.customer_id,
                tier=contact.tier,
                lookup="found",
            )
        )

    def _is_taken(self, leg_id: LegId, tag: Tag) -> bool:
        """Tell whether the leg has a contact already, or the contact a caller or an end."""
        contact_id = ContactId(tag.contact)
        contact = self._contacts.of_leg(leg_id) or self._contacts.get(contact_id)
        return contact is not None or self._contacts.has_ended(contact_id)

    def _is_busy(self, agent: str) -> bool:
        return any(c.agent_id == agent and c.channel == VOICE for c in self._contacts)


def _contact(leg_id: LegId, tag: Tag, caller_number: str) -> Contact:
    """Return the contact as its note tells it; the customer's record is not in it, only the id."""
    return Contact(
        contact_id=ContactId(tag.contact),
        leg_id=leg_id,
        arrived_us=tag.arrived_us,
        caller_number=caller_number,
        language=tag.language or "en",
        tier=tag.tier,
        asked=decode_requirements(tag.asked),
        requirements=decode_requirements(tag.needs),
        queue=QueueName(tag.queue),
        queued_us=tag.queued_us,
        entered_us=tag.entered_us or tag.queued_us,
        steps=decode_steps(tag.steps),
        hops=tag.hops,
        head_start_us=tag.head_start_us,
        credit_us=tag.credit_us,
        preferred_agent=AgentId(tag.preferred) if tag.preferred else None,
        callback=tag.role == CALLBACK,
        attempt=tag.attempt,
        connected_us=tag.connected_us or None,
        policy=tag.policy,
        told_us=tag.told_us or None,
    )

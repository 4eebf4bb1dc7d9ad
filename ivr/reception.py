"""Who a leg brings that opens its dialogue: a new caller, one of an earlier run, or nobody for the IVR."""

from __future__ import annotations

from core.contacts import ContactBook
from core.engine import Engine
from core.model.commands import TagLeg
from core.model.contact import Contact
from core.model.events import ContactAdopted, ContactArrived, ContactEvent, DialogueOpened
from core.model.ids import ContactId, Ids
from core.model.message import Event
from core.model.tag import CALLER, Tag, decode_tag


class Reception:
    """Makes the contacts of callers, and writes our note on their legs.

    A caller nobody knows has `default_tier`.
    """

    def __init__(self, engine: Engine, *, contacts: ContactBook, ids: Ids, default_tier: str) -> None:
        self._engine = engine
        self._contacts = contacts
        self._ids = ids
        self._default_tier = default_tier

    def receive(self, event: DialogueOpened) -> Contact | None:
        """Return the contact that the leg brings into the IVR, known to all; None where it brings none."""
        tag = self._note_of(event) if event.tag else None
        if tag is not None and (tag.queue or tag.role != CALLER):
            return None  # waits in a queue, or is an agent: not ours
        if self._contacts.of_leg(event.leg_id) is not None:
            return None  # handed to a queue a moment ago: the note that says so was not read yet
        return self._welcome(event, tag)

    def _note_of(self, event: DialogueOpened) -> Tag | None:
        """Return the note on the leg; none where its contact has another caller, or left for good."""
        tag = decode_tag(event.tag)
        if tag is None or tag.role != CALLER:
            return tag
        contact_id = ContactId(tag.contact)
        contact = self._contacts.get(contact_id)
        copied = contact is not None and contact.leg_id != event.leg_id
        outlived = not tag.queue and self._contacts.has_ended(contact_id)
        return None if copied or outlived else tag

    def _welcome(self, event: DialogueOpened, tag: Tag | None) -> Contact:
        """Return the contact of a leg that is new to this run of the engine, known to all."""
        note = tag or self._new_note(event)
        contact = Contact(
            contact_id=ContactId(note.contact),
            leg_id=event.leg_id,
            arrived_us=note.arrived_us,
            caller_number=event.caller_number,
            dialed_number=event.dialed_number,
            language=note.language or event.language,
            tier=note.tier or self._default_tier,
            queued_us=note.queued_us or None,
            attempt=note.attempt,
            flow=note.flow,
            hops=note.hops,
        )
        self._contacts.add(contact)
        self._engine.publish(_adoption(contact, event) if tag else _arrival(contact, event))
        if tag is None:
            self._engine.send(TagLeg(leg_id=contact.leg_id, tag=note.encode()))
        return contact

    def _new_note(self, event: DialogueOpened) -> Tag:
        return Tag(role=CALLER, contact=self._ids.new("C"), arrived_us=event.arrived_us or event.at_us)


def _arrival(contact: Contact, why: Event) -> ContactEvent:
    return ContactArrived(
        at_us=why.at_us,
        cause_id=why.cause_id,
        contact_id=contact.contact_id,
        leg_id=contact.leg_id,
        caller_number=contact.caller_number,
        dialed_number=contact.dialed_number,
    )


def _adoption(contact: Contact, why: Event) -> ContactEvent:
    return ContactAdopted(
        at_us=why.at_us, cause_id=why.cause_id, contact_id=contact.contact_id, state=contact.state
    )

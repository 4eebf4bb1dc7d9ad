"""The conversation: from the moment customer and agent hear each other until one of them is gone.

An agent's leg that stands outlives the conversation: what ends is the customer's. While a contact is parted,
on hold say, its legs are `cti.control`'s business: that tells when the agent's part is over, or talks again.

Who ended it, and when, is who left the bridge first: the ends of the two legs come in either order, for
when one party hangs up Asterisk lets both go at once, each in a thread of its own (seen on 22.10). On a
busy machine a leg outlives the talk by 300 ms (seen at ten calls a second).
"""

from __future__ import annotations

from collections.abc import Callable

from core.contacts import ContactBook
from core.engine import Engine
from core.kernel.errors import RequestRefused
from core.model.causes import Cause
from core.model.commands import HangUpLeg, TagLeg
from core.model.contact import VOICE, Contact, ContactState, ContactTrigger
from core.model.control import HangUpWished, TalkGivenOver, TalkOver
from core.model.events import (
    ContactAdopted,
    ContactConnected,
    DialogueClosed,
    DialogueOpened,
    LegEnded,
    LegJoined,
    LegLeft,
    TalkEnded,
)
from core.model.ids import NO_LEG, AgentId, ContactId, LegId
from core.model.message import Event
from core.model.requests import HangUpContact
from routing.tags import caller_tag

CUSTOMER, AGENT, PBX = "customer", "agent", "pbx"


class Conversations:
    """The feature that notices the end of a talk, whoever ends it, and frees both legs."""

    def __init__(
        self,
        engine: Engine,
        contacts: ContactBook,
        may_hang_up: Callable[[Contact], bool] = lambda contact: True,
    ) -> None:
        """Be built with who knows whether a contact that is parted `may_hang_up` now."""
        self._engine = engine
        self._contacts = contacts
        self._may_hang_up = may_hang_up
        self._by_agent_leg: dict[LegId, Contact] = {}
        self._by_agent: dict[AgentId, Contact] = {}
        self._left_first: dict[ContactId, LegLeft] = {}
        # Talking callers for whom the PBX has opened a dialogue.
        self._given_back: set[ContactId] = set()
        # Talks that an agent whose leg stands wants to end: the customer's leg will leave first.
        self._ended_at_desk: set[ContactId] = set()
        engine.subscribe(ContactConnected, self._connected)
        engine.subscribe(ContactAdopted, self._adopted)
        engine.subscribe(LegJoined, self._leg_joined)
        engine.subscribe(LegLeft, self._leg_left)
        engine.subscribe(LegEnded, self._leg_ended)
        engine.subscribe(DialogueOpened, self._dialogue_opened)
        engine.subscribe(DialogueClosed, self._dialogue_closed)
        engine.subscribe(TalkGivenOver, self._talks_again)
        engine.subscribe(TalkOver, self._over)
        engine.serve(HangUpContact, self._hang_up)

    def _connected(self, event: ContactConnected) -> None:
        contact = self._contacts.get(event.contact_id)
        assert contact is not None, "connected in this very turn"
        if contact.channel == VOICE:
            self._watch(contact)

    def _adopted(self, event: ContactAdopted) -> None:
        contact = self._contacts.get(event.contact_id)
        if contact is None or contact.channel != VOICE:
            return
        if event.state is ContactState.CONNECTED:
            self._watch(contact)

    def _watch(self, contact: Contact) -> None:
        assert contact.agent_leg_id is not None
        assert contact.agent_id is not None
        self._by_agent_leg[contact.agent_leg_id] = contact
        self._by_agent[contact.agent_id] = contact

    def _leg_joined(self, event: LegJoined) -> None:
        contact = self._talk_of(event.leg_id)
        if contact is not None:
            self._left_first.pop(contact.contact_id, None)

    def _leg_left(self, event: LegLeft) -> None:
        contact = self._talk_of(event.leg_id)
        if contact is None:
            return
        self._left_first.setdefault(contact.contact_id, event)
        if contact.contact_id in self._given_back:
            self._caller_left_alone(contact, event)

    def _leg_ended(self, event: LegEnded) -> None:
        contact = self._talk_of(event.leg_id)
        if contact is None:
            return
        left_first = self._left_first.get(contact.contact_id, event)
        by_agent = left_first.leg_id == contact.agent_leg_id or contact.contact_id in self._ended_at_desk
        ended_by = AGENT if by_agent else CUSTOMER
        self._end(contact, PBX if event.cause == Cause.UNKNOWN else ended_by, event, gone=event.leg_id)

    def _talk_of(self, leg_id: LegId) -> Contact | None:
        """Return the contact whose conversation the leg is part of, on either side."""
        contact = self._by_agent_leg.get(leg_id) or self._contacts.of_leg(leg_id)
        if contact is None or contact.parted or contact.state is not ContactState.CONNECTED:
            return None
        return contact

    def _talks_again(self, event: TalkGivenOver) -> None:
        """Watch a contact that is parted no more, and note on the customer's leg whom it talks with."""
        contact = self._contacts.get(event.contact_id)
        if contact is None or contact.state is not ContactState.CONNECTED:
            return
        self._watch(contact)
        self._left_first.pop(contact.contact_id, None)
        self._given_back.discard(contact.contact_id)
        self._engine.send(TagLeg(leg_id=contact.leg_id, tag=caller_tag(contact)))

    def _over(self, event: TalkOver) -> None:
        contact = self._contacts.get(event.contact_id)
        if contact is not None and contact.state is ContactState.CONNECTED:
            contact.parted = False
            self._left_first.pop(contact.contact_id, None)
            self._end(contact, event.ended_by, event)

    def _dialogue_opened(self, event: DialogueOpened) -> None:
        """Take note that the PBX gave us a caller who talked, or who still does.

        Who waited for us to come back, and was answered in the moment of asking for us, has a dialogue
        that is void: it closes by itself. Where somebody has left the bridge, the talk is over. So it is when
        an agent's leg that stands is given back: it was the one that joined the other.
        """
        talk = self._by_agent_leg.get(event.leg_id)
        if talk is not None and talk.stands and not talk.parted:
            self._end(talk, AGENT if talk.contact_id in self._ended_at_desk else CUSTOMER, event)
            return
        contact = self._contacts.of_leg(event.leg_id)
        if contact is None:
            return
        if contact.state is ContactState.WRAP_UP:
            self._engine.send(HangUpLeg(leg_id=event.leg_id))
        elif contact.state is ContactState.CONNECTED and not contact.parted:
            self._given_back.add(contact.contact_id)
            if contact.contact_id in self._left_first:
                self._caller_left_alone(contact, event)

    def _dialogue_closed(self, event: DialogueClosed) -> None:
        contact = self._contacts.of_leg(event.leg_id)
        if contact is not None:
            self._given_back.discard(contact.contact_id)

    def _caller_left_alone(self, contact: Contact, why: Event) -> None:
        """The agent's leg left the bridge and the caller is in our hands again: the talk is over."""
        self._end(contact, AGENT, why)

    def _end(self, contact: Contact, ended_by: str, why: Event, gone: LegId = NO_LEG) -> None:
        """End the talk and free its legs, but for one that is `gone` and an agent's that stands."""
        assert contact.agent_id is not None
        assert contact.agent_leg_id is not None
        assert contact.connected_us is not None
        del self._by_agent_leg[contact.agent_leg_id]
        del self._by_agent[contact.agent_id]
        self._given_back.discard(contact.contact_id)
        self._ended_at_desk.discard(contact.contact_id)
        left_first = self._left_first.pop(contact.contact_id, why)
        self._contacts.move(contact, ContactTrigger.TALK_END)
        contact.talk_ended_us = left_first.at_us
        if gone != contact.agent_leg_id and not contact.stands:
            self._engine.send(HangUpLeg(leg_id=contact.agent_leg_id))
        if contact.leg_id not in (gone, NO_LEG):
            self._engine.send(HangUpLeg(leg_id=contact.leg_id))
        self._engine.publish(
            TalkEnded(
                at_us=why.at_us,
                cause_id=why.cause_id,
                contact_id=contact.contact_id,
                agent_id=contact.agent_id,
                ended_by=ended_by,
                talked_us=contact.talk_ended_us - contact.connected_us,
            )
        )

    def _hang_up(self, request: HangUpContact) -> None:
        contact = self._by_agent.get(request.agent_id)
        if contact is None or contact.agent_leg_id is None:
            raise RequestRefused("no_conversation", "this agent talks to nobody now")
        if request.contact_id not in ("", contact.contact_id):
            raise RequestRefused("other_contact", f"this agent talks to {contact.contact_id} by now")
        if contact.parted:
            if not self._may_hang_up(contact):
                raise RequestRefused("not_now", f"{contact.contact_id} cannot be hung up at this moment")
            self._engine.publish(
                HangUpWished(
                    at_us=request.at_us,
                    cause_id=request.cause_id,
                    contact_id=contact.contact_id,
                    agent_id=request.agent_id,
                )
            )
            return
        if contact.stands:
            self._ended_at_desk.add(contact.contact_id)
        self._engine.send(HangUpLeg(leg_id=contact.leg_id if contact.stands else contact.agent_leg_id))

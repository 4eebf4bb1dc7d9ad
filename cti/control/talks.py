"""All conversations in hand: by contact, by agent, and by each of their legs."""

from __future__ import annotations

from collections.abc import Callable

from core.model.contact import Contact
from core.model.ids import NO_LEG, AgentId, ContactId, LegId
from cti.control.talk import Talk, Third


class Talks:
    """The book of them. A consultation is found as the conversation it is about."""

    def __init__(self) -> None:
        self._by_contact: dict[ContactId, Talk] = {}
        self._by_agent: dict[AgentId, Talk] = {}
        self._by_leg: dict[LegId, Talk] = {}
        # Two whom an agent left talking with each other, one of them nobody of ours: each by the other.
        self._pairs: dict[LegId, LegId] = {}
        # Asked about every leg and contact there is, so these are the books' own methods.
        self.of_agent: Callable[[AgentId], Talk | None] = self._by_agent.get
        """Return the conversation in which the agent has the customer."""
        self.of_contact: Callable[[ContactId], Talk | None] = self._by_contact.get
        """Return the conversation about the contact, or the one about which that is a consultation."""
        self.of_leg: Callable[[LegId], Talk | None] = self._by_leg.get
        """Return the conversation in which somebody is by that leg."""

    def begin(self, contact: Contact) -> Talk:
        """Take a conversation of the contact's agent and customer into the book."""
        talk = Talk(contact=contact)
        self._by_contact[contact.contact_id] = self._by_agent[talk.agent_id] = talk
        for leg_id in talk.legs:
            self._find_by(leg_id, talk)
        return talk

    def _find_by(self, leg_id: LegId, talk: Talk) -> None:
        self._by_leg[leg_id] = talk
        talk.found_by[leg_id] = None

    def end(self, talk: Talk) -> None:
        """Forget the conversation."""
        del self._by_contact[talk.contact.contact_id]
        agent_id = talk.agent_id
        if self._by_agent.get(agent_id) is talk:
            del self._by_agent[agent_id]
        for leg_id in talk.found_by:
            if self._by_leg.get(leg_id) is talk:
                del self._by_leg[leg_id]

    def know_third(self, talk: Talk) -> None:
        """Have the third one of the conversation found by leg and contact, as far as there are any."""
        if talk.third is not None and talk.third.contact_id:
            self._by_contact[talk.third.contact_id] = talk
        if talk.third_leg != NO_LEG:
            self._find_by(talk.third_leg, talk)

    def drop_third(self, talk: Talk) -> Third | None:
        """Forget the third one, and return who it was."""
        third, talk.third = talk.third, None
        if third is not None:
            self._by_leg.pop(third.leg_id, None)
            self._by_contact.pop(third.contact_id, None)
            talk.in_hand.pop(third.leg_id, None)
        return third

    def may_hang_up(self, contact: Contact) -> bool:
        """Tell whether an agent of the contact may hang up now: whoever was called may leave at any time."""
        talk = self._by_contact.get(contact.contact_id)
        if talk is None or talk.contact is not contact:
            return True
        return "HangUpContact" in talk.legal()

    def may_pass_on(self, contact: Contact) -> bool:
        """Tell whether the customer may be passed on now: not in a consultation or a conference."""
        talk = self._by_contact.get(contact.contact_id)
        return talk is None or (talk.contact is contact and "TransferContact" in talk.legal())

    def pair(self, one: LegId, other: LegId) -> None:
        """Let one leg end when the other does, though neither is of a conversation any more."""
        self._pairs[one], self._pairs[other] = other, one

    def unpair(self, leg_id: LegId) -> LegId | None:
        """Return the other of a pair one of which has ended."""
        other = self._pairs.pop(leg_id, None)
        if other is not None:
            self._pairs.pop(other, None)
        return other

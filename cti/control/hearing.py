"""What is heard of the legs of conversations in hand, and which step of the saga it is the answer to.

The features here subscribe before whatever else answers the end of a leg, so that a conversation that is in
our hands is known to be before anybody takes its customer for gone.
"""

from __future__ import annotations

from core.contacts import ContactBook
from core.engine import Engine
from core.model.commands import CancelTimer, HangUpLeg, MuteLeg
from core.model.contact import VOICE, Contact, ContactState
from core.model.control import CustomerFetched, HangUpWished, TargetKind
from core.model.events import (
    ContactAdopted,
    ContactClosed,
    ContactConnected,
    DialogueClosed,
    DialogueOpened,
    LegEnded,
    LegFailed,
    LegJoined,
    OfferAccepted,
    OfferFailed,
    PbxLost,
    PbxSynced,
    TalkEnded,
    TimerFired,
)
from core.model.ids import NO_LEG, ContactId, LegId
from core.model.message import Event
from core.model.tag import PARTY, decode_tag
from cti.control import facts
from cti.control.course import CourseState
from cti.control.saga import Sagas
from cti.control.talk import Talk
from cti.control.talks import Talks
from cti.control.thirds import Thirds

_S = CourseState


class Hearing:
    """The feature that hears of legs, consultations and timers, and moves the sagas on."""

    def __init__(
        self,
        engine: Engine,
        contacts: ContactBook,
        talks: Talks,
        sagas: Sagas,
        thirds: Thirds,
        tries_max: int,
    ) -> None:
        self._engine = engine
        self._contacts = contacts
        self._talks = talks
        self._sagas = sagas
        self._thirds = thirds
        self._tries_max = tries_max
        self._link_lost = False
        engine.subscribe(ContactConnected, self._connected)
        engine.subscribe(ContactAdopted, self._adopted)
        engine.subscribe(TalkEnded, self._talk_ended)
        engine.subscribe(DialogueOpened, self._opened)
        engine.subscribe(DialogueClosed, self._closed)
        engine.subscribe(LegJoined, self._joined)
        engine.subscribe(LegFailed, self._gone)
        engine.subscribe(LegEnded, self._gone)
        engine.subscribe(OfferAccepted, self._accepted)
        engine.subscribe(OfferFailed, self._offer_failed)
        engine.subscribe(ContactClosed, self._consult_closed)
        engine.subscribe(CustomerFetched, self._fetched)
        engine.subscribe(HangUpWished, self._hang_up)
        engine.on_timer("control", self._late)
        engine.subscribe(PbxLost, self._lost)
        engine.subscribe(PbxSynced, self._synced)

    # --- conversations begin and end ----------------------------------------------------------------

    def _connected(self, event: ContactConnected) -> None:
        contact = self._contacts.get(event.contact_id)
        if contact is None or contact.channel != VOICE:
            return
        if contact.consults:
            self._consult_answered(contact, event)
        else:
            self._begin(contact, event)

    def _adopted(self, event: ContactAdopted) -> None:
        contact = self._contacts.get(event.contact_id)
        if contact is not None and contact.channel == VOICE and event.state is ContactState.CONNECTED:
            self._begin(contact, event)

    def _begin(self, contact: Contact, why: Event) -> None:
        self._engine.publish(facts.shown(self._talks.begin(contact), why))

    def _talk_ended(self, event: TalkEnded) -> None:
        talk = self._talks.of_contact(event.contact_id)
        if talk is None or talk.contact.contact_id != event.contact_id:
            return
        self._talks.end(talk)
        self._engine.send(CancelTimer(key=talk.timer))
        if talk.is_muted and talk.contact.stands:
            self._engine.send(MuteLeg(leg_id=talk.agent_leg, is_muted=False))

    # --- legs ---------------------------------------------------------------------------------------

    def _opened(self, event: DialogueOpened) -> None:
        talk = self._talks.of_leg(event.leg_id)
        if talk is None:
            if event.tag:
                self._let_go_of_strangers(event)
            return
        talk.in_hand[event.leg_id] = None
        if _waits(talk, event.leg_id):
            self._sagas.play_music(event.leg_id)
        self._took(talk, event)

    def _let_go_of_strangers(self, event: DialogueOpened) -> None:
        """Hang up somebody whom an agent had called, and who has nobody to talk with any more."""
        tag = decode_tag(event.tag)
        if tag is not None and tag.role == PARTY:
            self._engine.send(HangUpLeg(leg_id=event.leg_id))

    def _took(self, talk: Talk, event: DialogueOpened) -> None:
        """Go on with the step that waited for this leg."""
        leg_id, sagas = event.leg_id, self._sagas
        match talk.state:
            case _S.PARTING:
                sagas.parted(talk, event)
            case _S.RESUMING if leg_id == talk.agent_leg and talk.tries < self._tries_max:
                talk.tries += 1
                sagas.join(talk)
            case _S.CALLING if leg_id == talk.third_leg:
                self._thirds.meet(talk, event)
            case _S.CONSULTING | _S.ASIDE if leg_id == talk.agent_leg:
                sagas.come_apart(talk, event)
            case _S.TURNING | _S.RETURNING:
                sagas.turn(talk, event)
            case _S.GIVING:
                sagas.give(talk)
            case _S.MERGING:
                sagas.enter_room(talk, leg_id)
            case _S.FETCHED if leg_id == talk.customer_leg:
                # In the next turn of the bus: the IVR takes whatever leg is nobody's by now.
                contact_id = talk.contact.contact_id
                self._engine.publish(
                    CustomerFetched(at_us=event.at_us, cause_id=event.cause_id, contact_id=contact_id)
                )

    def _fetched(self, event: CustomerFetched) -> None:
        talk = self._talks.of_contact(event.contact_id)
        if talk is not None and talk.state is _S.FETCHED:
            self._sagas.fetched(talk, event)

    def _closed(self, event: DialogueClosed) -> None:
        talk = self._talks.of_leg(event.leg_id)
        if talk is not None:
            talk.in_hand.pop(event.leg_id, None)

    def _joined(self, event: LegJoined) -> None:
        talk = self._talks.of_leg(event.leg_id)
        if talk is None or talk.hung_up:
            return
        talk.in_hand.pop(event.leg_id, None)
        customer, agent, third = talk.customer_leg, talk.agent_leg, talk.third_leg
        sagas = self._sagas
        match talk.state:
            case _S.RESUMING if sagas.are_together(customer, agent):
                sagas.talk_again(talk, event)
            case _S.CALLING if _is_number(talk) and sagas.are_together(agent, third):
                sagas.reached(talk, event)
            case _S.TURNING if sagas.are_together(customer, agent):
                sagas.turned(talk, event)
            case _S.RETURNING if sagas.are_together(agent, third):
                sagas.turned(talk, event)
            case _S.GIVING if sagas.are_together(customer, third):
                sagas.given(talk, event)
            case _S.MERGING if sagas.are_together(customer, agent, third):
                sagas.merged(talk, event)

    def _gone(self, event: LegEnded | LegFailed) -> None:
        other = self._talks.unpair(event.leg_id)
        if other is not None:
            self._engine.send(HangUpLeg(leg_id=other))
        talk = self._talks.of_leg(event.leg_id)
        if talk is None:
            return
        talk.in_hand.pop(event.leg_id, None)
        if talk.state in (_S.TALKING, _S.OVER):
            return  # `routing.conversation` sees to it
        if event.leg_id == talk.customer_leg:
            self._sagas.customer_gone(talk, event)
        elif event.leg_id == talk.agent_leg:
            self._sagas.agent_gone(talk, event)
        else:
            self._sagas.third_gone(talk, event)

    # --- consultations ------------------------------------------------------------------------------

    def _asked(self, contact_id: ContactId) -> Talk | None:
        """Return the conversation about which the contact is a consultation."""
        talk = self._talks.of_contact(contact_id)
        return talk if talk is not None and talk.contact.contact_id != contact_id else None

    def _accepted(self, event: OfferAccepted) -> None:
        """The agent who is asked is on the line, and can be joined with the one who asks."""
        talk = self._asked(event.contact_id)
        if talk is not None and talk.state is _S.CALLING:
            self._thirds.meet(talk, event)

    def _consult_answered(self, contact: Contact, event: ContactConnected) -> None:
        talk = self._asked(contact.contact_id)
        contact.parted = True
        self._contacts.give_leg(contact, NO_LEG)
        if talk is not None and talk.third is not None and contact.agent_leg_id is not None:
            talk.third.leg_id = contact.agent_leg_id
            self._talks.know_third(talk)
            self._sagas.reached(talk, event)

    def _offer_failed(self, event: OfferFailed) -> None:
        """An agent who was named cannot be had; of a queue the next one is asked."""
        talk, contact = self._asked(event.contact_id), self._contacts.get(event.contact_id)
        if talk is None or talk.third is None or contact is None:
            return
        if talk.third.to is TargetKind.AGENT or contact.state is not ContactState.QUEUED:
            self._sagas.third_gone(talk, event)

    def _consult_closed(self, event: ContactClosed) -> None:
        """Nobody will come: the queue is shut by now, say."""
        talk = self._asked(event.contact_id)
        if talk is not None and talk.state is _S.CALLING:
            self._sagas.third_gone(talk, event)

    # --- the desk, and time -------------------------------------------------------------------------

    def _hang_up(self, event: HangUpWished) -> None:
        talk = self._talks.of_contact(event.contact_id)
        if talk is None:
            return
        if event.agent_id == talk.agent_id:
            self._sagas.hang_up(talk)
        else:
            self._sagas.third_gone(talk, event)

    def _late(self, event: TimerFired) -> None:
        talk = self._talks.of_contact(ContactId(event.key[1]))
        if talk is None:
            return
        if self._link_lost:
            self._sagas.watch_time(talk, event)
        else:
            self._sagas.late(talk, event)

    def _lost(self, event: PbxLost) -> None:
        self._link_lost = True

    def _synced(self, event: PbxSynced) -> None:
        self._link_lost = False


def _waits(talk: Talk, leg_id: LegId) -> bool:
    """Tell whether whoever comes into our hands by that leg has to wait for somebody."""
    if leg_id == talk.customer_leg:
        return talk.state is not _S.TALKING
    return leg_id == talk.third_leg and talk.state in (_S.TURNING, _S.ASIDE, _S.RETURNING)


def _is_number(talk: Talk) -> bool:
    """Tell whether a number was called; of a contact we are told by `ContactConnected`."""
    return talk.third is not None and talk.third.to is TargetKind.NUMBER

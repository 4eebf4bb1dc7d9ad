"""The offer desk: makes offers, and carries each out at the agent's phone or on the agent's screen.

    OfferMade -> (the agents' side reserves and pops the screen) -> AgentReserved -> the phone rings,
                 or the agent's leg stands already and is joined at once
    -> answered and joined with the caller: ContactConnected
    -> busy, refused, unreachable or rung out: OfferFailed, the contact returns to its place
    -> the caller leaves first: OfferWithdrawn and ContactAbandoned

Work rings no phone: it is accepted on the screen (`AcceptOffer`), and connected by that. So can a phone that
rings be answered from the desk, if it obeys.

A standing leg outlives the offer. Where it comes back without having joined the caller's, because its link
with us broke at that moment or the caller has just gone, it is sent once more. One that did neither join nor
come back in time is hung up, for nobody knows whom it may join yet.

A contact has at most one live offer, an agent one for each free place. The offer is kept until its leg has
ended or talks, so that a phone answered in the instant its time ran out is recognised and hung up.

While the link with the PBX is down nothing is known of the phone: it may be answered and talk. So an offer
whose time runs out then is judged when the snapshot has been told, and no failure is held against the agent.
"""

from __future__ import annotations

from core.contacts import ContactBook
from core.engine import Engine
from core.kernel.clock import SECOND_US
from core.kernel.errors import RequestRefused
from core.model.causes import Cause, RingOutcome, ring_outcome
from core.model.commands import CancelTimer, HangUpLeg, JoinLeg, PickUpLeg, RingLeg, StartTimer, TagLeg
from core.model.contact import VOICE, Contact, ContactTrigger
from core.model.events import (
    AgentReserved,
    DialogueClosed,
    DialogueOpened,
    LegAnswered,
    LegEnded,
    LegFailed,
    LegJoined,
    LegRinging,
    OfferWithdrawn,
    PbxLost,
    PbxSynced,
    TimerFired,
)
from core.model.ids import NO_LEG, Ids, LegId, OfferId
from core.model.message import Event
from core.model.requests import AcceptOffer, OfferRequest, RejectOffer
from core.model.tag import AGENT
from routing import offer_facts as facts
from routing.offer import LIVE, Offer, OfferState, OfferTrigger
from routing.rules import QueueRules, Queues
from routing.standing import Choice, Standing
from routing.tags import caller_tag, contact_tag

LATE_HANG_UP_US = 5 * SECOND_US
"""The PBX's own ring time-out is this much longer than ours, so that ours decides and its is the net."""
JOIN_LIMIT_US = 2 * SECOND_US
"""How long joining a standing leg may take: a thousand times what it does take."""
JOINS_MAX = 2
"""How often a standing leg is sent to join one caller; of who has gone we hear soon, or the time runs out."""


class OfferDesk:
    """The feature that makes offers and follows each to its end.

    Phones that ring can be answered from the desk where `answers`.
    """

    def __init__(
        self, engine: Engine, contacts: ContactBook, ids: Ids, queues: Queues, answers: bool = False
    ) -> None:
        self._engine = engine
        self._contacts = contacts
        self._ids = ids
        self._queues = queues
        self._answers = answers
        self._offers: dict[OfferId, Offer] = {}
        self._by_agent_leg: dict[LegId, Offer] = {}
        self._link_lost = False
        engine.subscribe(AgentReserved, self._ring)
        engine.subscribe(OfferWithdrawn, self._not_reserved)
        engine.subscribe(DialogueOpened, self._in_our_hands)
        engine.subscribe(DialogueClosed, self._out_of_our_hands)
        engine.subscribe(LegRinging, self._phone_rings)
        engine.subscribe(LegAnswered, self._answered)
        engine.subscribe(LegJoined, self._joined)
        engine.subscribe(LegFailed, self._leg_failed)
        engine.subscribe(LegEnded, self._leg_ended)
        engine.on_timer("offer", self._timer_fired)
        engine.subscribe(PbxLost, self._lost)
        engine.subscribe(PbxSynced, self._synced)
        engine.serve(RejectOffer, self._rejected_by_agent)
        engine.serve(AcceptOffer, self._accepted_by_agent)

    def make(self, standing: Standing, choice: Choice, waiting: int, why: Event) -> None:
        """Offer the contact to the chosen agent; `waiting` counts who else stands in line."""
        contact = standing.contact
        offer = Offer(
            offer_id=OfferId(self._ids.new("O")),
            contact=contact,
            agent_id=choice.winner.agent_id,
            agent_leg_id=LegId(self._ids.new("L")) if contact.channel == VOICE else NO_LEG,
            level=choice.winner.level,
        )
        self._contacts.move(contact, ContactTrigger.OFFER)
        contact.offer_id = offer.offer_id
        contact.agent_id = offer.agent_id
        contact.offers += 1
        self._offers[offer.offer_id] = offer
        if offer.is_call:
            contact.agent_leg_id = offer.agent_leg_id
            self._by_agent_leg[offer.agent_leg_id] = offer
        self._engine.publish(facts.decided(offer, standing, choice, waiting, why))
        self._engine.publish(facts.made(offer, why))

    # --- the phone ---------------------------------------------------------------------------

    def _ring(self, event: AgentReserved) -> None:
        offer = self._offers.get(event.offer_id)
        if offer is None or offer.state is not OfferState.PENDING:
            return  # the caller left while the agent was being reserved
        queue = self._queue_of(offer)
        if event.leg_id != NO_LEG:
            self._take_standing_leg(offer, event)
        elif offer.is_call:
            self._ring_phone(offer, queue, event)
        else:
            self._engine.send(StartTimer(key=offer.timer, at_us=event.at_us + queue.accept_timeout_us))

    def _queue_of(self, offer: Offer) -> QueueRules:
        assert offer.contact.queue is not None, "a contact is offered only from a queue"
        return self._queues[offer.contact.queue]

    def _ring_phone(self, offer: Offer, queue: QueueRules, event: AgentReserved) -> None:
        contact = offer.contact
        offer.rung = True
        self._engine.send_first(
            RingLeg(
                leg_id=offer.agent_leg_id,
                address=event.extension,
                bridge_with=contact.leg_id,
                ring_timeout_us=queue.ring_timeout_us + LATE_HANG_UP_US,
                caller_number=contact.caller_number,
                tag=contact_tag(contact, AGENT).encode(),
            )
        )
        self._engine.send(StartTimer(key=offer.timer, at_us=event.at_us + queue.ring_timeout_us))

    def _take_standing_leg(self, offer: Offer, event: AgentReserved) -> None:
        """Have the agent at once; a callback's customer has yet to be dialed."""
        del self._by_agent_leg[offer.agent_leg_id]
        offer.agent_leg_id, offer.stands, offer.in_hand = event.leg_id, True, True
        self._by_agent_leg[event.leg_id] = offer
        offer.contact.agent_leg_id, offer.contact.stands = event.leg_id, True
        if offer.contact.leg_id == NO_LEG:
            self._take(offer, event)
        else:
            self.join(offer.contact, event)

    def join(self, contact: Contact, why: Event) -> None:
        """Join the agent's leg, which is or was in our hands, with that of the contact that is offered."""
        assert contact.offer_id is not None
        offer = self._offers[contact.offer_id]
        offer.to_join = True
        self._engine.send(StartTimer(key=offer.timer, at_us=why.at_us + JOIN_LIMIT_US))
        self._send_to_join(offer)

    def _send_to_join(self, offer: Offer) -> None:
        if offer.in_hand and offer.joins < JOINS_MAX:
            offer.in_hand = False
            offer.joins += 1
            contact = offer.contact
            self._engine.send_first(
                JoinLeg(leg_id=offer.agent_leg_id, bridge_with=contact.leg_id, spares=contact.consults)
            )

    def _in_our_hands(self, event: DialogueOpened) -> None:
        """Take note that the agent's leg takes orders, as one does that came back and joined nobody."""
        offer = self._by_agent_leg.get(event.leg_id)
        if offer is not None and offer.state in LIVE:
            offer.in_hand = True
            if offer.to_join:
                self._send_to_join(offer)

    def _out_of_our_hands(self, event: DialogueClosed) -> None:
        offer = self._by_agent_leg.get(event.leg_id)
        if offer is not None:
            offer.in_hand = False

    def _phone_rings(self, event: LegRinging) -> None:
        """Have it answered if the agent was quicker; hang up one that came to be after our hang-up of it."""
        offer = self._by_agent_leg.get(event.leg_id)
        if offer is None:
            return
        offer.is_ringing = True
        if offer.state not in LIVE:
            self._engine.send(HangUpLeg(leg_id=event.leg_id))
        elif offer.to_answer:
            self._engine.send_first(PickUpLeg(leg_id=event.leg_id))

    def _answered(self, event: LegAnswered) -> None:
        offer = self._by_agent_leg.get(event.leg_id)
        if offer is None or offer.state is OfferState.ACCEPTED:
            return
        if offer.state is not OfferState.PENDING:
            self._engine.send(HangUpLeg(leg_id=event.leg_id))  # a late answer loses to the time-out
            return
        self._take(offer, event)

    def _take(self, offer: Offer, event: Event) -> None:
        offer.move(OfferTrigger.TAKE)
        self._engine.send(CancelTimer(key=offer.timer))
        self._engine.publish(facts.accepted(offer, event))

    def _joined(self, event: LegJoined) -> None:
        """Note who is in which bridge; the pair is connected once both are in the same one."""
        offer = self._by_agent_leg.get(event.leg_id) or self._offer_of_caller(event.leg_id)
        if offer is None or offer.state not in LIVE:
            return
        if event.leg_id == offer.agent_leg_id:
            offer.agent_bridge = event.bridge_id
        else:
            offer.caller_bridge = event.bridge_id
        if offer.agent_bridge == offer.caller_bridge:
            self._connect(offer, event)

    def _connect(self, offer: Offer, event: Event) -> None:
        contact = offer.contact
        if offer.to_join or offer.state is OfferState.PENDING:
            self._engine.send(CancelTimer(key=offer.timer))
        if offer.state is OfferState.PENDING:
            # Two threads of Asterisk report answer and bridge; the bridge may be heard of first.
            offer.move(OfferTrigger.TAKE)
        self._forget(offer)
        self._contacts.move(contact, ContactTrigger.CONNECT)
        contact.connected_us = event.at_us
        if offer.is_call and not contact.consults:
            self._engine.send(TagLeg(leg_id=contact.leg_id, tag=caller_tag(contact)))
        self._engine.publish(facts.connected(offer, event))

    # --- the ways an offer comes to nothing --------------------------------------------------------

    def _leg_failed(self, event: LegFailed) -> None:
        offer = self._by_agent_leg.get(event.leg_id)
        if offer is not None:
            outcome = RingOutcome.LOST if self._link_lost else RingOutcome.UNREACHABLE
            self._phone_gone(offer, outcome, event)

    def _leg_ended(self, event: LegEnded) -> None:
        offer = self._by_agent_leg.get(event.leg_id)
        if offer is not None:
            outcome = RingOutcome.LOST if offer.stands else ring_outcome(event.cause)
            self._phone_gone(offer, outcome, event)
            return
        offer = self._offer_of_caller(event.leg_id)
        if offer is not None and not offer.contact.callback:  # who is called back has not left
            self._caller_gone(offer, event)

    def _phone_gone(self, offer: Offer, outcome: RingOutcome, why: Event) -> None:
        """The agent's leg is no more; where the offer was live, that decides it."""
        if offer.state in LIVE:
            self._fail(offer, OfferTrigger.REFUSE, outcome, why)
        self._forget(offer)

    def _timer_fired(self, event: TimerFired) -> None:
        offer = self._offers[OfferId(event.key[1])]
        if self._link_lost:
            offer.overdue = True
        else:
            self._run_out(offer, event)

    def _lost(self, event: PbxLost) -> None:
        self._link_lost = True

    def _synced(self, event: PbxSynced) -> None:
        """All that became of the phones meanwhile was told just now: what still rings has rung too long."""
        self._link_lost = False
        for offer in [offer for offer in self._offers.values() if offer.overdue and offer.state in LIVE]:
            self._run_out(offer, event)

    def _run_out(self, offer: Offer, why: Event) -> None:
        if offer.stands or offer.state is OfferState.ACCEPTED:
            self._fail(offer, OfferTrigger.REFUSE, RingOutcome.LOST, why)
        else:
            self._fail(offer, OfferTrigger.RUN_OUT, RingOutcome.NO_ANSWER, why)
        self._silence(offer, Cause.NORMAL_CLEARING)

    def _silence(self, offer: Offer, cause: Cause) -> None:
        """End the ringing of an offer that is over; one without a phone that rings is done with at once."""
        if offer.is_at_phone:
            # First of all: this very phone may be rung for the next caller before the turn is over.
            self._engine.send_first(HangUpLeg(leg_id=offer.agent_leg_id, cause=cause))
        else:
            self._forget(offer)

    # --- wishes of the desk ------------------------------------------------------------------------

    def _rejected_by_agent(self, request: RejectOffer) -> None:
        offer = self._meant(request)
        _refuse_standing(offer)
        self._fail(offer, OfferTrigger.REFUSE, RingOutcome.REJECTED, request)
        self._silence(offer, Cause.REJECTED)

    def _accepted_by_agent(self, request: AcceptOffer) -> None:
        """Take work at once, and have the phone answered as soon as it rings: what that says decides."""
        offer = self._meant(request)
        if offer.is_call:
            self._have_answered(offer)
            return
        self._take(offer, request)
        self._connect(offer, request)

    def _have_answered(self, offer: Offer) -> None:
        """Tell the phone to answer; one that is not heard to ring yet is told then, or at the second wish."""
        _refuse_standing(offer)
        if not self._answers:
            raise RequestRefused("at_the_phone", "phones are picked up by hand: pbx.phones_secret is not set")
        if not offer.rung and offer.contact.preview_us:
            raise RequestRefused("not_ringing", "no phone rings for this offer before it is to be called")
        if offer.is_ringing or (offer.rung and offer.to_answer):
            self._engine.send_first(PickUpLeg(leg_id=offer.agent_leg_id))
        offer.to_answer = True

    def _meant(self, request: OfferRequest) -> Offer:
        """Return the pending offer that the desk means; refuse where what it saw is out of date."""
        own = [offer for offer in self._offers.values() if offer.agent_id == request.agent_id]
        pending = [offer for offer in own if offer.state is OfferState.PENDING]
        if not request.offer_id:
            if len(pending) > 1:
                raise RequestRefused("which_offer", "more than one is open: name the offer you mean")
            if pending:
                return pending[0]
            raise RequestRefused("no_offer", "no contact is offered to this agent now")
        offer = next((offer for offer in own if offer.offer_id == request.offer_id), None)
        if offer is None:
            raise RequestRefused("offer_over", f"{request.offer_id} is no offer to this agent any more")
        if offer.version != request.version or offer.state is not OfferState.PENDING:
            raise RequestRefused(
                "offer_changed", f"{offer.offer_id} is {offer.state} (version {offer.version}) by now"
            )
        return offer

    def _fail(self, offer: Offer, trigger: OfferTrigger, outcome: RingOutcome, why: Event) -> None:
        """End a live offer for the agent's side's sake; the contact goes back to its place."""
        offer.move(trigger)
        self._engine.send(CancelTimer(key=offer.timer))
        self._return(offer.contact)
        self._engine.publish(facts.failed(offer, outcome, why))

    def _caller_gone(self, offer: Offer, event: LegEnded) -> None:
        contact = offer.contact
        offer.move(OfferTrigger.WITHDRAW)
        offer.joins = 0  # nobody is there to be joined any more
        self._engine.send(CancelTimer(key=offer.timer))
        self._silence(offer, Cause.ANSWERED_ELSEWHERE)
        self._contacts.move(contact, ContactTrigger.LEAVE)
        self._engine.publish(facts.withdrawn(offer, "caller_left", event))
        self._engine.publish(facts.abandoned(contact, "ringing", event))

    def _not_reserved(self, event: OfferWithdrawn) -> None:
        """The agents' side could not lock the agent, or lets offered work go; no phone rings."""
        offer = self._offers.get(event.offer_id)
        if offer is None or offer.state is not OfferState.PENDING:
            return
        offer.move(OfferTrigger.WITHDRAW)
        self._engine.send(CancelTimer(key=offer.timer))
        self._return(offer.contact)
        self._forget(offer)

    def void(self, contact: Contact, reason: str, why: Event) -> None:
        """Take back the live offer of a contact that nobody shall have now; it MUST leave the line."""
        assert contact.offer_id is not None
        offer = self._offers[contact.offer_id]
        offer.move(OfferTrigger.WITHDRAW)
        offer.joins *= contact.leg_id != NO_LEG
        self._engine.send(CancelTimer(key=offer.timer))
        self._return(contact)
        self._silence(offer, Cause.ANSWERED_ELSEWHERE)
        self._engine.publish(facts.withdrawn(offer, reason, why))

    def _return(self, contact: Contact) -> None:
        """Let the contact go back in line; not a callback whose customer's phone has rung already."""
        dialed = contact.callback and contact.leg_id != NO_LEG
        self._contacts.move(contact, ContactTrigger.POSTPONE if dialed else ContactTrigger.RETURN)
        contact.offer_id = contact.agent_id = contact.agent_leg_id = None
        contact.stands = False

    def _offer_of_caller(self, leg_id: LegId) -> Offer | None:
        contact = self._contacts.of_leg(leg_id)
        if contact is None or contact.offer_id is None:
            return None
        return self._offers.get(contact.offer_id)

    def _forget(self, offer: Offer) -> None:
        self._offers.pop(offer.offer_id, None)
        self._by_agent_leg.pop(offer.agent_leg_id, None)


def _refuse_standing(offer: Offer) -> None:
    if offer.stands:
        raise RequestRefused("joined_at_once", "whose call stands is joined at once: hang up instead")

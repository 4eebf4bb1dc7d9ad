"""Dialing a callback: first the agent, then the customer, who hears the agent at once.

The agent's phone is rung like for any offer, but the answered leg stays in our hands and hears music. Then
the customer is rung, and joined with the agent by the telephone system in the instant of answering, within a
millisecond. The other way round the customer would wait for a phone to be picked up, two seconds and more.

Where the agent's leg stands the customer is dialed at once. That customer comes into our hands, for it is the
agent's leg that joins the other: so it is back with us when the talk is over.

An agent who does not answer costs the customer nothing. One who hangs up while the customer's phone rings
costs an attempt: nobody is rung again a moment later.
"""

from __future__ import annotations

from core.contacts import ContactBook
from core.engine import Engine
from core.model.callback_events import CallbackDialed
from core.model.causes import RingOutcome, ring_outcome
from core.model.commands import CancelTimer, PlayMusic, RingLeg
from core.model.events import (
    AgentReserved,
    ContactConnected,
    DialogueOpened,
    LegEnded,
    LegFailed,
    OfferFailed,
)
from core.model.ids import NO_LEG, Ids, LegId
from core.model.message import Event
from routing.callback import Callback, CallbackState, CallbackTrigger
from routing.callback_desk import CallbackDesk
from routing.offer_desk import OfferDesk
from routing.rules import Rulebook
from routing.tags import caller_tag

WAITING_STEP = "callback:music"
AGENT_LEFT = "agent_left"


class CallbackDialer:
    """The feature that brings an agent and a customer who is called back together."""

    def __init__(
        self,
        engine: Engine,
        contacts: ContactBook,
        ids: Ids,
        desk: CallbackDesk,
        offers: OfferDesk,
        rulebook: Rulebook,
    ) -> None:
        self._engine = engine
        self._contacts = contacts
        self._ids = ids
        self._desk = desk
        self._offers = offers
        self._rulebook = rulebook
        self._by_agent_leg: dict[LegId, Callback] = {}
        engine.subscribe(AgentReserved, self._reserved)
        engine.subscribe(DialogueOpened, self._in_our_hands)
        engine.subscribe(LegEnded, self._leg_ended)
        engine.subscribe(LegFailed, self._leg_failed)
        engine.subscribe(OfferFailed, self._offer_failed)
        engine.subscribe(ContactConnected, self._connected)

    def _reserved(self, event: AgentReserved) -> None:
        callback = self._desk.get(event.contact_id)
        if callback is None or callback.contact.agent_leg_id is None:
            return
        if event.leg_id != NO_LEG:
            self._dial(callback, NO_LEG, event)
        else:
            self._by_agent_leg[callback.contact.agent_leg_id] = callback

    def _in_our_hands(self, event: DialogueOpened) -> None:
        """Let an agent whose leg stands have the customer who answered; else it is the agent who did."""
        contact = self._contacts.of_leg(event.leg_id)
        if contact is None:
            self._agent_in_our_hands(event)
        elif contact.stands and self._desk.get(contact.contact_id) is not None:
            self._offers.join(contact, event)

    def _agent_in_our_hands(self, event: DialogueOpened) -> None:
        """Play music to an agent who has answered, or whose link was made again; dial the customer once."""
        callback = self._by_agent_leg.get(event.leg_id)
        if callback is None or callback.contact.agent_leg_id != event.leg_id:
            return  # nobody of ours, or let go a moment ago
        self._engine.send(PlayMusic(leg_id=event.leg_id, step=WAITING_STEP, music=callback.queue.music))
        if callback.state is CallbackState.STANDING:
            self._dial(callback, event.leg_id, event)

    def _dial(self, callback: Callback, bridge_with: LegId, why: Event) -> None:
        contact, rules = callback.contact, callback.queue.callback
        assert rules is not None
        assert contact.agent_id is not None
        callback.move(CallbackTrigger.DIAL)
        callback.attempts += 1
        self._contacts.give_leg(contact, LegId(self._ids.new("L")))
        self._engine.send(CancelTimer(key=callback.timer))
        self._engine.send_first(
            RingLeg(
                leg_id=contact.leg_id,
                address=self._rulebook.outside.replace("{number}", contact.caller_number),
                bridge_with=bridge_with,
                ring_timeout_us=rules.ring_timeout_us,
                caller_number=rules.shown_number,
                tag=caller_tag(contact),
            )
        )
        self._engine.publish(
            CallbackDialed(
                at_us=why.at_us,
                cause_id=why.cause_id,
                contact_id=contact.contact_id,
                agent_id=contact.agent_id,
                leg_id=contact.leg_id,
                attempt=callback.attempts,
            )
        )

    # --- how an attempt ends -----------------------------------------------------------------------

    def _connected(self, event: ContactConnected) -> None:
        callback = self._desk.get(event.contact_id)
        if callback is not None:
            self._desk.close(callback, CallbackTrigger.REACH, "", event)

    def _leg_ended(self, event: LegEnded) -> None:
        self._by_agent_leg.pop(event.leg_id, None)
        self._customer_gone(event, ring_outcome(event.cause))

    def _leg_failed(self, event: LegFailed) -> None:
        self._by_agent_leg.pop(event.leg_id, None)
        self._customer_gone(event, RingOutcome.UNREACHABLE)

    def _customer_gone(self, event: LegEnded | LegFailed, outcome: RingOutcome) -> None:
        """The customer was not had: the agent is let go, and the callback tried again later."""
        contact = self._contacts.of_leg(event.leg_id)
        if contact is None or not contact.callback:
            return
        callback = self._desk.get(contact.contact_id)
        if callback is None or callback.state is not CallbackState.DIALING:
            return
        self._contacts.give_leg(contact, NO_LEG)
        self._try_later(callback, outcome, event)

    def _offer_failed(self, event: OfferFailed) -> None:
        """The agent is gone: where the customer's phone rings by now, it is not to ring any longer."""
        callback = self._desk.get(event.contact_id)
        if callback is not None and callback.state is CallbackState.DIALING:
            self._try_later(callback, AGENT_LEFT, event)

    def _try_later(self, callback: Callback, reason: str, why: Event) -> None:
        assert callback.queue.callback is not None
        self._desk.postpone(callback, reason, why.at_us + callback.queue.callback.spacing_us, why)

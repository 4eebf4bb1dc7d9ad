"""Calls at an agent: reserved for an offer, in talk, or free again because the offer came to nothing.

Routing proposes (`OfferMade`), this side locks the agent, pops the record and says `AgentReserved`, in
this order, so the record is on its way before the phone can ring. A page of the web side takes longer to show
it than a phone to ring: there the phone waits until the page says that it can be seen (`RecordSeen`), or for
`seen_within_us` at the most.
"""

from __future__ import annotations

from agents.agent import Agent
from agents.misses import MISSED_REASONS, Misses
from agents.roster import Roster
from agents.screenpop import screen_pop
from agents.wishes import JUST_LOGGED_IN
from core.contacts import ContactBook
from core.engine import Engine
from core.model.agent import AgentState, AgentTrigger
from core.model.commands import CancelTimer, ClearScreen, StartTimer
from core.model.contact import VOICE, Contact, ContactState
from core.model.desk import DeskState
from core.model.events import (
    AgentReserved,
    ContactAdopted,
    ContactConnected,
    OfferFailed,
    OfferMade,
    OfferWithdrawn,
    TimerFired,
)
from core.model.ids import NO_LEG, AgentId, TimerKey
from core.model.message import Event
from core.model.requests import RecordSeen


class Reservations:
    """The feature that ties agents to the calls offered to them."""

    def __init__(
        self,
        engine: Engine,
        contacts: ContactBook,
        roster: Roster,
        misses: Misses,
        seen_within_us: int = 0,
    ) -> None:
        self._engine = engine
        self._contacts = contacts
        self._roster = roster
        self._misses = misses
        self._seen_within_us = seen_within_us
        self._unseen: dict[AgentId, OfferMade] = {}
        engine.subscribe(OfferMade, self._reserve)
        engine.subscribe(OfferFailed, self._missed)
        engine.subscribe(OfferWithdrawn, self._released)
        engine.subscribe(ContactConnected, self._connected)
        engine.subscribe(ContactAdopted, self._adopted)
        engine.on_timer("unseen", self._not_seen_in_time)
        engine.serve(RecordSeen, self._seen)

    def _reserve(self, event: OfferMade) -> None:
        if event.channel != VOICE:
            return
        agent = self._roster[event.agent_id]
        contact = self._contacts.get(event.contact_id)
        if not agent.is_reachable or contact is None:
            self._engine.publish(not_reserved(event, contact))
            self._roster.tell(agent, event)
            return
        agent.contact_id, agent.looks = event.contact_id, contact.preview_us > 0
        until_us = event.at_us + contact.preview_us if agent.looks else 0
        self._roster.move(agent, AgentTrigger.RESERVE, event, until_us=until_us)
        self._engine.send_first(screen_pop(event, contact))
        if agent.looks:
            return  # `Previews` says so when the agent has looked
        if self._seen_within_us and agent.desk is DeskState.LIVE and agent.standing_leg is None:
            self._unseen[event.agent_id] = event
            self._engine.send(
                StartTimer(key=_timer(event.agent_id), at_us=event.at_us + self._seen_within_us)
            )
        else:
            self._engine.publish(reserved(event, agent, event))

    def _seen(self, request: RecordSeen) -> None:
        """Let the phone ring that waits for this; a page that was late tells nothing new."""
        offer = self._unseen.get(request.agent_id)
        if offer is not None and offer.offer_id == request.offer_id:
            self._engine.send(CancelTimer(key=_timer(request.agent_id)))
            self._ring(offer, request)

    def _not_seen_in_time(self, event: TimerFired) -> None:
        self._ring(self._unseen[AgentId(event.key[1])], event)

    def _ring(self, offer: OfferMade, why: Event) -> None:
        """Let the phone ring."""
        del self._unseen[offer.agent_id]
        self._engine.publish(reserved(offer, self._roster[offer.agent_id], why))

    def _missed(self, event: OfferFailed) -> None:
        agent = self._holder(event)
        if agent is None:
            return
        self._clear(agent, event)
        if event.outcome in MISSED_REASONS:
            self._misses.missed(agent, event.outcome, event)
        else:
            self._misses.release(agent, event)

    def _released(self, event: OfferWithdrawn) -> None:
        agent = self._holder(event)
        if agent is not None and agent.state is AgentState.RESERVED:
            self._clear(agent, event)
            self._misses.release(agent, event)

    def _clear(self, agent: Agent, event: OfferFailed | OfferWithdrawn) -> None:
        agent.contact_id, agent.looks = "", False
        if self._unseen.pop(event.agent_id, None) is not None:
            self._engine.send(CancelTimer(key=_timer(event.agent_id)))
        self._engine.send(ClearScreen(agent_id=event.agent_id, contact_id=event.contact_id))

    def _connected(self, event: ContactConnected) -> None:
        agent = self._holder(event)
        if agent is not None:
            agent.misses = 0
            self._roster.move(agent, AgentTrigger.CONNECT, event)

    def _holder(self, event: OfferFailed | OfferWithdrawn | ContactConnected) -> Agent | None:
        """Return the agent of the event if the call it is about is the one the agent has."""
        agent = self._roster[event.agent_id]
        return agent if agent.contact_id == event.contact_id else None

    def _adopted(self, event: ContactAdopted) -> None:
        contact = self._contacts.get(event.contact_id)
        if contact is None or contact.channel != VOICE or event.state is not ContactState.CONNECTED:
            return
        agent = self._roster.find(contact.agent_id)
        if agent is None:
            return  # a talk of somebody who is no agent of this configuration any more
        agent.contact_id = event.contact_id
        if agent.state is AgentState.LOGGED_OUT:
            self._roster.move(agent, AgentTrigger.LOG_IN, event, JUST_LOGGED_IN)
            # The ledger lost the log-in, and with it the address of the phone.
            agent.next_state = AgentState.LOGGED_OUT
        self._roster.move(agent, AgentTrigger.CONNECT, event)


def reserved(offer: OfferMade, agent: Agent, why: Event) -> AgentReserved:
    """Return the word that the agent is locked for `offer` and has the record on the screen."""
    calls = offer.channel == VOICE
    leg = agent.standing_leg
    return AgentReserved(
        at_us=why.at_us,
        cause_id=why.cause_id,
        contact_id=offer.contact_id,
        offer_id=offer.offer_id,
        agent_id=offer.agent_id,
        extension=agent.extension if calls else "",
        leg_id=leg.leg_id if calls and leg is not None else NO_LEG,
    )


def not_reserved(offer: OfferMade, contact: Contact | None) -> OfferWithdrawn:
    """Return the word that the agent cannot be had for `offer`, or that nobody is there any more to serve."""
    return OfferWithdrawn(
        at_us=offer.at_us,
        cause_id=offer.cause_id,
        contact_id=offer.contact_id,
        offer_id=offer.offer_id,
        agent_id=offer.agent_id,
        reason="agent_not_ready" if contact else "caller_left",
    )


def _timer(agent_id: AgentId) -> TimerKey:
    return ("unseen", agent_id)

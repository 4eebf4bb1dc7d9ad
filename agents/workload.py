"""The workload: contacts of other channels than voice that an agent has beside the calls.

Each is offered on the screen, then in hand until the agent finishes it, gives it back, or goes away. How many
of a channel an agent has at once is bounded by the agent's capacity. None of this is a state of the agent:
whoever has tasks in hand is ready, in a call or away all the same.
"""

from __future__ import annotations

from agents.agent import Agent, Work
from agents.misses import MISSED_REASONS, Misses
from agents.required_results import RequiredResults
from agents.reservations import not_reserved, reserved
from agents.roster import Roster
from agents.screenpop import record, screen_pop
from core.contacts import ContactBook
from core.engine import Engine
from core.kernel.errors import RequestRefused
from core.model.agent import AgentState
from core.model.commands import ClearScreen
from core.model.contact import VOICE, Contact, ContactState, ContactTrigger
from core.model.events import (
    AgentStateChanged,
    ContactAdopted,
    ContactClosed,
    ContactConnected,
    OfferFailed,
    OfferMade,
    OfferWithdrawn,
    WorkReturned,
)
from core.model.ids import OfferId
from core.model.message import Event
from core.model.requests import FinishWork, ReturnWork

GIVEN_BACK, LEFT, NO_ROOM = "given_back", "agent_left", "no_room"
"""Why work goes back in line: the agent said so, went away, or cannot have it (any more) after a restart."""


class Workload:
    """The feature that keeps what agents have in hand besides calls. Built after the `Reservations`."""

    def __init__(
        self,
        engine: Engine,
        contacts: ContactBook,
        roster: Roster,
        misses: Misses,
        required: RequiredResults,
    ) -> None:
        self._engine = engine
        self._contacts = contacts
        self._roster = roster
        self._misses = misses
        self._required = required
        engine.subscribe(OfferMade, self._offered)
        engine.subscribe(OfferFailed, self._missed)
        engine.subscribe(OfferWithdrawn, self._withdrawn)
        engine.subscribe(ContactConnected, self._accepted)
        engine.subscribe(ContactAdopted, self._adopted)
        engine.serve(FinishWork, self._finished)
        engine.serve(ReturnWork, self._given_back)

    # --- offers ------------------------------------------------------------------------------------

    def _offered(self, event: OfferMade) -> None:
        if event.channel == VOICE:
            return
        agent = self._roster[event.agent_id]
        contact = self._contacts.get(event.contact_id)
        if contact is None or event.channel not in agent.open_channels():
            self._engine.publish(not_reserved(event, contact))
            self._roster.tell(agent, event)
            return
        self._take(agent, contact, event.offer_id, event.version)
        self._engine.send_first(screen_pop(event, contact))
        self._roster.tell(agent, event)
        self._engine.publish(reserved(event, agent, event))

    def _take(self, agent: Agent, contact: Contact, offer_id: OfferId, version: int) -> Work:
        work = Work(
            contact_id=contact.contact_id, channel=contact.channel, offer_id=offer_id, version=version
        )
        agent.work[contact.contact_id] = work
        return work

    def _missed(self, event: OfferFailed) -> None:
        agent = self._let_go(event)
        if agent is None:
            return
        is_idle = agent.state is AgentState.READY and agent.next_state is None
        if is_idle and event.outcome in MISSED_REASONS:
            self._misses.missed(agent, event.outcome, event)
        else:
            agent.shut = agent.state is not AgentState.READY
            self._roster.settle(agent, event)

    def _withdrawn(self, event: OfferWithdrawn) -> None:
        agent = self._let_go(event)
        if agent is not None:
            self._roster.settle(agent, event)

    def _let_go(self, event: OfferFailed | OfferWithdrawn) -> Agent | None:
        """Take the work of an offer that is over from its agent; None where the agent does not have it."""
        agent = self._roster[event.agent_id]
        if agent.work.pop(event.contact_id, None) is None:
            return None
        self._engine.send(ClearScreen(agent_id=event.agent_id, contact_id=event.contact_id))
        return agent

    def _accepted(self, event: ContactConnected) -> None:
        agent = self._roster[event.agent_id]
        work = agent.work.get(event.contact_id)
        if work is not None:
            work.in_hand = True
            work.version += 1
            agent.misses = 0
            self._roster.tell(agent, event)

    # --- work in hand ------------------------------------------------------------------------------

    def _finished(self, request: FinishWork) -> None:
        agent, contact = self._in_hand(request)
        self._required.check(contact, request.disposition)
        self._contacts.move(contact, ContactTrigger.FINISH)
        self._engine.publish(
            ContactClosed(
                at_us=request.at_us,
                cause_id=request.cause_id,
                contact_id=contact.contact_id,
                outcome=ContactState.CLOSED,
                disposition=request.disposition,
                notes=request.notes,
            )
        )
        self._put_down(agent, contact)
        self._roster.settle(agent, request)

    def _given_back(self, request: ReturnWork) -> None:
        agent, contact = self._in_hand(request)
        self._put_down(agent, contact)
        self._roster.settle(agent, request)
        self._return(contact, GIVEN_BACK, request)

    def _in_hand(self, request: FinishWork | ReturnWork) -> tuple[Agent, Contact]:
        """Return who asks and what about; refuse where it is not in hand."""
        agent = self._roster.named(request.agent_id)
        work = agent.work.get(request.contact_id)
        contact = self._contacts.get(request.contact_id)
        if work is None or contact is None or not work.in_hand:
            raise RequestRefused("no_such_work", f"{request.contact_id} is no work in hand here")
        return agent, contact

    def _put_down(self, agent: Agent, contact: Contact) -> None:
        del agent.work[contact.contact_id]
        self._engine.send(ClearScreen(agent_id=agent.profile.agent_id, contact_id=contact.contact_id))

    def _return(self, contact: Contact, reason: str, why: Event) -> None:
        """Give the work back: it stands in line where it stood."""
        assert contact.agent_id is not None, "work in hand is in somebody's"
        agent_id = contact.agent_id
        self._contacts.move(contact, ContactTrigger.RETURN)
        contact.agent_id = contact.offer_id = contact.connected_us = None
        self._engine.publish(
            WorkReturned(
                at_us=why.at_us,
                cause_id=why.cause_id,
                contact_id=contact.contact_id,
                agent_id=agent_id,
                reason=reason,
            )
        )

    # --- agents leave, and come back after a restart ---------------------------------------------------

    def follow(self, agent: Agent, event: AgentStateChanged) -> None:
        """Take all work from whoever has logged out, or is away where that returns it."""
        is_away = agent.state is AgentState.NOT_READY and agent.rules.returns and not agent.until_us
        if is_away or agent.state is AgentState.LOGGED_OUT:
            self._take_away_all(agent, event)
            self._roster.tell(agent, event)

    def _take_away_all(self, agent: Agent, why: Event) -> None:
        for work in list(agent.work.values()):
            contact = self._contacts.get(work.contact_id)
            assert contact is not None, "an agent has only what is in the book"
            self._put_down(agent, contact)
            if work.in_hand:
                self._return(contact, LEFT, why)
            else:
                self._engine.publish(
                    OfferWithdrawn(
                        at_us=why.at_us,
                        cause_id=why.cause_id,
                        contact_id=work.contact_id,
                        offer_id=work.offer_id,
                        agent_id=agent.profile.agent_id,
                        reason=LEFT,
                    )
                )

    def _adopted(self, event: ContactAdopted) -> None:
        """Let the agent of the run before go on with its work, or give it to somebody else."""
        contact = self._contacts.get(event.contact_id)
        if contact is None or contact.channel == VOICE or event.state is not ContactState.CONNECTED:
            return
        agent = self._roster.find(contact.agent_id)
        if agent is None or agent.state is AgentState.LOGGED_OUT or not agent.has_room(contact.channel):
            self._return(contact, NO_ROOM, event)
            return
        work = self._take(agent, contact, contact.offer_id or OfferId(""), version=2)
        work.in_hand = True
        self._engine.send_first(
            record(contact, agent.profile.agent_id, work.offer_id, work.version, event.at_us)
        )
        self._roster.tell(agent, event)

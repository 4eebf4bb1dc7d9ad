"""The router: keeps who waits and who is idle, and makes the decision when one of them changes.

It hears of contacts from `QueueingAsked` (the IVR) and `ContactAdopted` (recovery), of agents from
`AgentStateChanged`. A decision takes both out of line and pool and hands them to the `OfferDesk`.
While the PBX is away the gate is shut: callers keep their places, nobody's phone could be rung.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.contacts import ContactBook
from core.engine import Engine
from core.model.agent import AgentProfile, AgentState
from core.model.causes import Cause
from core.model.commands import HangUpLeg, TagLeg
from core.model.contact import Contact, ContactState, ContactTrigger
from core.model.events import (
    AdoptionFinished,
    AgentStateChanged,
    ContactAbandoned,
    ContactAdopted,
    ContactClosed,
    ContactConnected,
    ContactQueued,
    LegEnded,
    OfferFailed,
    OfferWithdrawn,
    PbxLost,
    QueueingAsked,
)
from core.model.ids import AgentId, ContactId, QueueName
from core.model.message import Event
from routing.match import choose_agent, first_served
from routing.offer import OfferDesk
from routing.pool import IdleAgent, IdlePool
from routing.queue import Place, Queues, TierConfig, WaitingLine
from routing.tags import caller_tag

_ABLE_STATES = frozenset(AgentState) - {AgentState.LOGGED_OUT, AgentState.NOT_READY}


class Router:
    """The feature that decides which contact goes to which agent."""

    def __init__(
        self,
        engine: Engine,
        contacts: ContactBook,
        offers: OfferDesk,
        queues: Queues,
        tiers: Mapping[str, TierConfig],
        agents: Mapping[AgentId, AgentProfile],
    ) -> None:
        self._engine = engine
        self._contacts = contacts
        self._offers = offers
        self._queues = queues
        self._tiers = tiers
        self._agents = agents
        self._line = WaitingLine()
        self._pool = IdlePool(agents)
        # Places of contacts that are offered now, to return to if the offer fails.
        self._offered_from: dict[ContactId, Place] = {}
        self._working: dict[AgentId, None] = {}
        self._last_wait_us: dict[QueueName, int] = {}
        self._gate_open = False
        engine.subscribe(QueueingAsked, self._queueing_asked)
        engine.subscribe(ContactAdopted, self._adopted)
        engine.subscribe(AdoptionFinished, self._open_gate)
        engine.subscribe(PbxLost, self._shut_gate)
        engine.subscribe(AgentStateChanged, self._agent_changed)
        engine.subscribe(OfferFailed, self._offer_over)
        engine.subscribe(OfferWithdrawn, self._offer_over)
        engine.subscribe(ContactConnected, self._connected)
        engine.subscribe(LegEnded, self._caller_gone)

    # --- what others may ask of the queues ------------------------------------------------------

    def waiting(self, queue: QueueName) -> int:
        """Return how many contacts wait in `queue`, not counting those offered now."""
        return self._line.length(queue)

    def longest_wait_us(self, queue: QueueName, now_us: int) -> int:
        """Return the longest time any contact has waited in `queue`, 0 where none waits."""
        return max((contact.waited_us(now_us) for contact in self._line.of_queue(queue)), default=0)

    def ready_agents(self, queue: QueueName) -> int:
        """Return how many idle agents could serve the queue's own requirements."""
        needs = self._queues[queue].requirements
        return sum(1 for agent in self._pool if agent.level(needs) is not None)

    def working_agents(self, queue: QueueName) -> int:
        """Return how many agents who could serve the queue are at work: idle or busy, not away."""
        needs = self._queues[queue].requirements
        seats = (IdleAgent(profile=self._agents[agent_id], since_us=0) for agent_id in self._working)
        return sum(1 for seat in seats if seat.level(needs) is not None)

    def position(self, contact: Contact) -> int | None:
        """Return the contact's rank in its queue from 1, None where it does not wait now."""
        return self._line.position(contact) if contact in self._line else None

    def last_wait_us(self, queue: QueueName) -> int | None:
        """Return how long the contact waited that was connected last, None before the first."""
        return self._last_wait_us.get(queue)

    # --- contacts come and go ------------------------------------------------------------------------

    def _queueing_asked(self, event: QueueingAsked) -> None:
        contact = self._contacts.get(event.contact_id)
        if contact is None:
            return  # hung up in the very turn in which the IVR handed it over
        queue = self._queues[event.queue]
        if self.waiting(event.queue) >= queue.length_max:
            self._turn_away(contact, event)
            return
        contact.queue = event.queue
        contact.queued_us = event.at_us
        contact.requirements = queue.requirements
        if event.requirements:
            contact.requirements = tuple(sorted({*queue.requirements, *event.requirements}))
        contact.head_start_us = self._tier(contact).head_start_us
        self._contacts.move(contact, ContactTrigger.QUEUE)
        self._engine.send(TagLeg(leg_id=contact.leg_id, tag=caller_tag(contact)))
        self._stand_in_line(contact, event)

    def _turn_away(self, contact: Contact, why: Event) -> None:
        """The line is full: the caller is told at once instead of being kept for ever."""
        self._contacts.move(contact, ContactTrigger.OVERFLOW)
        self._engine.send(HangUpLeg(leg_id=contact.leg_id, cause=Cause.CONGESTION))
        self._engine.publish(
            ContactClosed(
                at_us=why.at_us,
                cause_id=why.cause_id,
                contact_id=contact.contact_id,
                outcome=ContactState.OVERFLOWED,
            )
        )

    def _adopted(self, event: ContactAdopted) -> None:
        contact = self._contacts.get(event.contact_id)
        if contact is not None and event.state is ContactState.QUEUED:
            self._stand_in_line(contact, event)
        elif contact is not None and contact.agent_id is not None:
            # Adopted in talk: the agent's side hears of it next; until then nobody may be sent there.
            self._pool.discard(contact.agent_id)

    def _stand_in_line(self, contact: Contact, why: Event) -> None:
        assert contact.queue is not None
        assert contact.queued_us is not None
        key_us = contact.queued_us - contact.head_start_us
        self._line.join(contact, key_us)
        self._engine.publish(
            ContactQueued(
                at_us=why.at_us,
                cause_id=why.cause_id,
                contact_id=contact.contact_id,
                queue=contact.queue,
                tier=contact.tier,
                key_us=key_us,
                position=self._line.position(contact),
                requirements=contact.requirements,
            )
        )
        self._serve(contact, why)

    def _offer_over(self, event: OfferFailed | OfferWithdrawn) -> None:
        place = self._offered_from.pop(event.contact_id, None)
        contact = self._contacts.get(event.contact_id)
        if place is None or contact is None or contact.state is not ContactState.QUEUED:
            return  # the contact is gone, and its place with it
        self._line.rejoin(contact, place)
        self._serve(contact, event)

    def _connected(self, event: ContactConnected) -> None:
        self._offered_from.pop(event.contact_id, None)
        self._last_wait_us[event.queue] = event.waited_us

    def _caller_gone(self, event: LegEnded) -> None:
        contact = self._contacts.of_leg(event.leg_id)
        if contact is None or contact not in self._line:
            return
        self._line.leave(contact)
        self._contacts.move(contact, ContactTrigger.LEAVE)
        self._engine.publish(
            ContactAbandoned(
                at_us=event.at_us,
                cause_id=event.cause_id,
                contact_id=contact.contact_id,
                queue=contact.queue or "",
                tier=contact.tier,
                stage="queue",
                waited_us=contact.waited_us(event.at_us),
            )
        )

    # --- agents come and go -----------------------------------------------------------------------------

    def _agent_changed(self, event: AgentStateChanged) -> None:
        if event.new in _ABLE_STATES:
            self._working[event.agent_id] = None
        else:
            self._working.pop(event.agent_id, None)
        self._pool.discard(event.agent_id)
        if event.new is AgentState.READY:
            self._take_next(self._pool.add(event.agent_id, event.at_us), event)

    def _take_next(self, agent: IdleAgent, why: Event) -> None:
        contact = first_served(agent, self._line)
        if contact is not None:
            self._serve(contact, why)

    # --- the decision ------------------------------------------------------------------------------

    def _serve(self, contact: Contact, why: Event) -> None:
        """Offer the contact to the best idle agent, if the gate is open and there is one."""
        if not self._gate_open:
            return
        best_first = self._tier(contact).best_agent_first
        choice = choose_agent(contact.requirements, best_first, self._pool, why.at_us)
        if choice is None:
            return
        self._offered_from[contact.contact_id] = self._line.leave(contact)
        self._pool.discard(choice.winner.agent_id)
        self._offers.make(contact, choice, len(self._line), why)

    def _open_gate(self, event: AdoptionFinished) -> None:
        self._gate_open = True
        for contact in list(self._line):
            self._serve(contact, event)

    def _shut_gate(self, event: PbxLost) -> None:
        self._gate_open = False

    def _tier(self, contact: Contact) -> TierConfig:
        return self._tiers.get(contact.tier) or TierConfig(name=contact.tier)

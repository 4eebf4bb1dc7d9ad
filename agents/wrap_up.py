"""Wrap-up: the agent's work after a call, bounded by the queue's limit or by the agent's own.

It ends when the agent says so (`FinishWrapUp`, or `GoReady` and the like) or when the limit is reached;
either way the contact is closed with the disposition chosen, if any. Where the queue requires one, only that
or the limit ends it. It is a state of the agent, so whoever wraps up a call of one queue is offered no call
of another. The desk may ask for more time as often as the queue grants it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from agents.required_results import RequiredResults
from agents.roster import Roster
from core.contacts import ContactBook
from core.engine import Engine
from core.kernel.errors import RequestRefused
from core.model.agent import AgentTrigger
from core.model.commands import CancelTimer, StartTimer
from core.model.contact import Contact, ContactState, ContactTrigger
from core.model.events import ContactClosed, TalkEnded, TimerFired
from core.model.ids import AgentId, QueueName, TimerKey
from core.model.message import Event
from core.model.requests import ExtendWrapUp, FinishWrapUp, GoReady


class WrapUpLimit(NamedTuple):
    """How long a wrap-up may last, and how often and by how much the desk may extend it."""

    limit_us: int
    extension_us: int = 0
    extensions_max: int = 0


NO_TIME = WrapUpLimit(0)
"""For calls of a queue that left the configuration: the contact is closed at once."""


class Results(Protocol):
    """Who knows what a contact may come to."""

    def check(self, contact: Contact, wish: FinishWrapUp) -> None:
        """Raise `RequestRefused` where the contact cannot come to what `wish` says."""
        ...


class AnyResult:
    """Every contact may come to anything."""

    def check(self, contact: Contact, wish: FinishWrapUp) -> None:
        """Let it pass."""


class WrapUp:
    """The feature that ends talks on the agents' side and closes contacts after them."""

    def __init__(
        self,
        engine: Engine,
        contacts: ContactBook,
        roster: Roster,
        limits: Mapping[QueueName, WrapUpLimit],
        required: RequiredResults,
        results: Results | None = None,
    ) -> None:
        self._engine = engine
        self._contacts = contacts
        self._roster = roster
        self._limits = limits
        self._required = required
        self._results = results or AnyResult()
        self._in_hand: dict[AgentId, Contact] = {}
        engine.subscribe(TalkEnded, self._begin)
        engine.on_timer("wrap_up", self._limit_reached)
        engine.subscribe(GoReady, self._ready_ends_it)
        engine.serve(FinishWrapUp, self._finished)
        engine.serve(ExtendWrapUp, self._extended)

    def _begin(self, event: TalkEnded) -> None:
        """Let the wrap-up begin. Somebody who left the configuration meanwhile has none to show."""
        contact = self._contacts.get(event.contact_id)
        assert contact is not None, "a contact stays in the book until its wrap-up is over"
        limit = self._limit(contact)
        until_us = event.at_us + limit.limit_us
        agent = self._roster.find(event.agent_id)
        if agent is not None:
            if agent.profile.wrap_up_limit_us is not None:
                until_us = event.at_us + agent.profile.wrap_up_limit_us
            agent.extensions = limit.extensions_max if limit.extension_us else 0
            agent.owes_result = self._required.is_owed(contact)
            self._roster.move(agent, AgentTrigger.TALK_END, event, until_us=until_us)
        self._in_hand[event.agent_id] = contact
        self._engine.send(StartTimer(key=_timer(event.agent_id), at_us=until_us))

    def _limit(self, contact: Contact) -> WrapUpLimit:
        return self._limits.get(contact.queue, NO_TIME) if contact.queue else NO_TIME

    def _finished(self, request: FinishWrapUp) -> None:
        contact = self._meant(request)
        self._required.check(contact, request.disposition)
        self._results.check(contact, request)
        self._end(request.agent_id, request)

    def _extended(self, request: ExtendWrapUp) -> None:
        contact = self._meant(request)
        agent = self._roster.named(request.agent_id)
        if not agent.extensions:
            raise RequestRefused("no_extension", "this wrap-up is not extended any further")
        agent.extensions -= 1
        agent.until_us += self._limit(contact).extension_us
        self._engine.send(StartTimer(key=_timer(request.agent_id), at_us=agent.until_us))
        self._roster.tell(agent, request)

    def _meant(self, request: FinishWrapUp | ExtendWrapUp) -> Contact:
        """Return the contact in wrap-up; refuse where there is none, or another than the desk means."""
        contact = self._in_hand.get(request.agent_id)
        if contact is None or request.contact_id not in ("", contact.contact_id):
            raise RequestRefused("no_wrap_up", "this agent has no such contact to finish")
        return contact

    def _ready_ends_it(self, request: GoReady) -> None:
        agent = self._roster.find(request.agent_id)
        if agent is not None and agent.has_to_tell_before(request):
            return
        if request.agent_id in self._in_hand:
            self._end(request.agent_id, request)

    def _limit_reached(self, event: TimerFired) -> None:
        self._end(AgentId(event.key[1]), event)

    def _end(self, agent_id: AgentId, why: Event) -> None:
        """Close the contact, with what the agent says of it where it was the agent who ended the wrap-up."""
        contact = self._in_hand.pop(agent_id)
        told = why if isinstance(why, FinishWrapUp) else self._untold(contact, agent_id, why)
        self._engine.send(CancelTimer(key=_timer(agent_id)))
        self._contacts.move(contact, ContactTrigger.FINISH)
        self._engine.publish(
            ContactClosed(
                at_us=why.at_us,
                cause_id=why.cause_id,
                contact_id=contact.contact_id,
                outcome=ContactState.CLOSED,
                disposition=told.disposition,
                callback_at=told.callback_at,
                callback_by=told.callback_by,
                notes=told.notes,
            )
        )
        agent = self._roster.find(agent_id)
        if agent is not None:
            self._roster.finish(agent, why)

    def _untold(self, contact: Contact, agent_id: AgentId, why: Event) -> FinishWrapUp:
        """Return what stands for the word of an agent who said none."""
        return FinishWrapUp(at_us=why.at_us, agent_id=agent_id, disposition=self._required.untold(contact))


def _timer(agent_id: AgentId) -> TimerKey:
    return ("wrap_up", agent_id)

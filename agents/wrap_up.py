"""Wrap-up: the agent's work after a contact, bounded by the queue's limit.

It ends when the agent says so (`FinishWrapUp`, or `GoReady` and the like) or when the limit is reached;
either way the contact is closed with the disposition chosen, if any.
"""

from __future__ import annotations

from collections.abc import Mapping

from agents.roster import Roster
from core.contacts import ContactBook
from core.engine import Engine
from core.kernel.errors import RequestRefused
from core.model.commands import CancelTimer, StartTimer
from core.model.contact import ContactState, ContactTrigger
from core.model.events import ContactClosed, TalkEnded, TimerFired
from core.model.ids import AgentId, ContactId, QueueName, TimerKey
from core.model.message import Event
from core.model.requests import FinishWrapUp, GoReady


class WrapUp:
    """The feature that closes contacts after the talk. Built after the `Roster`, which hears first."""

    def __init__(
        self, engine: Engine, contacts: ContactBook, roster: Roster, limits_us: Mapping[QueueName, int]
    ) -> None:
        self._engine = engine
        self._contacts = contacts
        self._roster = roster
        self._limits_us = limits_us
        self._in_hand: dict[AgentId, ContactId] = {}
        engine.subscribe(TalkEnded, self._begin)
        engine.subscribe(TimerFired, self._limit_reached)
        engine.subscribe(GoReady, self._ready_ends_it)
        engine.serve(FinishWrapUp, self._finished)

    def _begin(self, event: TalkEnded) -> None:
        contact = self._contacts.get(event.contact_id)
        assert contact is not None, "a talk ended in this turn, so its contact is in the book"
        self._in_hand[event.agent_id] = event.contact_id
        limit_us = self._limits_us.get(contact.queue, 0) if contact.queue else 0
        self._engine.send(StartTimer(key=_timer(event.agent_id), at_us=event.at_us + limit_us))

    def _finished(self, request: FinishWrapUp) -> None:
        if request.agent_id not in self._in_hand:
            raise RequestRefused("no_wrap_up", "this agent has no contact to finish")
        self._end(request.agent_id, request.disposition, request)

    def _ready_ends_it(self, request: GoReady) -> None:
        if request.agent_id in self._in_hand:
            self._end(request.agent_id, "", request)

    def _limit_reached(self, event: TimerFired) -> None:
        if event.key[0] == "wrap_up":
            self._end(AgentId(event.key[1]), "", event)

    def _end(self, agent_id: AgentId, disposition: str, why: Event) -> None:
        contact = self._contacts.get(self._in_hand.pop(agent_id))
        assert contact is not None, "a contact in wrap-up stays in the book"
        self._engine.send(CancelTimer(key=_timer(agent_id)))
        self._contacts.move(contact, ContactTrigger.FINISH)
        self._engine.publish(
            ContactClosed(
                at_us=why.at_us,
                cause_id=why.cause_id,
                contact_id=contact.contact_id,
                outcome=ContactState.CLOSED,
                disposition=disposition,
            )
        )
        self._roster.finish(agent_id, why)


def _timer(agent_id: AgentId) -> TimerKey:
    return ("wrap_up", agent_id)

"""What a list of calls tells of contacts and agents, as the events the engine would have told.

So all that folds events can be fed with records of other systems.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator

from core.kernel.clock import SECOND_US
from core.model.agent import AgentState
from core.model.events import AgentStateChanged, ContactAbandoned, ContactConnected, ContactQueued
from core.model.ids import AgentId, ContactId, OfferId
from core.model.message import DomainEvent
from goldline.estimate.calls import Call

IDLE_UNTIL_GONE_US = 1_800 * SECOND_US
"""Who serves nobody for half an hour is taken for gone: a list of calls does not tell when agents leave."""


def events_of(calls: Iterable[Call]) -> Iterator[DomainEvent]:
    """Yield what `calls`, ordered by arrival, tell of contacts and agents, in the order of time."""
    yield from _Telling().told(calls)


class _Telling:
    """What is still to be told of calls that have arrived: a heap by instant, then by order of arrival."""

    def __init__(self) -> None:
        self._later: list[tuple[int, int, Callable[[int], Iterator[DomainEvent]]]] = []
        self._number = 0
        self._free_since_us: dict[AgentId, int] = {}
        self._serves: dict[AgentId, ContactId] = {}

    def told(self, calls: Iterable[Call]) -> Iterator[DomainEvent]:
        for number, call in enumerate(calls):
            yield from self._until(call.arrived_us)
            contact_id = ContactId(str(number))
            yield _queued(contact_id, call)
            ended = self._answered(contact_id, call) if call.served else _abandoned(contact_id, call)
            self._at(call.arrived_us + call.waited_us, ended)
        yield from self._until(None)

    def _at(self, at_us: int, tell: Callable[[int], Iterator[DomainEvent]]) -> None:
        self._number += 1
        heapq.heappush(self._later, (at_us, self._number, tell))

    def _until(self, now_us: int | None) -> Iterator[DomainEvent]:
        while self._later and (now_us is None or self._later[0][0] <= now_us):
            at_us, _, tell = heapq.heappop(self._later)
            yield from tell(at_us)

    def _answered(self, contact_id: ContactId, call: Call) -> Callable[[int], Iterator[DomainEvent]]:
        def tell(at_us: int) -> Iterator[DomainEvent]:
            self._free_since_us.pop(call.agent, None)
            self._serves[call.agent] = contact_id
            yield _connected(contact_id, call, at_us)
            yield _changed(call.agent, AgentState.READY, AgentState.ON_CONTACT, at_us)
            self._at(call.ended_us, self._freed(call.agent, contact_id))

        return tell

    def _freed(self, agent: AgentId, contact_id: ContactId) -> Callable[[int], Iterator[DomainEvent]]:
        def tell(at_us: int) -> Iterator[DomainEvent]:
            if self._serves[agent] != contact_id:
                return  # by whole seconds the next one may begin as this one ends, and be told first
            self._free_since_us[agent] = at_us
            yield _changed(agent, AgentState.ON_CONTACT, AgentState.READY, at_us)
            self._at(at_us + IDLE_UNTIL_GONE_US, gone)

        def gone(at_us: int) -> Iterator[DomainEvent]:
            if self._free_since_us.get(agent) == at_us - IDLE_UNTIL_GONE_US:
                yield _changed(agent, AgentState.READY, AgentState.LOGGED_OUT, at_us)

        return tell


def _queued(contact_id: ContactId, call: Call) -> ContactQueued:
    return ContactQueued(
        at_us=call.arrived_us,
        contact_id=contact_id,
        queue=call.queue,
        tier=call.tier,
        key_us=call.arrived_us - call.head_start_us,
        position=0,
    )


def _connected(contact_id: ContactId, call: Call, at_us: int) -> ContactConnected:
    return ContactConnected(
        at_us=at_us,
        contact_id=contact_id,
        queue=call.queue,
        tier=call.tier,
        agent_id=call.agent,
        offer_id=OfferId(""),
        waited_us=call.waited_us,
        level=0,
    )


def _abandoned(contact_id: ContactId, call: Call) -> Callable[[int], Iterator[DomainEvent]]:
    def tell(at_us: int) -> Iterator[DomainEvent]:
        yield ContactAbandoned(
            at_us=at_us,
            contact_id=contact_id,
            queue=call.queue,
            tier=call.tier,
            stage="queue",
            waited_us=call.waited_us,
        )

    return tell


def _changed(agent: AgentId, old: AgentState, new: AgentState, at_us: int) -> AgentStateChanged:
    return AgentStateChanged(at_us=at_us, agent_id=agent, old=old, new=new)

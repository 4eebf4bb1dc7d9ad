"""The promise about capacity: nobody has more contacts of a channel than agreed, no free place is kept back.

Who has what is counted here from offers and ends alone, and what the engine says about an agent's room is
held against it after every step.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.model.agent import BUSY_STATES, AgentState
from core.model.contact import VOICE
from core.model.events import (
    AgentStateChanged,
    ContactAdopted,
    ContactConnected,
    ContactEvent,
    OfferMade,
)
from core.model.ids import AgentId, ContactId
from core.model.standing_leg import StandingState
from simulator.broken import BrokenPromise

CALLS_ALONE: Mapping[str, int] = {VOICE: 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """How many contacts of each channel an agent has at once, and how calls and other work go together."""

    of: Mapping[AgentId, Mapping[str, int]] = field(default_factory=dict)
    during_calls: bool = False
    calls_interrupt: bool = True


class WithinCapacity:
    """Who has which contacts; one contact is never with two agents."""

    def __init__(self, capacity: Capacity) -> None:
        self._capacity = capacity
        self._holder: dict[ContactId, tuple[AgentId, str]] = {}
        self._has: dict[AgentId, Counter[str]] = {}
        self._told: dict[AgentId, AgentStateChanged] = {}

    def offer(self, event: OfferMade) -> None:
        """Tie the two together, if there is room."""
        if event.contact_id in self._holder:
            holder, _ = self._holder[event.contact_id]
            raise BrokenPromise(f"contact {event.contact_id} is with {holder}, offered to {event.agent_id}")
        self._tie(event.agent_id, event.contact_id, event.channel)

    def adopt(self, event: ContactAdopted) -> None:
        """Tie those together who were so before a restart."""
        if event.agent_id:
            self._tie(AgentId(event.agent_id), event.contact_id, event.channel)

    def _tie(self, agent_id: AgentId, contact_id: ContactId, channel: str) -> None:
        has = self._has.setdefault(agent_id, Counter())
        if has[channel] >= self._room_of(agent_id).get(channel, 0):
            held = [each for each, holder in self._holder.items() if holder == (agent_id, channel)]
            raise BrokenPromise(f"agent {agent_id} has {', '.join(held)} and is offered {contact_id}")
        has[channel] += 1
        self._holder[contact_id] = agent_id, channel

    def connect(self, event: ContactConnected) -> None:
        """Demand that those connect who were offered to each other."""
        if self._holder.get(event.contact_id, ("", ""))[0] != event.agent_id:
            raise BrokenPromise(f"{event.agent_id} was connected with {event.contact_id} without an offer")

    def part(self, event: ContactEvent) -> None:
        """Take the contact from whoever has it: an offer is void, a talk over, work done or returned."""
        agent_id, channel = self._holder.pop(event.contact_id, (AgentId(""), ""))
        if agent_id:
            self._has[agent_id][channel] -= 1

    def agent(self, event: AgentStateChanged) -> None:
        """Note what the engine says about the agent."""
        self._told[event.agent_id] = event

    def check(self) -> None:
        """Demand that what was said in this step about agents' room is so."""
        for agent_id, told in self._told.items():
            allowed = self._allowed(agent_id, told)
            said = frozenset(told.channels)
            if said - allowed or (told.new is AgentState.READY and said != allowed):
                raise BrokenPromise(
                    f"agent {agent_id} is {told.new}, has room for {sorted(allowed)}, not for {sorted(said)}"
                )
        self._told.clear()

    def _allowed(self, agent_id: AgentId, told: AgentStateChanged) -> frozenset[str]:
        """Return the channels of which the agent can have one more."""
        if told.next_state is not None or told.new not in BUSY_STATES | {AgentState.READY}:
            return frozenset()
        has = self._has.get(agent_id, Counter())
        room = {channel for channel, count in self._room_of(agent_id).items() if has[channel] < count}
        if told.standing not in (None, StandingState.IN_HAND):
            room -= {VOICE}  # there is no leg to join
        works = any(count for channel, count in has.items() if channel != VOICE)
        if told.new is not AgentState.READY:
            return frozenset(room - {VOICE}) if self._capacity.during_calls else frozenset()
        return frozenset(room - {VOICE}) if works and not self._capacity.calls_interrupt else frozenset(room)

    def _room_of(self, agent_id: AgentId) -> Mapping[str, int]:
        return self._capacity.of.get(agent_id, CALLS_ALONE)

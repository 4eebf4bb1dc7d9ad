"""The first promise of routing: no ready agent is idle beside a waiting contact that this agent could serve.

It is held against what the ledger tells: what each contact needs by now, for whom it is held, which experts
it has to leave to others; and for which channels each agent has room. While the link with the telephone
system is down nobody's phone can be rung, and nothing is demanded.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from core.model.agent import skills_with
from core.model.contact import VOICE
from core.model.events import (
    AgentStateChanged,
    ContactEvent,
    ContactQueued,
    OfferFailed,
    OfferMade,
    OfferWithdrawn,
    PbxLost,
    PbxSynced,
    Spared,
    StandingEvent,
)
from core.model.ids import AgentId, ContactId, QueueName
from core.model.need import need_from_text
from core.model.supervision import AgentLevelsSet, AgentQueuesSet
from simulator.broken import BrokenPromise


class _Wish(NamedTuple):
    """Who may serve a contact; those with the same wish are served by the same agents."""

    queue: QueueName
    channel: str
    need: str
    held_for: str
    spares: Spared | None


class NobodyIdlesBeside:
    """Who waits and who has room, as the ledger tells it."""

    def __init__(self, skills: Mapping[AgentId, Mapping[str, int]]) -> None:
        self._configured = skills
        self._skills = dict(skills)
        self._linked = False
        self._room: dict[AgentId, tuple[str, ...]] = {}
        # Who serves some queues alone.
        self._serves: dict[AgentId, tuple[QueueName, ...]] = {}
        self._waiting: dict[ContactId, _Wish] = {}
        self._wishes: dict[ContactId, _Wish] = {}

    def sync(self, event: PbxSynced) -> None:
        """Begin to demand."""
        self._linked = True

    def lose(self, event: PbxLost) -> None:
        """Demand nothing for now."""
        self._linked = False

    def stand(self, event: StandingEvent) -> None:
        """Take note of what the contact wishes by now; one that was just queued waits."""
        contact_id = event.contact_id
        before = self._wishes.get(contact_id)
        channel = before.channel if before is not None else VOICE
        if isinstance(event, ContactQueued):
            channel = event.channel
        wish = _Wish(event.queue, channel, event.need, event.held_for, event.spares)
        self._wishes[contact_id] = wish
        if isinstance(event, ContactQueued) or contact_id in self._waiting:
            self._waiting[contact_id] = wish

    def offer(self, event: OfferMade) -> None:
        """Count the contact as served for now."""
        self._waiting.pop(event.contact_id, None)

    def fail(self, event: OfferFailed | OfferWithdrawn) -> None:
        """Count the contact as waiting again."""
        if event.contact_id in self._wishes:
            self._waiting[event.contact_id] = self._wishes[event.contact_id]

    def end(self, event: ContactEvent) -> None:
        """Forget a contact that is in no line any more."""
        self._waiting.pop(event.contact_id, None)
        self._wishes.pop(event.contact_id, None)

    def agent(self, event: AgentStateChanged) -> None:
        """Take note of the channels for which the agent has room."""
        if event.channels:
            self._room[event.agent_id] = event.channels
        else:
            self._room.pop(event.agent_id, None)

    def move(self, event: AgentQueuesSet) -> None:
        """Take note of the queues that the agent serves."""
        self._serves.pop(event.agent_id, None)
        if event.queues is not None:
            self._serves[event.agent_id] = event.queues

    def set_levels(self, event: AgentLevelsSet) -> None:
        """Take note of what the agent can by now."""
        configured = self._configured.get(event.agent_id, {})
        self._skills[event.agent_id] = skills_with(configured, dict(event.levels))

    def check(self) -> None:
        """Demand that nobody who has room could serve anybody who waits."""
        if not (self._linked and self._room and self._waiting):
            return
        for wish in dict.fromkeys(self._waiting.values()):
            for agent_id in self._room:
                if self._may_serve(agent_id, wish):
                    raise BrokenPromise(f"agent {agent_id} is idle beside a waiting contact: {wish}")

    def _may_serve(self, agent_id: AgentId, wish: _Wish) -> bool:
        return (
            wish.channel in self._room[agent_id]
            and wish.queue in self._serves.get(agent_id, (wish.queue,))
            and wish.held_for in ("", agent_id)
            and need_from_text(wish.need).level(self._skills.get(agent_id, {})) is not None
            and not self._is_spared(agent_id, wish)
        )

    def _is_spared(self, agent_id: AgentId, wish: _Wish) -> bool:
        reserve = wish.spares
        if reserve is None or not self._is_expert(agent_id, reserve):
            return False
        idle = [each for each, channels in self._room.items() if wish.channel in channels]
        return sum(self._is_expert(each, reserve) for each in idle) <= reserve.count

    def _is_expert(self, agent_id: AgentId, reserve: Spared) -> bool:
        return self._skills.get(agent_id, {}).get(reserve.skill, 0) >= reserve.level

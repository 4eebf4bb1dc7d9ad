"""Who the agents are as routing sees them now: their levels, and the queues that somebody keeps them from.

Levels are as configured, or as somebody set them at work.

To be kept from a queue is written as one more skill, `!QUEUE`, and where anybody is kept from a queue a
contact there also needs an agent who lacks that skill. So whatever compares needs with skills, the index and
its pools above all, finds the right agents without knowing of queues; and where nobody is kept from anything,
needs and skills are as they were configured.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from core.model.agent import AgentProfile, skills_with
from core.model.ids import AgentId, QueueName
from core.model.need import Bound, Need, need_for
from routing.course import joined


class Staff(Mapping[AgentId, AgentProfile]):
    """The agents' profiles by id, with what keeps them from queues among their skills."""

    def __init__(self, profiles: Mapping[AgentId, AgentProfile]) -> None:
        self._configured = profiles
        self._present = dict(profiles)
        self._own = {agent_id: profile.skills for agent_id, profile in profiles.items()}
        self._kept_from: dict[QueueName, dict[AgentId, None]] = {}

    def __getitem__(self, agent_id: AgentId) -> AgentProfile:
        return self._present[agent_id]

    def __iter__(self) -> Iterator[AgentId]:
        return iter(self._present)

    def __len__(self) -> int:
        return len(self._present)

    def skills(self, agent_id: AgentId) -> Mapping[str, int]:
        """Return the agent's own skills, with the levels they have now."""
        return self._own[agent_id]

    def configured(self, agent_id: AgentId) -> Mapping[str, int]:
        """Return the skills that the agent has by the configuration."""
        return self._configured[agent_id].skills

    def set_levels(self, agent_id: AgentId, levels: Mapping[str, int]) -> None:
        """Let `levels` take the place of the configured ones; level 0 is without the skill."""
        self._own[agent_id] = skills_with(self.configured(agent_id), levels)
        self._renew(agent_id)

    def serves(self, agent_id: AgentId, queue: QueueName) -> bool:
        """Tell whether nobody keeps the agent from the queue."""
        return agent_id not in self._kept_from.get(queue, ())

    def asked(self, need: Need, queue: QueueName) -> Need:
        """Return what a contact of the queue needs in all that asks for `need`."""
        return joined(need, _served(queue)) if queue in self._kept_from else need

    def keep_from(self, agent_id: AgentId, queues: Iterable[QueueName]) -> list[QueueName]:
        """Keep the agent from `queues` and no others; return those whose contacts need something else now."""
        before = self._kept_from.keys() | set()
        for queue in [queue for queue, agents in self._kept_from.items() if agent_id in agents]:
            del self._kept_from[queue][agent_id]
            if not self._kept_from[queue]:
                del self._kept_from[queue]
        for queue in queues:
            self._kept_from.setdefault(queue, {})[agent_id] = None
        self._renew(agent_id)
        return sorted(before ^ self._kept_from.keys())

    def _renew(self, agent_id: AgentId) -> None:
        kept = {_mark(queue): 1 for queue, agents in self._kept_from.items() if agent_id in agents}
        self._present[agent_id] = replace(self._configured[agent_id], skills={**self._own[agent_id], **kept})


def _mark(queue: QueueName) -> str:
    """Return the skill of those who are kept from the queue; no configured skill is called so."""
    return f"!{queue}"


def _served(queue: QueueName) -> Need:
    return need_for(((Bound(_mark(queue), 0, 0),),))

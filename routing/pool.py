"""The agents who could take a contact at this instant, longest idle first.

Filled from `AgentStateChanged` alone. An agent chosen for an offer is taken out at once, before the
agents' side confirms, so that no two decisions of one instant name the same person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.kernel.record import Record
from core.model.agent import AgentProfile
from core.model.contact import Requirement
from core.model.ids import AgentId


class IdleAgent(Record, frozen=True, kw_only=True):
    """A ready agent and since when."""

    profile: AgentProfile
    since_us: int

    def level(self, requirements: tuple[Requirement, ...]) -> int | None:
        """Return the least level among the required skills, None where one is missing or too low.

        An agent asked for nothing in particular has level 0.
        """
        least: int | None = None
        for requirement in requirements:
            level = self.profile.skills.get(requirement.skill, 0)
            if level < requirement.minimum:
                return None
            least = level if least is None else min(least, level)
        return least or 0


class IdlePool:
    """Ready agents in the order in which they became ready."""

    def __init__(self, profiles: Mapping[AgentId, AgentProfile]) -> None:
        self._profiles = profiles
        self._idle: dict[AgentId, IdleAgent] = {}

    def __iter__(self) -> Iterator[IdleAgent]:
        return iter(self._idle.values())

    def __len__(self) -> int:
        return len(self._idle)

    def add(self, agent_id: AgentId, since_us: int) -> IdleAgent:
        """Count the agent as idle since `since_us`, behind all who are."""
        agent = IdleAgent(profile=self._profiles[agent_id], since_us=since_us)
        self._idle[agent_id] = agent
        return agent

    def discard(self, agent_id: AgentId) -> None:
        """Count the agent as idle no longer."""
        self._idle.pop(agent_id, None)

"""The course of one contact, from what was recorded of it: its history, and each decision explained.

Whatever keeps the record, a ledger, a journal that was replayed or a day that was run again, the answer is
the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from core.kernel.errors import RequestRefused
from core.kernel.json_text import to_builtins
from core.model.agent import AgentProfile, skills_with
from core.model.events import AgentStateChanged, DecisionMade
from core.model.ids import AgentId, ContactId
from core.model.message import DomainEvent
from core.model.need import need_from_text
from core.model.supervision import AgentLevelsSet, AgentQueuesSet
from routing.explain import Explanation, explain, never_offered, told


class Record(Protocol):
    """What happened, as a ledger keeps it."""

    async def history(self, contact_id: ContactId) -> Sequence[DomainEvent]:
        """Return all that happened to one contact, oldest first."""
        ...

    async def changes(self, until_us: int) -> Sequence[AgentStateChanged]:
        """Return the last change of state of each agent up to the instant `until_us`."""
        ...

    async def assignments(self, until_us: int) -> Sequence[AgentQueuesSet]:
        """Return which queues each agent of whom it was ever said served last, up to `until_us`."""
        ...

    async def levels(self, until_us: int) -> Sequence[AgentLevelsSet]:
        """Return which levels were set last of each agent of whom it was ever said, up to `until_us`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCourse:
    """All that a record holds of one contact, and an explanation for each decision about it."""

    history: Sequence[DomainEvent]
    explanations: tuple[Explanation, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "course": [to_builtins(event) for event in self.history],
            "decisions": [to_builtins(explanation) for explanation in self.explanations],
        }

    def lines(self) -> list[str]:
        """Return in words the last decision about the contact."""
        return told(self.explanations[-1]) if self.explanations else never_offered(self.history)


async def recorded_course(
    contact: str, record: Record, agents: Mapping[AgentId, AgentProfile]
) -> RecordedCourse:
    """Return the course of a contact in `record`; raise `RequestRefused` where it tells of none."""
    history = await record.history(ContactId(contact))
    if not history:
        raise RequestRefused("unknown_contact", f"nothing is recorded of a contact {contact}")
    explained = []
    for decision in history:
        if isinstance(decision, DecisionMade):
            states = {change.agent_id: change for change in await record.changes(decision.at_us)}
            served = {each.agent_id: each.queues for each in await record.assignments(decision.at_us)}
            able = _able_then(agents, await record.levels(decision.at_us))
            need = need_from_text(decision.need)
            explained.append(explain(history, decision, able, states, need, served))
    return RecordedCourse(history=history, explanations=tuple(explained))


def _able_then(
    agents: Mapping[AgentId, AgentProfile], told: Sequence[AgentLevelsSet]
) -> dict[AgentId, AgentProfile]:
    """Return the agents with the levels that had been set by then."""
    levels = {event.agent_id: dict(event.levels) for event in told}
    return {
        agent_id: replace(agent, skills=skills_with(agent.skills, levels.get(agent_id, {})))
        for agent_id, agent in agents.items()
    }

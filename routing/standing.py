"""What a decision looks at: contacts in line and agents with a free place, and the choice it comes to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from core.kernel.record import Entity, Record
from core.model.agent import AgentProfile
from core.model.contact import VOICE, Contact
from core.model.events import Candidate, Spared
from core.model.ids import AgentId
from core.model.need import Need
from routing.rules import Kind, Reserve


class Place(NamedTuple):
    """Where a contact stands: by key, then by the order in which it came.

    The key is the instant of queueing less all credits, so nobody's place changes by mere waiting.
    """

    key_us: int
    sequence: int


class Standing(Entity, kw_only=True):
    """A contact in line. Only the index that holds it may change it, through `Index.alter`.

    `step` counts the steps of the queue's plan taken. `held_for`: this agent alone may have it yet.
    `preferred`: this agent counts for `preferred_us` more.
    `spares`: it may not take the last experts of that reserve yet.
    `refused_by`: these agents let an offer of it come to nothing; others are asked first.
    """

    contact: Contact
    kind: Kind
    need: Need
    place: Place
    step: int = 0
    channel: str = VOICE
    held_for: AgentId | None = None
    preferred: AgentId | None = None
    preferred_us: int = 0
    spares: Reserve | None = None
    refused_by: tuple[AgentId, ...] = ()


def told_of(standing: Standing) -> dict[str, Any]:
    """Return how the contact stands as the fields of a `StandingEvent`."""
    reserve = standing.spares
    return {
        "queue": standing.kind.queue,
        "key_us": standing.place.key_us,
        "need": standing.need.text,
        "held_for": standing.held_for or "",
        "spares": reserve and Spared(skill=reserve.skill, level=reserve.level, count=reserve.count),
        "step": standing.step,
    }


class Seat(Entity, kw_only=True):
    """An agent with a free place for some channel, and since when.

    `sequence` counts the instants of becoming idle: among equals the lower one has been idle longest.
    """

    profile: AgentProfile
    since_us: int
    sequence: int
    channels: frozenset[str] = frozenset({VOICE})

    @property
    def agent_id(self) -> AgentId:
        """Whose seat it is."""
        return self.profile.agent_id

    @property
    def skills(self) -> Mapping[str, int]:
        """The agent's level for each skill."""
        return self.profile.skills


class Choice(Record, frozen=True, kw_only=True):
    """The chosen pair and the best of those who were not, by which rule, out of how many.

    `asked` says what was compared: agents for a contact, or contacts for an agent.
    """

    asked: Literal["agent", "contact"]
    rule: str
    winner: Candidate
    runner_up: Candidate | None
    candidates: int

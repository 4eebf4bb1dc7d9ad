"""What a decision weighs, as its event tells it; all of it is found in `core.model.events` as well."""

from __future__ import annotations

from core.kernel.record import Record
from core.model.ids import AgentId, ContactId


class Spared(Record, frozen=True, kw_only=True):
    """The last `count` idle agents with `skill` at `level` or above are left to others."""

    skill: str
    level: int
    count: int


class Term(Record, frozen=True):
    """One part of a score, in microseconds of waiting, such as ("waited", 12_000_000)."""

    name: str
    us: int


class Candidate(Record, frozen=True, kw_only=True):
    """One pair as a decision saw it: an agent for the contact that came, or a contact for the agent freed.

    `level` is the agent's in the asked skills, `score_us` the sum of the `terms`.
    """

    agent_id: AgentId
    contact_id: ContactId
    level: int
    idle_us: int
    score_us: int = 0
    terms: tuple[Term, ...] = ()

"""The choice of the pair: pure functions over who waits and who is idle.

Two questions are ever asked. A contact came: which idle agent is best for it? An agent became idle: who
of those waiting comes first? Between them they keep the promise that no ready agent sits beside a
waiting contact that agent could serve.
"""

from __future__ import annotations

from collections.abc import Iterable

from core.kernel.record import Record
from core.model.contact import Contact, Requirement
from core.model.events import Candidate
from routing.pool import IdleAgent

HIGHEST_LEVEL = "highest_level"
LONGEST_IDLE = "longest_idle"


class Choice(Record, frozen=True, kw_only=True):
    """The chosen agent, the one who came second, and by which rule out of how many."""

    rule: str
    winner: Candidate
    runner_up: Candidate | None
    candidates: int


def choose_agent(
    requirements: tuple[Requirement, ...], best_first: bool, idle: Iterable[IdleAgent], now_us: int
) -> Choice | None:
    """Return the best idle agent for the requirements, or None where nobody meets them.

    `best_first` ranks by level and then by idle time, otherwise idle time decides alone. Ties go to the
    agent who became ready first.
    """
    able = _able(requirements, idle)
    if not able:
        return None
    if best_first:
        able.sort(key=_level, reverse=True)  # stable: among equals the longest idle stays first
    best = [Candidate(agent.profile.agent_id, level, now_us - agent.since_us) for level, agent in able[:2]]
    return Choice(
        rule=HIGHEST_LEVEL if best_first else LONGEST_IDLE,
        winner=best[0],
        runner_up=best[1] if len(best) > 1 else None,
        candidates=len(able),
    )


def first_served(agent: IdleAgent, waiting: Iterable[Contact]) -> Contact | None:
    """Return the first contact in line whose requirements the agent meets, or None."""
    for contact in waiting:
        if agent.level(contact.requirements) is not None:
            return contact
    return None


def _able(requirements: tuple[Requirement, ...], idle: Iterable[IdleAgent]) -> list[tuple[int, IdleAgent]]:
    """Return who meets the requirements and at which level, longest idle first (the order of the pool)."""
    return [(level, agent) for agent in idle if (level := agent.level(requirements)) is not None]


def _level(able: tuple[int, IdleAgent]) -> int:
    return able[0]

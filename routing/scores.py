"""What an agent is worth to a contact, in microseconds of waiting, by the strategy of its tier.

Two views of one pair. `fit_us`: an agent became free and compares those who wait. `rank_us`: a contact came
and compares those who are idle. Both stay as they are while the agent is idle; what changes them is told
by the index's `refresh`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from core.kernel.clock import SECOND_US
from core.model.events import Term
from core.model.ids import AgentId
from routing.rules import Kind, Rulebook, Strategy

LEVEL_US = 3_600 * SECOND_US
"""One level more outweighs any idle time where the level decides."""


class Scores(Protocol):
    """How agents and contacts suit each other; whole microseconds, so that a replay adds up the same."""

    def fit_us(self, kind: Kind, agent_id: AgentId, level: int) -> int:
        """Return how much further forward a contact of `kind` stands for this agent when freed."""
        ...

    def rank_us(self, kind: Kind, agent_id: AgentId, level: int) -> int:
        """Return the worth of this idle agent to an arriving contact of `kind`; higher is chosen first."""
        ...

    def fit_terms(self, kind: Kind, agent_id: AgentId, level: int) -> tuple[Term, ...]:
        """Return the parts of `fit_us`, for the explanation."""
        ...

    def rank_terms(self, kind: Kind, agent_id: AgentId, level: int) -> tuple[Term, ...]:
        """Return the parts of `rank_us`, for the explanation."""
        ...


class LevelScores:
    """Scores by configured level alone: for strategies that look at nothing learned."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook

    def fit_us(self, kind: Kind, agent_id: AgentId, level: int) -> int:
        """Return 0: whoever stands first is served first."""
        return 0

    def rank_us(self, kind: Kind, agent_id: AgentId, level: int) -> int:
        """Return the level's worth where the tier asks for the best agent (or spares them), else 0."""
        match self._rulebook.tier(kind).choose:
            case Strategy.HIGHEST_LEVEL:
                return level * LEVEL_US
            case Strategy.LOWEST_LEVEL:
                return -level * LEVEL_US
            case _:
                return 0

    def fit_terms(self, kind: Kind, agent_id: AgentId, level: int) -> tuple[Term, ...]:
        """Return no terms."""
        return ()

    def rank_terms(self, kind: Kind, agent_id: AgentId, level: int) -> tuple[Term, ...]:
        """Return the one term of `rank_us`, if it counts."""
        worth_us = self.rank_us(kind, agent_id, level)
        return (Term("level", worth_us),) if worth_us else ()


class ScoresByStrategy:
    """Scores that are some other's work for each strategy, by the tier of the contact."""

    def __init__(self, rulebook: Rulebook, scores: Mapping[Strategy, Scores], otherwise: Scores) -> None:
        self._rulebook = rulebook
        self._scores = scores
        self._otherwise = otherwise
        self._of_kind: dict[Kind, Scores] = {}

    def fit_us(self, kind: Kind, agent_id: AgentId, level: int) -> int:
        """Return how much further forward a contact of `kind` stands for this agent when freed."""
        return self._of(kind).fit_us(kind, agent_id, level)

    def rank_us(self, kind: Kind, agent_id: AgentId, level: int) -> int:
        """Return the worth of this idle agent to an arriving contact of `kind`; higher is chosen first."""
        return self._of(kind).rank_us(kind, agent_id, level)

    def fit_terms(self, kind: Kind, agent_id: AgentId, level: int) -> tuple[Term, ...]:
        """Return the parts of `fit_us`, for the explanation."""
        return self._of(kind).fit_terms(kind, agent_id, level)

    def rank_terms(self, kind: Kind, agent_id: AgentId, level: int) -> tuple[Term, ...]:
        """Return the parts of `rank_us`, for the explanation."""
        return self._of(kind).rank_terms(kind, agent_id, level)

    def _of(self, kind: Kind) -> Scores:
        scores = self._of_kind.get(kind)
        if scores is None:
            strategy = self._rulebook.tier(kind).choose
            scores = self._of_kind[kind] = self._scores.get(strategy, self._otherwise)
        return scores

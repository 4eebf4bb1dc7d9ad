"""What an agent is worth to a contact, in microseconds of waiting, by the strategy of its tier.

Two views of one pair. `fit_us`: an agent became free and compares those who wait. `rank_us`: a contact came
and compares those who are idle. The index keeps what it was told, `rank_us` as long as the agent is idle, of
the `FITTING` strategies both for good. Whatever changes them meanwhile is told by the index's `refresh`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from core.model.events import Term
from core.model.ids import AgentId
from routing.rules import Kind, Rulebook, Strategy

LEVEL_ONLY = frozenset({Strategy.LONGEST_IDLE, Strategy.HIGHEST_LEVEL, Strategy.LOWEST_LEVEL})
"""Strategies under which `rank_us` is the same for all agents of one level."""

FITTING = frozenset({Strategy.VALUE})
"""Strategies under which `fit_us` may be other than 0, and only what is learned changes it or `rank_us`."""


BY_RECORD = frozenset(
    {Strategy.WEIGHTED_LEVEL, Strategy.LEAST_OCCUPIED, Strategy.FEWEST_CONTACTS, Strategy.ROUND_ROBIN}
)
"""Strategies that ask for what is counted of each agent since log-in (`routing.track_record`)."""

BY_QUALITY = frozenset({Strategy.FASTEST, Strategy.VALUE})
"""Strategies that ask for what outcomes have taught of each agent."""


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

"""Scores by kind of contact, worked out once for each agent and level and kept until they change.

A plain table of numbers is what lets the index compare hundreds of agents in the time of a few calls.
"""

from __future__ import annotations

from collections.abc import Callable

from core.model.events import Term
from core.model.ids import AgentId
from routing.rules import Kind, Rulebook
from routing.scores import FITTING, LEVEL_ONLY, Scores

_Score = Callable[[Kind, AgentId, int], int]

_Holders = dict[AgentId, "list[_Table]"]
"""Which tables know something of an agent, so that it can be forgotten."""


class _Table(dict[AgentId, int]):
    """One of the scores of a kind by agent, at one level; what is not in it yet is asked for."""

    __slots__ = ("_holders", "_kind", "_level", "_score")

    def __init__(self, score: _Score, kind: Kind, level: int, holders: _Holders) -> None:
        super().__init__()
        self._score, self._kind, self._level, self._holders = score, kind, level, holders

    def __missing__(self, agent_id: AgentId) -> int:
        score_us = self[agent_id] = self._score(self._kind, agent_id, self._level)
        self._holders.setdefault(agent_id, []).append(self)
        return score_us


class _ByLevel(dict[int, _Table]):
    """One of the scores of a kind: a table for each level."""

    __slots__ = ("_holders", "_kind", "_score")

    def __init__(self, score: _Score, kind: Kind, holders: _Holders) -> None:
        super().__init__()
        self._score, self._kind, self._holders = score, kind, holders

    def __missing__(self, level: int) -> _Table:
        table = self[level] = _Table(self._score, self._kind, level, self._holders)
        return table


class KindScores:
    """The scores of one kind: `fits[level][agent_id]` and `ranks[level][agent_id]`, in microseconds.

    `level_only`: all agents of one level rank alike. `fitting`: agents fit it differently. `pressed`: its
    queue keeps a share of all who wait. `weighed`: one of the two, so that places alone decide nothing.
    """

    def __init__(
        self, kind: Kind, rulebook: Rulebook, scores: Scores, fits: _ByLevel, ranks: _ByLevel
    ) -> None:
        self.kind = kind
        self.strategy = rulebook.tier(kind).choose
        self.level_only = self.strategy in LEVEL_ONLY
        self.fitting = self.strategy in FITTING
        self.pressed = any(kind.queue in group.shares_ppm for group in rulebook.ratios)
        self.weighed = self.fitting or self.pressed
        self.fits = fits
        self.ranks = ranks
        self._scores = scores
        self._of_level: dict[int, tuple[int, tuple[Term, ...]]] = {}

    def rank_us(self, agent_id: AgentId, level: int) -> int:
        """Return the worth of an idle agent with this level in what is asked for."""
        return self._at_level(agent_id, level)[0] if self.level_only else self.ranks[level][agent_id]

    def rank_terms(self, agent_id: AgentId, level: int) -> tuple[Term, ...]:
        """Return the parts of `rank_us`."""
        if self.level_only:
            return self._at_level(agent_id, level)[1]
        return self._scores.rank_terms(self.kind, agent_id, level)

    def fit_terms(self, agent_id: AgentId, level: int) -> tuple[Term, ...]:
        """Return the parts of what `fits` holds."""
        return self._scores.fit_terms(self.kind, agent_id, level) if self.fitting else ()

    def _at_level(self, agent_id: AgentId, level: int) -> tuple[int, tuple[Term, ...]]:
        """Return rank and terms of all agents of `level`, as those of this one."""
        known = self._of_level.get(level)
        if known is None:
            terms = self._scores.rank_terms(self.kind, agent_id, level)
            known = self._of_level[level] = self._scores.rank_us(self.kind, agent_id, level), terms
        return known


class KeptScores:
    """The scores of all kinds."""

    def __init__(self, rulebook: Rulebook, scores: Scores) -> None:
        self._rulebook = rulebook
        self._scores = scores
        self._kinds: dict[Kind, KindScores] = {}
        self._for_good: _Holders = {}
        self._while_idle: _Holders = {}

    def of(self, kind: Kind) -> KindScores:
        """Return the scores of contacts of `kind`."""
        known = self._kinds.get(kind)
        return self._look_up(kind) if known is None else known

    def _look_up(self, kind: Kind) -> KindScores:
        fitting = self._rulebook.tier(kind).choose in FITTING
        fits = _ByLevel(self._scores.fit_us, kind, self._for_good)
        ranks = _ByLevel(self._scores.rank_us, kind, self._for_good if fitting else self._while_idle)
        self._kinds[kind] = KindScores(kind, self._rulebook, self._scores, fits, ranks)
        return self._kinds[kind]

    def forget(self, agent_id: AgentId) -> None:
        """Forget all that was kept of the agent: it has changed."""
        self.forget_idle(agent_id)
        for table in self._for_good.pop(agent_id, ()):
            del table[agent_id]

    def forget_idle(self, agent_id: AgentId) -> None:
        """Forget what was kept as long as the agent was idle."""
        for table in self._while_idle.pop(agent_id, ()):
            del table[agent_id]

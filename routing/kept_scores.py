"""Scores by kind of contact, worked out once for each agent and level and kept until they change.

A plain table of numbers is what lets the index compare hundreds of agents in the time of a few calls.
"""

from __future__ import annotations

from collections.abc import Callable

from core.model.ids import AgentId
from routing.rules import Kind, Rulebook
from routing.scores import FITTING, LEVEL_ONLY, Scores

_Score = Callable[[Kind, AgentId, int], int]


class _Table(dict[AgentId, int]):
    """One of the scores of a kind by agent, at one level; what is not in it yet is asked for."""

    __slots__ = ("_kept", "_kind", "_level", "_score")

    def __init__(self, score: _Score, kind: Kind, level: int, kept: dict[AgentId, list[_Table]]) -> None:
        super().__init__()
        self._score, self._kind, self._level, self._kept = score, kind, level, kept

    def __missing__(self, agent_id: AgentId) -> int:
        score_us = self[agent_id] = self._score(self._kind, agent_id, self._level)
        self._kept.setdefault(agent_id, []).append(self)
        return score_us


class _ByLevel(dict[int, _Table]):
    """One of the scores of a kind: a table for each level."""

    __slots__ = ("_kept", "_kind", "_score")

    def __init__(self, score: _Score, kind: Kind, kept: dict[AgentId, list[_Table]]) -> None:
        super().__init__()
        self._score, self._kind, self._kept = score, kind, kept

    def __missing__(self, level: int) -> _Table:
        table = self[level] = _Table(self._score, self._kind, level, self._kept)
        return table


class KindScores:
    """The scores of one kind: `fits[level][agent_id]` and `ranks[level][agent_id]`, in microseconds.

    `level_only`: all agents of one level rank alike. `fitting`: agents fit it differently. `pressed`: its
    queue keeps a share of all who wait. `weighed`: one of the two, so that places alone decide nothing.
    """

    __slots__ = (
        "_level_ranks",
        "fits",
        "fitting",
        "level_only",
        "pressed",
        "queue",
        "ranks",
        "strategy",
        "weighed",
    )

    def __init__(self, kind: Kind, rulebook: Rulebook, fits: _ByLevel, ranks: _ByLevel) -> None:
        self.queue = kind.queue
        self.strategy = rulebook.tier(kind).choose
        self.level_only = self.strategy in LEVEL_ONLY
        self.fitting = self.strategy in FITTING
        self.pressed = any(kind.queue in group.shares_ppm for group in rulebook.ratios)
        self.weighed = self.fitting or self.pressed
        self.fits = fits
        self.ranks = ranks
        self._level_ranks: dict[int, int] = {}

    def rank_us(self, agent_id: AgentId, level: int) -> int:
        """Return the worth of an idle agent with this level in what is asked for."""
        if not self.level_only:
            return self.ranks[level][agent_id]
        rank_us = self._level_ranks.get(level)
        if rank_us is None:
            rank_us = self._level_ranks[level] = self.ranks[level][agent_id]
        return rank_us


class KeptScores:
    """The scores of all kinds."""

    def __init__(self, rulebook: Rulebook, scores: Scores) -> None:
        self._rulebook = rulebook
        self._scores = scores
        self._kinds: dict[Kind, KindScores] = {}
        self._for_good: dict[AgentId, list[_Table]] = {}
        self._while_idle: dict[AgentId, list[_Table]] = {}

    def of(self, kind: Kind) -> KindScores:
        """Return the scores of contacts of `kind`."""
        scores = self._kinds.get(kind)
        if scores is None:
            fits = _ByLevel(self._scores.fit_us, kind, self._for_good)
            fitting = self._rulebook.tier(kind).choose in FITTING
            kept = self._for_good if fitting else self._while_idle
            ranks = _ByLevel(self._scores.rank_us, kind, kept)
            scores = self._kinds[kind] = KindScores(kind, self._rulebook, fits, ranks)
        return scores

    def forget(self, agent_id: AgentId) -> None:
        """Forget all that was kept of the agent: it has changed."""
        self.forget_idle(agent_id)
        for table in self._for_good.pop(agent_id, ()):
            del table[agent_id]

    def forget_idle(self, agent_id: AgentId) -> None:
        """Forget what was kept as long as the agent was idle."""
        for table in self._while_idle.pop(agent_id, ()):
            del table[agent_id]

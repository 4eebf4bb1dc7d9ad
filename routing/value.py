"""Value routing: every pair of an agent and a kind of contact weighed in seconds of waiting.

An agent became free, and those in line are compared. To how long each has waited, with its credits, comes

    fit_us x (good - delay x pace) + level_us x level

so a contact that this agent is likely to resolve, and soon, stands that much further forward. A contact
came, and the idle agents are compared by

    resolution_us x good - price_us x price - pace_us x pace + level_us x level

where good is the agent's resolution, and satisfaction if that is given weight, and the price is what the
agent is worth to others: the best of all the agent's resolutions. A tier whose contacts are worth much
weighs good above price and gets the best agent; one worth little weighs the price more and gets whoever is
needed least elsewhere. This is the affine index rule of Chan, Koole and L'Ecuyer (2014) with the values of
Sisselman and Whitt (2007).

Resolution and pace are what outcomes taught (`QualityLearned`), and before that the prior of the level.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from core.engine import Engine
from core.model.events import QualityLearned, Term
from core.model.ids import AgentId
from core.model.quality import PPM, Prior, Quality
from routing.index import Index
from routing.rules import Kind, Rulebook, Weights
from routing.scores import BY_QUALITY
from routing.staff import Staff


class Worth(NamedTuple):
    """One pair from both sides; the terms add up to the sums."""

    fit_us: int
    rank_us: int
    fit_terms: tuple[Term, ...]
    rank_terms: tuple[Term, ...]


class ValueScores:
    """The `Scores` of value routing; a pair's worth is kept until the agent's quality moves."""

    def __init__(self, rulebook: Rulebook, staff: Staff, prior: Prior) -> None:
        self._rulebook = rulebook
        self._staff = staff
        self._prior = prior
        self._learned: dict[AgentId, dict[str, Quality]] = {}
        self._worths: dict[AgentId, dict[tuple[Kind, int], Worth]] = {}

    def learn(self, agent_id: AgentId, learned: Mapping[str, Quality]) -> None:
        """Take what outcomes have taught of the agent, by skill."""
        self._learned[agent_id] = dict(learned)
        self._worths.pop(agent_id, None)

    def forget(self, agent_id: AgentId) -> None:
        """Weigh the agent anew, whose levels are others by now."""
        self._worths.pop(agent_id, None)

    def quality(self, agent_id: AgentId, skill: str) -> Quality:
        """Return what to expect of the agent in `skill`."""
        learned = self._learned.get(agent_id, {}).get(skill)
        return learned or self._prior.of(self._staff.skills(agent_id).get(skill, 0))

    def fit_us(self, kind: Kind, agent_id: AgentId, level: int) -> int:
        """Return how much further forward a contact of `kind` stands for this agent when freed."""
        return self._worth(kind, agent_id, level).fit_us

    def rank_us(self, kind: Kind, agent_id: AgentId, level: int) -> int:
        """Return the worth of this idle agent to an arriving contact of `kind`; higher is chosen first."""
        return self._worth(kind, agent_id, level).rank_us

    def fit_terms(self, kind: Kind, agent_id: AgentId, level: int) -> tuple[Term, ...]:
        """Return the parts of `fit_us`."""
        return self._worth(kind, agent_id, level).fit_terms

    def rank_terms(self, kind: Kind, agent_id: AgentId, level: int) -> tuple[Term, ...]:
        """Return the parts of `rank_us`."""
        return self._worth(kind, agent_id, level).rank_terms

    def _worth(self, kind: Kind, agent_id: AgentId, level: int) -> Worth:
        worths = self._worths.setdefault(agent_id, {})
        worth = worths.get((kind, level))
        if worth is None:
            worth = worths[kind, level] = self._weigh(kind, agent_id, level)
        return worth

    def _weigh(self, kind: Kind, agent_id: AgentId, level: int) -> Worth:
        weights = self._rulebook.tier(kind).weights
        quality = self.quality(agent_id, self._rulebook.queues[kind.queue].quality_skill)
        level_term = Term("level", weights.level_us * level)
        fit = _counting(*_fit(weights, quality), level_term)
        rank = _counting(*_rank(weights, quality, self._price_ppm(agent_id)), level_term)
        return Worth(_sum(fit), _sum(rank), fit, rank)

    def _price_ppm(self, agent_id: AgentId) -> int:
        """Return what the agent is worth to others: the best resolution in any skill."""
        skills = self._staff.skills(agent_id)
        return max((self.quality(agent_id, skill).resolution_ppm for skill in skills), default=0)


class ValueNews:
    """The feature that tells scores and index of what was learned, where any tier's strategy asks for it."""

    def __init__(self, engine: Engine, scores: ValueScores, index: Index, rulebook: Rulebook) -> None:
        self._scores = scores
        self._index = index
        if rulebook.chooses_by_any(BY_QUALITY):
            engine.subscribe(QualityLearned, self._learned)

    def _learned(self, event: QualityLearned) -> None:
        self._scores.learn(event.agent_id, {each.skill: each.quality for each in event.skills})
        self._index.refresh(event.agent_id)


def _fit(weights: Weights, quality: Quality) -> tuple[Term, ...]:
    delay_ppm = round(weights.delay * PPM)
    pace = Term("pace", -(weights.fit_us * delay_ppm * quality.pace_ppm // PPM**2))
    return (*_good(weights.fit_us, weights, quality), pace)


def _rank(weights: Weights, quality: Quality, price_ppm: int) -> tuple[Term, ...]:
    return (
        *_good(weights.resolution_us, weights, quality),
        Term("needed_elsewhere", -(weights.price_us * price_ppm // PPM)),
        Term("pace", -(weights.pace_us * quality.pace_ppm // PPM)),
    )


def _good(worth_us: int, weights: Weights, quality: Quality) -> tuple[Term, Term]:
    """Return what the agent does for the customer, where a certain resolution is worth `worth_us`."""
    satisfaction_ppm = round(weights.satisfaction * PPM)
    return (
        Term("resolution", worth_us * quality.resolution_ppm // PPM),
        Term("satisfaction", worth_us * satisfaction_ppm * quality.satisfaction_ppm // PPM**2),
    )


def _counting(*terms: Term) -> tuple[Term, ...]:
    return tuple(term for term in terms if term.us)


def _sum(terms: tuple[Term, ...]) -> int:
    return sum(term.us for term in terms)

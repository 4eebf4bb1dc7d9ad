"""Agents and contacts of a very large centre, drawn from a seed, for measuring how quickly pairs are found.

The settings are those the index was designed for: 200 skills at 3 levels, four skills an agent and no two
agents alike, three contacts in ten that need two skills, five tiers. Two skills are asked for as some agent
has them both, so there are nearly as many needs as contacts that have two: the worst case for any index.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from core.engine import Engine
from core.kernel.clock import SECOND_US
from core.kernel.rng import Streams
from core.model.agent import AgentProfile
from core.model.contact import Contact, Requirement
from core.model.ids import AgentId, ContactId, LegId, QueueName
from core.model.need import Need, need_of
from core.model.quality import PPM, Prior, Quality
from routing.rules import Kind, QueueRules, Queues, Rulebook, Strategy, TierRules, Weights
from routing.scores import Scores, ScoresByStrategy
from routing.staff import Staff
from routing.standing import Place, Seat, Standing
from routing.strategies import StrategyScores
from routing.track_record import TrackRecords
from routing.value import ValueScores

SKILLS = tuple(f"skill{number:03}" for number in range(200))
LEVELS = (1, 2, 3)
SKILLS_OF_AN_AGENT = 4
TWO_SKILLS_SHARE = 0.3
PREFERRED_SHARE = 0.1
PRIOR = Prior(
    resolution_ppm=(600_000, 750_000, 880_000), pace_ppm=(1_120_000, PPM, 920_000), satisfaction_ppm=0
)


def _weights(fit_s: int, resolution_s: int, price_s: int) -> Weights:
    return Weights(
        fit_us=fit_s * SECOND_US,
        delay=0.3,
        resolution_us=resolution_s * SECOND_US,
        price_us=price_s * SECOND_US,
        pace_us=60 * SECOND_US,
    )


class _Tier(NamedTuple):
    """A tier with its contacts of a hundred; `weights` count where it chooses by value."""

    name: str
    contacts: int
    head_start_us: int
    choose: Strategy
    weights: Weights


TIERS = (
    _Tier("standard", 70, 0, Strategy.LONGEST_IDLE, _weights(60, 60, 240)),
    _Tier("bronze", 15, 15 * SECOND_US, Strategy.LONGEST_IDLE, _weights(90, 120, 180)),
    _Tier("silver", 10, 30 * SECOND_US, Strategy.HIGHEST_LEVEL, _weights(120, 180, 120)),
    _Tier("gold", 4, 90 * SECOND_US, Strategy.HIGHEST_LEVEL, _weights(180, 240, 60)),
    _Tier("platinum", 1, 240 * SECOND_US, Strategy.VALUE, _weights(240, 300, 0)),
)


def rulebook(*, value_for_all: bool) -> Rulebook:
    """Return the rules of the centre: a queue for each skill, and five tiers."""
    tiers = {
        tier.name: TierRules(
            name=tier.name,
            head_start_us=tier.head_start_us,
            choose=Strategy.VALUE if value_for_all else tier.choose,
            weights=tier.weights,
        )
        for tier in TIERS
    }
    queues = {QueueName(s): QueueRules(name=QueueName(s), skill=s) for s in SKILLS}
    return Rulebook(queues=Queues(queues), tiers=tiers)


class Crowd:
    """Draws agents and contacts; everything follows from the seed."""

    def __init__(self, agents: int, seed: int) -> None:
        self.chance = Streams(seed).stream("crowd")
        self._sequence = 0
        self.profiles = [self._agent(number) for number in range(agents)]

    def _agent(self, number: int) -> AgentProfile:
        skills = self.chance.sample(SKILLS, SKILLS_OF_AN_AGENT)
        levels = {skill: self.chance.choice(LEVELS) for skill in skills}
        return AgentProfile(agent_id=AgentId(f"A{number}"), skills=levels)

    def scores(self, rules: Rulebook) -> Scores:
        """Return the scores as the program builds them, agents' qualities spread about their levels'."""
        agents = {profile.agent_id: profile for profile in self.profiles}
        values = ValueScores(rules, Staff(agents), PRIOR)
        for agent_id, profile in agents.items():
            values.learn(agent_id, {skill: self._quality(level) for skill, level in profile.skills.items()})
        ordinary = StrategyScores(rules, TrackRecords(Engine(), rules), values.quality)
        return ScoresByStrategy(rules, {Strategy.VALUE: values}, ordinary)

    def _quality(self, level: int) -> Quality:
        return Quality(
            resolution_ppm=PRIOR.resolution_ppm[level - 1] + self.chance.randint(-50_000, 50_000),
            pace_ppm=PRIOR.pace_ppm[level - 1] + self.chance.randint(-180_000, 180_000),
            satisfaction_ppm=0,
        )

    def seat(self, profile: AgentProfile, now_us: int) -> Seat:
        """Return the seat of an agent who is idle from now on."""
        self._sequence += 1
        return Seat(profile=profile, since_us=now_us, sequence=self._sequence)

    def standing(self, now_us: int) -> Standing:
        """Return a contact that comes now; some are held for the agent they know."""
        tier = self.chance.choices(TIERS, [tier.contacts for tier in TIERS])[0]
        profile = self.chance.choice(self.profiles)
        preferred = profile.agent_id if self.chance.random() < PREFERRED_SHARE else None
        return self._standing(tier, self._need(profile.skills), preferred, now_us)

    def one_of_each(self) -> Iterator[Standing]:
        """Go through contacts of every tier for every skill."""
        for skill in SKILLS:
            for tier in TIERS:
                yield self._standing(tier, need_of([Requirement(skill=skill)]), None, 0)

    def _standing(self, tier: _Tier, need: Need, preferred: AgentId | None, now_us: int) -> Standing:
        self._sequence += 1
        queue = QueueName(need.all_of[0].skill)
        contact = Contact(
            contact_id=ContactId(f"C{self._sequence}"),
            leg_id=LegId(f"L{self._sequence}"),
            arrived_us=now_us,
            queued_us=now_us,
            head_start_us=tier.head_start_us,
            tier=tier.name,
            queue=queue,
        )
        return Standing(
            contact=contact,
            kind=Kind(queue, tier.name),
            need=need,
            place=Place(now_us - tier.head_start_us, self._sequence),
            held_for=preferred,
            preferred=preferred,
            preferred_us=30 * SECOND_US if preferred else 0,
        )

    def _need(self, skills: Mapping[str, int]) -> Need:
        """Return a need that an agent with these skills meets."""
        count = 2 if self.chance.random() < TWO_SKILLS_SHARE else 1
        asked = self.chance.sample(sorted(skills), count)
        return need_of(Requirement(skill=s, minimum=self.chance.randint(1, skills[s])) for s in asked)

    def relaxed(self, need: Need) -> Need:
        """Return what a step of the plan asks for instead: every level one lower."""
        return need_of(Requirement(skill=r.skill, minimum=max(1, r.minimum - 1)) for r in need.all_of)

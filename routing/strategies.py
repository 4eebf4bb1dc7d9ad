"""Whom a contact gets of the idle agents, by the strategy of its tier. Among equals, the longest idle.

| strategy         | chosen is the idle agent who...                                                       |
|------------------|---------------------------------------------------------------------------------------|
| `longest_idle`   | has been idle longest                                                                 |
| `highest_level`  | is best at what the contact asks for                                                  |
| `lowest_level`   | is good enough, and no better than need be: the best are left for others              |
| `weighted_level` | has been idle longest, if each level counts as so many seconds (`level_s`) of idleness |
| `least_occupied` | has spent the smallest share of the time since log-in, breaks aside, on contacts      |
| `fewest_contacts`| has had the fewest contacts since log-in                                              |
| `round_robin`    | was offered a contact the longest time ago: everybody takes a turn                    |
| `fastest`        | takes the least time, on average, for contacts of this skill                          |

`value` compares what the agents are worth to the contact, and is another's work (`routing.value`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.kernel.clock import SECOND_US
from core.model.events import Term
from core.model.ids import AgentId
from core.model.quality import PPM, Quality
from routing.rules import Kind, QueueRules, Rulebook, Strategy, TierRules
from routing.track_record import TrackRecords

LEVEL_US = 3_600 * SECOND_US
"""One level more outweighs any idle time where the level decides."""
OCCUPIED_US_PER_PPM = 3_600
"""Being on contacts all the time counts as an hour, a point of occupancy as 36 seconds."""


QualityOf = Callable[[AgentId, str], Quality]
"""(agent, skill) -> what to expect of the agent's next contact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is known of a kind of contact: its queue's rules, its tier's, and whom to ask about agents."""

    records: TrackRecords
    quality: QualityOf
    queue: QueueRules
    tier: TierRules


Part = Callable[[_Asked, AgentId, int], int]
"""What one consideration is worth, of an agent with a level in what is asked for; microseconds."""


def _level(asked: _Asked, agent_id: AgentId, level: int) -> int:
    return level * LEVEL_US


def _spared_level(asked: _Asked, agent_id: AgentId, level: int) -> int:
    return -level * LEVEL_US


def _weighted_level(asked: _Asked, agent_id: AgentId, level: int) -> int:
    return level * asked.tier.weights.level_us


def _idle_since(asked: _Asked, agent_id: AgentId, level: int) -> int:
    return -asked.records.idle_since_us(agent_id)


def _occupancy(asked: _Asked, agent_id: AgentId, level: int) -> int:
    return -asked.records.occupancy_ppm(agent_id) * OCCUPIED_US_PER_PPM


def _contacts(asked: _Asked, agent_id: AgentId, level: int) -> int:
    """Each contact counts as long as one is expected to take."""
    return -asked.records.contacts(agent_id) * asked.queue.handle_expected_us


def _offered_at(asked: _Asked, agent_id: AgentId, level: int) -> int:
    return -asked.records.offered_us(agent_id)


def _handle_time(asked: _Asked, agent_id: AgentId, level: int) -> int:
    pace_ppm = asked.quality(agent_id, asked.queue.quality_skill).pace_ppm
    return -asked.queue.handle_expected_us * pace_ppm // PPM


PARTS: Mapping[Strategy, Mapping[str, Part]] = {
    Strategy.LONGEST_IDLE: {},
    Strategy.HIGHEST_LEVEL: {"level": _level},
    Strategy.LOWEST_LEVEL: {"level": _spared_level},
    Strategy.WEIGHTED_LEVEL: {"level": _weighted_level, "idle_since": _idle_since},
    Strategy.LEAST_OCCUPIED: {"occupancy": _occupancy},
    Strategy.FEWEST_CONTACTS: {"contacts": _contacts},
    Strategy.ROUND_ROBIN: {"offered_at": _offered_at},
    Strategy.FASTEST: {"handle_time": _handle_time},
}
"""What each strategy adds up, by the names of the terms. Of instants the earlier is the better."""


class StrategyScores:
    """The `Scores` of all strategies that look at levels, track records and pace."""

    def __init__(self, rulebook: Rulebook, records: TrackRecords, quality: QualityOf) -> None:
        self._rulebook = rulebook
        self._records = records
        self._quality = quality
        self._asked: dict[Kind, tuple[_Asked, Mapping[str, Part]]] = {}

    def fit_us(self, kind: Kind, agent_id: AgentId, level: int) -> int:
        """Return 0: a freed agent serves whoever stands first."""
        return 0

    def rank_us(self, kind: Kind, agent_id: AgentId, level: int) -> int:
        """Return the worth of this idle agent to an arriving contact of `kind`; higher is chosen first."""
        asked, parts = self._asked.get(kind) or self._look_up(kind)
        worth_us = 0
        for part in parts.values():
            worth_us += part(asked, agent_id, level)
        return worth_us

    def fit_terms(self, kind: Kind, agent_id: AgentId, level: int) -> tuple[Term, ...]:
        """Return no terms."""
        return ()

    def rank_terms(self, kind: Kind, agent_id: AgentId, level: int) -> tuple[Term, ...]:
        """Return the parts of `rank_us`."""
        asked, parts = self._asked.get(kind) or self._look_up(kind)
        return tuple(Term(name, part(asked, agent_id, level)) for name, part in parts.items())

    def _look_up(self, kind: Kind) -> tuple[_Asked, Mapping[str, Part]]:
        tier = self._rulebook.tier(kind)
        asked = _Asked(
            records=self._records,
            quality=self._quality,
            queue=self._rulebook.queues[kind.queue],
            tier=tier,
        )
        self._asked[kind] = asked, PARTS[tier.choose]
        return self._asked[kind]

"""How well agents do the work of a skill: the truth of a simulated world, which the engine has to learn.

A level of skill settles a share of the matters and takes its time; people of one level differ around that.
Who an agent is, is drawn from the number `people` and the agent's name alone, so a crew stays the same from
day to day, and under any rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import Annotated, NamedTuple

from pydantic import Field

from core.kernel.rng import Streams
from simulator.draws import STRICT
from simulator.staffing import AgentPlan
from simulator.words import NotNegative, Pace, Seed, Share, Word


class Talent(NamedTuple):
    """What one agent does with the matters of one skill: the share settled, and a factor of all durations."""

    resolution: float = 1.0
    pace: float = 1.0


PLAIN = Talent()
"""Where no skill is asked for: as long as the service says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proficiency:
    """What the levels of a skill are worth, and how much people of one level differ.

    It counts where the service names a `skill`. An agent has an own share and an own pace in each skill.
    """

    __pydantic_config__ = STRICT
    resolution: Annotated[tuple[Share, ...], Field(min_length=1)] = (1.0,)
    """The share of matters settled at level 1, 2 and so on; the last holds above."""
    resolution_deviation: Share = 0.0
    """The standard deviation of an agent's own share around that of the level."""
    pace: Annotated[tuple[Pace, ...], Field(min_length=1)] = (1.0,)
    """Multiplies talk and wrap-up at level 1, 2 and so on; the last holds above."""
    pace_deviation: NotNegative = 0.0
    """The standard deviation of the logarithm of an agent's own factor on top of that."""
    earlier_days: Annotated[int, Field(ge=0, le=100, strict=True)] = 0
    """How many days like this one have gone before, from which the engine has learned."""
    people: Seed = 1
    """Who the agents are: under the same number the same people, whatever the day's seed."""
    settled: Word = "resolved"
    """What an agent enters where the matter is settled."""
    unsettled: Word = "unresolved"
    """What an agent enters where it is not."""


class Talents:
    """Everybody's talent in every skill, drawn when first asked for."""

    def __init__(self, proficiency: Proficiency) -> None:
        self._proficiency = proficiency
        self._streams = Streams(proficiency.people)
        self._drawn: dict[tuple[str, str], Talent] = {}

    def of(self, agent: AgentPlan, skill: str) -> Talent:
        """Return the agent's talent in `skill`; without the skill, that of the lowest level."""
        if not skill:
            return PLAIN
        talent = self._drawn.get((agent.id, skill))
        if talent is None:
            talent = self._drawn[agent.id, skill] = self._draw(agent, skill)
        return talent

    def _draw(self, agent: AgentPlan, skill: str) -> Talent:
        usual, level = self._proficiency, agent.skills.get(skill, 1)
        own = self._streams.stream(f"talent/{agent.id}/{skill}")
        resolution = own.normalvariate(_at_level(usual.resolution, level), usual.resolution_deviation)
        pace = _at_level(usual.pace, level) * exp(own.normalvariate(0.0, usual.pace_deviation))
        return Talent(min(1.0, max(0.0, resolution)), pace)


def _at_level(values: Sequence[float], level: int) -> float:
    return values[min(level, len(values)) - 1]

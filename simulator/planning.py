"""What a planner asks of a scenario (`goldline whatif`): which service levels, at what price. Data only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from simulator.draws import STRICT
from simulator.words import Headcount, NotNegative, Positive, Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Of the contacts of a tier and a queue, `share` shall be answered within `within_s` in each interval.

    An empty word means every tier, every queue. Who abandons was not answered in time.
    """

    __pydantic_config__ = STRICT
    share: Annotated[float, Field(gt=0, lt=1)]
    """The share of contacts to be answered in time."""
    within_s: NotNegative
    """In how many seconds."""
    tier: str = ""
    """The value tier it is for; empty: all."""
    queue: str = ""
    """The queue it is for; empty: all."""

    def __str__(self) -> str:
        whom = f"{self.tier}@{self.queue}".rstrip("@")
        promise = f"{self.share * 100:g}/{self.within_s:g}"
        return f"{whom}:{promise}" if whom else promise


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamTerms:
    """What an agent of a team costs an hour, and how many of them there may be at a time."""

    __pydantic_config__ = STRICT
    cost: Positive = 1.0
    """What an agent costs an hour, in whatever currency."""
    at_least: Headcount = 0
    """The least headcount of an interval."""
    at_most: Headcount | None = None
    """The greatest; without, whatever is needed."""

    def bounded(self, count: int) -> int:
        """Return the count, or the nearest one that is allowed."""
        return max(self.at_least, count if self.at_most is None else min(count, self.at_most))


_USUAL_TARGET = Target(share=0.8, within_s=20)
_USUAL_TERMS = TeamTerms()


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """The table `[whatif]`. Without `interval_s` the interval of the first team is staffed."""

    __pydantic_config__ = STRICT
    targets: Annotated[tuple[Target, ...], Field(min_length=1)] = (_USUAL_TARGET,)
    """What service is promised."""
    interval_s: Positive | None = None
    """How long a staffed interval is, in seconds; without, that of the first team."""
    teams: dict[Word, TeamTerms] = field(default_factory=dict)
    """The terms of teams, by name; the others cost 1 an hour."""

    def terms(self, team: str) -> TeamTerms:
        """Return the terms of a team, the usual ones where none are given."""
        return self.teams.get(team, _USUAL_TERMS)

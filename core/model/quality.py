"""How good an agent is at the matters of a skill: what is expected, and what was seen.

`agents.quality` learns it from outcomes, `routing.value` weighs it. Shares and factors are whole millionths
(ppm), so that decisions made of them add up the same in every run and on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.kernel.record import Record

PPM = 1_000_000
"""Millionths in a whole."""


class Quality(Record, frozen=True, kw_only=True):
    """What to expect of an agent's next contact of a skill.

    `resolution_ppm` is the share of matters resolved, `pace_ppm` the handle time beside the mean of the
    skill, `satisfaction_ppm` the customers' mean score between the worst and the best possible.
    """

    resolution_ppm: int
    pace_ppm: int
    satisfaction_ppm: int


class Tally(Record, frozen=True, kw_only=True):
    """What was seen of one agent's contacts of a skill.

    Of `handled` contacts that took `handled_us` in all, some were `resolved`, some `unresolved`, and the
    rest said neither; of the unresolved `part_ppm` in all was something after all. Customers gave `scores`,
    which add up to `scored_ppm`.
    """

    resolved: int = 0
    unresolved: int = 0
    handled: int = 0
    handled_us: int = 0
    scores: int = 0
    scored_ppm: int = 0
    part_ppm: int = 0

    def plus(self, other: Tally) -> Tally:
        """Return what was seen in both."""
        return Tally(
            resolved=self.resolved + other.resolved,
            unresolved=self.unresolved + other.unresolved,
            handled=self.handled + other.handled,
            handled_us=self.handled_us + other.handled_us,
            scores=self.scores + other.scores,
            scored_ppm=self.scored_ppm + other.scored_ppm,
            part_ppm=self.part_ppm + other.part_ppm,
        )

    def halved(self) -> Tally:
        """Return the same experience, half as much of it."""
        return Tally(
            resolved=self.resolved // 2,
            unresolved=self.unresolved // 2,
            handled=self.handled // 2,
            handled_us=self.handled_us // 2,
            scores=self.scores // 2,
            scored_ppm=self.scored_ppm // 2,
            part_ppm=self.part_ppm // 2,
        )


class SkillQuality(Record, frozen=True, kw_only=True):
    """What is known of an agent in one skill."""

    skill: str
    quality: Quality
    tally: Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """What an agent is taken for before anything was seen, by level 1, 2 and so on; the last holds above."""

    resolution_ppm: tuple[int, ...]
    pace_ppm: tuple[int, ...]
    satisfaction_ppm: int

    def of(self, level: int) -> Quality:
        """Return what to expect of an agent of this level; one without the skill counts as of the lowest."""
        return Quality(
            resolution_ppm=_at(self.resolution_ppm, level),
            pace_ppm=_at(self.pace_ppm, level),
            satisfaction_ppm=self.satisfaction_ppm,
        )


def _at(by_level: tuple[int, ...], level: int) -> int:
    return by_level[min(max(level, 1), len(by_level)) - 1]

"""What a staffing shall meet and what it costs, and the steps that lead from one crew to another. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement, product
from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

from simulator.confidence import LEVEL
from simulator.staffing_measure import Crew, Shares

_NORMAL = NormalDist()
_SHARE_MIN, _SHARE_MAX = 0.01, 0.99
"""How far a share counts for the size of a step."""


class Margin(NamedTuple):
    """By how much shares exceed their targets: the least of the low ends, of the means, of the high ends."""

    low: float
    mean: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffingProblem:
    """What is asked, and of whom.

    `targets` are shares from 0 to 1, `costs` what one agent of each team costs for one interval, `at_least`
    and `at_most` how many of each team there may be in an interval. `covers` are pairs of teams of which
    the first can do all the work of the second.
    """

    intervals: int
    targets: tuple[float, ...]
    costs: tuple[float, ...]
    at_least: tuple[int, ...]
    at_most: tuple[int, ...]
    covers: frozenset[tuple[int, int]] = frozenset()

    def margin(self, shares: Shares, interval: int, level: float = LEVEL) -> Margin:
        """Return by how much the shares of an interval exceed their targets, at the worst."""
        found = [shares.share(target, interval, level) for target in range(len(self.targets))]
        exceeding = [
            (share.low - asked, share.mean - asked, share.high - asked)
            for share, asked in zip(found, self.targets, strict=True)
        ]
        return Margin(*map(min, zip(*exceeding, strict=True)))

    def cheaper_crews(self, crew: Crew, step: int) -> list[Crew]:
        """Return crews that cost less, the cheapest first; at the same cost, first who can do most.

        Up to `step` agents of a team leave; or one leaves for one or two others; or two leave for one who
        covers both.
        """
        teams = range(len(crew))
        one = [(team,) for team in teams]
        two = list(combinations_with_replacement(teams, 2))
        fewer = [((team,) * count, ()) for team in teams for count in _halvings(step)]
        merged = [
            (leaving, entering)
            for leaving, entering in product(two, one)
            if all((entering[0], team) in self.covers for team in leaving)
        ]
        exchanges = [*product(one, [*one, *two]), *merged]
        crews = dict.fromkeys(
            exchanged(crew, leaving, entering) for leaving, entering in [*fewer, *exchanges]
        )
        cost_now = self.crew_cost(crew)
        allowed = (other for other in crews if self._allows(other) and self.crew_cost(other) < cost_now)
        return sorted(allowed, key=lambda other: (self.crew_cost(other), -self._breadth(other), other))

    def is_no_stronger(self, crew: Crew, other: Crew) -> bool:
        """Tell whether the other crew has, for each agent, one of the same team or of one that covers it.

        Who is covered by few is seated first. That finds a seat for everybody but in odd webs of skills.
        """
        seats = list(other)
        for team in sorted(range(len(crew)), key=lambda team: len(self._substitutes(team))):
            needed = crew[team]
            for taken in (team, *self._substitutes(team)):
                seated = min(needed, seats[taken])
                seats[taken] -= seated
                needed -= seated
            if needed:
                return False
        return True

    def _substitutes(self, team: int) -> list[int]:
        return [other for other in range(len(self.costs)) if (other, team) in self.covers]

    def _breadth(self, crew: Crew) -> int:
        """Return how many teams the agents cover, their own not counted, summed up."""
        return sum(crew[first] for first, _ in sorted(self.covers))

    def crew_cost(self, crew: Crew) -> float:
        """Return what a crew costs for one interval."""
        return sum(cost * count for cost, count in zip(self.costs, crew, strict=True))

    def _allows(self, crew: Crew) -> bool:
        bounds = zip(self.at_least, crew, self.at_most, strict=True)
        return all(least <= count <= most for least, count, most in bounds)

    def step(self, shares: Shares, crew: Crew, interval: int) -> int:
        """Return about how many agents lie between the worst share and its target, at least 1.

        By the square-root rule a share moves along a normal curve whose unit is the root of the staff;
        half of that is a step which seldom goes too far.
        """
        found = (shares.share(target, interval).mean for target in range(len(self.targets)))
        gap = max(
            _NORMAL.inv_cdf(asked) - _NORMAL.inv_cdf(min(max(share, _SHARE_MIN), _SHARE_MAX))
            for share, asked in zip(found, self.targets, strict=True)
        )
        return max(1, int(abs(gap) * sqrt(sum(crew)) / 2))


def exchanged(crew: Crew, leaving: Sequence[int] = (), entering: Sequence[int] = ()) -> Crew:
    """Return the crew without an agent of each team in `leaving` and with one of each in `entering`."""
    return tuple(count - leaving.count(team) + entering.count(team) for team, count in enumerate(crew))


def _halvings(count: int) -> Iterator[int]:
    while count > 0:
        yield count
        count //= 2

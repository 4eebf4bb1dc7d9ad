"""Demands, filed by what an able agent must have, so that those it meets are found beside few others.

A need of one skill is filed by that skill once for each level that is enough, one of two skills by both: what
is found there is met, or nearly, and so is what asks for nothing. Any other is filed under its anchors, and
has to be looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import combinations

from core.model.need import LEVEL_MAX
from routing.demand import Demand, Pair

_NO_SKILL = ""
"""In place of an anchor where a need has none: anybody may meet it."""


class Shelf:
    """Some of the demands of a channel, each once."""

    def __init__(self) -> None:
        self._open: list[Demand] = []
        # For each skill, by the level an agent has in it, the demands that this level is enough for.
        self._alone: dict[str, tuple[tuple[Demand, ...], ...]] = {}
        # By two skills, in either order.
        self._pairs: dict[tuple[str, str], list[tuple[Pair, Demand]]] = {}
        self._others: dict[str, dict[str, Demand]] = {}

    def put(self, demand: Demand) -> None:
        """File a demand that is not here."""
        pair = demand.pair
        if demand.is_open:
            self._open.append(demand)
        elif pair is None:
            for anchor in _anchors(demand):
                self._others.setdefault(anchor, {})[demand.need.text] = demand
        elif demand.is_alone:
            self._file_alone(pair.skill, [*self._asking_for(pair.skill), demand])
        else:
            self._put_pair(demand, pair)

    def take_out(self, demand: Demand) -> None:
        """Take out a demand that is here."""
        pair = demand.pair
        if demand.is_open:
            self._open.remove(demand)
        elif pair is None:
            for anchor in _anchors(demand):
                del self._others[anchor][demand.need.text]
                if not self._others[anchor]:
                    del self._others[anchor]
        elif demand.is_alone:
            others = [each for each in self._asking_for(pair.skill) if each is not demand]
            self._file_alone(pair.skill, others)
        else:
            of_both = self._pairs[pair.skill, pair.second]
            of_both.remove((pair, demand))
            if not of_both:
                del self._pairs[pair.skill, pair.second], self._pairs[pair.second, pair.skill]

    # --- needs of one skill, and of two ------------------------------------------------------------

    def _asking_for(self, skill: str) -> Iterable[Demand]:
        return self._alone[skill][LEVEL_MAX] if skill in self._alone else ()

    def _file_alone(self, skill: str, demands: Collection[Demand]) -> None:
        """File all that ask for this one skill: seldom done, as each stays while nobody waits with it."""
        if not demands:
            del self._alone[skill]
            return
        leasts = [(demand.pair.least, demand) for demand in demands if demand.pair is not None]
        self._alone[skill] = tuple(
            tuple(demand for least, demand in leasts if least <= level) for level in range(LEVEL_MAX + 1)
        )

    def _put_pair(self, demand: Demand, pair: Pair) -> None:
        of_both = self._pairs.get((pair.skill, pair.second))
        if of_both is None:
            of_both = self._pairs[pair.skill, pair.second] = self._pairs[pair.second, pair.skill] = []
        of_both.append((pair, demand))

    # --- who is met --------------------------------------------------------------------------------

    def met_by(self, skills: Mapping[str, int]) -> list[Demand]:
        """Return the demands here that an agent with `skills` meets, in an order of no meaning."""
        met = self._open.copy()
        alone, pairs = self._alone, self._pairs
        for skill, level in skills.items():
            if skill in alone:
                met += alone[skill][level]
        if pairs:
            for both in filter(pairs.__contains__, combinations(skills, 2)):
                for (skill, least, second, second_least), demand in pairs[both]:
                    if least <= skills[skill] and second_least <= skills[second]:
                        met.append(demand)
        return met + self._others_met_by(skills) if self._others else met

    def _others_met_by(self, skills: Mapping[str, int]) -> list[Demand]:
        met: list[Demand] = []
        for anchor in (_NO_SKILL, *skills):
            for demand in self._others[anchor].values() if anchor in self._others else ():
                if demand.need.level(skills) is not None and demand not in met:
                    met.append(demand)
        return met


def _anchors(demand: Demand) -> tuple[str, ...]:
    return demand.need.anchors or (_NO_SKILL,)

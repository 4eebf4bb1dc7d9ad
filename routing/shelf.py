"""Demands, filed by what an able agent must have, so that those it meets are found beside few others.

A need of one skill is filed by that skill with the least level, one of two skills by both with both least
levels: what is found there is met, and so is what asks for nothing. Any other is filed under its anchors, and
has to be looked at.
"""

from __future__ import annotations

from collections.abc import Mapping

from routing.demand import Demand

_NO_SKILL = ""
"""In place of an anchor where a need has none: anybody may meet it."""


class Shelf:
    """Some of the demands of a channel, each once."""

    def __init__(self) -> None:
        self._open: list[Demand] = []
        self._alone: dict[str, list[tuple[int, Demand]]] = {}
        self._pairs: dict[str, dict[str, list[tuple[int, int, Demand]]]] = {}
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
            self._alone.setdefault(pair.skill, []).append((pair.least, demand))
        else:
            seconds = self._pairs.setdefault(pair.skill, {})
            seconds.setdefault(pair.second, []).append((pair.least, pair.second_least, demand))

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
            self._alone[pair.skill].remove((pair.least, demand))
        else:
            seconds = self._pairs[pair.skill]
            seconds[pair.second].remove((pair.least, pair.second_least, demand))
            if not seconds[pair.second]:
                del seconds[pair.second]

    def met_by(self, skills: Mapping[str, int]) -> list[Demand]:
        """Return the demands here that an agent with `skills` meets, in an order of no meaning."""
        met = self._open.copy()
        for skill, level in skills.items():
            for least, demand in self._alone.get(skill, ()):
                if least <= level:
                    met.append(demand)
            seconds = self._pairs.get(skill)
            if not seconds:
                continue
            # In whatever order: nothing hangs on that of what an agent meets.
            for second in seconds.keys() & skills.keys():
                for least, second_least, demand in seconds[second]:
                    if least <= level and second_least <= skills[second]:
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

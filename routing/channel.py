"""One channel of work, such as voice: what is asked for on it, who is idle on it, and who meets what.

A freed agent is shown the demands it meets of those that somebody waits with. They are filed under skills
that an able agent must have, so that it looks at little else.

A contact is shown the idle agents who meet its need. They are kept by level in each of their skills, which
answers a need of one skill at once. For any other need the agents are looked for among those who have its
skills when it is asked for first; from the second time on, count is kept of them. Where callers wait, a freed
agent is taken again at once, so it is put into these pools only when somebody asks who is able.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping

from core.model.ids import AgentId
from core.model.need import Need
from routing.demand import Demand
from routing.pools import Pool, Pools
from routing.rules import Reserve
from routing.standing import Seat

UNUSED_MAX = 4_096
"""Demands remembered though nobody waits with them: more than the menus and plans of most centres make."""

_NO_SKILL = ""
"""In place of an anchor where a need has none: anybody may meet it."""

_EMPTY = Pools()


class Channel:
    """Demands by need, idle agents by skill, and the experts whom some must leave to others."""

    def __init__(self) -> None:
        self._demands: dict[str, Demand] = {}
        self._unused: OrderedDict[str, Demand] = OrderedDict()
        # Those that somebody waits with: of one skill alone with the least level, of two skills by both with
        # both least levels, the rest by anchor and text.
        self._alone: dict[str, list[tuple[int, Demand]]] = {}
        self._pairs: dict[str, dict[str, list[tuple[int, int, Demand]]]] = {}
        self._others: dict[str, dict[str, Demand]] = {}
        # Those of whose able agents count is kept, by anchor and text.
        self._counted: dict[str, dict[str, Demand]] = {}
        self._idle: dict[AgentId, Seat] = {}
        self._uncounted: dict[AgentId, Seat] = {}
        self._pools: dict[str, Pools] = {}
        # The greatest sequence of any seat in the pools so far.
        self._latest = 0
        # One entry for each skill and level of which the rules have a reserve.
        self._experts: dict[tuple[str, int], dict[AgentId, None]] = {}

    # --- demands ------------------------------------------------------------------------------------

    def demand(self, need: Need) -> Demand:
        """Return the demand of `need`, made now where there is none."""
        demand = self._demands.get(need.text)
        if demand is None:
            demand = self._demands[need.text] = Demand(need)
            self._remember(demand)
        return demand

    def use(self, demand: Demand) -> None:
        """Take note that somebody waits with the demand from now on."""
        del self._unused[demand.need.text]
        pair = demand.pair
        if pair is None:
            _file(self._others, demand)
        elif demand.is_alone:
            self._alone.setdefault(pair.skill, []).append((pair.least, demand))
        else:
            met_with = self._pairs.setdefault(pair.skill, {}).setdefault(pair.second, [])
            met_with.append((pair.least, pair.second_least, demand))

    def leave_unused(self, demand: Demand) -> None:
        """Take note that nobody waits with the demand; the one unused longest may be forgotten."""
        pair = demand.pair
        if pair is None:
            _take_out(self._others, demand)
        elif demand.is_alone:
            self._alone[pair.skill].remove((pair.least, demand))
        else:
            seconds = self._pairs[pair.skill]
            seconds[pair.second].remove((pair.least, pair.second_least, demand))
            if not seconds[pair.second]:
                del seconds[pair.second]
        self._remember(demand)

    def _remember(self, demand: Demand) -> None:
        """Keep a demand that nobody waits with, and forget another where there are too many."""
        self._unused[demand.need.text] = demand
        if len(self._unused) > UNUSED_MAX:
            text, oldest = self._unused.popitem(last=False)
            del self._demands[text]
            if oldest.able is not None:
                _take_out(self._counted, oldest)

    def met_by(self, skills: Mapping[str, int]) -> list[Demand]:
        """Return the demands that somebody waits with and an agent with `skills` meets."""
        met: list[Demand] = []
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
        if self._others:
            met += _met(self._others, skills)
        return met

    # --- agents --------------------------------------------------------------------------------------

    def seat(self, seat: Seat) -> None:
        """Count an agent as idle here."""
        self._idle[seat.agent_id] = self._uncounted[seat.agent_id] = seat
        for (skill, level), experts in self._experts.items():
            if seat.skills.get(skill, 0) >= level:
                experts[seat.agent_id] = None

    def unseat(self, agent_id: AgentId) -> None:
        """Count the agent as idle here no longer."""
        seat = self._idle.pop(agent_id)
        for experts in self._experts.values():
            experts.pop(agent_id, None)
        if self._uncounted.pop(agent_id, None) is not None:
            return
        for skill, level in seat.profile.skills.items():
            del self._pools[skill][level][agent_id]
        for pools, level in self._counted_with(seat):
            del pools[level][agent_id]

    def able(self, demand: Demand) -> Mapping[int, Pool]:
        """Return the idle agents who meet the demand, by level and longest idle first."""
        if self._uncounted:
            self._count_idle()
        if demand.able is not None:
            return demand.able
        if demand.is_alone:
            assert demand.pair is not None
            least, pools = demand.pair.least, self._pools.get(demand.pair.skill, _EMPTY)
            return {level: pool for level, pool in pools.items() if level >= least}
        able = self._look_for(demand.need)
        if demand.was_asked:
            demand.able = able
            _file(self._counted, demand)
        demand.was_asked = True
        return able

    def ready(self, need: Need) -> int:
        """Return how many idle agents meet `need`."""
        return sum(map(len, self.able(self.demand(need)).values()))

    def experts(self, reserve: Reserve) -> Mapping[AgentId, None]:
        """Return the idle agents of whom `reserve` spares the last."""
        key = (reserve.skill, reserve.level)
        experts = self._experts.get(key)
        if experts is None:
            able = (seat for seat in self._idle.values() if seat.skills.get(key[0], 0) >= key[1])
            experts = self._experts[key] = {seat.agent_id: None for seat in able}
        return experts

    def _count_idle(self) -> None:
        """Put every idle agent into the pools in which it is not yet."""
        pools_of = self._pools
        for seat in self._uncounted.values():
            put = Pools.put_back if seat.sequence < self._latest else Pools.seat
            for skill, level in seat.profile.skills.items():
                if skill not in pools_of:
                    pools_of[skill] = Pools()
                put(pools_of[skill], seat, level)
            for pools, level in self._counted_with(seat):
                put(pools, seat, level)
            self._latest = max(self._latest, seat.sequence)
        self._uncounted.clear()

    def _counted_with(self, seat: Seat) -> list[tuple[Pools, int]]:
        """Return the pools, beside those by skill, in which the agent is counted, and at what level."""
        if not self._counted:
            return []
        met = _met(self._counted, seat.skills)
        return [(each.able, each.level(seat.skills)) for each in met if each.able is not None]

    def _look_for(self, need: Need) -> Pools:
        """Look for the idle agents who meet `need` among all who have its skills."""
        able = Pools()
        for seat in sorted(self._having_skills(need), key=_sequence):
            level = need.level(seat.skills)
            if level is not None:
                able.seat(seat, level)
        return able

    def _having_skills(self, need: Need) -> Iterable[Seat]:
        """Return idle agents, in any order, among whom all are who meet `need`."""
        if not need.anchors:
            return self._idle.values()
        asked = [requirement.skill for requirement in need.all_of if requirement.minimum]
        if asked:
            having = set.intersection(*map(self._having, asked))
        else:
            having = set.union(*map(self._having, need.anchors))
        return [self._idle[agent_id] for agent_id in having]

    def _having(self, skill: str) -> set[AgentId]:
        """Return the idle agents who have `skill`."""
        return set().union(*self._pools.get(skill, _EMPTY).values())


def _file(filed: dict[str, dict[str, Demand]], demand: Demand) -> None:
    for anchor in demand.need.anchors or (_NO_SKILL,):
        filed.setdefault(anchor, {})[demand.need.text] = demand


def _take_out(filed: dict[str, dict[str, Demand]], demand: Demand) -> None:
    for anchor in demand.need.anchors or (_NO_SKILL,):
        del filed[anchor][demand.need.text]
        if not filed[anchor]:
            del filed[anchor]


def _met(filed: Mapping[str, Mapping[str, Demand]], skills: Mapping[str, int]) -> list[Demand]:
    """Return which of the demands filed under anchors an agent meets."""
    met: list[Demand] = []
    for anchor in (_NO_SKILL, *skills):
        for demand in filed[anchor].values() if anchor in filed else ():
            if demand.need.level(skills) is not None and demand not in met:
                met.append(demand)
    return met


def _sequence(seat: Seat) -> int:
    return seat.sequence

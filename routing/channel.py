"""One channel of work, such as voice: what is asked for on it, who is idle on it, and who meets what.

A freed agent is shown the demands it meets of those that somebody waits with (`routing.shelf`).

A contact is shown the idle agents who meet its need. They are kept by level in each of their skills, which
answers a need of one skill at once. For any other need the agents are looked for among those who have its
skills; where it is asked for again and again, count is kept of them. Where callers wait, a freed agent is
taken again at once, so it is put into these pools only when somebody asks who is able.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter

from core.model.ids import AgentId
from core.model.need import Need
from routing.demand import Demand, Pair
from routing.pools import Pool, Pools
from routing.rules import Reserve
from routing.shelf import Shelf
from routing.standing import Seat

UNUSED_MAX = 4_096
"""Demands remembered though nobody waits with them: more than the menus and plans of most centres make."""

COUNTED_FROM = 8
"""Questions who is able to meet a demand before count of them is kept: each agent who comes or goes pays for
that, and where there are nearly as many needs as contacts they are looked for more cheaply."""

_EMPTY = Pools()
_BY_SEQUENCE = itemgetter(0)


class Channel:
    """Demands by need, idle agents by skill, and the experts whom some must leave to others."""

    def __init__(self) -> None:
        self._demands: dict[str, Demand] = {}
        self._unused: OrderedDict[str, Demand] = OrderedDict()
        self.in_use = 0
        """Demands that somebody waits with."""
        # Those that somebody waits with, and of least levels in one skill, which most share, all there are.
        self._in_use = Shelf()
        self.met_by: Callable[[Mapping[str, int]], list[Demand]] = self._in_use.met_by
        """Return the demands that an agent with these skills meets: at least those somebody waits with."""
        # Those of whose able agents count is kept.
        self._counted = Shelf()
        self._idle: dict[AgentId, Seat] = {}
        self._uncounted: dict[AgentId, Seat] = {}
        self._pools: defaultdict[str, Pools] = defaultdict(Pools)
        # The greatest sequence of any seat in the pools so far.
        self._latest = 0
        # One entry for each skill and level of which the rules have a reserve.
        self._experts: dict[tuple[str, int], dict[AgentId, None]] = {}

    # --- demands ------------------------------------------------------------------------------------

    def demand(self, need: Need) -> Demand:
        """Return the demand of `need`, made now where there is none."""
        demand = self._demands.get(need.text)
        if demand is None:
            demand = self._new(need)
            self._remember(demand)
        return demand

    def use(self, need: Need) -> Demand:
        """Return the demand of `need`, with which somebody waits from now on."""
        demand = self._demands.get(need.text)
        if demand is None:
            demand = self._new(need)
        elif demand.count or demand.apart:
            return demand
        else:
            del self._unused[need.text]
        self.in_use += 1
        if not demand.is_alone:
            self._in_use.put(demand)
        return demand

    def _new(self, need: Need) -> Demand:
        demand = self._demands[need.text] = Demand(need)
        if demand.is_alone:
            self._in_use.put(demand)
        return demand

    def leave_unused(self, demand: Demand) -> None:
        """Take note that nobody waits with the demand; it, or the one unused longest, may be forgotten."""
        self.in_use -= 1
        if not demand.is_alone:
            self._in_use.take_out(demand)
            if not demand.asked:
                del self._demands[demand.need.text]
                return
        self._remember(demand)

    def _remember(self, demand: Demand) -> None:
        """Keep a demand that nobody waits with, and forget another where there are too many."""
        self._unused[demand.need.text] = demand
        if len(self._unused) > UNUSED_MAX:
            text, oldest = self._unused.popitem(last=False)
            del self._demands[text]
            if oldest.is_alone:
                self._in_use.take_out(oldest)
            if oldest.able is not None:
                self._counted.take_out(oldest)

    # --- agents --------------------------------------------------------------------------------------

    def seat(self, seat: Seat) -> None:
        """Count an agent as idle here."""
        agent_id = seat.profile.agent_id
        self._idle[agent_id] = self._uncounted[agent_id] = seat
        for (skill, level), experts in self._experts.items():
            if seat.skills.get(skill, 0) >= level:
                experts[agent_id] = None

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
        able = self._look_for(demand.need) if demand.pair is None else self._look_for_pair(demand.pair)
        demand.asked += 1
        if demand.asked == COUNTED_FROM:
            demand.able = able
            self._counted.put(demand)
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
        for agent_id, seat in self._uncounted.items():
            if seat.sequence < self._latest:
                self._put_back(seat)
                continue
            self._latest = seat.sequence
            for skill, level in seat.profile.skills.items():
                pools_of[skill][level][agent_id] = seat
            for pools, level in self._counted_with(seat):
                pools[level][agent_id] = seat
        self._uncounted.clear()

    def _put_back(self, seat: Seat) -> None:
        """Put an agent into its pools who has been idle for longer than others there."""
        for skill, level in seat.profile.skills.items():
            self._pools[skill].put_back(seat, level)
        for pools, level in self._counted_with(seat):
            pools.put_back(seat, level)

    def _counted_with(self, seat: Seat) -> list[tuple[Pools, int]]:
        """Return the pools, beside those by skill, in which the agent is counted, and at what level."""
        skills = seat.profile.skills
        met = self._counted.met_by(skills)
        return [(each.able, each.level(skills)) for each in met if each.able is not None] if met else []

    def _look_for_pair(self, pair: Pair) -> Pools:
        """Look for the idle agents who have both skills, level by level."""
        found: list[tuple[int, int, Seat]] = []
        for level, having in self._at_least(pair.skill, pair.least):
            for second_level, having_second in self._at_least(pair.second, pair.second_least):
                for agent_id in having.keys() & having_second.keys():  # put in order below
                    seat = having[agent_id]
                    found.append((seat.sequence, min(level, second_level), seat))
        able = Pools()
        for _, level, seat in sorted(found, key=_BY_SEQUENCE):
            able.seat(seat, level)
        return able

    def _at_least(self, skill: str, least: int) -> list[tuple[int, Pool]]:
        """Return the pools of the levels from `least` up in which anybody is."""
        pools = self._pools.get(skill, _EMPTY)
        return [(level, pool) for level, pool in pools.items() if level >= least and pool]

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


def _sequence(seat: Seat) -> int:
    return seat.sequence

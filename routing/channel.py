"""One channel of work, such as voice: what is asked for on it, who is idle on it, and who meets what.

Demands are filed under skills that an able agent must have, so that an agent is shown little beside what it
meets: a need of several least levels under two of its skills, any other under its anchors. Demands that
nobody waits with are kept for the next, the least recently used are forgotten.

Where callers wait, a freed agent is taken again at once. So an idle agent is counted with each demand it
meets only when somebody asks who is able.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping

from core.model.ids import AgentId
from core.model.need import Need
from routing.demand import Demand
from routing.rules import Reserve
from routing.standing import Seat

UNUSED_MAX = 1_024
"""Demands kept though nobody waits with them: more than the menus and plans of most centres make."""

Met = dict[Demand, int]
"""Demands that an agent meets, and at what level."""


class _Idle:
    """An idle agent, what it meets, and whether it is counted with that yet."""

    __slots__ = ("counted", "met", "seat")

    def __init__(self, seat: Seat, met: Met) -> None:
        self.seat = seat
        self.met = met
        self.counted = False


class _Shelf:
    """Demands filed under one skill, by their texts: for it alone, for another skill as well, and others."""

    __slots__ = ("alone", "others", "pairs")

    def __init__(self) -> None:
        self.alone: dict[str, Demand] = {}
        self.pairs: dict[str, dict[str, Demand]] = {}
        self.others: dict[str, Demand] = {}


class _Known:
    """What is known of agents with certain skills, as of a `version` of the shelves: all but the pairs."""

    __slots__ = ("met", "shelves", "skills", "version")

    def __init__(self, skills: Mapping[str, int], version: int, shelves: list[_Shelf], met: Met) -> None:
        self.skills = skills
        self.version = version
        self.shelves = shelves
        self.met = met


class Channel:
    """Demands by need, idle agents by skill, and the experts whom some must leave to others."""

    def __init__(self) -> None:
        self._demands: dict[str, Demand] = {}
        self._unused: OrderedDict[str, Demand] = OrderedDict()
        self._shelves: dict[str, _Shelf] = {}
        self._for_anybody: dict[str, Demand] = {}
        self._version = 0
        self._known: dict[AgentId, _Known] = {}
        self._idle: dict[AgentId, _Idle] = {}
        self._uncounted: dict[AgentId, _Idle] = {}
        self._idle_with: dict[str, dict[AgentId, _Idle]] = {}
        # One entry for each skill and level of which the rules have a reserve.
        self._experts: dict[tuple[str, int], dict[AgentId, None]] = {}

    # --- demands ------------------------------------------------------------------------------------

    def demand(self, need: Need) -> Demand:
        """Return the demand of `need`, made now where there is none."""
        demand = self._demands.get(need.text)
        return self._new(need) if demand is None else demand

    def used(self, demand: Demand) -> None:
        """Take note that somebody waits with the demand."""
        del self._unused[demand.need.text]

    def unused(self, demand: Demand) -> None:
        """Take note that nobody waits with the demand; the one unused longest may be forgotten."""
        self._unused[demand.need.text] = demand
        if len(self._unused) > UNUSED_MAX:
            self._forget(self._unused.popitem(last=False)[1])

    def _new(self, need: Need) -> Demand:
        self.count_idle()
        demand = self._demands[need.text] = Demand(need)
        for shelf in self._places_of(need):
            shelf[need.text] = demand
        for idle in sorted(self._candidates(need), key=_sequence):
            level = need.level(idle.seat.skills)
            if level is not None:
                idle.met[demand] = level
                demand.seat(idle.seat, level)
        self.unused(demand)
        return demand

    def _forget(self, demand: Demand) -> None:
        text, asked = demand.need.text, _asked(demand.need)
        del self._demands[text]
        for place in self._places_of(demand.need):
            del place[text]
            if not place and len(asked) > 1:
                del self._shelves[asked[0]].pairs[asked[1]]

    def _candidates(self, need: Need) -> Collection[_Idle]:
        """Return idle agents among whom all are who meet `need`."""
        if not need.anchors:
            return self._idle.values()
        found: dict[AgentId, _Idle] = {}
        for anchor in need.anchors:
            found.update(self._idle_with.get(anchor, {}))
        asked = _asked(need)
        if len(asked) < 2:
            return found.values()
        able = set(found).intersection(*(self._idle_with.get(skill, {}) for skill in asked))
        return [found[agent_id] for agent_id in able]

    def _places_of(self, need: Need) -> list[dict[str, Demand]]:
        """Return where the demand of `need` is filed; whatever is not a pair there makes a new version."""
        asked = _asked(need)
        if len(asked) > 1:
            return [self._shelf(asked[0]).pairs.setdefault(asked[1], {})]
        self._version += 1
        if not need.anchors:
            return [self._for_anybody]
        if asked:
            return [self._shelf(asked[0]).alone]
        return [self._shelf(anchor).others for anchor in need.anchors]

    def _shelf(self, skill: str) -> _Shelf:
        shelf = self._shelves.get(skill)
        if shelf is None:
            self._version += 1
            shelf = self._shelves[skill] = _Shelf()
        return shelf

    # --- agents --------------------------------------------------------------------------------------

    def seat(self, seat: Seat) -> None:
        """Count an agent as idle here."""
        idle = _Idle(seat, self._met_by(seat))
        self._idle[seat.agent_id] = self._uncounted[seat.agent_id] = idle
        for (skill, level), experts in self._experts.items():
            if seat.skills.get(skill, 0) >= level:
                experts[seat.agent_id] = None

    def unseat(self, agent_id: AgentId) -> None:
        """Count the agent as idle here no longer."""
        idle = self._idle.pop(agent_id)
        for experts in self._experts.values():
            experts.pop(agent_id, None)
        if not idle.counted:
            del self._uncounted[agent_id]
            return
        for skill in idle.seat.skills:
            del self._idle_with[skill][agent_id]
        for demand, level in idle.met.items():
            demand.unseat(agent_id, level)

    def met_by(self, agent_id: AgentId) -> Met:
        """Return the demands that an idle agent meets."""
        return self._idle[agent_id].met

    def count_idle(self) -> None:
        """Count every idle agent with the demands it meets, before anybody asks who is able."""
        if not self._uncounted:
            return
        for agent_id, idle in self._uncounted.items():
            idle.counted = True
            for skill in idle.seat.skills:
                self._idle_with.setdefault(skill, {})[agent_id] = idle
            for demand, level in idle.met.items():
                demand.seat(idle.seat, level)
        self._uncounted.clear()

    def experts(self, reserve: Reserve) -> Mapping[AgentId, None]:
        """Return the idle agents of whom `reserve` spares the last."""
        key = (reserve.skill, reserve.level)
        experts = self._experts.get(key)
        if experts is None:
            seats = (idle.seat for idle in self._idle.values())
            able = {seat.agent_id: None for seat in seats if seat.skills.get(key[0], 0) >= key[1]}
            experts = self._experts[key] = able
        return experts

    # --- who meets what -------------------------------------------------------------------------------

    def _met_by(self, seat: Seat) -> Met:
        """Return the demands that the agent meets, as a new dict."""
        known = self._known.get(seat.agent_id)
        skills = seat.skills
        if known is None or known.version != self._version or known.skills is not skills:
            known = self._known[seat.agent_id] = self._know(skills)
        met = known.met.copy()
        for shelf in known.shelves:
            pairs = shelf.pairs
            # In whatever order: nothing hangs on that of what an agent meets.
            for second in pairs.keys() & skills.keys():
                _add_met(met, pairs[second], skills)
        return met

    def _know(self, skills: Mapping[str, int]) -> _Known:
        met: Met = {}
        _add_met(met, self._for_anybody, skills)
        shelves = [self._shelves[skill] for skill in skills if skill in self._shelves]
        for shelf in shelves:
            _add_met(met, shelf.alone, skills)
            _add_met(met, shelf.others, skills)
        return _Known(skills, self._version, shelves, met)


def _asked(need: Need) -> list[str]:
    """Return the skills an able agent has all of, where that is simple to tell."""
    return [requirement.skill for requirement in need.all_of if requirement.minimum]


def _add_met(met: Met, demands: Mapping[str, Demand], skills: Mapping[str, int]) -> None:
    for demand in demands.values():
        level = demand.need.level(skills)
        if level is not None:
            met[demand] = level


def _sequence(idle: _Idle) -> int:
    return idle.seat.sequence

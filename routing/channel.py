"""One channel of work, such as voice: what is asked for on it, who is idle on it, and who could meet what.

Demands are filed under skills that an able agent must have, so that an agent is shown little beside what he
meets: a need of several least levels under two of its skills, any other under its anchors. Demands that
nobody waits with are kept for the next, the least recently used are forgotten.

Where callers wait, a freed agent is taken again at once. So an idle agent is counted with each demand he
meets only when somebody asks who is able.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping

from core.model.ids import AgentId
from core.model.need import Need
from routing.demand import Demand
from routing.rules import Reserve
from routing.standing import Seat, Standing

UNUSED_MAX = 4_096
"""Demands kept though nobody waits with them: more than the menus and plans of a centre make."""

Met = dict[Demand, int]
"""Demands that an agent meets, and at what level."""

_FIRST = ""
"""No skill's name: where a need is filed under one skill only."""


class _Idle:
    """An idle agent, and the demands he is counted with; None while he is with none."""

    __slots__ = ("met", "seat")

    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        self.met: Met | None = None


class Channel:
    """Demands by need, idle agents by skill, and the experts whom some must leave to others."""

    def __init__(self) -> None:
        self._demands: dict[str, Demand] = {}
        self._unused: OrderedDict[str, Demand] = OrderedDict()
        # By one skill, and by a second one where the need asks for two; by none what anybody may meet.
        self._filed: dict[str, dict[str, dict[Demand, None]]] = {}
        self._idle: dict[AgentId, _Idle] = {}
        self._uncounted: dict[AgentId, _Idle] = {}
        self._idle_with: dict[str, dict[AgentId, None]] = {}
        self._experts: dict[tuple[str, int], dict[AgentId, None]] = {}

    # --- contacts ----------------------------------------------------------------------------------

    def join(self, standing: Standing) -> None:
        """Let a contact wait with its need."""
        self.demand(standing.need).join(standing)
        self._unused.pop(standing.need.text, None)

    def leave(self, standing: Standing) -> None:
        """Let a contact wait no longer."""
        demand = self._demands[standing.need.text]
        demand.leave(standing)
        if not demand.lines:
            self._unused[standing.need.text] = demand

    # --- agents --------------------------------------------------------------------------------------

    def seat(self, seat: Seat) -> None:
        """Count an agent as idle here."""
        idle = self._idle[seat.agent_id] = self._uncounted[seat.agent_id] = _Idle(seat)
        for (skill, level), experts in self._experts.items():
            if idle.seat.skills.get(skill, 0) >= level:
                experts[seat.agent_id] = None

    def unseat(self, agent_id: AgentId) -> None:
        """Count the agent as idle here no longer."""
        idle = self._idle.pop(agent_id)
        for experts in self._experts.values():
            experts.pop(agent_id, None)
        if idle.met is None:
            del self._uncounted[agent_id]
            return
        for skill in idle.seat.skills:
            del self._idle_with[skill][agent_id]
        for demand, level in idle.met.items():
            demand.unseat(agent_id, level)

    def experts(self, reserve: Reserve) -> Mapping[AgentId, None]:
        """Return the idle agents of whom `reserve` spares the last."""
        key = (reserve.skill, reserve.level)
        experts = self._experts.get(key)
        if experts is None:
            seats = (idle.seat for idle in self._idle.values())
            able = {seat.agent_id: None for seat in seats if seat.skills.get(key[0], 0) >= key[1]}
            experts = self._experts[key] = able
        return experts

    # --- who meets what -----------------------------------------------------------------------------

    def able(self, need: Need) -> Demand:
        """Return the demand of `need`, all idle agents who meet it counted."""
        for idle in self._uncounted.values():
            self._count(idle)
        self._uncounted.clear()
        return self.demand(need)

    def _count(self, idle: _Idle) -> None:
        seat = idle.seat
        for skill in seat.skills:
            self._idle_with.setdefault(skill, {})[seat.agent_id] = None
        idle.met = self._met_by(seat.skills)
        for demand, level in idle.met.items():
            demand.seat(seat, level)

    def met_by(self, agent_id: AgentId) -> Met:
        """Return the demands that an idle agent meets."""
        idle = self._idle[agent_id]
        return self._met_by(idle.seat.skills) if idle.met is None else idle.met

    def _met_by(self, skills: Mapping[str, int]) -> Met:
        met: Met = {}
        _add_met(met, self._filed.get(_FIRST, {}).get(_FIRST, ()), skills)
        for skill in skills:
            shelf = self._filed.get(skill)
            if shelf is None:
                continue
            for second in shelf if len(shelf) < len(skills) else (_FIRST, *skills):
                if second in shelf and (second in skills or second == _FIRST):
                    _add_met(met, shelf[second], skills)
        return met

    # --- which demands there are -------------------------------------------------------------------

    def demand(self, need: Need) -> Demand:
        """Return the demand of `need`, made now where there is none."""
        return self._demands.get(need.text) or self._new(need)

    def _new(self, need: Need) -> Demand:
        demand = self._demands[need.text] = self._unused[need.text] = Demand(need)
        for first, second in _places(need):
            self._filed.setdefault(first, {}).setdefault(second, {})[demand] = None
        for idle in sorted(self._candidates(need), key=_sequence):
            level = need.level(idle.seat.skills)
            if level is not None and idle.met is not None:
                idle.met[demand] = level
                demand.seat(idle.seat, level)
        if len(self._unused) > UNUSED_MAX:
            self._forget(self._unused.popitem(last=False)[1])
        return demand

    def _candidates(self, need: Need) -> Iterable[_Idle]:
        """Return the counted idle agents among whom all are who meet `need`."""
        places = _places(need)
        if places == [(_FIRST, _FIRST)]:
            return [idle for idle in self._idle.values() if idle.met is not None]
        found: dict[AgentId, None] = {}
        for first, second in places:
            with_first = self._idle_with.get(first, {})
            with_second = self._idle_with.get(second, {}) if second else with_first
            found.update((agent_id, None) for agent_id in with_first if agent_id in with_second)
        return [self._idle[agent_id] for agent_id in found]

    def _forget(self, demand: Demand) -> None:
        del self._demands[demand.need.text]
        for first, second in _places(demand.need):
            del self._filed[first][second][demand]
            if not self._filed[first][second]:
                del self._filed[first][second]
        for seats in demand.able.values():
            for agent_id in seats:
                met = self._idle[agent_id].met
                assert met is not None, "whoever is counted knows with what"
                del met[demand]


def _places(need: Need) -> list[tuple[str, str]]:
    """Return where a need is filed: under pairs of skills an able agent has, the second one may be none."""
    if len(need.anchors) == 1 and len(need.all_of) > 1:
        asked = [requirement.skill for requirement in need.all_of if requirement.minimum]
        return [(asked[0], asked[1] if len(asked) > 1 else _FIRST)]
    return [(anchor, _FIRST) for anchor in need.anchors] or [(_FIRST, _FIRST)]


def _add_met(met: Met, demands: Iterable[Demand], skills: Mapping[str, int]) -> None:
    for demand in demands:
        level = demand.need.level(skills)
        if level is not None:
            met[demand] = level


def _sequence(idle: _Idle) -> int:
    return idle.seat.sequence

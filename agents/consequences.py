"""What follows for an agent from each change of its own: for its leg, its screen and its other work.

Most have none of them in any danger, and every contact brings four changes: so one feature asks for all.
"""

from __future__ import annotations

from agents.lost_desks import LostDesks
from agents.roster import Roster
from agents.standing_legs import StandingLegs
from agents.workload import Workload
from core.engine import Engine
from core.model.agent import AgentState
from core.model.desk import DeskState
from core.model.events import AgentStateChanged


class Consequences:
    """The feature that sees to them, once everybody has heard of the change. Built after the three."""

    def __init__(
        self, engine: Engine, roster: Roster, legs: StandingLegs, desks: LostDesks, workload: Workload
    ) -> None:
        self._roster = roster
        self._legs = legs
        self._desks = desks
        self._workload = workload
        engine.subscribe(AgentStateChanged, self._changed)

    def _changed(self, event: AgentStateChanged) -> None:
        agent = self._roster[event.agent_id]
        if agent.standing_leg is not None:
            self._legs.follow(agent, agent.standing_leg, event)
        if agent.state is AgentState.LOGGED_OUT or agent.desk is DeskState.CUT_OFF:
            self._desks.follow(agent, event)
        if agent.work:
            self._workload.follow(agent, event)

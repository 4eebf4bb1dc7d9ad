"""Desks that are lost: nobody is offered a contact whose record they could not see.

The web side tells when the last live connection of an agent's screen is gone, and when there is one again.
After a grace the agent is not ready (`CONNECTION_LOST`), once the call in hand is over, and comes back by
itself with the screen. Who is away for a reason of their own stays so. Agents of whom no live screen was ever
told, at a terminal or with a phone alone, are left alone.
"""

from __future__ import annotations

from agents.agent import Agent
from agents.roster import Roster
from agents.standing_legs import LEG_DOWN
from core.engine import Engine
from core.model.agent import AgentState, AgentTrigger
from core.model.commands import CancelTimer, StartTimer
from core.model.desk import DESK, DeskState, DeskTrigger
from core.model.events import AgentStateChanged, TimerFired
from core.model.ids import AgentId, TimerKey
from core.model.message import Event
from core.model.requests import DeskBack, DeskLost, RestoreAgent

CONNECTION_LOST = "connection_lost"
"""Why an agent is not ready whose screen has had no live connection for too long."""


class LostDesks:
    """The feature that keeps agents without their screens from offers; built after `Wishes`."""

    def __init__(self, engine: Engine, roster: Roster, grace_us: int) -> None:
        self._engine = engine
        self._roster = roster
        self._grace_us = grace_us
        engine.serve(DeskBack, self._back)
        engine.serve(DeskLost, self._lost)
        engine.subscribe(RestoreAgent, self._restored)
        engine.on_timer("desk", self._grace_over)

    def _back(self, request: DeskBack) -> None:
        agent = self._roster.named(request.agent_id)
        _move(agent, DeskTrigger.CONNECT)
        self._engine.send(CancelTimer(key=_timer(agent)))
        if agent.state is AgentState.NOT_READY and agent.reason == CONNECTION_LOST:
            self._roster.move(agent, AgentTrigger.COME_BACK, request)
        elif agent.next_state is not None and agent.next_reason == CONNECTION_LOST:
            self._roster.ask_later(agent, None, "", request)
        else:
            self._roster.tell(agent, request)

    def _lost(self, request: DeskLost) -> None:
        agent = self._roster.named(request.agent_id)
        if DESK.allows(agent.desk, DeskTrigger.LOSE):
            self._lose(agent, request)
            self._roster.tell(agent, request)

    def _lose(self, agent: Agent, why: Event) -> None:
        """Wait for the screen to come back; who is logged out needs none."""
        _move(agent, DeskTrigger.LOSE)
        if agent.state is AgentState.LOGGED_OUT:
            _move(agent, DeskTrigger.LET_GO)
            return
        self._engine.send(StartTimer(key=_timer(agent), at_us=why.at_us + self._grace_us))

    def _restored(self, request: RestoreAgent) -> None:
        """Expect the screen that the agent had in the run before."""
        agent = self._roster.find(request.agent_id)
        if agent is not None and request.has_desk and agent.desk is DeskState.NONE:
            _move(agent, DeskTrigger.CONNECT)
            self._lose(agent, request)

    def _grace_over(self, event: TimerFired) -> None:
        agent = self._roster[AgentId(event.key[1])]
        if DESK.allows(agent.desk, DeskTrigger.GIVE_UP):
            _move(agent, DeskTrigger.GIVE_UP)
            self._keep_away(agent, event)

    def follow(self, agent: Agent, event: AgentStateChanged) -> None:
        """Expect no screen of one who has left, and keep one away whose screen is lost."""
        if agent.state is AgentState.LOGGED_OUT:
            _move(agent, DeskTrigger.LET_GO)
            self._engine.send(CancelTimer(key=_timer(agent)))
        elif agent.desk is DeskState.CUT_OFF and agent.state is AgentState.READY and not agent.next_state:
            self._keep_away(agent, event)

    def _keep_away(self, agent: Agent, why: Event) -> None:
        """Let the agent not be ready from now on, or when all is done that is in hand."""
        comes_back = bool(agent.until_us) or agent.reason == LEG_DOWN
        if agent.state is AgentState.NOT_READY and comes_back:
            self._roster.move(agent, AgentTrigger.GO_NOT_READY, why, CONNECTION_LOST)
        elif agent.is_bound and agent.next_state is None and agent.state is not AgentState.NOT_READY:
            self._roster.ask_later(agent, AgentState.NOT_READY, CONNECTION_LOST, why)
        elif agent.state is AgentState.READY and agent.next_state is None:
            self._roster.move(agent, AgentTrigger.GO_NOT_READY, why, CONNECTION_LOST)
        else:
            self._roster.tell(agent, why)


def _move(agent: Agent, trigger: DeskTrigger) -> None:
    agent.desk = DESK.after(agent.desk, trigger)


def _timer(agent: Agent) -> TimerKey:
    return ("desk", agent.profile.agent_id)

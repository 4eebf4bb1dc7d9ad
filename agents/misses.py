"""Offers that came to nothing by the agent's side: rejected, phone busy, not answered, not reached.

After a miss the agent is kept from offers for a while, by what it was, and comes back by itself; after so
many in a row it is not ready until it says otherwise. A contact that comes about clears the count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from agents.agent import Agent
from agents.roster import Roster
from core.engine import Engine
from core.model.agent import AgentState, AgentTrigger
from core.model.causes import RingOutcome
from core.model.commands import StartTimer
from core.model.events import TimerFired
from core.model.ids import AgentId, TimerKey
from core.model.message import Event
from core.model.requests import RestoreAgent

MISSED_REASONS: Mapping[RingOutcome, str] = {
    RingOutcome.NO_ANSWER: "rona",
    RingOutcome.BUSY: "phone_busy",
    RingOutcome.REJECTED: "rejected",
    RingOutcome.UNREACHABLE: "phone_unreachable",
}
"""Why an agent is not ready after a miss. `LOST` is missing: the PBX lost the leg, no miss of the agent."""

_MISS: Mapping[AgentState | None, AgentTrigger] = {
    None: AgentTrigger.MISS,
    AgentState.NOT_READY: AgentTrigger.MISS,
    AgentState.LOGGED_OUT: AgentTrigger.FINISH_LOGGED_OUT,
}
_RELEASE: Mapping[AgentState | None, AgentTrigger] = {**_MISS, None: AgentTrigger.RELEASE}
"""Where a reserved agent goes whose offer came to nothing, by the state asked for meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MissRules:
    """How long an agent is kept from offers after a miss, by outcome, and how many misses are too many."""

    delays_us: Mapping[RingOutcome, int] = field(default_factory=dict)
    misses_max: int = 1


class Misses:
    """The feature that counts misses and ends the delays after them."""

    def __init__(self, engine: Engine, roster: Roster, rules: MissRules) -> None:
        self._engine = engine
        self._roster = roster
        self._rules = rules
        engine.on_timer("delay", self._delay_over)

    def missed(self, agent: Agent, outcome: RingOutcome, why: Event) -> None:
        """Count the miss of a reserved agent, or of a ready one whom work was offered, and act on it."""
        reason = MISSED_REASONS[outcome]
        is_last = agent.misses + 1 >= self._rules.misses_max
        agent.misses = 0 if is_last else agent.misses + 1
        delay_us = self._rules.delays_us.get(outcome, 0)
        if is_last or agent.next_state is not None:
            self._roster.move(agent, _MISS[agent.next_state], why, reason)
        elif delay_us:
            self._delay(agent, AgentTrigger.MISS, why, reason, why.at_us + delay_us)
        else:
            self.release(agent, why)

    def release(self, agent: Agent, why: Event) -> None:
        """Let an agent go on whose offer is void."""
        if agent.state is AgentState.RESERVED:
            self._roster.move(agent, _RELEASE[agent.next_state], why, agent.next_reason)
        else:
            self._roster.settle(agent, why)

    def restore(self, agent: Agent, reason: str, request: RestoreAgent) -> None:
        """Log the agent in where an earlier run left it: in the middle of a delay."""
        self._delay(agent, AgentTrigger.LOG_IN, request, reason, max(request.until_us, request.at_us))

    def _delay(self, agent: Agent, trigger: AgentTrigger, why: Event, reason: str, until_us: int) -> None:
        self._roster.move(agent, trigger, why, reason, until_us)
        self._engine.send(StartTimer(key=_timer(agent.profile.agent_id), at_us=until_us))

    def _delay_over(self, event: TimerFired) -> None:
        """Make the agent ready again, unless it has gone on otherwise meanwhile."""
        agent = self._roster[AgentId(event.key[1])]
        if agent.state is AgentState.NOT_READY and 0 < agent.until_us <= event.at_us:
            self._roster.move(agent, AgentTrigger.COME_BACK, event)


def _timer(agent_id: AgentId) -> TimerKey:
    return ("delay", agent_id)

"""Supervisors who change an agent's skill levels at work: for today, or until they take it back.

What was said takes the place of the configured levels from the next decision on, and holds over log-outs and
restarts; then the agent has the levels of the configuration again. Level 0 is without the skill. Whom the
agent has in hand, or is offered, stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

from core.engine import Engine
from core.kernel.errors import RequestRefused
from core.model.commands import CancelTimer, StartTimer
from core.model.events import TimerFired
from core.model.ids import AgentId, TimerKey
from core.model.message import Event
from core.model.need import LEVEL_MAX
from core.model.requests import RestoreAgentLevels, SetAgentLevels
from core.model.supervision import AgentLevelsSet
from routing.checks.walk import skills_asked_by
from routing.router import Router
from routing.rules import Queues
from routing.staff import Staff
from routing.value import ValueScores

TIME_OVER = "time_over"
"""Why an agent has the configured levels again that nobody took back."""


class Levels:
    """The feature that grants this."""

    def __init__(
        self, engine: Engine, router: Router, staff: Staff, queues: Queues, values: ValueScores
    ) -> None:
        self._engine = engine
        self._router = router
        self._staff = staff
        self._values = values
        asked = chain.from_iterable(skills_asked_by(rules) for rules in queues.values())
        had = chain.from_iterable(staff.configured(agent_id) for agent_id in staff)
        self._known = sorted({*asked, *had})
        engine.serve(SetAgentLevels, self._set)
        engine.serve(RestoreAgentLevels, self._restore)
        engine.on_timer("levels", self._time_up)

    def _set(self, request: SetAgentLevels) -> None:
        if request.agent_id not in self._staff:
            raise RequestRefused("unknown_agent", f"there is no agent {request.agent_id!r}")
        for skill, level in request.levels:
            if skill not in self._known:
                raise RequestRefused("unknown_skill", f"{skill!r} is none of: {', '.join(self._known)}")
            if not 0 <= level <= LEVEL_MAX:
                raise RequestRefused("bad_level", f"levels are 0 to {LEVEL_MAX}; found {level}")
        if request.until_us and request.until_us <= request.at_us:
            raise RequestRefused("in_the_past", "levels are set for a time to come")
        self._keep(request, dict(request.levels), request.until_us)

    def _restore(self, request: RestoreAgentLevels) -> None:
        """Take up what the run before knew, as far as agent and skills are there still, and it is time."""
        if request.agent_id not in self._staff:
            return
        if request.until_us and request.until_us <= request.at_us:
            self._end(request.agent_id, request)
        else:
            known = {skill: level for skill, level in request.levels if skill in self._known}
            self._keep(request, known, request.until_us)

    def _time_up(self, event: TimerFired) -> None:
        self._end(AgentId(event.key[1]), event)

    def _keep(
        self, request: SetAgentLevels | RestoreAgentLevels, levels: Mapping[str, int], until_us: int
    ) -> None:
        """Let `levels` hold, as far as they are not what is configured anyway."""
        agent_id, configured = request.agent_id, self._staff.configured(request.agent_id)
        other = [(skill, level) for skill, level in levels.items() if level != configured.get(skill, 0)]
        until_us = until_us if other else 0
        if until_us:
            self._engine.send(StartTimer(key=_timer(agent_id), at_us=until_us))
        else:
            self._engine.send(CancelTimer(key=_timer(agent_id)))
        self._go_by(
            AgentLevelsSet(
                at_us=request.at_us,
                cause_id=request.cause_id,
                agent_id=agent_id,
                levels=tuple(sorted(other)),
                until_us=until_us,
                asked_by=request.asked_by,
                because=request.because,
            )
        )

    def _end(self, agent_id: AgentId, why: Event) -> None:
        """Let the configured levels hold again."""
        self._go_by(
            AgentLevelsSet(
                at_us=why.at_us, cause_id=why.cause_id, agent_id=agent_id, levels=(), because=TIME_OVER
            )
        )

    def _go_by(self, told: AgentLevelsSet) -> None:
        """Route by these levels from now on: whoever waits may be offered in this very instant."""
        self._staff.set_levels(told.agent_id, dict(told.levels))
        self._values.forget(told.agent_id)
        self._engine.publish(told)
        self._router.restaff(told.agent_id, (), told)


def _timer(agent_id: AgentId) -> TimerKey:
    return ("levels", agent_id)

"""Supervisors who say which queues an agent serves now, of those that its skills allow.

What was said holds until another is said, over log-outs and restarts. It is in force at once: who waits where
the agent serves now may be offered in the same instant. What the agent has in hand, or is offered, stays.
"""

from __future__ import annotations

from collections.abc import Iterable

from core.engine import Engine
from core.kernel.errors import RequestRefused
from core.model.ids import AgentId, QueueName
from core.model.requests import RestoreAgentQueues, SetAgentQueues
from core.model.supervision import AgentQueuesSet
from routing.checks.walk import skills_asked_by
from routing.router import Router
from routing.rules import Queues
from routing.staff import Staff


class Assignments:
    """The feature that grants this."""

    def __init__(self, engine: Engine, router: Router, staff: Staff, queues: Queues) -> None:
        self._engine = engine
        self._router = router
        self._staff = staff
        self._asking = {name: frozenset(skills_asked_by(rules)) for name, rules in queues.items()}
        engine.serve(SetAgentQueues, self._set)
        engine.serve(RestoreAgentQueues, self._restore)

    def allowed(self, agent_id: AgentId) -> list[QueueName]:
        """Return the queues that the agent may serve: which ask for nothing, or for any skill it has."""
        skills = self._staff.skills(agent_id).keys()
        return [name for name, asked in self._asking.items() if not asked or not asked.isdisjoint(skills)]

    def _set(self, request: SetAgentQueues) -> None:
        if request.agent_id not in self._staff:
            raise RequestRefused("unknown_agent", f"there is no agent {request.agent_id!r}")
        for queue in request.queues or ():
            if queue not in self._asking:
                raise RequestRefused("unknown_queue", f"there is no queue {queue!r}")
        allowed = self.allowed(request.agent_id)
        beyond = [queue for queue in request.queues or () if queue not in allowed]
        if beyond:
            raise RequestRefused("lacks_skills", f"{request.agent_id} has no skill that {beyond[0]} asks for")
        self._keep(request, request.queues)

    def _restore(self, request: RestoreAgentQueues) -> None:
        """Take up what the run before knew, as far as agent and queues are there still."""
        if request.agent_id in self._staff and request.queues is not None:
            allowed = self.allowed(request.agent_id)
            self._keep(request, [queue for queue in request.queues if queue in allowed])

    def _keep(self, request: SetAgentQueues | RestoreAgentQueues, queues: Iterable[QueueName] | None) -> None:
        agent_id = request.agent_id
        served = None if queues is None else tuple(dict.fromkeys(queues))
        kept_from = [] if served is None else [queue for queue in self._asking if queue not in served]
        changed = self._staff.keep_from(agent_id, kept_from)
        self._engine.publish(
            AgentQueuesSet(
                at_us=request.at_us,
                cause_id=request.cause_id,
                agent_id=agent_id,
                queues=served,
                asked_by=request.asked_by,
                because=request.because,
            )
        )
        self._router.restaff(agent_id, changed, request)

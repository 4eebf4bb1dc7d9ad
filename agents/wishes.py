"""What agents wish, or supervisors for them: to log in and out, to take contacts or none.

A wish to pause or to leave while something is in hand is kept as `next_state` and granted when all of it
is finished.
"""

from __future__ import annotations

from agents.agent import Agent
from agents.misses import Misses
from agents.roster import Roster
from agents.standing_leg import StandingLeg
from core.engine import Engine
from core.kernel.errors import RequestRefused
from core.model.agent import BUSY_STATES, AgentState, AgentTrigger
from core.model.desk import DeskState
from core.model.ids import AgentId
from core.model.requests import GoNotReady, GoReady, LogIn, LogOut, RestoreAgent

JUST_LOGGED_IN = "logged_in"


class Wishes:
    """The feature that grants or refuses them."""

    def __init__(
        self, engine: Engine, roster: Roster, misses: Misses, not_ready_reasons: tuple[str, ...]
    ) -> None:
        self._roster = roster
        self._misses = misses
        self._not_ready_reasons = not_ready_reasons
        engine.serve(LogIn, self._log_in)
        engine.serve(LogOut, self._log_out)
        engine.serve(GoReady, self._go_ready)
        engine.serve(GoNotReady, self._go_not_ready)
        engine.serve(RestoreAgent, self._restore)

    def _log_in(self, request: LogIn) -> None:
        agent = self._roster.named(request.agent_id)
        if agent.state is not AgentState.LOGGED_OUT:
            raise RequestRefused("already_logged_in", f"{request.agent_id} works at {agent.extension}")
        holder = next((a for a in self._roster if a.extension == request.extension), None)
        if holder is not None:
            raise RequestRefused(
                "extension_in_use", f"{request.extension} is used by {holder.profile.agent_id}"
            )
        agent.extension = request.extension
        agent.standing_leg = _standing_leg(agent, request)
        agent.misses = 0
        self._roster.move(agent, AgentTrigger.LOG_IN, request, JUST_LOGGED_IN)

    def _log_out(self, request: LogOut) -> None:
        agent = self._logged_in(request.agent_id)
        if agent.is_bound:
            self._roster.ask_later(agent, AgentState.LOGGED_OUT, "", request)
        else:
            self._roster.move(agent, AgentTrigger.LOG_OUT, request)

    def _go_ready(self, request: GoReady) -> None:
        agent = self._logged_in(request.agent_id)
        if agent.desk is DeskState.CUT_OFF:
            raise RequestRefused("connection_lost", "the desk has no live connection: open it again first")
        if agent.state is AgentState.READY and agent.next_state is None:
            raise RequestRefused("already_ready", "this agent is ready")
        if agent.has_to_tell_before(request):
            raise RequestRefused("disposition_required", "say first what came of the contact")
        if agent.state is AgentState.READY or agent.state in BUSY_STATES:
            self._roster.ask_later(agent, None, "", request)
        else:
            agent.next_state, agent.next_reason = None, ""
            self._roster.move(agent, AgentTrigger.GO_READY, request)

    def _go_not_ready(self, request: GoNotReady) -> None:
        agent = self._logged_in(request.agent_id)
        if request.reason not in self._not_ready_reasons:
            allowed = ", ".join(self._not_ready_reasons)
            raise RequestRefused("unknown_reason", f"{request.reason!r} is none of: {allowed}")
        if agent.is_bound and agent.state is not AgentState.NOT_READY:
            self._roster.ask_later(agent, AgentState.NOT_READY, request.reason, request)
        else:
            self._roster.move(agent, AgentTrigger.GO_NOT_READY, request, request.reason)

    def _logged_in(self, agent_id: AgentId) -> Agent:
        agent = self._roster.named(agent_id)
        if agent.state is AgentState.LOGGED_OUT:
            raise RequestRefused("not_logged_in", f"{agent_id} is logged out")
        return agent

    def _restore(self, request: RestoreAgent) -> None:
        """Take up the state of the run before; whoever was busy is ready, until a talk is adopted.

        Who had asked to pause or leave after the contact is not ready, and the wish outlives an adopted talk.
        Who was kept from offers for a while comes back when that is over.
        """
        agent = self._roster.named(request.agent_id)
        if agent.state is not AgentState.LOGGED_OUT:
            return  # logged in anew already
        agent.extension = request.extension
        agent.standing_leg = _standing_leg(agent, request)
        reason = request.next_reason or request.reason or JUST_LOGGED_IN
        if request.state is AgentState.NOT_READY and request.until_us:
            self._misses.restore(agent, reason, request)
            return
        self._roster.move(agent, AgentTrigger.LOG_IN, request, reason)
        if request.state is not AgentState.NOT_READY and request.next_state is None:
            self._roster.move(agent, AgentTrigger.GO_READY, request)
        if request.next_state is not None:
            agent.next_state, agent.next_reason = request.next_state, request.next_reason


def _standing_leg(agent: Agent, request: LogIn | RestoreAgent) -> StandingLeg | None:
    """Return the leg of an agent who shall have a standing one; it is not up yet."""
    return StandingLeg() if request.standing or agent.profile.standing else None

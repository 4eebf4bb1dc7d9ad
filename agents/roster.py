"""The roster: every agent's state, changed only along the `AGENT` table, and the wishes of their desks.

Routing proposes (`OfferMade`), the roster locks the agent, pops the record and says `AgentReserved`, in
this order, so the record is on the screen before the phone can ring. A wish to pause or to leave during
a contact is kept as `next_state` and granted when the contact is over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agents.screenpop import screen_pop
from core.contacts import ContactBook
from core.engine import Engine
from core.kernel.errors import RequestRefused
from core.model.agent import AGENT, BUSY_STATES, AgentProfile, AgentState, AgentTrigger
from core.model.causes import RingOutcome
from core.model.commands import ClearScreen, ShowAgentState
from core.model.contact import ContactState
from core.model.events import (
    AgentReserved,
    AgentStateChanged,
    ContactAdopted,
    ContactConnected,
    OfferFailed,
    OfferMade,
    OfferWithdrawn,
    TalkEnded,
)
from core.model.ids import AgentId
from core.model.message import Event
from core.model.requests import GoNotReady, GoReady, LogIn, LogOut, RestoreAgent

JUST_LOGGED_IN = "logged_in"

MISSED_REASONS: Mapping[RingOutcome, str] = {
    RingOutcome.NO_ANSWER: "rona",
    RingOutcome.BUSY: "phone_busy",
    RingOutcome.REJECTED: "rejected",
    RingOutcome.UNREACHABLE: "phone_unreachable",
}
"""Why an agent is not ready after an offer failed; `LOST` is missing: the agent stays ready."""

LEGAL: Mapping[AgentState, tuple[str, ...]] = {
    AgentState.LOGGED_OUT: ("LogIn",),
    AgentState.NOT_READY: ("GoReady", "GoNotReady", "LogOut"),
    AgentState.READY: ("GoNotReady", "LogOut"),
    AgentState.RESERVED: ("RejectOffer", "GoNotReady", "GoReady", "LogOut"),
    AgentState.ON_CONTACT: ("HangUpContact", "GoNotReady", "GoReady", "LogOut"),
    AgentState.WRAP_UP: ("FinishWrapUp", "GoReady", "GoNotReady", "LogOut"),
}
"""What a desk may offer its agent in each state, so that no illegal button can be pressed."""

_FINISH: Mapping[AgentState | None, AgentTrigger] = {
    None: AgentTrigger.FINISH,
    AgentState.NOT_READY: AgentTrigger.FINISH_NOT_READY,
    AgentState.LOGGED_OUT: AgentTrigger.FINISH_LOGGED_OUT,
}

_MISS: Mapping[AgentState | None, AgentTrigger] = {
    None: AgentTrigger.MISS,
    AgentState.NOT_READY: AgentTrigger.MISS,
    AgentState.LOGGED_OUT: AgentTrigger.FINISH_LOGGED_OUT,
}
_RELEASE: Mapping[AgentState | None, AgentTrigger] = {**_MISS, None: AgentTrigger.RELEASE}
"""Where an agent goes whose offer came to nothing, by the state asked for meanwhile."""


@dataclass(slots=True, kw_only=True)
class Agent:
    """One agent at work; `state` changes only through `AGENT`."""

    profile: AgentProfile
    state: AgentState = AGENT.start
    reason: str = ""
    since_us: int = 0
    extension: str = ""
    next_state: AgentState | None = None
    next_reason: str = ""
    contact_id: str = ""


class Roster:
    """The feature that owns the agents' states."""

    def __init__(
        self,
        engine: Engine,
        contacts: ContactBook,
        profiles: Mapping[AgentId, AgentProfile],
        not_ready_reasons: tuple[str, ...],
    ) -> None:
        self._engine = engine
        self._contacts = contacts
        self._agents = {agent_id: Agent(profile=profile) for agent_id, profile in profiles.items()}
        self._not_ready_reasons = not_ready_reasons
        engine.serve(LogIn, self._log_in)
        engine.serve(LogOut, self._log_out)
        engine.serve(GoReady, self._go_ready)
        engine.serve(GoNotReady, self._go_not_ready)
        engine.serve(RestoreAgent, self._restore)
        engine.subscribe(OfferMade, self._reserve)
        engine.subscribe(OfferFailed, self._missed)
        engine.subscribe(OfferWithdrawn, self._released)
        engine.subscribe(ContactConnected, self._connected)
        engine.subscribe(ContactAdopted, self._adopted)
        engine.subscribe(TalkEnded, self._talk_ended)

    def _agent(self, agent_id: AgentId) -> Agent:
        try:
            return self._agents[agent_id]
        except KeyError:
            raise RequestRefused("unknown_agent", f"there is no agent {agent_id!r}") from None

    def finish(self, agent_id: AgentId, why: Event) -> None:
        """End the agent's wrap-up: on to the state asked for meanwhile, or ready.

        Somebody who left the configuration while a talk went on over a restart is ignored.
        """
        agent = self._agents.get(agent_id)
        if agent is not None:
            agent.contact_id = ""
            self._move(agent, _FINISH[agent.next_state], why, agent.next_reason)

    # --- wishes --------------------------------------------------------------------------------

    def _log_in(self, request: LogIn) -> None:
        agent = self._agent(request.agent_id)
        if agent.state is not AgentState.LOGGED_OUT:
            raise RequestRefused("already_logged_in", f"{request.agent_id} works at {agent.extension}")
        holder = next((a for a in self._agents.values() if a.extension == request.extension), None)
        if holder is not None:
            raise RequestRefused(
                "extension_in_use", f"{request.extension} is used by {holder.profile.agent_id}"
            )
        agent.extension = request.extension
        self._move(agent, AgentTrigger.LOG_IN, request, JUST_LOGGED_IN)

    def _log_out(self, request: LogOut) -> None:
        agent = self._logged_in(request.agent_id)
        if agent.state in BUSY_STATES:
            self._ask_later(agent, AgentState.LOGGED_OUT, "", request)
        else:
            self._move(agent, AgentTrigger.LOG_OUT, request)

    def _go_ready(self, request: GoReady) -> None:
        agent = self._logged_in(request.agent_id)
        if agent.state is AgentState.READY:
            raise RequestRefused("already_ready", "this agent is ready")
        if agent.state in BUSY_STATES:
            self._ask_later(agent, None, "", request)
        else:
            self._move(agent, AgentTrigger.GO_READY, request)

    def _go_not_ready(self, request: GoNotReady) -> None:
        agent = self._logged_in(request.agent_id)
        if request.reason not in self._not_ready_reasons:
            allowed = ", ".join(self._not_ready_reasons)
            raise RequestRefused("unknown_reason", f"{request.reason!r} is none of: {allowed}")
        if agent.state in BUSY_STATES:
            self._ask_later(agent, AgentState.NOT_READY, request.reason, request)
        else:
            self._move(agent, AgentTrigger.GO_NOT_READY, request, request.reason)

    def _ask_later(self, agent: Agent, state: AgentState | None, reason: str, request: Event) -> None:
        agent.next_state, agent.next_reason = state, reason
        self._tell(agent, agent.state, request)

    def _logged_in(self, agent_id: AgentId) -> Agent:
        agent = self._agent(agent_id)
        if agent.state is AgentState.LOGGED_OUT:
            raise RequestRefused("not_logged_in", f"{agent_id} is logged out")
        return agent

    def _restore(self, request: RestoreAgent) -> None:
        """Take up the state of the run before; whoever was busy is ready, until a talk is adopted.

        Who had asked to pause or leave after the contact is not ready, and the wish outlives an adopted talk.
        """
        agent = self._agent(request.agent_id)
        if agent.state is not AgentState.LOGGED_OUT:
            return  # logged in anew already
        agent.extension = request.extension
        reason = request.next_reason or request.reason or JUST_LOGGED_IN
        self._move(agent, AgentTrigger.LOG_IN, request, reason)
        if request.state is not AgentState.NOT_READY and request.next_state is None:
            self._move(agent, AgentTrigger.GO_READY, request)
        agent.next_state, agent.next_reason = request.next_state, request.next_reason

    # --- offers and talks --------------------------------------------------------------------------

    def _reserve(self, event: OfferMade) -> None:
        agent = self._agents[event.agent_id]
        contact = self._contacts.get(event.contact_id)
        if agent.state is not AgentState.READY or contact is None:
            self._engine.publish(
                OfferWithdrawn(
                    at_us=event.at_us,
                    cause_id=event.cause_id,
                    contact_id=event.contact_id,
                    offer_id=event.offer_id,
                    agent_id=event.agent_id,
                    reason="agent_not_ready" if contact else "caller_left",
                )
            )
            return
        agent.contact_id = event.contact_id
        self._move(agent, AgentTrigger.RESERVE, event)
        self._engine.send_first(screen_pop(event, contact))
        self._engine.publish(
            AgentReserved(
                at_us=event.at_us,
                cause_id=event.cause_id,
                contact_id=event.contact_id,
                offer_id=event.offer_id,
                agent_id=event.agent_id,
                extension=agent.extension,
            )
        )

    def _missed(self, event: OfferFailed) -> None:
        agent = self._agents[event.agent_id]
        reason = MISSED_REASONS.get(event.outcome)
        if reason is None:
            self._free(agent, event)
        else:
            self._clear(agent, event)
            self._move(agent, _MISS[agent.next_state], event, reason)

    def _released(self, event: OfferWithdrawn) -> None:
        agent = self._agents[event.agent_id]
        if agent.state is AgentState.RESERVED and agent.contact_id == event.contact_id:
            self._free(agent, event)

    def _free(self, agent: Agent, event: OfferFailed | OfferWithdrawn) -> None:
        """The offer came to nothing and the agent is not to blame."""
        self._clear(agent, event)
        self._move(agent, _RELEASE[agent.next_state], event, agent.next_reason)

    def _clear(self, agent: Agent, event: OfferFailed | OfferWithdrawn) -> None:
        agent.contact_id = ""
        self._engine.send(ClearScreen(agent_id=event.agent_id, contact_id=event.contact_id))

    def _connected(self, event: ContactConnected) -> None:
        self._move(self._agents[event.agent_id], AgentTrigger.CONNECT, event)

    def _adopted(self, event: ContactAdopted) -> None:
        contact = self._contacts.get(event.contact_id)
        if contact is None or event.state is not ContactState.CONNECTED:
            return
        agent = self._agents.get(contact.agent_id) if contact.agent_id else None
        if agent is None:
            return  # a talk of somebody who is no agent of this configuration any more
        agent.contact_id = event.contact_id
        if agent.state is AgentState.LOGGED_OUT:
            self._move(agent, AgentTrigger.LOG_IN, event, JUST_LOGGED_IN)
            # The ledger lost the log-in, and with it the address of the phone.
            agent.next_state = AgentState.LOGGED_OUT
        self._move(agent, AgentTrigger.CONNECT, event)

    def _talk_ended(self, event: TalkEnded) -> None:
        agent = self._agents.get(event.agent_id)
        if agent is not None:
            self._move(agent, AgentTrigger.TALK_END, event)

    # --- the one door to a state --------------------------------------------------------------------

    def _move(self, agent: Agent, trigger: AgentTrigger, why: Event, reason: str = "") -> None:
        old = agent.state
        agent.state = AGENT.after(old, trigger)
        agent.reason, agent.since_us = reason, why.at_us
        if agent.state not in BUSY_STATES:
            agent.next_state, agent.next_reason = None, ""
        self._tell(agent, old, why)
        if agent.state is AgentState.LOGGED_OUT:
            agent.extension = ""

    def _tell(self, agent: Agent, old: AgentState, why: Event) -> None:
        self._engine.publish(
            AgentStateChanged(
                at_us=why.at_us,
                cause_id=why.cause_id,
                agent_id=agent.profile.agent_id,
                old=old,
                new=agent.state,
                reason=agent.reason,
                extension=agent.extension,
                next_state=agent.next_state,
                next_reason=agent.next_reason,
            )
        )
        self._engine.send(
            ShowAgentState(
                agent_id=agent.profile.agent_id,
                state=agent.state,
                reason=agent.reason,
                since_us=agent.since_us,
                legal=LEGAL[agent.state],
                contact_id=agent.contact_id,
            )
        )

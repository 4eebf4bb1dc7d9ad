"""The roster: every agent, and the one door to an agent's state.

States change only along the `AGENT` table, and each change is told at once: to routing and the ledger as
`AgentStateChanged`, to the desk as `ShowAgentState`. Who wants a change, and why, is for others to say:
`wishes` for the person, `reservations` for calls, `misses` for offers in vain, `wrap_up`, `workload`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from agents.agent import Agent, WorkRules
from core.engine import Engine
from core.kernel.errors import RequestRefused
from core.kernel.record import replace
from core.model.agent import AGENT, AgentProfile, AgentState, AgentTrigger
from core.model.commands import ShowAgentState, WorkShown
from core.model.control import ConversationChanged
from core.model.events import AgentStateChanged
from core.model.ids import AgentId
from core.model.message import Event
from core.model.requests import AgentRequest

_FINISH: Mapping[AgentState | None, AgentTrigger] = {
    None: AgentTrigger.FINISH,
    AgentState.NOT_READY: AgentTrigger.FINISH_NOT_READY,
    AgentState.LOGGED_OUT: AgentTrigger.FINISH_LOGGED_OUT,
}
_LEAVE: Mapping[AgentState, AgentTrigger] = {
    AgentState.NOT_READY: AgentTrigger.GO_NOT_READY,
    AgentState.LOGGED_OUT: AgentTrigger.LOG_OUT,
}
"""How an agent comes to the state it asked for, from the end of a wrap-up or of other work."""


class Roster:
    """All agents by id."""

    def __init__(
        self,
        engine: Engine,
        profiles: Mapping[AgentId, AgentProfile],
        rules: WorkRules | None = None,
        dialing: Collection[AgentId] = (),
        answers: bool = False,
    ) -> None:
        """Take all of `profiles`; those of `dialing` may call numbers of their own.

        Phones that ring can be answered from the desk where `answers`.
        """
        self._engine = engine
        everybody = rules or WorkRules()
        self._agents = {
            agent_id: Agent(profile=profile, rules=everybody, dials=agent_id in dialing, answers=answers)
            for agent_id, profile in profiles.items()
        }

    def __iter__(self) -> Iterator[Agent]:
        return iter(self._agents.values())

    def __getitem__(self, agent_id: AgentId) -> Agent:
        """Return an agent that routing chose."""
        return self._agents[agent_id]

    def find(self, agent_id: AgentId | None) -> Agent | None:
        """Return the agent, None where the configuration does not know it (any more)."""
        return self._agents.get(agent_id) if agent_id is not None else None

    def named(self, agent_id: AgentId) -> Agent:
        """Return the agent that a request names; refuse where there is none."""
        try:
            return self._agents[agent_id]
        except KeyError:
            raise RequestRefused("unknown_agent", f"there is no agent {agent_id!r}") from None

    # --- the one door to a state --------------------------------------------------------------------

    def move(
        self, agent: Agent, trigger: AgentTrigger, why: Event, reason: str = "", until_us: int = 0
    ) -> None:
        """Change the agent's state, until `until_us` where that is known, and tell everybody."""
        old = agent.state
        agent.state = new = AGENT.after(old, trigger)
        if agent.next_state is None:
            _note_asker(agent, why)
        agent.reason, agent.since_us, agent.until_us = reason, why.at_us, until_us
        if new is AgentState.READY:
            agent.shut = False
        if new is not AgentState.ON_CONTACT:
            agent.talk = None
        if agent.next_state is not None and not agent.is_bound:
            agent.next_state, agent.next_reason = None, ""
        self.tell(agent, why, old)
        if new is AgentState.LOGGED_OUT:
            agent.extension = ""

    def ask_later(self, agent: Agent, state: AgentState | None, reason: str, why: Event) -> None:
        """Keep in mind where the agent goes when all is done that is in hand."""
        agent.next_state, agent.next_reason = state, reason
        _note_asker(agent, why)
        self.tell(agent, why)

    def finish(self, agent: Agent, why: Event) -> None:
        """End the agent's wrap-up: on to the state asked for meanwhile, or ready.

        Whoever has other work to finish first is ready, and yet offered nothing more.
        """
        agent.contact_id = ""
        if agent.has_work_to_finish:
            self.move(agent, AgentTrigger.FINISH, why)
        else:
            self.move(agent, _FINISH[agent.next_state], why, agent.next_reason)

    def settle(self, agent: Agent, why: Event) -> None:
        """Let an agent whose hands are free by now go where it asked to, or tell what it may have next."""
        if agent.next_state is not None and not agent.is_bound:
            self.move(agent, _LEAVE[agent.next_state], why, agent.next_reason)
        else:
            self.tell(agent, why)

    def tell(self, agent: Agent, why: Event, old: AgentState | None = None) -> None:
        """Tell how it stands with the agent, who was `old` before (None: the same)."""
        self._engine.publish(
            AgentStateChanged(
                at_us=why.at_us,
                cause_id=why.cause_id,
                agent_id=agent.profile.agent_id,
                old=old or agent.state,
                new=agent.state,
                reason=agent.reason,
                extension=agent.extension,
                next_state=agent.next_state,
                next_reason=agent.next_reason,
                until_us=agent.until_us,
                channels=agent.open_channels(),
                standing=agent.standing if agent.standing_leg is not None else None,
                asked_by=agent.asked_by,
                because=agent.because,
                desk=agent.desk,
            )
        )
        self.show(agent)

    def show(self, agent: Agent) -> None:
        """Show the agent's desk how it stands."""
        talk = agent.talk
        shown = ShowAgentState(
            agent_id=agent.profile.agent_id,
            state=agent.state,
            reason=agent.reason,
            since_us=agent.since_us,
            legal=agent.legal(),
            contact_id=agent.contact_id,
            until_us=agent.until_us,
            next_state=agent.next_state,
            asked_by=agent.asked_by,
            because=agent.because,
            work=_shown(agent) if agent.work else (),
            standing=agent.standing if agent.standing_leg is not None else None,
            owes_result=agent.owes_result and agent.has_to_tell,
        )
        # Rarely so, and by itself: CPython 3.11 makes a struct of more than 15 keywords slowly.
        if talk is not None and (talk.on_hold or talk.is_muted or talk.parties or talk.undone):
            shown = _with_talk(shown, talk)
        self._engine.send(shown)


def _with_talk(shown: ShowAgentState, talk: ConversationChanged) -> ShowAgentState:
    """Return what is shown of a call that has more to tell than that it goes on."""
    return replace(
        shown, on_hold=talk.on_hold, is_muted=talk.is_muted, parties=talk.parties, undone=talk.undone
    )


def _note_asker(agent: Agent, why: Event) -> None:
    """Keep in mind who asked in the agent's place for the state it is in or comes to."""
    agent.asked_by = agent.because = ""
    if isinstance(why, AgentRequest):
        agent.asked_by, agent.because = why.asked_by, why.because


def _shown(agent: Agent) -> tuple[WorkShown, ...]:
    return tuple(
        WorkShown(
            contact_id=work.contact_id,
            channel=work.channel,
            offer_id=work.offer_id,
            version=work.version,
            in_hand=work.in_hand,
        )
        for work in agent.work.values()
    )

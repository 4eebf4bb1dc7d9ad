"""The call in hand as its agent's desk shows it: on hold, muted, with whom else, and what can be done."""

from __future__ import annotations

from agents.roster import Roster
from core.engine import Engine
from core.model.agent import AgentState
from core.model.control import ConversationChanged


class Conversations:
    """The feature that shows agents how it stands with their calls. Built after the `Reservations`."""

    def __init__(self, engine: Engine, roster: Roster) -> None:
        self._roster = roster
        engine.subscribe(ConversationChanged, self._changed)

    def _changed(self, event: ConversationChanged) -> None:
        agent = self._roster.find(event.agent_id)
        if agent is None or agent.state is not AgentState.ON_CONTACT or agent.contact_id != event.contact_id:
            return
        agent.talk = event
        self._roster.show(agent)

"""Who could take a call now: whom calls may be passed on to, and which supervisor may take a talk over."""

from __future__ import annotations

from core.engine import Engine
from core.model.contact import VOICE
from core.model.events import AgentStateChanged
from core.model.ids import AgentId


class FreeAgents:
    """The feature that knows them, by what was told last of each agent."""

    def __init__(self, engine: Engine) -> None:
        self._channels: dict[AgentId, tuple[str, ...]] = {}
        engine.subscribe(AgentStateChanged, self._agent_changed)

    def __contains__(self, agent_id: AgentId) -> bool:
        return VOICE in self._channels.get(agent_id, ())

    def _agent_changed(self, event: AgentStateChanged) -> None:
        self._channels[event.agent_id] = event.channels

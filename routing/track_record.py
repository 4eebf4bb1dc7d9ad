"""What is counted of each agent since log-in, for choosing among the idle: a fold of events.

How long the agent worked and waited for work, how many contacts were connected, when one was offered last.
All of it changes before the agent is seen to be ready, so it stays as it is while the agent is idle. After a
restart of ours, as after a log-in, it begins anew.
"""

from __future__ import annotations

from core.engine import Engine
from core.kernel.record import Entity
from core.model.agent import AgentState
from core.model.events import AgentStateChanged, ContactConnected, OfferMade
from core.model.ids import AgentId
from core.model.quality import PPM
from routing.rules import Rulebook
from routing.scores import BY_RECORD

_HANDLING = frozenset({AgentState.RESERVED, AgentState.ON_CONTACT, AgentState.WRAP_UP})


class Shift(Entity, kw_only=True):
    """An agent since log-in. `handling_us` and `ready_us` do not count the state that lasts still."""

    state: AgentState
    since_us: int
    offered_us: int
    handling_us: int = 0
    ready_us: int = 0
    contacts: int = 0


class TrackRecords:
    """The feature that keeps the record of each agent, where any tier's strategy asks for it.

    MUST hear of agents before the `Router` does.
    """

    def __init__(self, engine: Engine, rulebook: Rulebook) -> None:
        self._shifts: dict[AgentId, Shift] = {}
        if not rulebook.chooses_by_any(BY_RECORD):
            return
        engine.subscribe(AgentStateChanged, self._agent_changed)
        engine.subscribe(OfferMade, self._offered)
        engine.subscribe(ContactConnected, self._connected)

    # --- reading ---------------------------------------------------------------------------------

    def idle_since_us(self, agent_id: AgentId) -> int:
        """Return the instant from which the agent has been in the present state."""
        return self._shifts[agent_id].since_us

    def offered_us(self, agent_id: AgentId) -> int:
        """Return the instant of the last offer, or of the log-in where none was made since."""
        return self._shifts[agent_id].offered_us

    def contacts(self, agent_id: AgentId) -> int:
        """Return how many contacts were connected since log-in."""
        return self._shifts[agent_id].contacts

    def occupancy_ppm(self, agent_id: AgentId) -> int:
        """Return the share of working time spent on contacts since log-in, in millionths; breaks are out."""
        shift = self._shifts[agent_id]
        worked_us = shift.handling_us + shift.ready_us
        return shift.handling_us * PPM // worked_us if worked_us else 0

    # --- folding ---------------------------------------------------------------------------------

    def _agent_changed(self, event: AgentStateChanged) -> None:
        shift = self._shifts.get(event.agent_id)
        if event.new is AgentState.LOGGED_OUT:
            self._shifts.pop(event.agent_id, None)
        elif shift is None:
            self._shifts[event.agent_id] = Shift(
                state=event.new, since_us=event.at_us, offered_us=event.at_us
            )
        elif event.new is not shift.state:
            _count(shift, event.at_us - shift.since_us)
            shift.state, shift.since_us = event.new, event.at_us

    def _offered(self, event: OfferMade) -> None:
        self._shifts[event.agent_id].offered_us = event.at_us

    def _connected(self, event: ContactConnected) -> None:
        self._shifts[event.agent_id].contacts += 1


def _count(shift: Shift, lasted_us: int) -> None:
    """Count how long the state lasted that ends now."""
    if shift.state in _HANDLING:
        shift.handling_us += lasted_us
    elif shift.state is AgentState.READY:
        shift.ready_us += lasted_us

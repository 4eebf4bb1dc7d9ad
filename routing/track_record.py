"""What is counted of each agent, for choosing among the idle: a fold of events.

Since log-in: how long the agent worked and waited for work, how many contacts were connected, when one was
offered last. Beyond log-out: how long contacts of each skill took. All of it changes before the agent is seen
to be ready, so it stays as it is while the agent is idle. A restart of ours begins anew.
"""

from __future__ import annotations

from typing import NamedTuple

from core.engine import Engine
from core.kernel.record import Entity
from core.model.agent import AgentState
from core.model.events import AgentStateChanged, ContactClosed, ContactConnected, OfferMade
from core.model.ids import AgentId, ContactId
from routing.rules import QueueRules, Queues

MILLION = 1_000_000
PRIOR_CONTACTS = 5
"""How many contacts of the agent's own weigh as much as what is expected of everybody."""
PACE_MEMORY = 200
"""An agent's pace is that of the last few hundred contacts: people learn, and products change."""

_HANDLING = frozenset({AgentState.RESERVED, AgentState.ON_CONTACT, AgentState.WRAP_UP})


class Shift(Entity, kw_only=True):
    """An agent since log-in. `handling_us` and `ready_us` do not count the state that lasts still."""

    state: AgentState
    since_us: int
    offered_us: int
    handling_us: int = 0
    ready_us: int = 0
    contacts: int = 0


class Pace(Entity):
    """How long an agent took for the contacts of a skill, talk and wrap-up together."""

    count: int = 0
    total_us: int = 0

    def add(self, handled_us: int) -> None:
        """Count one contact; what lies far back fades."""
        if self.count == 2 * PACE_MEMORY:
            self.count //= 2
            self.total_us //= 2
        self.count += 1
        self.total_us += handled_us

    def mean_us(self, expected_us: int) -> int:
        """Return the mean, drawn towards what is expected as long as few contacts are known."""
        return (PRIOR_CONTACTS * expected_us + self.total_us) // (PRIOR_CONTACTS + self.count)


class _Talk(NamedTuple):
    agent_id: AgentId
    skill: str
    from_us: int


_NO_PACE = Pace()


class TrackRecords:
    """The feature that keeps the record of each agent. MUST hear of agents before the `Router` does."""

    def __init__(self, engine: Engine, queues: Queues) -> None:
        self._queues = queues
        self._shifts: dict[AgentId, Shift] = {}
        self._paces: dict[tuple[AgentId, str], Pace] = {}
        self._talks: dict[ContactId, _Talk] = {}
        engine.subscribe(AgentStateChanged, self._agent_changed)
        engine.subscribe(OfferMade, self._offered)
        engine.subscribe(ContactConnected, self._connected)
        engine.subscribe(ContactClosed, self._closed)

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
        return shift.handling_us * MILLION // worked_us if worked_us else 0

    def handle_us(self, agent_id: AgentId, queue: QueueRules) -> int:
        """Return how long the agent is thought to take for a contact of `queue`."""
        pace = self._paces.get((agent_id, queue.quality_skill), _NO_PACE)
        return pace.mean_us(queue.handle_expected_us)

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
        skill = self._queues[event.queue].quality_skill
        self._talks[event.contact_id] = _Talk(event.agent_id, skill, event.at_us)

    def _closed(self, event: ContactClosed) -> None:
        talk = self._talks.pop(event.contact_id, None)
        if talk is not None:
            pace = self._paces.setdefault((talk.agent_id, talk.skill), Pace())
            pace.add(event.at_us - talk.from_us)


def _count(shift: Shift, lasted_us: int) -> None:
    """Count how long the state lasted that ends now."""
    if shift.state in _HANDLING:
        shift.handling_us += lasted_us
    elif shift.state is AgentState.READY:
        shift.ready_us += lasted_us

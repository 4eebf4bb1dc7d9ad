"""What can be seen of the floor at an instant that tells how long a contact will wait: features, in numbers.

A pure fold of domain events, the same for the running engine, a simulated day, a ledger and a list of calls
(`goldline.estimate`), so that a regression is trained on what it will see. `FEATURES` names what `look`
returns, times in seconds; after them come the lengths of the lines of the queues it was told to watch.

Nothing here rests on configured skills: whom an agent serves is learned from whom it served. Callbacks keep
agents busy, but nobody waits in line for one: they stand in no line here.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from core.kernel.clock import SECOND_US
from core.kernel.record import Entity
from core.model.agent import BUSY_STATES, AgentState
from core.model.callback_events import CallbackBooked, CallbackClosed
from core.model.contact import VOICE
from core.model.events import (
    AgentStateChanged,
    ContactAbandoned,
    ContactConnected,
    ContactDiverted,
    ContactQueued,
    InteractionRecorded,
    StandingChanged,
)
from core.model.ids import AgentId, ContactId, QueueName
from core.model.message import DomainEvent
from routing.recent import LAST_FEW, LAST_MANY, RECENT_US, RecentFlow, RecentLine
from routing.standing import Place

SHORT_US = 300 * SECOND_US
BUSY_LEAST = 0.5
"""Fewer agents at work on a queue are counted as half of one, so that its work has a length."""
LONGEST_S = 3_600.0
"""The cap on every derived wait: beyond an hour a queue's length tells nothing."""
SHARE_WHOLE = 1_000_000
SHARE_STEP = 32
"""By one part in so many each answer moves what an agent is thought to do: about a shift's half."""
HOURS = tuple(range(0, 24, 2))
"""Each hour of the day lies between two of these and counts for both, the nearer the more."""
_NO_HOUR = (0.0,) * len(HOURS)
HOUR_US = 3_600 * SECOND_US

_OWN = {
    "ahead": "contacts further forward in the same line",
    "line": "contacts in it",
    "waited": "how long this contact has waited",
    "last": "the wait of the last served",
    "last_left": "what is left of that",
    "last_age": "how long ago that was",
    "last_few": "the mean wait of the last three",
    "last_many": "the mean wait of the last ten",
    "head": "how long the first in line has waited",
    "mean_waiting": "how long those in line have waited, in the mean",
    "answered_short": "answered in the last five minutes",
    "answered": "answered in the last quarter of an hour",
    "arrived_short": "arrivals of the last five minutes",
    "arrived": "arrivals of the last quarter of an hour",
    "left": "who hung up in line in the last quarter of an hour",
    "gap": "the mean time between the last ten answers",
    "fluid": "gap for each of those ahead",
    "busy": "agents busy, each for the share of the queue in what they serve",
    "ready": "agents idle, in the same way",
    "work": "a talk for each of those ahead and this one, over the agents busy",
}
"""What is seen of the contact's own queue."""
_ALL = {
    "all_waiting": "contacts in all lines",
    "all_head": "the longest wait so far of anybody in line",
    "all_last": "the wait of the last served of any queue",
    "all_last_many": "the mean wait of the last ten",
    "all_busy": "agents busy",
    "all_ready": "agents idle",
    "all_answered_short": "answered in the last five minutes",
    "all_arrived_short": "arrivals of the last five minutes",
    "all_gap": "the mean time between the last ten answers",
    "all_fluid": "gap for each of those in all lines",
}
"""What is seen of all queues."""
FEATURES = (*_OWN, *_ALL, *(f"hour_{hour}" for hour in HOURS))
"""The names of the first features, in order."""


class _Waiting(Entity):
    queue: QueueName
    place: Place
    since_us: int


class _Agent(Entity):
    """An agent at work, what share of whose contacts is of which queue, and the contact's queue and start."""

    shares_ppm: dict[QueueName, int]
    state: AgentState = AgentState.LOGGED_OUT
    queue: QueueName | None = None
    since_us: int = 0


class Outlook:
    """The fold. `time_of_day` tells the microseconds since midnight where the centre is, if that is known."""

    def __init__(
        self, watched: Sequence[QueueName] = (), time_of_day: Callable[[int], int] | None = None
    ) -> None:
        self._watched = tuple(watched)
        self._time_of_day = time_of_day
        self._sequence = 0
        self._callbacks: dict[ContactId, None] = {}
        self._waiting: dict[ContactId, _Waiting] = {}
        self._lines: dict[QueueName, RecentLine] = {}
        self._all = RecentFlow()
        self._agents: dict[AgentId, _Agent] = {}
        self._busy = 0
        self._ready = 0
        self._folds: dict[type[DomainEvent], Callable[[Any], None]] = {
            CallbackBooked: self._callback_booked,
            CallbackClosed: self._callback_closed,
            ContactQueued: self._queued,
            StandingChanged: self._moved,
            ContactConnected: self._connected,
            ContactAbandoned: self._abandoned,
            ContactDiverted: self._gone,
            InteractionRecorded: self._gone,
            AgentStateChanged: self._agent_changed,
        }

    @property
    def told_by(self) -> tuple[type[DomainEvent], ...]:
        """Return the classes of events that change what is seen."""
        return tuple(self._folds)

    def add(self, event: DomainEvent) -> None:
        """Fold one event in; events that change nothing are passed over."""
        fold = self._folds.get(type(event))
        if fold is not None:
            fold(event)

    # --- looking ---------------------------------------------------------------------------------

    def knows(self, queue: QueueName) -> bool:
        """Tell whether enough contacts of `queue` were seen answered for the features to mean something."""
        line = self._lines.get(queue)
        return line is not None and len(line.services) == LAST_MANY

    def waits(self, contact_id: ContactId) -> bool:
        """Tell whether the contact stands in a line."""
        return contact_id in self._waiting

    def look(self, contact_id: ContactId, now_us: int) -> list[float]:
        """Return the features for a contact that stands in line."""
        waiting = self._waiting[contact_id]
        line = self._lines[waiting.queue]
        ahead = bisect_left(line.places, waiting.place)
        return self._features(line, ahead, now_us - waiting.since_us, now_us)

    def look_from(self, queue: QueueName, key_us: int, now_us: int) -> list[float]:
        """Return the features for a contact that would join the line of `queue` at the place `key_us`."""
        line = self._line(queue)
        return self._features(line, bisect_left(line.places, Place(key_us, self._sequence + 1)), 0, now_us)

    def _features(self, line: RecentLine, ahead: int, waited_us: int, now_us: int) -> list[float]:
        return [
            *_of_line(line, ahead, waited_us / SECOND_US, now_us),
            *self._of_floor(now_us),
            *(_hours(self._time_of_day(now_us)) if self._time_of_day else _NO_HOUR),
            *(float(len(self._line(queue).places)) for queue in self._watched),
        ]

    def _of_floor(self, now_us: int) -> tuple[float, ...]:
        """Return `_ALL`, in that order."""
        flow, waiting = self._all, len(self._waiting)
        flow.forget(now_us)
        gap_s = flow.gap_s(now_us)
        return (
            float(waiting),
            max((line.head_s(now_us) for line in self._lines.values()), default=0.0),
            flow.last.waited_us / SECOND_US,
            flow.mean_wait_s(LAST_MANY),
            float(self._busy),
            float(self._ready),
            float(_since(flow.answered, now_us - SHORT_US)),
            float(_since(flow.arrived, now_us - SHORT_US)),
            gap_s,
            min(waiting * gap_s, LONGEST_S),
        )

    # --- folding: contacts -----------------------------------------------------------------------

    def _callback_booked(self, event: CallbackBooked) -> None:
        self._callbacks[event.contact_id] = None

    def _callback_closed(self, event: CallbackClosed) -> None:
        self._callbacks.pop(event.contact_id, None)

    def _queued(self, event: ContactQueued) -> None:
        if event.channel != VOICE:
            return
        self._leave(event.contact_id)
        if event.contact_id in self._callbacks:
            return
        line, at_us = self._line(event.queue), event.at_us
        self._all.arrive(at_us)
        line.arrive(at_us)
        line.queued_us[event.contact_id] = at_us
        line.queued_sum_us += at_us
        self._waiting[event.contact_id] = _Waiting(event.queue, self._stand(line, event.key_us), at_us)

    def _moved(self, event: StandingChanged) -> None:
        waiting = self._waiting.get(event.contact_id)
        if waiting is not None:
            line = self._lines[waiting.queue]
            line.give_up(waiting.place)
            waiting.place = self._stand(line, event.key_us)

    def _stand(self, line: RecentLine, key_us: int) -> Place:
        self._sequence += 1
        place = Place(key_us, self._sequence)
        insort(line.places, place)
        return place

    def _leave(self, contact_id: ContactId) -> _Waiting | None:
        waiting = self._waiting.pop(contact_id, None)
        if waiting is not None:
            line = self._lines[waiting.queue]
            line.give_up(waiting.place)
            line.queued_sum_us -= line.queued_us.pop(contact_id)
        return waiting

    def _abandoned(self, event: ContactAbandoned) -> None:
        waiting = self._leave(event.contact_id)
        if waiting is not None:
            self._lines[waiting.queue].left.append(event.at_us)

    def _gone(self, event: ContactDiverted | InteractionRecorded) -> None:
        self._leave(event.contact_id)

    def _connected(self, event: ContactConnected) -> None:
        if event.channel != VOICE:
            return
        self._leave(event.contact_id)
        line = self._line(event.queue)
        if event.contact_id not in self._callbacks:
            line.serve(event.at_us, event.waited_us)
            self._all.serve(event.at_us, event.waited_us)
        agent = self._agent(event.agent_id)
        agent.queue, agent.since_us = event.queue, event.at_us
        self._count(agent, -1)
        _learn(agent.shares_ppm, event.queue)
        self._count(agent, +1)

    def _line(self, queue: QueueName) -> RecentLine:
        if queue not in self._lines:
            self._lines[queue] = RecentLine()
        return self._lines[queue]

    # --- folding: agents -------------------------------------------------------------------------

    def _agent(self, agent_id: AgentId) -> _Agent:
        if agent_id not in self._agents:
            self._agents[agent_id] = _Agent({})
        return self._agents[agent_id]

    def _agent_changed(self, event: AgentStateChanged) -> None:
        agent = self._agent(event.agent_id)
        if agent.queue is not None and event.new not in BUSY_STATES:
            self._line(agent.queue).handled_us.append(event.at_us - agent.since_us)
            agent.queue = None
        self._count(agent, -1)
        agent.state = event.new
        self._count(agent, +1)

    def _count(self, agent: _Agent, by: int) -> None:
        """Add what the agent does in its state to the totals, or take it away."""
        if agent.state is AgentState.READY:
            self._ready += by
            for queue, share_ppm in agent.shares_ppm.items():
                self._lines[queue].ready_ppm += by * share_ppm
        elif agent.state in BUSY_STATES:
            self._busy += by
            for queue, share_ppm in agent.shares_ppm.items():
                self._lines[queue].busy_ppm += by * share_ppm


def _learn(shares_ppm: dict[QueueName, int], queue: QueueName) -> None:
    """Move the shares a step towards `queue`; the first contact of an agent tells all there is."""
    if not shares_ppm:
        shares_ppm[queue] = SHARE_WHOLE
        return
    given_up = 0
    for name, share_ppm in shares_ppm.items():
        shares_ppm[name] = share_ppm - share_ppm // SHARE_STEP
        given_up += share_ppm // SHARE_STEP
    shares_ppm[queue] = shares_ppm.get(queue, 0) + given_up


def _of_line(line: RecentLine, ahead: int, waited_s: float, now_us: int) -> tuple[float, ...]:
    """Return `_OWN`, in that order."""
    line.forget(now_us)
    last_s = line.last.waited_us / SECOND_US
    gap_s = line.gap_s(now_us)
    busy = line.busy_ppm / SHARE_WHOLE
    return (
        float(ahead),
        float(len(line.places)),
        waited_s,
        last_s,
        max(last_s - waited_s, 0.0),
        min(now_us - line.last.at_us, RECENT_US) / SECOND_US,
        line.mean_wait_s(LAST_FEW),
        line.mean_wait_s(LAST_MANY),
        line.head_s(now_us),
        line.mean_waiting_s(now_us),
        float(_since(line.answered, now_us - SHORT_US)),
        float(len(line.answered)),
        float(_since(line.arrived, now_us - SHORT_US)),
        float(len(line.arrived)),
        float(len(line.left)),
        gap_s,
        min(ahead * gap_s, LONGEST_S),
        busy,
        line.ready_ppm / SHARE_WHOLE,
        min((ahead + 1) * line.mean_handle_s() / max(busy, BUSY_LEAST), LONGEST_S),
    )


def _since(instants: deque[int], since_us: int) -> int:
    return len(instants) - bisect_left(instants, since_us)


def _hours(day_us: int) -> list[float]:
    """Return how near the time of day is to each of `HOURS`: piecewise linear, so the same everywhere."""
    step = HOURS[1] - HOURS[0]
    before, rest = divmod(day_us / HOUR_US, step)
    near = [0.0] * len(HOURS)
    near[int(before)] = 1.0 - rest / step
    near[(int(before) + 1) % len(HOURS)] = rest / step
    return near

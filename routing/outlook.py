"""What can be seen of the floor at an instant that tells how long a contact will wait: features, in numbers.

A pure fold of domain events, the same for the running engine, a simulated day, a ledger and a list of calls
(`goldline.estimate`), so that a regression is trained on what it will see. `FEATURES` names what `look`
returns, times in seconds; after them come the lengths of the lines of the queues it was told to watch.

Nothing here rests on configured skills: whom an agent serves is learned from whom it served.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from core.kernel.clock import SECOND_US
from core.kernel.record import Entity
from core.model.agent import BUSY_STATES, AgentState
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

RECENT_US = 900 * SECOND_US
"""How far back answers and arrivals are counted; also the cap on how old the last answer can be."""
SHORT_US = 300 * SECOND_US
LAST_MANY = 10
"""Answers whose waits and distances are averaged."""
HANDLED_MANY = 50
"""Talks whose length is averaged."""
LONGEST_S = 3_600.0
"""The cap on every derived wait: beyond an hour a queue's length tells nothing."""
SHARE_WHOLE = 1_000_000
SHARE_STEP = 32
"""By one part in so many each answer moves what an agent is thought to do: about a shift's half."""
HOURS = tuple(range(0, 24, 2))
"""Each hour of the day lies between two of these and counts for both, the nearer the more."""
_NO_HOUR = (0.0,) * len(HOURS)
HOUR_US = 3_600 * SECOND_US

_OWN = (
    "ahead",
    "line",
    "waited",
    "last",
    "last_left",
    "last_age",
    "last_few",
    "last_many",
    "head",
    "mean_waiting",
    "answered_short",
    "answered",
    "arrived_short",
    "arrived",
    "left",
    "gap",
    "fluid",
    "busy",
    "ready",
    "work",
)
_ALL = (
    "all_waiting",
    "all_head",
    "all_last",
    "all_last_many",
    "all_busy",
    "all_ready",
    "all_answered_short",
    "all_arrived_short",
    "all_gap",
    "all_fluid",
)
FEATURES = (*_OWN, *_ALL, *(f"hour_{hour}" for hour in HOURS))
"""The names of the first features, in order."""


class Service(NamedTuple):
    """A contact entered service."""

    at_us: int
    waited_us: int


class _Flow:
    """What lately passed through a line, or through all of them."""

    def __init__(self) -> None:
        self.last = Service(0, 0)
        self.services: deque[Service] = deque(maxlen=LAST_MANY)
        self.answered: deque[int] = deque()
        self.arrived: deque[int] = deque()
        self.left: deque[int] = deque()

    def serve(self, at_us: int, waited_us: int) -> None:
        self.last = Service(at_us, waited_us)
        self.services.append(self.last)
        self.answered.append(at_us)

    def forget(self, now_us: int) -> None:
        since_us = now_us - RECENT_US
        for instants in (self.answered, self.arrived, self.left):
            while instants and instants[0] < since_us:
                instants.popleft()

    def gap_s(self, now_us: int) -> float:
        """Return the mean time between the last answers, up to now."""
        if not self.services:
            return RECENT_US / SECOND_US
        gap_us = (now_us - self.services[0].at_us) / len(self.services)
        return min(gap_us, RECENT_US) / SECOND_US

    def mean_wait_s(self, count: int) -> float:
        """Return the mean wait of the last `count` that were answered."""
        if not self.services:
            return 0.0
        last = list(self.services)[-count:]
        return sum(service.waited_us for service in last) / len(last) / SECOND_US


class _Line(_Flow):
    """One queue: who stands in it, and how much of the agents' work it is, in millionths of an agent."""

    def __init__(self) -> None:
        super().__init__()
        self.places: list[tuple[int, int]] = []
        self.queued_us: dict[ContactId, int] = {}
        self.queued_sum_us = 0
        self.busy_ppm = 0
        self.ready_ppm = 0
        self.handled_us: deque[int] = deque(maxlen=HANDLED_MANY)


class _Waiting(Entity):
    queue: QueueName
    place: tuple[int, int]
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
        self._waiting: dict[ContactId, _Waiting] = {}
        self._lines: dict[QueueName, _Line] = {}
        self._all = _Flow()
        self._agents: dict[AgentId, _Agent] = {}
        self._busy = 0
        self._ready = 0
        self._folds: dict[type, Callable[[Any], None]] = {
            ContactQueued: self._queued,
            StandingChanged: self._moved,
            ContactConnected: self._connected,
            ContactAbandoned: self._abandoned,
            ContactDiverted: self._gone,
            InteractionRecorded: self._gone,
            AgentStateChanged: self._agent_changed,
        }

    @property
    def told_by(self) -> tuple[type, ...]:
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
        return self._features(line, bisect_left(line.places, (key_us, self._sequence + 1)), 0, now_us)

    def _features(self, line: _Line, ahead: int, waited_us: int, now_us: int) -> list[float]:
        everything = self._all
        line.forget(now_us)
        everything.forget(now_us)
        waited_s = waited_us / SECOND_US
        last_s = line.last.waited_us / SECOND_US
        gap_s, all_gap_s = line.gap_s(now_us), everything.gap_s(now_us)
        busy = line.busy_ppm / SHARE_WHOLE
        length = len(line.places)
        handle_s = sum(line.handled_us) / len(line.handled_us) / SECOND_US if line.handled_us else 0.0
        short_us = now_us - SHORT_US
        return [
            float(ahead),
            float(length),
            waited_s,
            last_s,
            max(last_s - waited_s, 0.0),
            min(now_us - line.last.at_us, RECENT_US) / SECOND_US,
            line.mean_wait_s(3),
            line.mean_wait_s(LAST_MANY),
            _head_s(line, now_us),
            (now_us - line.queued_sum_us / length) / SECOND_US if length else 0.0,
            float(_since(line.answered, short_us)),
            float(len(line.answered)),
            float(_since(line.arrived, short_us)),
            float(len(line.arrived)),
            float(len(line.left)),
            gap_s,
            min(ahead * gap_s, LONGEST_S),
            busy,
            line.ready_ppm / SHARE_WHOLE,
            min((ahead + 1) * handle_s / max(busy, 0.5), LONGEST_S),
            float(len(self._waiting)),
            max((_head_s(other, now_us) for other in self._lines.values()), default=0.0),
            everything.last.waited_us / SECOND_US,
            everything.mean_wait_s(LAST_MANY),
            float(self._busy),
            float(self._ready),
            float(_since(everything.answered, short_us)),
            float(_since(everything.arrived, short_us)),
            all_gap_s,
            min(len(self._waiting) * all_gap_s, LONGEST_S),
            *(_hours(self._time_of_day(now_us)) if self._time_of_day else _NO_HOUR),
            *(float(len(self._line(queue).places)) for queue in self._watched),
        ]

    # --- folding: contacts -----------------------------------------------------------------------

    def _queued(self, event: ContactQueued) -> None:
        self._leave(event.contact_id)
        line = self._line(event.queue)
        self._join(event.contact_id, event.queue, event.key_us, event.at_us)
        line.arrived.append(event.at_us)
        self._all.arrived.append(event.at_us)

    def _moved(self, event: StandingChanged) -> None:
        waiting = self._leave(event.contact_id)
        if waiting is not None:
            self._join(event.contact_id, event.queue, event.key_us, waiting.since_us)

    def _join(self, contact_id: ContactId, queue: QueueName, key_us: int, since_us: int) -> None:
        self._sequence += 1
        line = self._line(queue)
        waiting = _Waiting(queue, (key_us, self._sequence), since_us)
        self._waiting[contact_id] = waiting
        insort(line.places, waiting.place)
        line.queued_us[contact_id] = since_us
        line.queued_sum_us += since_us

    def _leave(self, contact_id: ContactId) -> _Waiting | None:
        waiting = self._waiting.pop(contact_id, None)
        if waiting is not None:
            line = self._lines[waiting.queue]
            del line.places[bisect_left(line.places, waiting.place)]
            line.queued_sum_us -= line.queued_us.pop(contact_id)
        return waiting

    def _abandoned(self, event: ContactAbandoned) -> None:
        waiting = self._leave(event.contact_id)
        if waiting is not None:
            self._lines[waiting.queue].left.append(event.at_us)

    def _gone(self, event: ContactDiverted | InteractionRecorded) -> None:
        self._leave(event.contact_id)

    def _connected(self, event: ContactConnected) -> None:
        self._leave(event.contact_id)
        line = self._line(event.queue)
        line.serve(event.at_us, event.waited_us)
        self._all.serve(event.at_us, event.waited_us)
        agent = self._agent(event.agent_id)
        agent.queue, agent.since_us = event.queue, event.at_us
        self._count(agent, -1)
        _learn(agent.shares_ppm, event.queue)
        self._count(agent, +1)

    def _line(self, queue: QueueName) -> _Line:
        if queue not in self._lines:
            self._lines[queue] = _Line()
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


def _head_s(line: _Line, now_us: int) -> float:
    """Return how long the contact has waited that came first of those in line."""
    return (now_us - next(iter(line.queued_us.values()))) / SECOND_US if line.queued_us else 0.0


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

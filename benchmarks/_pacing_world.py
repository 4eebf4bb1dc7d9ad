"""A dialing floor at its lightest: calls ring, people answer and wait two seconds, agents talk and wrap up.

It stands beside the whole engine, where a day costs minutes, to tune the peers, to try ten thousand days, and
to compare methods. No telephone system, no lists, no routing: the agent idle longest takes the next person.
A dialing method hears what happens and says how many to dial. Where news is late, it knows no time but that
of hearing it, as the engine does. That its figures are those of the engine is shown by
`benchmarks.pacing --part agreement`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from heapq import heappop, heappush
from random import Random
from typing import Protocol

from benchmarks._pacing_conditions import Conditions, Fate
from core.kernel.rng import Streams
from dialer.pacing import Phase


class DialingMethod(Protocol):
    """Says how many calls to dial now. It is asked every `looks_every_s`, and when an agent becomes free."""

    looks_every_s: float
    looks_when_freed: bool

    @property
    def listens(self) -> bool:
        """Tell whether machines are told from persons now."""
        ...

    def calls(self, picture: Picture, now_s: float) -> int:
        """Return how many to dial now."""
        ...

    def launched(self, count: int, now_s: float) -> None:
        """Hear how many of them were dialed: fewer where leads or lines ran out."""
        ...

    def call_over(self, launched_s: float, now_s: float, *, answered: bool) -> None:
        """Hear that a call stopped ringing."""
        ...

    def refused(self, launched_s: float, now_s: float) -> None:
        """Hear that the trunk would not carry a call: no telephone rang."""
        ...

    def abandoned(self, now_s: float) -> None:
        """Hear that somebody who had answered was told nobody is there."""
        ...

    def connected(self, now_s: float) -> None:
        """Hear that somebody who had answered talks to an agent."""
        ...

    def phase_over(self, agent: int, phase: Phase, since_s: float, now_s: float) -> None:
        """Hear that an agent ended a talk or a wrap-up."""
        ...


class Picture:
    """What the dialing method has heard of the floor."""

    def __init__(self) -> None:
        self.idle = 0
        self.waiting = 0
        self.busy: dict[int, tuple[Phase, float]] = {}
        self.leaving: dict[int, bool] = {}
        """Agents who go when they are done with what they do."""
        self.ringing: dict[int, float] = {}

    @property
    def staying(self) -> int:
        """All who will take a call sooner or later."""
        return self.idle + len(self.busy) - sum(1 for agent in self.leaving if agent in self.busy)


@dataclass(slots=True)
class Day:
    """What a day came to."""

    logged_in_s: float = 0.0
    busy_s: float = 0.0
    dialed: int = 0
    answered: int = 0
    abandoned: int = 0

    @property
    def utilisation(self) -> float:
        """Talk and wrap-up over the time logged in."""
        return self.busy_s / self.logged_in_s if self.logged_in_s else 0.0

    @property
    def share(self) -> float:
        """Abandoned over answered by a person."""
        return self.abandoned / self.answered if self.answered else 0.0


@dataclass(slots=True)
class _Agent:
    """One agent: `doing` and `since_s` while busy, `wants` a break of so many seconds."""

    number: int
    doing: Phase | None = None
    since_s: float = 0.0
    here: bool = False
    wants_away_s: float | None = None


@dataclass(slots=True)
class _Waiting:
    """A person who has answered; `served` or gone, once `over`."""

    over: bool = False


class LightWorld:
    """One day under one dialing method."""

    def __init__(self, conditions: Conditions, method: DialingMethod, seed: int) -> None:
        self._conditions = conditions
        self._method = method
        streams = Streams(seed)
        self._calls: Random = streams.stream("calls")
        self._work: Random = streams.stream("work")
        self._planned: list[tuple[float, int, Callable[[], None]]] = []
        self._sequence = 0
        self._now_s = 0.0
        self._agents = [_Agent(number) for number in range(conditions.agents)]
        self._idle: deque[_Agent] = deque()
        self._waiting: deque[_Waiting] = deque()
        self._here = 0
        self._counted_to_s = 0.0
        self._leads = conditions.leads[0][1] if conditions.leads else None
        self._endings: Mapping[Fate, Callable[[int, float], None]] = {
            Fate.ANSWERED: self._answered,
            Fate.UNANSWERED: self._unanswered,
            Fate.REFUSED: self._refused,
        }
        self.picture = Picture()
        self.day = Day()

    def run(self) -> Day:
        """Let the day pass and return what it came to."""
        conditions = self._conditions
        for agent in self._agents:
            self._come(agent)
            for at_s, for_s in conditions.breaks_of(agent.number):
                self._at(at_s, partial(self._want_away, agent, for_s))
        for at_s, count in conditions.leads[1:]:
            self._at(at_s, partial(self._load, count))
        self._look_again()
        end_s = conditions.duration_s
        planned = self._planned
        while planned and planned[0][0] <= end_s:
            self._now_s, _, action = heappop(planned)
            action()
        self._close(end_s)
        return self.day

    # --- time ----------------------------------------------------------------------------------------

    def _at(self, at_s: float, action: Callable[[], None]) -> None:
        self._sequence += 1
        heappush(self._planned, (at_s, self._sequence, action))

    def _tell(self, news: Callable[[float], None]) -> None:
        """Let the method hear `news`, now or after the delay of its events; it is told when that is."""
        late_s = self._conditions.events_late_s
        if late_s:
            self._at(self._now_s + late_s, lambda: news(self._now_s))
        else:
            news(self._now_s)

    def _look_again(self) -> None:
        self._look()
        self._at(self._now_s + self._method.looks_every_s, self._look_again)

    def _look(self) -> None:
        for _ in range(self._affordable(self._method.calls(self.picture, self._now_s))):
            self._dial()

    def _affordable(self, wanted: int) -> int:
        """Return how many of the calls wanted there are leads and lines for."""
        count = min(max(0, wanted), self._conditions.lines - len(self.picture.ringing))
        if self._leads is not None:
            count = min(count, self._leads)
            self._leads -= count
        if count:
            self._method.launched(count, self._now_s)
        return count

    def _load(self, count: int) -> None:
        self._leads = (self._leads or 0) + count

    # --- calls -----------------------------------------------------------------------------------------

    def _dial(self) -> None:
        self.day.dialed += 1
        number, launched_s = self.day.dialed, self._now_s
        self.picture.ringing[number] = launched_s
        ring_s, fate = self._conditions.fate(launched_s, self._calls)
        over = self._endings[fate]
        if fate is Fate.ANSWERED and self._is_misjudged():
            over = self._misjudged
        self._at(launched_s + ring_s, lambda: over(number, launched_s))

    def _is_misjudged(self) -> bool:
        share = self._conditions.misjudged
        return bool(share) and self._method.listens and self._calls.random() < share

    def _refused(self, number: int, launched_s: float) -> None:
        def news(heard_s: float) -> None:
            del self.picture.ringing[number]
            self._method.refused(launched_s, heard_s)

        self._tell(news)

    def _unanswered(self, number: int, launched_s: float) -> None:
        def news(heard_s: float) -> None:
            del self.picture.ringing[number]
            self._method.call_over(launched_s, heard_s, answered=False)

        self._tell(news)

    def _misjudged(self, number: int, launched_s: float) -> None:
        """Hang up on a person who was taken for a machine: the estimate of how many these are is right."""
        self.day.answered += 1
        self.day.abandoned += 1

        def news(heard_s: float) -> None:
            del self.picture.ringing[number]
            self._method.call_over(launched_s, heard_s, answered=True)
            self._method.abandoned(heard_s)

        self._tell(news)

    def _answered(self, number: int, launched_s: float) -> None:
        self.day.answered += 1

        def news(heard_s: float) -> None:
            del self.picture.ringing[number]
            self.picture.waiting += 1
            self._method.call_over(launched_s, heard_s, answered=True)

        self._tell(news)
        if self._idle:
            self._connect(self._idle.popleft())
        else:
            person = _Waiting()
            self._waiting.append(person)
            self._at(self._now_s + self._conditions.patience_s, lambda: self._lose(person))

    def _lose(self, person: _Waiting) -> None:
        if not person.over:
            person.over = True
            self._abandon()

    def _abandon(self) -> None:
        self.day.abandoned += 1

        def news(heard_s: float) -> None:
            self.picture.waiting -= 1
            self._method.abandoned(heard_s)

        self._tell(news)

    # --- agents ------------------------------------------------------------------------------------------

    def _connect(self, agent: _Agent) -> None:
        now_s = self._now_s
        agent.doing, agent.since_s = Phase.TALK, now_s
        talk_s = self._conditions.talk.draw(self._work)
        self._at(now_s + talk_s, lambda: self._wrap_up(agent))

        def news(heard_s: float) -> None:
            self.picture.idle -= 1
            self.picture.waiting -= 1
            self.picture.busy[agent.number] = (Phase.TALK, heard_s)
            self._method.connected(heard_s)

        self._tell(news)

    def _wrap_up(self, agent: _Agent) -> None:
        now_s = self._now_s
        self.day.busy_s += now_s - agent.since_s
        agent.doing, agent.since_s = Phase.WRAP_UP, now_s
        self._at(now_s + self._conditions.wrap_up.draw(self._work), lambda: self._free(agent))

        def news(heard_s: float) -> None:
            phase, since_s = self.picture.busy[agent.number]
            self.picture.busy[agent.number] = (Phase.WRAP_UP, heard_s)
            self._method.phase_over(agent.number, phase, since_s, heard_s)

        self._tell(news)

    def _free(self, agent: _Agent) -> None:
        self.day.busy_s += self._now_s - agent.since_s
        agent.doing = None
        goes = agent.wants_away_s is not None

        def news(heard_s: float) -> None:
            phase, since_s = self.picture.busy.pop(agent.number)
            self.picture.leaving.pop(agent.number, None)
            self.picture.idle += 0 if goes else 1
            self._method.phase_over(agent.number, phase, since_s, heard_s)

        self._tell(news)
        if goes:
            self._go(agent)
        else:
            self._take_next(agent)

    def _take_next(self, agent: _Agent) -> None:
        """Let a free agent take who waits, or be idle; either way the method may dial anew."""
        while self._waiting:
            person = self._waiting.popleft()
            if not person.over:
                person.over = True
                self._connect(agent)
                return
        self._idle.append(agent)
        if self._method.looks_when_freed:
            self._tell(lambda heard_s: self._look())

    # --- coming and going -----------------------------------------------------------------------------

    def _come(self, agent: _Agent) -> None:
        self._count_presence(+1)
        agent.here, agent.wants_away_s = True, None

        def news(heard_s: float) -> None:
            self.picture.idle += 1

        self._tell(news)
        self._take_next(agent)

    def _want_away(self, agent: _Agent, for_s: float) -> None:
        if not agent.here:
            return
        agent.wants_away_s = for_s
        if agent.doing is None:
            self._idle.remove(agent)

            def left(heard_s: float) -> None:
                self.picture.idle -= 1

            self._tell(left)
            self._go(agent)
        else:

            def leaving(heard_s: float) -> None:
                if agent.number in self.picture.busy:
                    self.picture.leaving[agent.number] = True

            self._tell(leaving)

    def _go(self, agent: _Agent) -> None:
        self._count_presence(-1)
        agent.here = False
        self._at(self._now_s + (agent.wants_away_s or 0.0), lambda: self._come(agent))

    def _count_presence(self, change: int) -> None:
        self.day.logged_in_s += self._here * (self._now_s - self._counted_to_s)
        self._counted_to_s = self._now_s
        self._here += change

    def _close(self, end_s: float) -> None:
        self._now_s = end_s
        self._count_presence(0)
        self.day.busy_s += sum(end_s - agent.since_s for agent in self._agents if agent.doing is not None)

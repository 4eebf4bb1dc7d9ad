"""What the agents of each campaign do, as `dialer.pacing` wants to know it, and how long that lasts.

Who is offered anything is busy from that instant on, whoever calls: an inbound caller takes an agent as a
customer does whom the campaign reached. So whoever waits in a queue that the campaign's agents serve too, and
whoever is called by a campaign that shares them, is reckoned with. Who has asked to pause or to leave counts
as gone after what is in hand. Lives of talks and wrap-ups are learned while they last.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple, Protocol

from core.engine import Engine
from core.kernel.clock import seconds
from core.model.agent import AgentProfile, AgentState, skills_with
from core.model.contact import VOICE
from core.model.events import AgentStateChanged, OfferMade
from core.model.ids import AgentId, QueueName
from core.model.need import Need
from core.model.supervision import AgentLevelsSet, AgentQueuesSet
from dialer.attempts import AttemptBook
from dialer.campaign import CampaignRules
from dialer.lifetimes import Lifetimes
from dialer.pacing import Floor, Learned, Phase

PHASES: Mapping[AgentState, Phase] = {
    AgentState.RESERVED: Phase.TALK,
    AgentState.ON_CONTACT: Phase.TALK,
    AgentState.WRAP_UP: Phase.WRAP_UP,
}
_LIVED = frozenset({AgentState.ON_CONTACT, AgentState.WRAP_UP})
"""The states whose lengths are learned; the ringing of a phone is none of them."""


class Queue(Protocol):
    """What a campaign wants to know of the lines."""

    def waiting(self, queue: QueueName) -> int:
        """Return how many contacts wait in `queue`, not counting those offered now."""
        ...


class Busy(NamedTuple):
    """An agent at work: in which phase, since when, up to when that was learned from, and whether for long.

    `stays`: the agent takes another call after this one.
    """

    phase: Phase
    since_us: int
    learned_us: int
    stays: bool


class Crew:
    """The agents of one campaign."""

    def __init__(self, rules: CampaignRules, learned: Learned) -> None:
        self.rules = rules
        self._laws: Mapping[Phase, Lifetimes] = {
            Phase.TALK: learned.talk,
            Phase.WRAP_UP: learned.wrap_up,
        }
        self._idle: dict[AgentId, None] = {}
        self._busy: dict[AgentId, Busy] = {}

    def __bool__(self) -> bool:
        """Tell whether anybody is there."""
        return bool(self._idle or self._busy)

    @property
    def present(self) -> tuple[str, ...]:
        """The agents who may be given a call, now or after the one in hand."""
        return (*self._idle, *self._busy)

    @property
    def idle(self) -> int:
        """How many could take a call now."""
        return len(self._idle)

    @property
    def idle_agents(self) -> Collection[AgentId]:
        """Who they are."""
        return self._idle.keys()

    def busy(self, now_us: int) -> list[tuple[Phase, float]]:
        """Return what those do who take another call afterwards, and for how many seconds by now."""
        return [(b.phase, seconds(now_us - b.since_us)) for b in self._busy.values() if b.stays]

    def change(self, event: AgentStateChanged) -> None:
        """Take note of what an agent does from now on."""
        agent_id, phase = event.agent_id, PHASES.get(event.new)
        before = self._busy.get(agent_id)
        if phase is not None and before is not None and before.phase is phase and event.old is event.new:
            self._busy[agent_id] = before._replace(stays=event.next_state is None)
            return
        self._end(agent_id, event.at_us, counts=event.old in _LIVED)
        self._idle.pop(agent_id, None)
        if phase is not None:
            self._begin(agent_id, phase, event.at_us, stays=event.next_state is None)
        elif VOICE in event.channels:
            self._idle[agent_id] = None

    def leave(self, agent_id: AgentId, now_us: int) -> None:
        """Count an agent no longer who does not serve the campaign's queue any more."""
        self._end(agent_id, now_us, counts=False)
        self._idle.pop(agent_id, None)

    def offered(self, event: OfferMade) -> None:
        """Take note that an idle agent is idle no more: the agents' side tells so in a moment."""
        if event.channel == VOICE and event.agent_id in self._idle:
            del self._idle[event.agent_id]
            self._begin(event.agent_id, Phase.TALK, event.at_us, stays=True)

    def _begin(self, agent_id: AgentId, phase: Phase, now_us: int, *, stays: bool) -> None:
        self._busy[agent_id] = Busy(phase, now_us, now_us, stays)

    def _end(self, agent_id: AgentId, now_us: int, *, counts: bool) -> None:
        busy = self._busy.pop(agent_id, None)
        if busy is not None and counts:
            self._live(busy, now_us)
            self._laws[busy.phase].end(seconds(now_us - busy.since_us))

    def learn(self, now_us: int) -> None:
        """Learn of all who are busy that it has lasted so long by now."""
        for agent_id, busy in self._busy.items():
            self._live(busy, now_us)
            self._busy[agent_id] = busy._replace(learned_us=now_us)

    def _live(self, busy: Busy, now_us: int) -> None:
        since_us, from_us = busy.since_us, busy.learned_us
        self._laws[busy.phase].live(seconds(from_us - since_us), seconds(now_us - since_us))


class FloorWatch:
    """The feature that knows the floor of each campaign."""

    def __init__(
        self,
        engine: Engine,
        crews: Mapping[str, Crew],
        book: AttemptBook,
        queue: Queue,
        needs: Mapping[QueueName, Need],
        agents: Mapping[AgentId, AgentProfile],
    ) -> None:
        self._crews = crews
        self._book = book
        self._queue = queue
        self._needs = needs
        self._agents = agents
        self._skills = {agent_id: profile.skills for agent_id, profile in agents.items()}
        self._look_who_is_able()
        # Those crews that the agent belongs to now, the queues it serves alone, and what it was doing last.
        self._of_agent = dict(self._able)
        self._served: dict[AgentId, tuple[QueueName, ...] | None] = {}
        self._last: dict[AgentId, AgentStateChanged] = {}
        engine.subscribe(AgentStateChanged, self._changed)
        engine.subscribe(AgentQueuesSet, self._moved)
        engine.subscribe(AgentLevelsSet, self._learned)
        engine.subscribe(OfferMade, self._offered)

    def _look_who_is_able(self) -> None:
        """See by the skills of the agents who can belong to which crew, and what the crews share."""
        crews = self._crews
        self._able: Mapping[AgentId, tuple[Crew, ...]] = {
            agent_id: tuple(crew for crew in crews.values() if crew.rules.need.level(skills) is not None)
            for agent_id, skills in self._skills.items()
        }
        self._beside = {name: self._sharing_with(crew) for name, crew in crews.items()}
        self._lines = {
            name: tuple(queue for queue, need in self._needs.items() if self._is_served(need, crew))
            for name, crew in crews.items()
        }

    def _sharing_with(self, crew: Crew) -> tuple[str, ...]:
        """Return the campaigns that have agents of this one, which is among them."""
        sharing = (other for crews in self._able.values() if crew in crews for other in crews)
        return tuple(dict.fromkeys([crew.rules.name, *(other.rules.name for other in sharing)]))

    def _is_served(self, need: Need, crew: Crew) -> bool:
        """Tell whether an agent of the crew serves contacts of such a need as well."""
        return any(
            crew in self._able[agent_id] and need.level(skills) is not None
            for agent_id, skills in self._skills.items()
        )

    def campaigns_of(self, agent_id: AgentId) -> tuple[str, ...]:
        """Return the campaigns that the agent can take calls of."""
        return tuple(crew.rules.name for crew in self._of_agent.get(agent_id, ()))

    def floor(self, campaign: str, now_us: int) -> Floor:
        """Return agents and calls of a campaign at this instant."""
        crew = self._crews[campaign]
        return Floor(
            idle=crew.idle,
            busy=crew.busy(now_us),
            waiting=sum(map(self._queue.waiting, self._lines[campaign])),
            ringing=[
                (attempt.segment, seconds(now_us - (attempt.dialed_us or attempt.planned_us)))
                for name in self._beside[campaign]
                for attempt in self._book.unclassified(name)
                if not attempt.in_line  # counted where its contact is: in the queue, or at its agent
            ],
        )

    def _moved(self, event: AgentQueuesSet) -> None:
        self._served[event.agent_id] = event.queues
        self._settle(event)

    def _learned(self, event: AgentLevelsSet) -> None:
        profile = self._agents.get(event.agent_id)
        if profile is not None:
            self._skills[event.agent_id] = skills_with(profile.skills, dict(event.levels))
            self._look_who_is_able()
            self._settle(event)

    def _settle(self, event: AgentQueuesSet | AgentLevelsSet) -> None:
        """Take an agent out of the crews it belongs to no more, and into those it belongs to by now."""
        able, before = self._able.get(event.agent_id, ()), self._of_agent.get(event.agent_id, ())
        queues = self._served.get(event.agent_id)
        serves = tuple(crew for crew in able if queues is None or crew.rules.queue in queues)
        self._of_agent[event.agent_id] = serves
        for crew in before:
            if crew not in serves:
                crew.leave(event.agent_id, event.at_us)
        last = self._last.get(event.agent_id)
        for crew in serves:
            if crew not in before and last is not None:
                crew.change(last)

    def _changed(self, event: AgentStateChanged) -> None:
        self._last[event.agent_id] = event
        for crew in self._of_agent.get(event.agent_id, ()):
            crew.change(event)

    def _offered(self, event: OfferMade) -> None:
        for crew in self._of_agent.get(event.agent_id, ()):
            crew.offered(event)

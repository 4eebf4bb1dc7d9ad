"""What a campaign takes its agents to be doing, by what is told of them, and how long that lasts."""

from __future__ import annotations

from collections.abc import Mapping

from core.engine import Engine
from core.kernel.clock import SECOND_US
from core.model.agent import AgentProfile, AgentState
from core.model.contact import VOICE, Requirement
from core.model.events import AgentStateChanged, OfferMade
from core.model.ids import AgentId, ContactId, OfferId, QueueName
from core.model.need import Need, need_of
from core.model.supervision import AgentLevelsSet, AgentQueuesSet
from dialer.attempts import AttemptBook
from dialer.campaign import CampaignRules
from dialer.floor_watch import Crew, FloorWatch
from dialer.pacing import Floor, Learned, Phase

SALES, CARDS = QueueName("sales"), QueueName("cards")
_S = AgentState


def need(skill: str) -> Need:
    return need_of([Requirement(skill=skill)])


NEEDS = {SALES: need("sales"), CARDS: need("cards")}


class Lines:
    """Who waits in which queue."""

    def __init__(self) -> None:
        self.lengths: dict[QueueName, int] = {}

    def waiting(self, queue: QueueName) -> int:
        return self.lengths.get(queue, 0)


class Watched:
    """The floor of the campaign `winter`, which calls for sales."""

    def __init__(self, **skills: Mapping[str, int]) -> None:
        self.engine, self.lines, self.learned = Engine(), Lines(), Learned()
        self.now_s = 0
        crews = {"winter": Crew(CampaignRules(name="winter", queue=SALES, need=NEEDS[SALES]), self.learned)}
        agents = {
            AgentId(name): AgentProfile(agent_id=AgentId(name), skills=levels)
            for name, levels in skills.items()
        }
        self.crew = crews["winter"]
        self.watch = FloorWatch(self.engine, crews, AttemptBook(), self.lines, NEEDS, agents)
        self._states = dict.fromkeys(agents, _S.LOGGED_OUT)

    def turns(self, name: str, state: AgentState, leaves: bool = False) -> None:
        agent_id = AgentId(name)
        old, self._states[agent_id] = self._states[agent_id], state
        self.engine.handle(
            AgentStateChanged(
                at_us=self.now_s * SECOND_US,
                agent_id=agent_id,
                old=old,
                new=state,
                next_state=_S.NOT_READY if leaves else None,
                channels=(VOICE,) if state is _S.READY and not leaves else (),
            )
        )

    def is_offered(self, name: str) -> None:
        self.engine.handle(
            OfferMade(
                at_us=self.now_s * SECOND_US,
                contact_id=ContactId("C-1"),
                offer_id=OfferId("O-1"),
                agent_id=AgentId(name),
            )
        )

    @property
    def floor(self) -> Floor:
        return self.watch.floor("winter", self.now_s * SECOND_US)


def test_only_those_who_can_sell_are_of_the_campaign() -> None:
    watched = Watched(ann={"sales": 3}, ben={"cards": 3})
    watched.turns("ann", _S.READY)
    watched.turns("ben", _S.READY)
    assert (watched.floor.agents, watched.crew.present) == (1, ("ann",))


def test_agent_is_busy_from_the_offer_on_and_how_long_counts_from_the_talk() -> None:
    watched = Watched(ann={"sales": 3})
    watched.turns("ann", _S.READY)
    watched.is_offered("ann")
    assert (watched.floor.idle, watched.floor.busy) == (0, [(Phase.TALK, 0.0)])
    watched.turns("ann", _S.RESERVED)
    watched.now_s = 8
    watched.turns("ann", _S.ON_CONTACT)
    watched.now_s = 68
    assert watched.floor.busy == [(Phase.TALK, 60.0)]
    watched.turns("ann", _S.WRAP_UP)
    watched.now_s = 70
    assert watched.floor.busy == [(Phase.WRAP_UP, 2.0)]
    watched.turns("ann", _S.READY)
    assert (watched.floor.idle, watched.floor.busy) == (1, [])


def test_who_asked_for_a_pause_is_not_reckoned_with_after_the_call() -> None:
    watched = Watched(ann={"sales": 3})
    for state in (_S.READY, _S.RESERVED, _S.ON_CONTACT):
        watched.turns("ann", state)
    watched.turns("ann", _S.ON_CONTACT, leaves=True)
    assert watched.floor.agents == 0
    watched.turns("ann", _S.ON_CONTACT)
    assert watched.floor.agents == 1


def test_who_is_away_or_gone_is_nobody() -> None:
    watched = Watched(ann={"sales": 3})
    for state in (_S.READY, _S.NOT_READY, _S.LOGGED_OUT):
        watched.turns("ann", state)
    assert watched.floor.agents == 0
    assert not watched.crew


def test_callers_who_wait_for_the_same_agents_are_reckoned_with() -> None:
    both, one = Watched(ann={"sales": 3, "cards": 1}), Watched(ann={"sales": 3})
    for watched in (both, one):
        watched.lines.lengths = {SALES: 1, CARDS: 4}
    assert (both.floor.waiting, one.floor.waiting) == (5, 1)


def test_lengths_of_talks_are_learned_but_not_the_ringing_before() -> None:
    watched = Watched(ann={"sales": 3})
    for _ in range(300):
        watched.turns("ann", _S.RESERVED)
        watched.now_s += 5
        watched.turns("ann", _S.ON_CONTACT)
        watched.now_s += 40
        watched.crew.learn(watched.now_s * SECOND_US)
        watched.now_s += 20
        watched.turns("ann", _S.WRAP_UP)
        watched.now_s += 10
        watched.turns("ann", _S.READY)
    talk, wrap_up = watched.learned.talk, watched.learned.wrap_up
    assert talk.ended_within(0.0, 50.0) < 0.05
    assert talk.ended_within(0.0, 70.0) > 0.8
    assert wrap_up.ended_within(0.0, 8.0) < 0.1
    assert wrap_up.ended_within(0.0, 12.0) > 0.8


def set_levels(floor: Watched, name: str, **levels: int) -> None:
    """Let a supervisor set skill levels; none named: as configured."""
    at_us, told = floor.now_s * SECOND_US, tuple(levels.items())
    floor.engine.handle(AgentLevelsSet(at_us=at_us, agent_id=AgentId(name), levels=told))


def moved(floor: Watched, name: str, *queues: QueueName) -> None:
    """Let a supervisor say which queues the agent serves; none named: all."""
    served = AgentQueuesSet(at_us=floor.now_s * SECOND_US, agent_id=AgentId(name), queues=queues or None)
    floor.engine.handle(served)


def test_agents_moved_to_other_queues_are_no_floor_of_the_campaign() -> None:
    floor = Watched(ann={"sales": 1}, bob={"sales": 1})
    floor.turns("ann", _S.READY)
    floor.turns("bob", _S.ON_CONTACT)
    moved(floor, "ann", CARDS)
    moved(floor, "bob", CARDS)
    assert not floor.crew
    floor.turns("bob", _S.READY)
    assert floor.crew.idle == 0
    assert floor.watch.campaigns_of(AgentId("ann")) == ()


def test_agents_who_get_the_skill_for_a_while_are_floor_of_the_campaign() -> None:
    floor = Watched(ann={"sales": 1}, bob={"cards": 1})
    floor.turns("ann", _S.READY)
    floor.turns("bob", _S.READY)
    set_levels(floor, "ann", sales=0)
    set_levels(floor, "bob", sales=2)
    assert floor.crew.present == ("bob",)
    set_levels(floor, "ann")
    set_levels(floor, "bob")
    assert floor.crew.present == ("ann",)


def test_agents_moved_back_are_doing_what_they_did_meanwhile() -> None:
    floor = Watched(ann={"sales": 1}, bob={"sales": 1})
    moved(floor, "ann", CARDS)
    moved(floor, "bob", CARDS)
    floor.turns("ann", _S.READY)
    floor.turns("bob", _S.ON_CONTACT)
    floor.now_s = 30
    moved(floor, "ann")
    moved(floor, "bob", SALES, CARDS)
    assert floor.crew.idle == 1
    assert floor.crew.busy(floor.now_s * SECOND_US) == [(Phase.TALK, 30.0)]

"""What is seen of supervision: who hears whom, who forced a state, which queues are served now."""

from __future__ import annotations

from core.kernel.clock import SECOND_US
from core.model.agent import AgentProfile, AgentState
from core.model.commands import ShowAgentState
from core.model.contact import Requirement
from core.model.events import AgentStateChanged
from core.model.ids import AgentId, ContactId, QueueName
from core.model.message import DomainEvent
from core.model.need import need_of
from core.model.supervision import (
    AgentLevelsSet,
    AgentQueuesSet,
    AgentSupervised,
    SupervisionEnded,
    SupervisionMode,
)
from tests.services.clocks import NOON_US
from web.house import House, QueueCard
from web.live.desks import Desks
from web.live.floor import Floor
from web.live.topic import AGENTS
from web.times import moment
from web.views.desk import DeskView
from web.views.floor import AgentView

ANN = AgentId("ann")
NEED = need_of((Requirement(skill="cards"),))
LOANS = need_of((Requirement(skill="loans"),))
HOUSE = House(
    agents={ANN: AgentProfile(agent_id=ANN, name="Ann", skills={"cards": 5})},
    queues={
        QueueName(name): QueueCard(name=QueueName(name), need=need)
        for name, need in (("cards", NEED), ("claims", NEED), ("loans", LOANS))
    },
)


def seen(*events: DomainEvent) -> AgentView:
    """Return how supervisors see Ann after `events`."""
    floor = Floor(HOUSE, NOON_US)
    for event in events:
        floor.add(event)
    (view,) = [change.view for change in floor.changes() if change.topic is AGENTS]
    assert isinstance(view, AgentView)
    return view


def heard(by: str, mode: SupervisionMode) -> AgentSupervised:
    return AgentSupervised(at_us=NOON_US, agent_id=ANN, contact_id=ContactId("C-1"), mode=mode, asked_by=by)


def test_everybody_who_hears_an_agent_is_seen_with_the_mode() -> None:
    listening, whispering = SupervisionMode.LISTEN, SupervisionMode.WHISPER
    events = [heard("boss", listening), heard("chief", listening), heard("chief", whispering)]
    assert seen(*events).supervisors == {"boss": "listen", "chief": "whisper"}
    ended = SupervisionEnded(at_us=NOON_US, agent_id=ANN, asked_by="boss", reason="stopped")
    assert seen(*events, ended).supervisors == {"chief": "whisper"}


def test_why_somebody_hears_an_agent_no_longer_is_seen_until_they_do_again() -> None:
    heard_by = [heard("boss", SupervisionMode.LISTEN), heard("chief", SupervisionMode.LISTEN)]
    ended = SupervisionEnded(at_us=NOON_US, agent_id=ANN, asked_by="boss", reason="not_taken_over")
    assert seen(*heard_by).no_longer == {}
    assert seen(*heard_by, ended).no_longer == {"boss": "not_taken_over"}
    assert seen(*heard_by, ended, heard("boss", SupervisionMode.BARGE)).no_longer == {}


def test_who_forced_a_state_is_seen_until_the_agent_asks_for_another() -> None:
    def turned(new: AgentState, asked_by: str, because: str = "") -> AgentStateChanged:
        return AgentStateChanged(
            at_us=NOON_US, agent_id=ANN, old=AgentState.READY, new=new, asked_by=asked_by, because=because
        )

    forced = turned(AgentState.NOT_READY, "boss", "fire drill")
    assert (seen(forced).asked_by, seen(forced).because) == ("boss", "fire drill")
    after = seen(forced, turned(AgentState.READY, ""))
    assert (after.asked_by, after.because) == ("", "")


def test_queues_that_an_agent_serves_are_those_of_now() -> None:
    def served(*queues: str) -> AgentQueuesSet:
        names = tuple(map(QueueName, queues)) or None
        return AgentQueuesSet(at_us=NOON_US, agent_id=ANN, queues=names)

    assert seen(served("claims")).queues == ("claims",)
    assert seen(served("claims"), served()).queues == ("cards", "claims")


def test_levels_that_were_set_are_shown_and_what_the_agent_serves_by_them() -> None:
    def levels(until_us: int = 0, **levels: int) -> AgentLevelsSet:
        return AgentLevelsSet(at_us=NOON_US, agent_id=ANN, levels=tuple(levels.items()), until_us=until_us)

    later_us = NOON_US + 60 * SECOND_US
    loans = levels(until_us=later_us, loans=3, cards=0)
    view = seen(loans)
    assert (view.skills, view.set_levels, view.queues) == ({"loans": 3}, {"loans": 3, "cards": 0}, ("loans",))
    assert view.levels_until == moment(later_us)
    after = seen(loans, levels())
    assert (after.skills, after.set_levels, after.levels_until) == ({"cards": 5}, {}, None)
    assert after.queues == ("cards", "claims")


def test_agent_is_shown_who_forced_the_state_and_why() -> None:
    desks = Desks(HOUSE, NOON_US)
    desks.show(
        ShowAgentState(
            agent_id=ANN,
            state=AgentState.NOT_READY,
            reason="break",
            since_us=NOON_US,
            legal=("GoReady",),
            asked_by="boss",
            because="fire drill",
        )
    )
    view = list(desks.changes())[-1].view
    assert isinstance(view, DeskView)
    assert (view.asked_by, view.because) == ("boss", "fire drill")

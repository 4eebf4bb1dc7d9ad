"""Skill levels that a supervisor sets at work: routed by at once, for today or until they are taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.kernel.clock import microseconds
from core.model.commands import AnswerRequest
from core.model.contact import Requirement
from core.model.destination import Destination, DestinationKind
from core.model.events import ContactDiverted, DecisionMade
from core.model.ids import AgentId, QueueName
from core.model.message import DomainEvent
from core.model.requests import RestoreAgentLevels, SetAgentLevels, SetAgentQueues
from core.model.supervision import AgentLevelsSet
from crm.agent_levels import fold_agent_levels
from crm.memory import MemoryLedger
from routing.recorded import recorded_course
from routing.rules import QueueRules, Strategy, TierRules
from tests.unit.floor import CARDS, Floor

LOANS = QueueRules(name=QueueName("loans"), requirements=(Requirement(skill="loans", minimum=3),))
BEST_FIRST = {"standard": TierRules(name="standard", choose=Strategy.HIGHEST_LEVEL)}


@pytest.fixture
def floor() -> Floor:
    """Ann and bob serve cards, and nobody loans."""
    return Floor({"ann": 5, "bob": 3}, others=[LOANS], tiers=BEST_FIRST)


def set_levels(floor: Floor, agent: str, until_us: int = 0, **levels: int) -> str:
    """Let the boss set levels; return the refusal's code, empty for none."""
    request = SetAgentLevels(
        at_us=floor.now_us,
        agent_id=AgentId(agent),
        levels=tuple(levels.items()),
        until_us=until_us,
        asked_by="boss",
        because="loans are late",
    )
    return next(answer.code for answer in floor.hear(request) if isinstance(answer, AnswerRequest))


def told(floor: Floor) -> list[tuple[tuple[tuple[str, int], ...], str]]:
    return [(event.levels, event.because) for event in floor.events(AgentLevelsSet)]


def test_who_waits_is_offered_in_the_moment_an_agent_may_serve_them(floor: Floor) -> None:
    floor.ready("ann")
    floor.arrive("loan", queue="loans")
    assert set_levels(floor, "ann", loans=2) == ""
    assert floor.offered() == []
    set_levels(floor, "ann", loans=3)
    assert floor.offered() == [("loan", "ann")]
    assert floor.events(DecisionMade)[-1].winner.level == 3


def test_next_decision_goes_by_the_new_levels(floor: Floor) -> None:
    floor.ready("ann", "bob")
    set_levels(floor, "bob", cards=9)
    floor.arrive("card")
    assert floor.offered() == [("card", "bob")]


def test_skill_is_taken_away_for_a_while_and_comes_back(floor: Floor) -> None:
    set_levels(floor, "ann", until_us=microseconds(3_600), cards=0)
    floor.ready("ann")
    floor.arrive("card")
    assert floor.offered() == []
    floor.fire("levels", "ann")
    assert floor.offered() == [("card", "ann")]
    assert told(floor) == [((("cards", 0),), "loans are late"), ((), "time_over")]


def test_levels_are_taken_back(floor: Floor) -> None:
    set_levels(floor, "ann", until_us=microseconds(3_600), cards=0)
    set_levels(floor, "ann")
    assert ("levels", "ann") not in floor.timers
    floor.ready("ann")
    floor.arrive("card")
    assert floor.offered() == [("card", "ann")]


def test_configured_levels_are_nothing_that_was_set(floor: Floor) -> None:
    set_levels(floor, "ann", until_us=microseconds(3_600), cards=5, loans=0)
    assert told(floor)[-1][0] == ()
    assert ("levels", "ann") not in floor.timers


@pytest.mark.parametrize(
    ("agent", "until_us", "levels", "code"),
    [
        ("nobody", 0, {"cards": 1}, "unknown_agent"),
        ("ann", 0, {"lions": 1}, "unknown_skill"),
        ("ann", 0, {"cards": 11}, "bad_level"),
        ("ann", 0, {"cards": -1}, "bad_level"),
        ("ann", 1, {"cards": 1}, "in_the_past"),
    ],
)
def test_levels_that_cannot_be_set(
    floor: Floor, agent: str, until_us: int, levels: dict[str, int], code: str
) -> None:
    floor.pass_s(60)
    assert set_levels(floor, agent, until_us, **levels) == code
    assert told(floor) == []


def test_agent_is_kept_from_queues_whatever_its_levels(floor: Floor) -> None:
    served = (QueueName("cards"),)
    floor.hear(SetAgentQueues(at_us=0, agent_id=AgentId("ann"), queues=served))
    set_levels(floor, "ann", loans=9)
    floor.ready("ann")
    floor.arrive("loan", queue="loans")
    floor.arrive("card")
    assert floor.offered() == [("card", "ann")]


def test_queue_is_deserted_when_the_last_one_able_is_able_no_more() -> None:
    goodbye = Destination(kind=DestinationKind.HANG_UP)
    floor = Floor({"ann": 5}, queue=replace(CARDS, leave_empty_us=microseconds(30), empty=goodbye))
    floor.ready("ann")
    floor.arrive("first")
    floor.arrive("second")
    set_levels(floor, "ann", cards=0)
    floor.fire("deserted", "cards")
    assert [event.contact_id for event in floor.events(ContactDiverted)] == ["second"]


async def test_explanation_goes_by_the_levels_of_that_moment(floor: Floor) -> None:
    floor.ready("ann", "bob")
    set_levels(floor, "ann", cards=0)
    floor.arrive("card")
    floor.pass_s(1)
    set_levels(floor, "ann")
    ledger = MemoryLedger()
    for event in floor.events(DomainEvent):
        ledger.append(event)
    course = await recorded_course("card", ledger, floor.staff)
    ((excluded,),) = [explanation.excluded for explanation in course.explanations]
    assert (excluded.agents, excluded.reason) == (("ann",), "without the skills")


def test_next_run_knows_what_was_set(floor: Floor) -> None:
    set_levels(floor, "ann", until_us=microseconds(3_600), loans=3)
    set_levels(floor, "bob", loans=3)
    set_levels(floor, "bob")
    (restored,) = fold_agent_levels(floor.events(AgentLevelsSet))
    after = Floor({"ann": 5, "bob": 3}, others=[LOANS])
    after.hear(restored)
    assert after.timers["levels", "ann"] == microseconds(3_600)
    after.ready("ann")
    after.arrive("loan", queue="loans")
    assert after.offered() == [("loan", "ann")]


def test_next_run_forgets_levels_whose_time_is_over_and_skills_that_are_gone(floor: Floor) -> None:
    late = microseconds(60)
    for agent, skill, until_us in (("ann", "cards", late), ("bob", "lions", 0), ("eve", "cards", 0)):
        restore = RestoreAgentLevels(
            at_us=late, agent_id=AgentId(agent), levels=((skill, 9),), until_us=until_us
        )
        floor.hear(restore)
    assert told(floor) == [((), "time_over"), ((), "")]

"""Which queues an agent serves now: in force at once, in every decision, until somebody says otherwise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.kernel.clock import microseconds
from core.model.commands import AnswerRequest
from core.model.contact import Requirement
from core.model.destination import Destination, DestinationKind
from core.model.events import ContactDiverted, ContactQueued, StandingChanged
from core.model.ids import AgentId, QueueName
from core.model.requests import RestoreAgentQueues, SetAgentQueues
from core.model.supervision import AgentQueuesSet
from crm.agent_queues import fold_agent_queues
from routing.rules import Join, QueueRules
from tests.unit.floor import CARDS, Floor

CLAIMS = QueueRules(name=QueueName("claims"), requirements=(Requirement(skill="cards"),))
LOANS = QueueRules(name=QueueName("loans"), requirements=(Requirement(skill="loans"),))


def serve(floor: Floor, agent: str, *queues: str) -> str:
    """Let the boss say which queues the agent serves; return the refusal's code, empty for none."""
    return ask(floor, agent, tuple(QueueName(queue) for queue in queues))


def serve_all(floor: Floor, agent: str) -> str:
    return ask(floor, agent, None)


def ask(floor: Floor, agent: str, queues: tuple[QueueName, ...] | None) -> str:
    request = SetAgentQueues(
        at_us=floor.now_us, agent_id=AgentId(agent), queues=queues, asked_by="boss", because="claims are late"
    )
    return next(answer.code for answer in floor.hear(request) if isinstance(answer, AnswerRequest))


@pytest.fixture
def floor() -> Floor:
    """Two queues that ask for the same skill, which ann and bob have."""
    return Floor({"ann": 5, "bob": 5}, others=[CLAIMS, LOANS])


def test_agent_gets_contacts_of_its_queues_alone(floor: Floor) -> None:
    serve(floor, "ann", "claims")
    floor.ready("ann")
    floor.arrive("card")
    floor.arrive("claim", queue="claims")
    assert floor.offered() == [("claim", "ann")]


def test_contact_goes_to_whoever_serves_its_queue(floor: Floor) -> None:
    serve(floor, "ann", "claims")
    floor.ready("ann", "bob")
    floor.arrive("card")
    assert floor.offered() == [("card", "bob")]


def test_who_waits_is_offered_in_the_moment_an_agent_is_moved(floor: Floor) -> None:
    serve(floor, "ann", "claims")
    floor.ready("ann")
    floor.arrive("card")
    assert floor.offered() == []
    serve_all(floor, "ann")
    assert floor.offered() == [("card", "ann")]


def test_agent_who_is_moved_away_leaves_those_who_wait_to_others(floor: Floor) -> None:
    floor.arrive("card")
    serve(floor, "ann", "claims")
    floor.ready("ann")
    assert floor.offered() == []
    floor.ready("bob")
    assert floor.offered() == [("card", "bob")]


def test_offer_in_hand_stays(floor: Floor) -> None:
    floor.ready("ann")
    floor.arrive("card")
    serve(floor, "ann", "claims")
    floor.answer("ann")
    assert floor.state("ann")[0] == "on_contact"


def test_idle_agent_who_is_moved_is_idle_as_long_as_before(floor: Floor) -> None:
    floor.ready("ann")
    floor.pass_s(5)
    floor.ready("bob")
    serve(floor, "ann", "cards", "claims")
    floor.arrive("card")
    assert floor.offered() == [("card", "ann")]


def test_needs_are_told_as_they_are_configured(floor: Floor) -> None:
    serve(floor, "ann", "claims")
    floor.arrive("card")
    assert [queued.need for queued in floor.events(ContactQueued)] == ["cards >= 1"]
    serve_all(floor, "ann")
    assert floor.events(StandingChanged) == []


def test_moved_agent_is_told_with_who_and_why(floor: Floor) -> None:
    serve(floor, "ann", "claims", "claims")
    (told,) = floor.events(AgentQueuesSet)
    assert (told.agent_id, told.queues) == ("ann", ("claims",))
    assert (told.asked_by, told.because) == ("boss", "claims are late")


@pytest.mark.parametrize(
    ("agent", "queue", "code"),
    [("nobody", "cards", "unknown_agent"), ("ann", "x", "unknown_queue"), ("ann", "loans", "lacks_skills")],
)
def test_impossible_assignment_is_refused_and_changes_nothing(
    floor: Floor, agent: str, queue: str, code: str
) -> None:
    assert serve(floor, agent, queue) == code
    floor.ready("ann")
    floor.arrive("card")
    assert floor.offered() == [("card", "ann")]


def test_counts_of_a_queue_leave_out_who_is_kept_from_it(floor: Floor) -> None:
    floor.ready("ann", "bob")
    serve(floor, "ann", "claims")
    counts = [(floor.router.ready_agents(q), floor.router.working_agents(q)) for q in ("cards", "claims")]
    assert counts == [(1, 1), (2, 2)]


def test_nobody_joins_a_queue_whose_last_agent_was_moved_away() -> None:
    to = Destination(kind=DestinationKind.QUEUE, target="claims")
    cards = replace(CARDS, join=Join.STAFFED, empty=to)
    floor = Floor({"ann": 5}, queue=cards, others=[CLAIMS])
    floor.ready("ann")
    serve(floor, "ann", "claims")
    floor.arrive("card")
    assert floor.offered() == [("card", "ann")]
    assert [(sent.queue, sent.target) for sent in floor.events(ContactDiverted)] == [("cards", "claims")]


def test_line_that_everybody_was_moved_from_is_sent_on() -> None:
    to = Destination(kind=DestinationKind.QUEUE, target="claims")
    cards = replace(CARDS, leave_empty_us=microseconds(30), empty=to)
    floor = Floor({"ann": 5}, queue=cards, others=[CLAIMS])
    floor.ready("ann")
    floor.arrive("in talk")
    floor.answer("ann")
    floor.arrive("card")
    serve(floor, "ann", "claims")
    floor.let_pass(29)
    assert floor.events(ContactDiverted) == []
    floor.let_pass(1)
    assert [sent.contact_id for sent in floor.events(ContactDiverted)] == ["card"]


def test_assignment_holds_over_a_log_out_and_a_restart(floor: Floor) -> None:
    serve(floor, "ann", "claims")
    serve(floor, "bob", "claims")
    serve_all(floor, "bob")
    restored = fold_agent_queues(floor.events(AgentQueuesSet))
    assert [(each.agent_id, each.queues) for each in restored] == [("ann", ("claims",))]
    again = Floor({"ann": 5, "bob": 5}, others=[CLAIMS])
    for request in restored:
        again.hear(request)
    again.ready("ann")
    again.arrive("card")
    assert again.offered() == []


def test_queue_and_agent_that_left_the_configuration_are_passed_over() -> None:
    floor = Floor({"ann": 5}, others=[CLAIMS])
    queues = (QueueName("gone"), QueueName("claims"))
    for agent in ("gone", "ann"):
        floor.hear(RestoreAgentQueues(at_us=0, agent_id=AgentId(agent), queues=queues))
    assert [told.queues for told in floor.events(AgentQueuesSet)] == [("claims",)]

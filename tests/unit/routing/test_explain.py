"""Who got a contact and why, in few words that a supervisor understands."""

from __future__ import annotations

from dataclasses import replace

from core.kernel.clock import microseconds
from core.model.agent import AgentProfile, AgentState
from core.model.events import AgentStateChanged, ContactEvent, DecisionMade
from core.model.ids import AgentId, QueueName
from core.model.message import DomainEvent
from core.model.need import need_from_text
from core.model.requests import SetAgentQueues
from core.model.supervision import AgentQueuesSet
from routing.explain import Explanation, explain, never_offered, told
from routing.rules import TierRules
from tests.unit.floor import CARDS, Floor
from tests.unit.routing.calling_back import NUMBER, book, centre


def explained(floor: Floor, contact: str, skills: dict[str, int]) -> Explanation:
    """Return the explanation of the last decision about a contact of the floor."""
    history = [event for event in floor.events(DomainEvent) if _of(event, contact)]
    decision = [event for event in history if isinstance(event, DecisionMade)][-1]
    changes = [event for event in floor.events(AgentStateChanged) if event.at_us <= decision.at_us]
    agents = {AgentId(a): AgentProfile(agent_id=AgentId(a), skills={"cards": n}) for a, n in skills.items()}
    states = {change.agent_id: change for change in changes}
    served = {each.agent_id: each.queues for each in floor.events(AgentQueuesSet)}
    return explain(history, decision, agents, states, need_from_text(decision.need), served)


def _of(event: DomainEvent, contact: str) -> bool:
    return isinstance(event, ContactEvent) and event.contact_id == contact


def test_longest_idle_is_named_with_the_seconds_the_second_was_idle_less() -> None:
    skills = {"ann": 5, "bob": 7}
    floor = Floor(skills)
    floor.ready("ann")
    floor.pass_s(12)
    floor.ready("bob")
    floor.pass_s(8)
    floor.arrive("caller")
    lines = told(explained(floor, "caller", skills))
    assert "first: ann, level 5, idle 20.0 s" in lines
    assert "second: bob, level 7, idle 8.0 s; idle 12.0 s less" in lines
    assert "rule: whoever was idle longest" in lines


def test_head_start_is_a_term_and_the_second_is_so_many_seconds_behind() -> None:
    skills = {"ann": 5}
    floor = Floor(skills)
    floor.arrive("ordinary")
    floor.pass_s(30)
    floor.arrive("rich", tier="platinum")
    floor.pass_s(10)
    floor.ready("ann")
    explanation = explained(floor, "rich", skills)
    assert explanation.behind_us == 90_000_000
    lines = told(explanation)
    assert "first: rich: 10.0 s waited + 120.0 s head start = 130.0 s" in lines
    assert "second: ordinary: 40.0 s waited; 90.0 s behind" in lines


def test_who_served_other_queues_is_told_apart() -> None:
    skills = {"ann": 5, "bob": 7}
    floor = Floor(skills, others=[replace(CARDS, name=QueueName("claims"))])
    floor.hear(SetAgentQueues(at_us=0, agent_id=AgentId("bob"), queues=(QueueName("claims"),)))
    floor.ready("bob", "ann")
    floor.arrive("caller")
    excluded = explained(floor, "caller", skills).excluded
    assert [(each.reason, each.agents) for each in excluded] == [("serving other queues", ("bob",))]


def test_those_who_could_not_are_told_by_reason() -> None:
    skills = {"busy": 5, "novice": 1, "lunching": 5, "chosen": 4, "gone": 9}
    floor = Floor(skills)
    floor.ready("busy")
    floor.arrive("first", needs={"cards": 3})
    floor.answer("busy")
    floor.ready("novice", "lunching")
    floor.not_ready("lunching", "lunch")
    floor.ready("chosen")
    floor.arrive("hard", needs={"cards": 3})
    explanation = explained(floor, "hard", skills)
    reasons = {excluded.reason: excluded.agents for excluded in explanation.excluded}
    assert reasons == {
        "on a contact": ("busy",),
        "without the skills": ("novice",),
        "away (lunch)": ("lunching",),
    }
    assert told(explanation)[-1] == "not: busy on a contact; novice without the skills; lunching away (lunch)"


def test_offers_that_failed_before_are_told() -> None:
    skills = {"absent": 5, "present": 5}
    floor = Floor(skills)
    floor.ready("absent", "present")
    contact = floor.arrive("caller")
    floor.fire("offer", contact.offer_id or "")
    lines = told(explained(floor, "caller", skills))
    assert "before: offered to absent (no_answer)" in lines
    assert lines[0].startswith("caller: standard, queue cards, offered to present")


def test_the_whole_is_ten_lines_at_most_however_many_are_named() -> None:
    skills = {f"agent{number}": 1 + number % 9 for number in range(40)}
    floor = Floor(skills)
    floor.ready(*skills)
    floor.arrive("caller", needs={"cards": 5})
    lines = told(explained(floor, "caller", skills))
    assert len(lines) <= 10
    assert max(map(len, lines)) < 200


def test_caller_who_left_the_line_has_no_decision_but_an_end() -> None:
    floor = Floor({"ann": 5})
    contact = floor.arrive("impatient")
    floor.pass_s(34)
    floor.hang_up(contact.leg_id)
    history = [event for event in floor.events(DomainEvent) if _of(event, "impatient")]
    assert never_offered(history) == ["no decision was made: abandoned in line for cards after 34.0 s"]


def test_agent_who_left_the_configuration_is_not_spoken_of() -> None:
    floor = Floor({"ann": 5, "bob": 5})
    floor.ready("ann", "bob")
    floor.arrive("caller")
    explanation = explained(floor, "caller", {"ann": 5})
    assert all("bob" not in excluded.agents for excluded in explanation.excluded)


def test_agents_who_are_logged_out_are_not_spoken_of() -> None:
    skills = {"ann": 5, "gone": 5}
    floor = Floor(skills)
    floor.ready("ann")
    floor.arrive("caller")
    assert explained(floor, "caller", skills).excluded == ()
    assert AgentState.LOGGED_OUT.value not in " ".join(told(explained(floor, "caller", skills)))


def test_agent_whom_the_customer_knows_is_told_and_for_whom_the_others_had_to_leave_it() -> None:
    skills = {"ann": 5, "bob": 7}
    tiers = {"standard": TierRules(name="standard", prefer_us=microseconds(30))}
    floor = Floor(skills, tiers=tiers)
    floor.ready("ann")
    floor.arrive("first", number="5550001")
    floor.answer("ann")
    floor.hang_up("leg-first")
    floor.ready("bob")
    floor.arrive("again", number="5550001")
    floor.fire("wrap_up", "ann")
    lines = told(explained(floor, "again", skills))
    assert "known: ann is the agent of last time, for whom it was held" in lines
    assert "not: bob free too, but it was held for ann" in lines


def test_place_and_callback_are_told() -> None:
    floor = centre()
    callback = book(floor)
    floor.ready("ann")
    lines = told(explained(floor, callback.contact_id, {"ann": 5}))
    assert "known: called back, as caller asked" in lines
    floor.arrive("again", number=NUMBER)
    lines = told(explained(floor, "again", {"ann": 5}))
    assert f"known: at the place of {callback.contact_id}" in lines
    assert len(lines) <= 10

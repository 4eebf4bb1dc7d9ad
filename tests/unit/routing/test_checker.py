"""The check of rules reads any rules, and overlooks no call whose need nobody meets."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from core.kernel.clock import microseconds
from core.model.binding import needs_over_time
from core.model.destination import Destination, DestinationKind
from core.model.expression import Expression, variables_in
from core.model.ids import AgentId, QueueName
from core.model.variables import Value
from routing.checker import check_rules
from routing.checks.finding import Surroundings
from routing.checks.needs import check_needs
from routing.course import CHANGING
from routing.rules import QueueRules, Queues, Rulebook, Step, TierRules
from tests.unit.core.drawn_expressions import (
    LANGUAGES,
    SKILLS,
    TIERS,
    agents,
    calls,
    conditions,
    expressions,
)

NAME = QueueName("cards")
WAYS_OUT = [Destination(kind, "cards") for kind in DestinationKind]


def rules_with(queue: QueueRules) -> Rulebook:
    tiers = {name: TierRules(name=name) for name in TIERS if name}
    return Rulebook(queues=Queues({queue.name: queue}), tiers=tiers)


def worked_by(*skills: dict[str, int]) -> Surroundings:
    beginner = dict.fromkeys(SKILLS, 1)  # so that no skill is unheard of
    workers = {AgentId(f"agent-{number}"): each for number, each in enumerate((beginner, *skills))}
    return Surroundings(agents=workers, flows={}, languages=tuple(filter(None, LANGUAGES)))


def steps() -> st.SearchStrategy[Step]:
    instants = st.integers(0, 4).map(lambda halves: microseconds(30 * halves))
    return st.builds(
        Step,
        after_us=instants,
        for_us=instants,
        when=st.none() | conditions(),
        needs=st.none() | expressions(),
        waive_menu=st.booleans(),
        credit_us=instants,
        end_hold=st.booleans(),
        end_preferred=st.booleans(),
        to=st.none() | st.sampled_from(WAYS_OUT),
    )


@given(expressions(), st.lists(steps(), max_size=4), agents())
def test_any_rules_are_read(needs: Expression, plan: list[Step], skills: dict[str, int]) -> None:
    rules = rules_with(QueueRules(name=NAME, needs=needs, steps=tuple(plan)))
    findings = check_rules(rules, worked_by(skills))
    assert findings == check_rules(rules, worked_by(skills))
    assert all(finding.where.startswith("queues.cards") for finding in findings)


@given(expressions(), calls(), agents())
def test_need_that_nobody_meets_is_not_overlooked(
    needs: Expression, call: dict[str, Value], skills: dict[str, int]
) -> None:
    assume(CHANGING.isdisjoint(variables_in(needs)))
    assume(call["tier"] and call["language"])
    around = worked_by(skills)
    queue = QueueRules(name=NAME, needs=needs)
    if not any("nobody meets" in finding.what for finding in check_needs(rules_with(queue), around)):
        for turn in needs_over_time(needs, call):
            assert any(turn.need.level(each) is not None for each in around.agents.values())

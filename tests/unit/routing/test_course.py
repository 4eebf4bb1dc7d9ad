"""Between two instants at which a course asks to be looked at, nothing about it changes by itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.model.contact import Contact, Requirement
from core.model.expression import parse, parse_condition
from core.model.ids import ContactId, LegId, QueueName
from core.model.variables import Values
from routing.course import Course
from routing.rules import QueueRules, Reserve, Step

SECONDS = st.integers(0, 30).map(lambda seconds: seconds * 1_000_000)
NEEDS = st.sampled_from(
    [None, "cards >= 2", "wait < 7 and cards >= 9 or wait >= 7 and cards", "wait <= 12 and cards >= 4"]
).map(lambda text: None if text is None else parse(text))
CONDITIONS = st.sampled_from([None, "wait > 5", "tier == 'gold'", "wait >= 9 and tier == 'standard'"]).map(
    lambda text: None if text is None else parse_condition(text)
)
STEPS = st.builds(
    Step,
    after_us=SECONDS,
    for_us=SECONDS,
    when=CONDITIONS,
    needs=NEEDS,
    waive_menu=st.booleans(),
    credit_us=SECONDS,
    end_hold=st.booleans(),
)
RULES = st.builds(
    QueueRules,
    name=st.just(QueueName("cards")),
    requirements=st.just((Requirement(skill="cards", minimum=3),)),
    needs=NEEDS.map(lambda needs: needs or parse("true")),
    steps=st.lists(STEPS, max_size=5).map(tuple),
)
RESERVES = st.none() | st.builds(
    Reserve, skill=st.just("cards"), level=st.just(5), count=st.just(1), hold_us=SECONDS
)
TICK_US = 500_000


def values(now_us: int) -> Values:
    return {"wait": now_us, "tier": "standard"}


def new_course(rules: QueueRules, reserve: Reserve | None) -> Course:
    contact = Contact(
        contact_id=ContactId("C"), leg_id=LegId("L"), arrived_us=0, queued_us=0, entered_us=0, tier="standard"
    )
    return Course(contact=contact, rules=rules, reserve=reserve, sequence=1, entered_us=0, taken={})


@given(RULES, RESERVES)
def test_course_that_is_looked_at_when_it_asks_is_never_behind(
    rules: QueueRules, reserve: Reserve | None
) -> None:
    """Beside it runs one that is looked at every half second."""
    watched, course = new_course(rules, reserve), new_course(rules, reserve)
    next_us: int | None = 0
    stance = None
    for now_us in range(0, 70_000_000, TICK_US):
        watched.take_due(values(now_us), now_us)
        while next_us is not None and next_us <= now_us:
            course.take_due(values(next_us), next_us)
            stance = course.stand(values(next_us), next_us)
            next_us = course.next_us(values(next_us), next_us)
        assert stance == watched.stand(values(now_us), now_us)
    assert next_us is None, "in the end there is nothing left to wait for"


@given(RULES, RESERVES, SECONDS)
def test_course_taken_up_after_a_restart_goes_on_as_if_it_had_never_stopped(
    rules: QueueRules, reserve: Reserve | None, restarted_us: int
) -> None:
    before = new_course(rules, reserve)
    for now_us in range(0, restarted_us + 1, TICK_US):
        before.take_due(values(now_us), now_us)
    after = new_course(rules, reserve)
    after.taken = {n: at_us for n, at_us in before.taken.items() if rules.steps[n - 1].when is not None}
    after.take_due(values(restarted_us), restarted_us)
    assert after.taken == before.taken
    assert after.stand(values(restarted_us), restarted_us) == before.stand(values(restarted_us), restarted_us)

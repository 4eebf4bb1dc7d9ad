"""An expression bound to a call asks of agents what it says, now and as the caller waits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model.binding import holds, need_under, needs_over_time
from core.model.contact import Contact, Requirement
from core.model.customer import Customer
from core.model.expression import Expression, parse, parse_condition
from core.model.ids import ContactId, CustomerId, LegId
from core.model.need import Need, need_from_text, need_of
from core.model.variables import Value, facts_of
from tests.unit.core.drawn_expressions import COMPARED, agents, calls, expressions, is_met

BOUND = re.compile(r"(\S+) (\S+) ([0-9]+)")


def level_as_spelt(need: Need, skills: Mapping[str, int]) -> int | None:
    """Return the level by the text of the need alone: the best alternative's least skill asked for."""
    if need.text in ("", "false"):
        return None if need.text else 0
    levels = []
    for alternative in need.text.split(" or "):
        bounds = [(skill, how, int(level)) for skill, how, level in BOUND.findall(alternative)]
        if all(COMPARED[how](skills.get(skill, 0), level) for skill, how, level in bounds):  # type: ignore[index]
            asked = [skills[skill] for skill, how, level in bounds if how != "<=" and level > 0]
            levels.append(min(asked, default=0))
    return max(levels, default=None)


@given(expressions(), calls(), agents())
def test_bound_need_is_met_by_whom_the_rule_means(
    rule: Expression, call: dict[str, Value], skills: dict[str, int]
) -> None:
    need = need_under(rule, call)
    assert (need.level(skills) is not None) == is_met(rule, call, skills)
    assert need.level(skills) == level_as_spelt(need, skills)


@given(expressions(), calls(), agents())
def test_who_meets_a_need_has_one_of_its_anchors(
    rule: Expression, call: dict[str, Value], skills: dict[str, int]
) -> None:
    need = need_under(rule, call)
    if need.anchors and need.level(skills) is not None:
        assert any(skills.get(skill, 0) for skill in need.anchors)


@given(expressions(), calls())
def test_need_reads_back_as_itself(rule: Expression, call: dict[str, Value]) -> None:
    need = need_under(rule, call)
    assert need_from_text(need.text) is need


@given(expressions(), calls(), st.integers(0, 110_000_000))
def test_needs_over_time_are_those_of_each_instant(
    rule: Expression, call: dict[str, Value], waited_us: int
) -> None:
    chain = needs_over_time(rule, call)
    assert chain[0].after_us == 0
    assert all(one.need is not next_one.need for one, next_one in pairwise(chain))
    in_force = [each.need for each in chain if each.after_us <= waited_us][-1]
    assert in_force is need_under(rule, {**call, "wait": waited_us})


def test_relaxation_is_a_chain_of_needs() -> None:
    rule = parse("billing >= 5 or (wait >= 30 and billing >= 2) or (wait > 60 and sales)")
    assert [(each.after_us, each.need.text) for each in needs_over_time(rule, {})] == [
        (0, "billing >= 5"),
        (30_000_000, "billing >= 2"),
        (60_000_001, "billing >= 2 or sales >= 1"),
    ]


def test_expression_and_table_of_least_levels_make_one_need() -> None:
    table = need_of([Requirement(skill="billing", minimum=2), Requirement(skill="en")])
    assert need_under(parse("en and billing >= 2"), {}) is table
    assert table.all_of == (Requirement(skill="billing", minimum=2), Requirement(skill="en", minimum=1))


@pytest.mark.parametrize(
    ("rule", "need"),
    [
        ("$language >= 2 and billing", "billing >= 1 and nl >= 2"),
        ("not billing", "billing == 0"),
        ("billing != 3", "billing <= 2 or billing >= 4"),
        ("billing > 2 and billing < 6", "billing >= 3 and billing <= 5"),
        ("billing == 4", "billing == 4"),
        ("billing > 39", "false"),
        ("billing >= 0", ""),
        ("billing or billing >= 3", "billing >= 1"),
        ("tier == 'gold' and sales or tier != 'gold' and billing", "sales >= 1"),
        ("attribute.vip == 'yes' or billing >= 7", "billing >= 7"),
        ("ewt < 60", "false"),
    ],
)
def test_rule_comes_to_a_need(rule: str, need: str) -> None:
    assert need_under(parse(rule), {"language": "nl", "tier": "gold"}).text == need


def test_conditions_ask_contact_and_queue() -> None:
    customer = Customer(customer_id=CustomerId("7"), name="Ann", tier="gold", attributes=(("debt", "12.5"),))
    contact = Contact(
        contact_id=ContactId("c"),
        leg_id=LegId("l"),
        arrived_us=0,
        tier="gold",
        customer=customer,
        choices=("loans", "new"),
    )
    values = {**facts_of(contact), "waiting": 4}
    assert holds(parse_condition("tier == 'gold' and attribute.debt > 12 and choice == 'new'"), values)
    assert not holds(parse_condition("waiting > 4 or choice != 'loans'"), values)


@pytest.mark.parametrize("text", ["billing", "billing > 3", "billing >= 3 and", "or", "billing >= 3 or  "])
def test_text_that_spells_no_need_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no need is spelt"):
        need_from_text(text)

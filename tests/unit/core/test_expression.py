"""The language of requirements and conditions: read, written again, refused with the place of the mistake."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model.expression import (
    ALTERNATIVES_MAX,
    AllOf,
    AnyOf,
    Comparison,
    Expression,
    ExpressionRefused,
    Not,
    Operator,
    parse,
    parse_condition,
    skills_in,
    spelt,
    variables_in,
)
from core.model.variables import Kind, Variable, Vocabulary
from tests.unit.core.drawn_expressions import expressions


@given(expressions())
def test_what_is_written_reads_as_the_same(expression: Expression) -> None:
    text = spelt(expression)
    assert parse(text) == expression
    assert spelt(parse(text)) == text


@given(st.text(max_size=60) | st.text("ab <>=!&|()\"'$3.andort", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        expression = parse(text)
    except ExpressionRefused:
        return
    assert parse(spelt(expression)) == expression


def test_and_binds_tighter_than_or_and_not_tightest() -> None:
    a, b, c = (Comparison(name, Operator.AT_LEAST, 1) for name in "abc")
    assert parse("a or b and not c") == AnyOf((a, AllOf((b, Not(c)))))
    assert parse("(a or b) and c") == AllOf((AnyOf((a, b)), c))


def test_wazo_like_rule() -> None:
    rule = parse('wait < 60 and tier == "platinum" and billing > 39')
    assert variables_in(rule) == ("wait", "tier")
    assert skills_in(rule) == ("billing",)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("billing", "billing >= 1"),
        ("3 <= billing", "billing >= 3"),
        ("60 > wait", "wait < 60"),
        ("tier == 'gold'", 'tier == "gold"'),
        ("$language", "$language >= 1"),
        ("wait<1.50", "wait < 1.5"),
        ("tier in ('gold', \"platinum\")", 'tier == "gold" or tier == "platinum"'),
        (
            "not tier in ('gold') and billing in (3,4)",
            'not tier == "gold" and (billing == 3 or billing == 4)',
        ),
        ("2nd-line and attribute.branch == 'west'", '2nd-line >= 1 and attribute.branch == "west"'),
    ],
)
def test_other_ways_to_write_it(short: str, long: str) -> None:
    assert spelt(parse(short)) == long


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "at character 1: expected a name"),
        ("billing >", "at character 10: expected a name, a number or a quoted word"),
        ("billing = 3", "at character 9: write == for equal"),
        ("billing & sales", "at character 9: write and"),
        ("billing sales", "at character 9: expected and, or, or the end"),
        ("(billing", "at character 9: expected )"),
        ("billing >= sales", "at character 12: a name is compared with a number or a quoted word"),
        ("3 >= 2", "a name is compared with"),
        ("wait", "at character 5: expected in, or one of < <= == != >= >"),
        ("wait == 60", "wait is a time, met at no instant exactly"),
        ("tier >= 3", "tier is a text: compare it by == or != with a quoted word"),
        ("waiting == 'many'", "waiting is a number"),
        ("billing == 'good'", "billing is a number or a skill"),
        ("attribute.score < 'a'", "attribute.score is compared with a word by == or !="),
        ("$wait >= 1", "at character 1: behind $ stands a variable that is a text"),
        ("tier in 'gold'", "at character 10: expected ( and the values"),
        ("tier in ('gold'", "at character 16: expected , or )"),
        ("tier in ()", "at character 10: expected a name, a number or a quoted word"),
        ("tier in (gold)", "at character 10: a name is compared with a number or a quoted word"),
        ("'gold' in (3)", "at character 12: a name is compared with"),
        ("wait in (3, 4)", "wait is a time, met at no instant exactly"),
        ("billing >= 3 and and", "at character 18: expected a name"),
        ("tier == 'gold", "at character 9: expected a name"),
        ("(" * 30 + "a" + ")" * 30, "more than 20 brackets within each other"),
        ("a" * 1_001, "at most 1000 characters"),
        (" and ".join(f"(s{n} or t{n})" for n in range(7)), f"at most {ALTERNATIVES_MAX} alternatives"),
    ],
)
def test_mistake_is_named_with_its_place(text: str, reason: str) -> None:
    with pytest.raises(ExpressionRefused) as refused:
        parse(text)
    assert reason in str(refused.value)


def test_condition_speaks_of_the_call_and_its_queue_alone() -> None:
    assert variables_in(parse_condition("waiting > 5 and ready == 0")) == ("waiting", "ready")
    with pytest.raises(ExpressionRefused, match=r"waitng is no variable.*did you mean waiting"):
        parse_condition("waitng > 5")


def test_a_condition_may_speak_of_something_else_than_calls() -> None:
    ship = Vocabulary(
        "the ship", {"flag": Variable(Kind.TEXT, "its flag"), "masts": Variable(Kind.NUMBER, "")}
    )
    text = 'flag == "fr" and masts > 2 or attribute.cargo == "tea"'
    assert spelt(parse_condition(text, ship)) == '(flag == "fr" and masts > 2) or attribute.cargo == "tea"'
    with pytest.raises(ExpressionRefused, match=r"flags is no variable of the ship; did you mean flag\?"):
        parse_condition("flags == 'fr'", ship)
    with pytest.raises(ExpressionRefused, match="at character 1: waiting is no variable of the ship"):
        parse_condition("waiting > 5", ship)
    with pytest.raises(ExpressionRefused, match="flag is a text"):
        parse_condition("flag > 3", ship)
    with pytest.raises(ExpressionRefused, match=r"\$flag is no variable of the ship; did you mean flag\?"):
        parse_condition("$flag", ship)

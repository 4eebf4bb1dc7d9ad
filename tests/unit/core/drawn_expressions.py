"""Expressions, calls and agents drawn at random, and what an expression means, said in the plainest way."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping

from hypothesis import strategies as st

from core.kernel.clock import microseconds
from core.model.expression import AllOf, AnyOf, Comparison, Expression, Not, Operator
from core.model.variables import Value, Values

SKILLS = ("billing", "sales", "en", "nl")
TIERS = ("gold", "standard", "")
LANGUAGES = ("en", "nl", "zh", "")
WORDS = {"tier": TIERS, "language": LANGUAGES, "choice": ("loans", "cards"), "attribute.score": ("7", "high")}
NUMBERS = {"wait": 100.0, "ewt": 100.0, "waiting": 5.0, "ready": 3.0, "attribute.score": 10.0}
TIMES = ("wait", "ewt")
COMPARED: Mapping[Operator, Callable[[object, object], bool]] = {
    Operator.LESS: operator.lt,
    Operator.AT_MOST: operator.le,
    Operator.EQUAL: operator.eq,
    Operator.OTHER: operator.ne,
    Operator.AT_LEAST: operator.ge,
    Operator.MORE: operator.gt,
}
ORDERED = (Operator.LESS, Operator.AT_MOST, Operator.AT_LEAST, Operator.MORE)
SAME = (Operator.EQUAL, Operator.OTHER)


def _of_words() -> st.SearchStrategy[Expression]:
    pairs = [(name, word) for name, words in WORDS.items() for word in words]
    return st.builds(
        lambda pair, how: Comparison(pair[0], how, pair[1]), st.sampled_from(pairs), st.sampled_from(SAME)
    )


def _of_numbers() -> st.SearchStrategy[Expression]:
    def compared(name: str) -> st.SearchStrategy[Expression]:
        hows = ORDERED if name in TIMES else tuple(Operator)
        values = st.integers(0, int(NUMBERS[name]) * 2).map(lambda half: half / 2)
        return st.builds(Comparison, st.just(name), st.sampled_from(hows), values, st.just(False))

    return st.sampled_from(sorted(NUMBERS)).flatmap(compared)


def _of_skills() -> st.SearchStrategy[Expression]:
    values = st.integers(0, 24).map(lambda half: half / 2)
    plain = st.builds(Comparison, st.sampled_from(SKILLS), st.sampled_from(Operator), values, st.just(False))
    named = st.builds(Comparison, st.just("language"), st.sampled_from(Operator), values, st.just(True))
    return plain | plain | named


def expressions() -> st.SearchStrategy[Expression]:
    """Return expressions of at most nine comparisons: few enough ways to meet them."""
    leaf = _of_words() | _of_numbers() | _of_skills() | _of_skills()
    two_or_three = lambda parts: st.lists(parts, min_size=2, max_size=3).map(tuple)  # noqa: E731
    return st.recursive(
        leaf | st.just(AllOf()) | st.just(AnyOf()),
        lambda parts: parts.map(Not) | two_or_three(parts).map(AllOf) | two_or_three(parts).map(AnyOf),
        max_leaves=6,
    )


def calls() -> st.SearchStrategy[dict[str, Value]]:
    """Return the values of calls' variables; some are not known."""
    waits = st.sampled_from([0, 1, 30_000_000, 50_000_000, 50_000_001, 99_500_000])
    return st.fixed_dictionaries(
        {"tier": st.sampled_from(TIERS), "language": st.sampled_from(LANGUAGES), "wait": waits},
        optional={
            "ewt": st.none() | waits,
            "waiting": st.integers(0, 5),
            "ready": st.integers(0, 3),
            "choice": st.sampled_from([(), ("loans",), ("loans", "cards")]),
            "attribute.score": st.sampled_from(["", "7", "high", "-3", "5.5"]),
        },
    )


def agents() -> st.SearchStrategy[dict[str, int]]:
    """Return skills of agents."""
    return st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 10))


def is_met(expression: Expression, call: Values, skills: Mapping[str, int]) -> bool:
    """Tell whether an agent and a call meet the expression, comparison by comparison."""
    match expression:
        case Not(part):
            return not is_met(part, call, skills)
        case AllOf(parts):
            return all(is_met(part, call, skills) for part in parts)
        case AnyOf(parts):
            return any(is_met(part, call, skills) for part in parts)
    return _compared(expression, call, skills)


def _compared(comparison: Comparison, call: Values, skills: Mapping[str, int]) -> bool:
    name, how, value = comparison.name, comparison.operator, comparison.value
    if comparison.by_value:
        return COMPARED[how](skills.get(str(call.get(name, "")), 0), value)
    if name in SKILLS:
        return COMPARED[how](skills.get(name, 0), value)
    found = call.get(name)
    if isinstance(found, tuple):
        return (value in found) is (how is Operator.EQUAL)
    if isinstance(value, float) and isinstance(found, str):
        found = float(found) if found.lstrip("-").replace(".", "").isdigit() else None
    if isinstance(value, float) and name in TIMES:
        value = microseconds(value)
    return COMPARED[how](found, value) if found is not None else how is Operator.OTHER

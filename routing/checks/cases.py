"""The calls that expressions can tell apart: every combination of values that a comparison could notice."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from itertools import product
from math import prod

from core.kernel.clock import SECOND_US, microseconds, seconds
from core.model.expression import Comparison, Expression, comparisons
from core.model.variables import Kind, Value, variable

CASES_MAX = 4_000
"""More combinations than this are not looked through, and nothing is said of them."""

_OTHER = ""
"""Stands for every word that no rule names."""

_SOME = "some"
"""Stands for a skill, where a variable names one and nothing is known of any."""

Known = Mapping[str, Sequence[str]]
"""The texts that a variable can have, for those of which that is known."""


def cases(
    expressions: Iterable[Expression], known: Known, given: Container[str] = ()
) -> list[dict[str, Value]]:
    """Return the cases, none where they are too many; variables that are `given` otherwise are left out."""
    asked: dict[str, list[Comparison]] = {}
    for expression in expressions:
        for comparison in comparisons(expression):
            if (comparison.by_value or not comparison.skill) and comparison.name not in given:
                asked.setdefault(comparison.name, []).append(comparison)
    values = {name: _values(name, compared, known) for name, compared in asked.items()}
    if prod(map(len, values.values())) > CASES_MAX:
        return []
    return [dict(zip(values, combined, strict=True)) for combined in product(*values.values())]


def told(case: Mapping[str, Value]) -> str:
    """Say which calls a case is about, such as `tier gold, wait 30`; empty where about all."""
    return ", ".join(
        f"{name} {_told(name, value)}" for name, value in case.items() if value not in (None, ())
    )


def _told(name: str, value: Value) -> str:
    if isinstance(value, tuple):
        return " and ".join(value)
    known = variable(name)
    if isinstance(value, int) and known is not None and known.kind is Kind.SECONDS:
        return f"{seconds(value):g}"
    return str(value) or "none"


def _values(name: str, compared: Sequence[Comparison], known: Known) -> list[Value]:
    """Return values of a variable between which each comparison takes every turn it can."""
    words = [each.value for each in compared if isinstance(each.value, str)]
    numbers = [each.value for each in compared if isinstance(each.value, float) and not each.by_value]
    texts = _texts(name, any(each.by_value for each in compared), known)
    found = variable(name)
    values: Sequence[Value]
    match found.kind if found else None:
        case Kind.TEXT:
            values = [*texts, *words]
        case Kind.WORDS:
            values = [(), *((word,) for word in words), tuple(dict.fromkeys(words))]
        case Kind.NUMBER:
            values = sorted(max(0, int(number) + by) for number in (0, *numbers) for by in (-1, 0, 1))
        case Kind.SECONDS:
            bounds = (0, *map(microseconds, numbers))
            values = sorted(max(0, bound + by) for bound in bounds for by in (-SECOND_US, 0, SECOND_US))
        case _:
            around = (f"{number + by:.12g}" for number in numbers for by in (-1, 0, 1))
            values = [*words, *around, *texts]
    return list(dict.fromkeys(values))


def _texts(name: str, by_value: bool, known: Known) -> Sequence[str]:
    """Return the texts that a variable can have beside the words that rules name."""
    if by_value:
        return known.get(name) or known.get("skill") or (_SOME,)
    return known.get(name) or (_OTHER,)

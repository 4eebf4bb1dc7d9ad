"""The calls that expressions can tell apart: every combination of values that a comparison could notice."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import product
from math import prod

from core.kernel.clock import SECOND_US, microseconds, seconds
from core.model.expression import Comparison, Expression, comparisons
from core.model.variables import Kind, Value, variable

CASES_MAX = 4_000
"""More combinations than this are not looked through, and nothing is said of them."""

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
    words = list(dict.fromkeys(c.value for c in compared if isinstance(c.value, str)))
    numbers = list(dict.fromkeys(c.value for c in compared if isinstance(c.value, float) and not c.by_value))
    found = variable(name)
    match found.kind if found else None:
        case Kind.TEXT:
            return list(dict.fromkeys((*known.get(name, ()), *words))) + ([] if known.get(name) else [""])
        case Kind.WORDS:
            return [(), *((word,) for word in words), tuple(words)]
        case Kind.NUMBER:
            return sorted(set(_around(numbers, 1)))
        case Kind.SECONDS:
            return sorted(set(_around([microseconds(number) for number in numbers], SECOND_US)))
        case _:
            by_value = known.get("skill", ()) if any(c.by_value for c in compared) else ()
            return [*words, *map(str, _around(numbers, 1)), *by_value, ""]


def _around(numbers: Iterable[float], unit: int) -> Iterator[int]:
    """Yield whole numbers below, at and above each; what is compared is never negative."""
    yield 0
    for number in numbers:
        yield from (max(0, int(number) - unit), int(number), int(number) + unit)

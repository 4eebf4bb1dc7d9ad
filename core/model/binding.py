"""What an expression comes to for one call: true or not, or what it needs of an agent. Pure.

The values of the call's variables are put in; a requirement is then a need (`core.model.need`). While a
contact waits the variable `wait` changes, but what that changes is known beforehand: `needs_over_time`
returns the instants, so that nobody has to ask again and again.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache, reduce
from typing import NamedTuple

from core.kernel.clock import microseconds
from core.model.expression import (
    AllOf,
    AnyOf,
    Comparison,
    Expression,
    Not,
    Operator,
    comparisons,
    variables_in,
)
from core.model.need import ANYBODY, LEVEL_MAX, NOBODY, Alternatives, Bound, Need, both, either, need_for
from core.model.variables import Kind, Value, Values, variable

WAIT = "wait"
"""The variable that changes by itself while nothing else does."""

BINDINGS_MAX = 10_000
"""Pairs of a rule and a call's values remembered: calls of a kind ask for the same."""

_CONTRARY = {
    Operator.LESS: Operator.AT_LEAST,
    Operator.AT_MOST: Operator.MORE,
    Operator.EQUAL: Operator.OTHER,
    Operator.OTHER: Operator.EQUAL,
    Operator.AT_LEAST: Operator.LESS,
    Operator.MORE: Operator.AT_MOST,
}
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?").fullmatch


class NeedFrom(NamedTuple):
    """What a contact needs from `after_us` in line on."""

    after_us: int
    need: Need


def holds(condition: Expression, values: Values) -> bool:
    """Tell whether a condition (`parse_condition`) is met by `values`."""
    match condition:
        case Comparison():
            return _is_true(condition, values)
        case Not(part):
            return not holds(part, values)
        case AllOf(parts):
            return all(holds(part, values) for part in parts)
        case AnyOf(parts):
            return any(holds(part, values) for part in parts)


def need_under(requirement: Expression, values: Values) -> Need:
    """Return what `requirement` asks of an agent where the variables have these `values`."""
    given = tuple(map(values.get, _asked(requirement)))
    return _need_at(requirement, given, values.get(WAIT))


def needs_over_time(requirement: Expression, values: Values) -> tuple[NeedFrom, ...]:
    """Return the need from the start, and each that takes its place as the contact waits, in order.

    Only `wait` passes; the other variables keep the given values.
    """
    return _needs_over_time(requirement, tuple(map(values.get, _asked(requirement))))


@lru_cache(maxsize=BINDINGS_MAX)
def _asked(requirement: Expression) -> tuple[str, ...]:
    """Return the variables it asks for, beside `wait`."""
    return tuple(name for name in variables_in(requirement) if name != WAIT)


@lru_cache(maxsize=BINDINGS_MAX)
def _needs_over_time(requirement: Expression, given: tuple[Value, ...]) -> tuple[NeedFrom, ...]:
    chain: list[NeedFrom] = []
    for after_us in _turns_us(requirement):
        need = _need_at(requirement, given, after_us)
        if not chain or chain[-1].need is not need:
            chain.append(NeedFrom(after_us, need))
    return tuple(chain)


@lru_cache(maxsize=BINDINGS_MAX)
def _need_at(requirement: Expression, given: tuple[Value, ...], waited_us: Value) -> Need:
    values = dict(zip(_asked(requirement), given, strict=True))
    return need_for(_alternatives(requirement, {**values, WAIT: waited_us}, asked=True))


def _turns_us(requirement: Expression) -> list[int]:
    """Return the instants of waiting at which the need may change: at a bound, or just after it."""
    bounds = [c for c in comparisons(requirement) if c.name == WAIT and not c.skill]
    after = (Operator.AT_MOST, Operator.MORE)
    return sorted({0} | {_us(c.value) + (c.operator in after) for c in bounds})


def _alternatives(expression: Expression, values: Values, asked: bool) -> Alternatives:
    """Return the ways to meet the expression, or not to meet it where it is not `asked`."""
    match expression:
        case Comparison() if expression.skill:
            return _of_skill(expression, values, asked)
        case Comparison():
            return ANYBODY if _is_true(expression, values) is asked else NOBODY
        case Not(part):
            return _alternatives(part, values, not asked)
        case AllOf(parts) | AnyOf(parts):
            ways = [_alternatives(part, values, asked) for part in parts]
            together = isinstance(expression, AllOf) is asked
            return reduce(both, ways, ANYBODY) if together else either(ways)


# --- comparisons ----------------------------------------------------------------------------------------


def _of_skill(comparison: Comparison, values: Values, asked: bool) -> Alternatives:
    skill = values.get(comparison.name) if comparison.by_value else comparison.name
    operator = comparison.operator if asked else _CONTRARY[comparison.operator]
    ranges = [(max(low, 0), min(high, LEVEL_MAX)) for low, high in _levels(operator, float(comparison.value))]
    if not isinstance(skill, str) or not skill:  # a skill nobody can have
        return ANYBODY if any(low == 0 <= high for low, high in ranges) else NOBODY
    bounds = [Bound(skill, low, high) for low, high in ranges if low <= high]
    return either(((bound,),) if bound.high - bound.low < LEVEL_MAX else ANYBODY for bound in bounds)


def _levels(operator: Operator, value: float) -> list[tuple[int, int]]:
    """Return the ranges of whole levels that compare so with `value`."""
    below, above = math.ceil(value) - 1, math.floor(value) + 1
    match operator:
        case Operator.LESS:
            return [(0, below)]
        case Operator.AT_MOST:
            return [(0, above - 1)]
        case Operator.EQUAL:
            return [(below + 1, above - 1)]
        case Operator.OTHER:
            return [(0, below), (above, LEVEL_MAX)]
        case Operator.AT_LEAST:
            return [(below + 1, LEVEL_MAX)]
        case Operator.MORE:
            return [(above, LEVEL_MAX)]


def _is_true(comparison: Comparison, values: Values) -> bool:
    found, value = values.get(comparison.name), comparison.value
    if isinstance(value, str):
        among = found if isinstance(found, tuple) else (found,)
        return (value in among) is (comparison.operator is Operator.EQUAL)
    known = variable(comparison.name)
    if known is not None and known.kind is Kind.SECONDS:
        value = _us(value)
    return _compares(comparison.operator, _as_number(found), value)


def _as_number(found: Value) -> float | None:
    if isinstance(found, str):
        return float(found) if _NUMBER(found) else None
    return found if isinstance(found, int) else None


def _compares(operator: Operator, found: float | None, value: float) -> bool:
    if found is None:
        return operator is Operator.OTHER
    match operator:
        case Operator.LESS:
            return found < value
        case Operator.AT_MOST:
            return found <= value
        case Operator.EQUAL:
            return found == value
        case Operator.OTHER:
            return found != value
        case Operator.AT_LEAST:
            return found >= value
        case Operator.MORE:
            return found > value


def _us(seconds: float | str) -> int:
    return microseconds(float(seconds))

"""The language of requirements and conditions: `wait < 60 and (billing >= 3 or tier == "platinum")`.

    expression := conjunction { "or" conjunction }
    conjunction := negation { "and" negation }
    negation := "not" negation | "(" expression ")" | "true" | "false" | comparison
    comparison := operand operator operand | SKILL        (the skill at any level)
                | NAME "in" "(" value { "," value } ")"    (equal to one of them)
    operand := NAME | $NAME | value                        (a name on one side, a value on the other)
    value := NUMBER | "word" | 'word'
    operator := < <= == != >= >

A name is a variable of the call or the queue (`core.model.variables`) or else a skill, whose level is 1 to
10, and 0 for an agent who lacks it. `$language` is the skill that goes by the name in the call's variable.
Here texts become trees and trees texts; what a tree means for a call is in `core.model.binding`. Conditions
about something else than calls are written in the same language with another `Vocabulary`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from math import prod
from typing import NamedTuple

from core.model.variables import OF_A_CALL, Kind, Vocabulary, variable

CHARS_MAX = 1_000
"""Longer than any rule a person can still read."""
DEPTH_MAX = 20
"""Brackets within brackets: a bound for the parser's own stack."""
ALTERNATIVES_MAX = 64
"""Ways in which an agent can meet a requirement: each costs a look when agents are compared."""

AND, OR, NOT, IN, TRUE, FALSE = "and", "or", "not", "in", "true", "false"
KEYWORDS = frozenset({AND, OR, NOT, IN, TRUE, FALSE})


class ExpressionRefused(ValueError):
    """A text is no expression; says at which character, and what may stand there."""


class Operator(StrEnum):
    """How a value is compared."""

    LESS = "<"
    AT_MOST = "<="
    EQUAL = "=="
    OTHER = "!="
    AT_LEAST = ">="
    MORE = ">"


class Comparison(NamedTuple):
    """What `name` stands for beside a value; `by_value`: the skill named by the variable `name`."""

    name: str
    operator: Operator
    value: float | str
    by_value: bool = False

    @property
    def skill(self) -> bool:
        """Whether it speaks of an agent's level, not of the call."""
        return self.by_value or variable(self.name) is None


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary."""

    part: Expression


@dataclass(frozen=True, slots=True)
class AllOf:
    """All parts hold; of no parts: always."""

    parts: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds; of no parts: never."""

    parts: tuple[Expression, ...] = ()


Expression = Comparison | Not | AllOf | AnyOf

ALWAYS = AllOf()
NEVER = AnyOf()


def parse(text: str) -> Expression:
    """Return the expression that `text` spells; raise `ExpressionRefused` with place and reason."""
    expression = _read(text, OF_A_CALL, skills=True)
    if _alternatives_at_most(expression, asked=True) > ALTERNATIVES_MAX:
        raise ExpressionRefused(f"too many ways to meet it: at most {ALTERNATIVES_MAX} alternatives")
    return expression


def parse_condition(text: str, about: Vocabulary = OF_A_CALL) -> Expression:
    """Return the expression that `text` spells in variables of a vocabulary alone; skills are refused."""
    return _read(text, about, skills=False)


def _read(text: str, about: Vocabulary, skills: bool) -> Expression:
    if len(text) > CHARS_MAX:
        raise ExpressionRefused(f"an expression has at most {CHARS_MAX} characters, this one {len(text)}")
    return _Parser(text, about, skills).whole()


def comparisons(expression: Expression) -> Iterator[Comparison]:
    """Go through all comparisons, in the order in which they are written."""
    match expression:
        case Comparison():
            yield expression
        case Not(part):
            yield from comparisons(part)
        case AllOf(parts) | AnyOf(parts):
            for each in parts:
                yield from comparisons(each)


def variables_in(expression: Expression) -> tuple[str, ...]:
    """Return the names of the variables it asks for, each once, in the order of writing."""
    asked = (each.name for each in comparisons(expression) if each.by_value or not each.skill)
    return tuple(dict.fromkeys(asked))


def skills_in(expression: Expression) -> tuple[str, ...]:
    """Return the names of the skills it speaks of, each once, in the order of writing."""
    asked = (each.name for each in comparisons(expression) if each.skill and not each.by_value)
    return tuple(dict.fromkeys(asked))


# --- from tree to text ---------------------------------------------------------------------------------


def spelt(expression: Expression) -> str:
    """Return the text of an expression; `parse` makes the same expression of it."""
    match expression:
        case Comparison(name, operator, value, by_value):
            return f"{'$' if by_value else ''}{name} {operator} {_literal(value)}"
        case Not(part):
            return f"{NOT} {_enclosed(part)}"
        case AllOf(parts):
            return f" {AND} ".join(map(_enclosed, parts)) or TRUE
        case AnyOf(parts):
            return f" {OR} ".join(map(_enclosed, parts)) or FALSE


def _enclosed(part: Expression) -> str:
    is_compound = isinstance(part, AllOf | AnyOf) and part.parts
    return f"({spelt(part)})" if is_compound else spelt(part)


def _literal(value: float | str) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    return f"{value:.3f}".rstrip("0").rstrip(".")


# --- from text to tree ---------------------------------------------------------------------------------


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>[0-9]{1,9}(?:\.[0-9]{1,3})?(?![A-Za-z0-9_.-]))
      | "(?P<word>[^"'\x00-\x1f]*)"
      | '(?P<quoted>[^"'\x00-\x1f]*)'
      | (?P<operator><=|>=|==|!=|<|>)
      | (?P<sign>[(),])
      | (?P<name>\$?[A-Za-z0-9_][A-Za-z0-9_.-]{0,79})
    )""",
    re.VERBOSE,
)
_END = "end"
_HINTS = {
    "=": "write == for equal, >= for at least",
    "&": "write and",
    "|": "write or",
    "!": "write not, or != for unequal",
}
_MIRRORED = {
    Operator.LESS: Operator.MORE,
    Operator.AT_MOST: Operator.AT_LEAST,
    Operator.AT_LEAST: Operator.AT_MOST,
    Operator.MORE: Operator.LESS,
}


def _tokens(text: str) -> list[_Token]:
    found, at = [], 0
    end = len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            hint = _HINTS.get(text[at], "expected a name, a number, a quoted word, a bracket or an operator")
            raise _refused(at, hint)
        kind = match.lastgroup or ""
        found.append(_Token("word" if kind == "quoted" else kind, match[kind], match.start(kind)))
        at = match.end()
    return [*found, _Token(_END, "", end)]


def _refused(at: int, expected: str) -> ExpressionRefused:
    return ExpressionRefused(f"at character {at + 1}: {expected}")


class _Parser:
    """Reads one text from the left to the right, one function for each line of the grammar."""

    def __init__(self, text: str, about: Vocabulary, skills: bool) -> None:
        self._about = about
        self._skills = skills
        self._ahead = iter(_tokens(text))
        self._next = next(self._ahead)
        self._depth = 0

    def whole(self) -> Expression:
        expression = self._expression()
        if self._next.kind != _END:
            raise _refused(self._next.at, "expected and, or, or the end")
        return expression

    def _take(self) -> _Token:
        token = self._next
        self._next = next(self._ahead, token)
        return token

    def _takes(self, *texts: str) -> bool:
        """Go past the next token if it is one of these words or signs."""
        found = self._next.kind in ("name", "sign") and self._next.text in texts
        if found:
            self._take()
        return found

    def _expression(self) -> Expression:
        parts = [self._conjunction()]
        while self._takes(OR):
            parts.append(self._conjunction())
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _conjunction(self) -> Expression:
        parts = [self._negation()]
        while self._takes(AND):
            parts.append(self._negation())
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _negation(self) -> Expression:
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise _refused(self._next.at, f"more than {DEPTH_MAX} brackets within each other")
        try:
            return self._term()
        finally:
            self._depth -= 1

    def _term(self) -> Expression:
        if self._takes(NOT):
            return Not(self._negation())
        if self._takes(TRUE):
            return ALWAYS
        if self._takes(FALSE):
            return NEVER
        if not self._takes("("):
            return self._comparison()
        expression = self._expression()
        if not self._takes(")"):
            raise _refused(self._next.at, "expected ) or and, or")
        return expression

    def _comparison(self) -> Expression:
        left = self._operand()
        if self._takes(IN):
            return self._membership(left)
        if self._next.kind != "operator":
            return self._bare(left)
        operator = Operator(self._take().text)
        right = self._operand()
        if left.kind != "name":
            left, right, operator = right, left, _MIRRORED.get(operator, operator)
        return self._checked(left, operator, right)

    def _membership(self, name: _Token) -> Expression:
        """Read the values, any one of which `name` may be equal to."""
        if not self._takes("("):
            raise _refused(self._next.at, "expected ( and the values, such as ('gold', 'platinum')")
        equal = [self._checked(name, Operator.EQUAL, self._operand())]
        while self._takes(","):
            equal.append(self._checked(name, Operator.EQUAL, self._operand()))
        if not self._takes(")"):
            raise _refused(self._next.at, "expected , or )")
        return equal[0] if len(equal) == 1 else AnyOf(tuple(equal))

    def _operand(self) -> _Token:
        token = self._take()
        if token.kind not in ("name", "number", "word") or (token.text in KEYWORDS and token.kind == "name"):
            raise _refused(token.at, "expected a name, a number or a quoted word")
        return token

    def _bare(self, token: _Token) -> Comparison:
        """Read a skill that stands alone: at any level."""
        name = token.text.removeprefix("$")
        by_value = name != token.text
        if token.kind != "name" or (self._about.variable(name) is not None and not by_value):
            raise _refused(self._next.at, "expected in, or one of < <= == != >= >")
        return self._checked(token, Operator.AT_LEAST, _Token("number", "1", token.at))

    def _checked(self, name: _Token, operator: Operator, value: _Token) -> Comparison:
        """Return the comparison, if what `name` stands for can be compared in this way with this value."""
        if name.kind != "name" or value.kind == "name":
            raise _refused(value.at, "a name is compared with a number or a quoted word")
        plain = name.text.removeprefix("$")
        by_value = plain != name.text
        known = self._about.variable(plain)
        if not self._skills and (by_value or known is None):
            raise _refused(name.at, _no_variable(name.text, self._about))
        if by_value and (known is None or known.kind not in (Kind.TEXT, Kind.ATTRIBUTE)):
            raise _refused(name.at, "behind $ stands a variable that is a text, such as $language")
        kind = Kind.NUMBER if known is None or by_value else known.kind
        expected = _mismatch(kind, operator, value.kind)
        if expected:
            raise _refused(value.at, f"{name.text} {expected}")
        return Comparison(
            plain, operator, value.text if value.kind == "word" else float(value.text), by_value
        )


def _no_variable(name: str, about: Vocabulary) -> str:
    near = get_close_matches(name, about.variables, n=1)
    return f"{name} is no variable of {about.of}" + (f"; did you mean {near[0]}?" if near else "")


def _mismatch(kind: Kind, operator: Operator, value_kind: str) -> str:
    """Return what is wrong with comparing a variable of this kind so, empty where nothing is."""
    is_word, is_same = value_kind == "word", operator in (Operator.EQUAL, Operator.OTHER)
    match kind:
        case Kind.TEXT | Kind.WORDS if not (is_word and is_same):
            return "is a text: compare it by == or != with a quoted word"
        case Kind.NUMBER | Kind.SECONDS if is_word:
            return "is a number or a skill: compare it with a number"
        case Kind.SECONDS if is_same:
            return "is a time, met at no instant exactly: compare it by <, <=, >= or >"
        case Kind.ATTRIBUTE if is_word and not is_same:
            return "is compared with a word by == or !="
    return ""


def _alternatives_at_most(expression: Expression, asked: bool) -> int:
    """Return a bound on the ways in which an agent can meet the expression (or its contrary)."""
    match expression:
        case Comparison(operator=operator):
            halves = operator is (Operator.OTHER if asked else Operator.EQUAL)
            return 2 if halves and expression.skill else 1
        case Not(part):
            return _alternatives_at_most(part, not asked)
        case AllOf(parts) | AnyOf(parts):
            counts = [_alternatives_at_most(part, asked) for part in parts]
            multiplied = isinstance(expression, AllOf) == asked
            return prod(counts) if multiplied else sum(counts)

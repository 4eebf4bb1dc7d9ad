"""What a contact needs of an agent: bounds on skill levels that an agent meets or does not.

Needs are interned by what they ask: contacts that ask for the same share one object, so that an index may
keep one line for each. The variables of the call are bound before a need is made (`core.model.binding`);
what is left speaks of skill levels (1 to 10, 0 for a skill the agent lacks) and of nothing else, so a need
never changes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from core.kernel.record import Record
from core.model.contact import Requirement

NEEDS_MAX = 100_000
"""Different needs remembered: more than any rules make of any menu."""

LEVEL_MAX = 10
"""The highest level of a skill."""


class Bound(NamedTuple):
    """The levels asked for in one skill, both ends included."""

    skill: str
    low: int
    high: int = LEVEL_MAX


Alternative = tuple[Bound, ...]
"""Bounds that an agent meets all together; one for each skill, by the names of the skills."""

Alternatives = tuple[Alternative, ...]
"""Ways to meet a need: any one of them is enough. No way at all: nobody; a way without bounds: anybody."""

ANYBODY: Alternatives = ((),)
NOBODY: Alternatives = ()

_AND, _OR, _NOBODY = " and ", " or ", "false"
_BOUND = re.compile(f"([^ ]+) (>=|<=|==) ([0-9]{{1,2}})({_AND}|{_OR}|$)")
_IS_SPELT = re.compile(f"|{_NOBODY}|(?:{_BOUND.pattern})+").fullmatch


class Need(Record, frozen=True, kw_only=True):
    """Alternatives of bounds. `text` is its one spelling, such as `billing >= 2 and english >= 1`.

    An agent who can meet it has at least one of the skills `anchors`; where there are none it may be
    anybody, or nobody. `all_of` are the least levels, where a need asks for nothing else.
    """

    text: str
    alternatives: Alternatives = ANYBODY
    anchors: tuple[str, ...] = ()
    all_of: tuple[Requirement, ...] = ()

    def level(self, skills: Mapping[str, int]) -> int | None:
        """Return how able an agent with `skills` is, None where it is not able.

        That is the least of its levels in the skills asked for, by the alternative that shows it best. An
        agent asked for nothing in particular has level 0.
        """
        best: int | None = None
        for alternative in self.alternatives:
            level = _least_level(alternative, skills)
            if level is not None and (best is None or level > best):
                best = level
        return best


def _least_level(alternative: Alternative, skills: Mapping[str, int]) -> int | None:
    least = 0
    for skill, low, high in alternative:
        level = skills.get(skill, 0)
        if not low <= level <= high:
            return None
        if low and (level < least or not least):
            least = level
    return least


def need_of(requirements: Iterable[Requirement]) -> Need:
    """Return the one need that asks for all `requirements`; the higher level of a skill holds."""
    return _need_of_all(tuple(requirements))


@lru_cache(maxsize=NEEDS_MAX)
def _need_of_all(requirements: tuple[Requirement, ...]) -> Need:
    levels: dict[str, int] = {}
    for requirement in requirements:
        levels[requirement.skill] = max(requirement.minimum, levels.get(requirement.skill, 0))
    return need_for((tuple(Bound(skill, low) for skill, low in sorted(levels.items())),))


def need_from_text(text: str) -> Need:
    """Return the need that is spelt `text`; raise `ValueError` where none is."""
    ways: list[Alternatives] = [ANYBODY]
    if not _IS_SPELT(text):
        raise ValueError(f"no need is spelt {text!r}")
    for skill, operator, digits, joint in _BOUND.findall(text):
        level = int(digits)
        low, high = 0 if operator == "<=" else level, LEVEL_MAX if operator == ">=" else level
        ways[-1] = both(ways[-1], ((Bound(skill, low, high),),))
        if joint == _OR:
            ways.append(ANYBODY)
    return need_for(NOBODY if text == _NOBODY else either(ways))


@lru_cache(maxsize=NEEDS_MAX)
def need_for(alternatives: Alternatives) -> Need:
    """Return the one need that any of `alternatives` meets; they come simplified (`either`, `both`)."""
    return Need(
        text=_OR.join(map(_spelt, alternatives)) if alternatives else _NOBODY,
        alternatives=alternatives,
        anchors=_anchors(alternatives),
        all_of=_least_levels(alternatives),
    )


def _spelt(alternative: Alternative) -> str:
    return _AND.join(_bound_spelt(bound) for bound in alternative)


def _bound_spelt(bound: Bound) -> str:
    skill, low, high = bound
    if low == high:
        return f"{skill} == {low}"
    if not low:
        return f"{skill} <= {high}"
    return f"{skill} >= {low}" if high == LEVEL_MAX else f"{skill} >= {low}{_AND}{skill} <= {high}"


def _anchors(alternatives: Alternatives) -> tuple[str, ...]:
    """Return few skills of which each alternative asks for one; none where an alternative asks for none."""
    left = [[bound.skill for bound in alternative if bound.low] for alternative in alternatives]
    chosen: list[str] = []
    while left:
        if not all(left):
            return ()
        counts = Counter(skill for skills in left for skill in skills)
        skill = min(counts, key=lambda skill: (-counts[skill], skill))
        chosen.append(skill)
        left = [skills for skills in left if skill not in skills]
    return tuple(chosen)


def _least_levels(alternatives: Alternatives) -> tuple[Requirement, ...]:
    if len(alternatives) != 1 or any(bound.high < LEVEL_MAX for bound in alternatives[0]):
        return ()
    return tuple(Requirement(skill=bound.skill, minimum=bound.low) for bound in alternatives[0])


# --- how alternatives are combined ---------------------------------------------------------------------


def either(ways: Iterable[Alternatives]) -> Alternatives:
    """Return the alternatives that meet at least one of `ways`."""
    return _simplest(alternative for way in ways for alternative in way)


def both(one: Alternatives, other: Alternatives) -> Alternatives:
    """Return the alternatives that meet `one` and `other`."""
    joined = (_joined(first, second) for first in one for second in other)
    return _simplest(alternative for alternative in joined if alternative is not None)


def implies(narrow: Alternatives, wide: Alternatives) -> bool:
    """Tell whether whoever meets `narrow` meets `wide` as well, as far as single alternatives show it."""
    return all(any(_implies(each, other) for other in wide) for each in narrow)


def _joined(one: Alternative, other: Alternative) -> Alternative | None:
    """Return the bounds of both, None where no agent can meet them together."""
    bounds = {bound.skill: bound for bound in one}
    for skill, low, high in other:
        before = bounds.get(skill, Bound(skill, 0))
        bounds[skill] = Bound(skill, max(low, before.low), min(high, before.high))
    possible = all(bound.low <= bound.high for bound in bounds.values())
    return tuple(sorted(bounds.values())) if possible else None


def _simplest(alternatives: Iterable[Alternative]) -> Alternatives:
    """Return the alternatives in their one order, without those that another makes needless."""
    ordered = sorted(set(alternatives))  # a set of tuples, put in order at once
    return tuple(
        each for each in ordered if not any(_implies(each, other) for other in ordered if other != each)
    )


def _implies(narrow: Alternative, wide: Alternative) -> bool:
    """Tell whether whoever meets `narrow` meets `wide` as well."""
    asked = {bound.skill: bound for bound in narrow}
    return all(
        bound.skill in asked and asked[bound.skill].low >= bound.low and asked[bound.skill].high <= bound.high
        for bound in wide
    )

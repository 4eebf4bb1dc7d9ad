"""What a contact needs of an agent: a bound on skill levels that an agent meets or does not.

Needs are interned by their text: contacts that ask for the same share one object, so that an index may
keep one line for each. The variables of the call are bound before a need is made; what is left speaks of
skill levels (1 to 10, 0 for a skill the agent lacks) and of nothing else, so a need never changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from core.kernel.record import Record
from core.model.contact import Requirement

NEEDS_MAX = 100_000
"""Different needs remembered: more than any rules make of any menu."""


class Need(Record, frozen=True, kw_only=True):
    """A conjunction of least levels. `text` is its one spelling, such as `billing >= 2 and english >= 1`."""

    text: str
    all_of: tuple[Requirement, ...] = ()

    def level(self, skills: Mapping[str, int]) -> int | None:
        """Return the least level among the asked skills, None where one is missing or too low.

        An agent asked for nothing in particular has level 0.
        """
        least: int | None = None
        for requirement in self.all_of:
            level = skills.get(requirement.skill, 0)
            if level < requirement.minimum:
                return None
            least = level if least is None else min(least, level)
        return least or 0


def need_of(requirements: Iterable[Requirement]) -> Need:
    """Return the one need that asks for all `requirements`; the higher level of a skill holds."""
    levels: dict[str, int] = {}
    for requirement in requirements:
        levels[requirement.skill] = max(requirement.minimum, levels.get(requirement.skill, 0))
    return _interned(tuple(sorted(levels.items())))


@lru_cache(maxsize=NEEDS_MAX)
def _interned(levels: tuple[tuple[str, int], ...]) -> Need:
    return Need(
        text=" and ".join(f"{skill} >= {minimum}" for skill, minimum in levels),
        all_of=tuple(Requirement(skill=skill, minimum=minimum) for skill, minimum in levels),
    )

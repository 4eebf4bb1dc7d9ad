"""Needs: one object for one meaning, combined as agents would read them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.model.contact import Requirement
from core.model.need import (
    ANYBODY,
    LEVEL_MAX,
    NOBODY,
    Alternatives,
    Bound,
    both,
    either,
    implies,
    need_for,
    need_from_text,
    need_of,
)
from tests.unit.core.drawn_expressions import SKILLS, agents


def single_bounds() -> st.SearchStrategy[Alternatives]:
    levels = st.lists(st.integers(0, LEVEL_MAX), min_size=2, max_size=2).map(sorted)
    return st.builds(lambda skill, ends: ((Bound(skill, *ends),),), st.sampled_from(SKILLS), levels)


def ways() -> st.SearchStrategy[Alternatives]:
    """Return alternatives as rules make them: out of bounds, by either and both."""
    combined = st.one_of(single_bounds(), st.just(ANYBODY), st.just(NOBODY))
    return st.recursive(
        combined,
        lambda parts: st.builds(both, parts, parts) | st.lists(parts, max_size=3).map(either),
        max_leaves=5,
    )


def is_able(skills: dict[str, int], alternatives: Alternatives) -> bool:
    return need_for(alternatives).level(skills) is not None


@given(ways(), ways(), agents())
def test_both_and_either_mean_what_they_say(
    one: Alternatives, other: Alternatives, skills: dict[str, int]
) -> None:
    assert is_able(skills, both(one, other)) == (is_able(skills, one) and is_able(skills, other))
    assert is_able(skills, either([one, other])) == (is_able(skills, one) or is_able(skills, other))


@given(ways(), ways(), agents())
def test_who_meets_the_narrow_need_meets_the_wide_one(
    narrow: Alternatives, wide: Alternatives, skills: dict[str, int]
) -> None:
    if implies(narrow, wide) and is_able(skills, narrow):
        assert is_able(skills, wide)
    assert implies(both(narrow, wide), wide)


@given(ways(), ways())
def test_order_of_writing_does_not_matter(one: Alternatives, other: Alternatives) -> None:
    assert need_for(both(one, other)) is need_for(both(other, one))
    assert need_for(either([one, other])) is need_for(either([other, one]))
    assert need_for(either([one, one])) is need_for(either([one]))


def test_level_is_the_least_asked_for_of_the_best_way() -> None:
    need = need_from_text("billing >= 2 and sales <= 4 or en >= 3 and nl >= 1")
    assert need.level({"billing": 7, "sales": 4}) == 7
    assert need.level({"billing": 2, "en": 6, "nl": 5}) == 5
    assert need.level({"billing": 7, "sales": 5, "en": 6}) is None
    assert need_from_text("").level({}) == 0
    assert need_from_text("trainee <= 0").level({"billing": 9}) == 0
    assert need_from_text("false").level({"billing": 9}) is None


def test_higher_level_of_a_skill_holds() -> None:
    twice = need_of([Requirement(skill="en", minimum=2), Requirement(skill="en", minimum=5)])
    assert twice is need_from_text("en >= 5")
    assert twice.all_of == (Requirement(skill="en", minimum=5),)
    assert need_from_text("en <= 5").all_of == ()


def test_anchors_are_few_and_need_be_none() -> None:
    assert need_from_text("a >= 1 and b >= 1 or b >= 2 and c >= 1").anchors == ("b",)
    assert need_from_text("a >= 1 or b >= 1").anchors == ("a", "b")
    assert need_from_text("a >= 1 or b <= 3").anchors == ()

"""Named streams: the same numbers in every run, whoever else draws."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.rng import KeyedDraws, Streams

SEEDS = st.integers(min_value=-(2**63), max_value=2**63)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def draws(streams: Streams, name: str, count: int = 5) -> list[float]:
    return [streams.stream(name).random() for _ in range(count)]


@given(SEEDS, NAMES)
def test_a_seed_and_a_name_give_the_same_numbers_in_every_run(seed: int, name: str) -> None:
    assert draws(Streams(seed), name) == draws(Streams(seed), name)


@given(SEEDS, st.lists(st.sampled_from(["arrivals", "talk", "answer_delay"]), max_size=30))
def test_draws_from_other_streams_shift_nothing(seed: int, others: list[str]) -> None:
    alone, among_others = Streams(seed), Streams(seed)
    expected = draws(alone, "patience", len(others))
    seen = []
    for other in others:
        among_others.stream(other).random()
        seen.append(among_others.stream("patience").random())
    assert seen == expected


def test_another_name_and_another_seed_give_other_numbers() -> None:
    assert draws(Streams(7), "patience") != draws(Streams(7), "talk")
    assert draws(Streams(7), "patience") != draws(Streams(8), "patience")


def test_the_numbers_of_seed_7_are_those_of_every_version() -> None:
    """A change of how streams are seeded would change every recorded scenario."""
    patience = Streams(7).stream("patience")
    assert [patience.randrange(1000) for _ in range(5)] == [332, 943, 217, 559, 940]


DRAWN = {
    "random": ((), 0.27584938080616395),
    "expovariate": ((0.25,), 1.2910234826907445),
    "normalvariate": ((0.0, 1.0), -0.4752999525279868),
    "lognormvariate": ((0.0, 1.0), 0.6216985484433908),
    "gammavariate": ((1.7, 1.0), 0.911767925615149),
    "randrange": ((10_000,), 4519),
    "choice": (("abcdefghij",), "e"),
    "choices": (("abc", (1, 2, 3.5)), ["b"]),
}
"""What the draws for call 3 come to: the arguments, and the value."""


@pytest.mark.parametrize("way", DRAWN)
def test_every_way_of_drawing_is_that_of_every_python(way: str) -> None:
    """Python promises it of `random` alone: one that drew otherwise would make other days of old seeds."""
    arguments, expected = DRAWN[way]
    call_3 = KeyedDraws(7, "pinned").of(3)
    assert getattr(call_3, way)(*arguments) == expected

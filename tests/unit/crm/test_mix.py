"""The lists of a campaign, mixed: each has its part of every lease, and exactly that over many."""

from __future__ import annotations

from collections import Counter
from itertools import count, islice

from hypothesis import given
from hypothesis import strategies as st

from core.model.list_import import WEIGHT_MAX
from crm.leads.mix import Line, Stood, in_turn
from crm.leads.standing import standing_of

BATCH = 20
weights = st.integers(1, WEIGHT_MAX)


def untried(place: int, rank: int = 0) -> Stood:
    return Stood(standing_of(rank=rank, turn=place, tried=False, callback=False), place)


def line(key: int, weight: int = 1, position: int = 0) -> Line:
    return Line(key, f"list {key}", position, weight)


def leased_of(lines: list[Line], lease_id: str, leads: int = BATCH) -> Counter[int]:
    """Return how many leads of each list, all of them long, a lease takes."""
    fronts = [(each, map(untried, count())) for each in lines]
    return Counter(of.key for of, _ in islice(in_turn(fronts, lease_id), leads))


@given(weights, weights, st.integers(1, 2_000), st.text(max_size=9))
def test_a_lease_takes_of_each_list_in_proportion_to_its_weight(
    heavy: int, light: int, leads: int, lease_id: str
) -> None:
    taken = leased_of([line(1, heavy), line(2, light)], lease_id, leads)
    assert abs(taken[1] - leads * heavy / (heavy + light)) <= 1


def test_a_list_of_little_weight_has_its_part_of_small_leases_too() -> None:
    lines = [line(1, 99), line(2, 1)]
    taken = sum((leased_of(lines, f"lease {nth}") for nth in range(500)), Counter[int]())
    assert 60 <= taken[2] <= 140, "a hundredth of ten thousand"


def test_ranks_come_first_then_positions_then_the_untried_then_who_fell_due_first() -> None:
    tried = [Stood(standing_of(rank=0, turn=turn, tried=True, callback=False), 9) for turn in (5, 7)]
    callback = Stood(standing_of(rank=-9, turn=9, tried=True, callback=True), 9)
    first = [callback, untried(1, rank=5), untried(0), tried[1]]
    second = [untried(3, rank=5), untried(2), tried[0]]
    told = [lead for _, lead in in_turn([(line(1), first), (line(2, position=1), second)], "")]
    assert told == [callback, first[1], second[0], untried(0), tried[1], untried(2), tried[0]]
    told = [lead for _, lead in in_turn([(line(1), [tried[1]]), (line(2), [untried(2), tried[0]])], "")]
    assert told == [untried(2), tried[0], tried[1]]

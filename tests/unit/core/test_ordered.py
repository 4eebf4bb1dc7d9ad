"""The ordered collection is a sorted list, only quicker."""

from __future__ import annotations

from bisect import bisect_left, insort

import pytest

from core.kernel.ordered import PIECE_MAX, Ordered
from core.kernel.rng import Streams


def test_ordered_is_a_sorted_list() -> None:
    chance = Streams(1).stream("ordered")
    ordered: Ordered[tuple[int, int]] = Ordered()
    plain: list[tuple[int, int]] = []
    for number in range(10 * PIECE_MAX):
        if plain and chance.random() < 0.4:
            entry = chance.choice((plain[0], plain[-1], chance.choice(plain)))
            ordered.remove(entry)
            plain.remove(entry)
        else:
            entry = (number - chance.choice((0, 0, 3_000)), number)
            ordered.add(entry)
            insort(plain, entry)
        probe = (chance.randrange(number + 1), 0)
        assert ordered.rank(probe) == bisect_left(plain, probe)
        assert ordered.head(2) == plain[:2]
        assert len(ordered) == len(plain)
    assert list(ordered) == plain


def test_what_is_not_in_cannot_be_taken_out() -> None:
    ordered: Ordered[tuple[int]] = Ordered()
    with pytest.raises(KeyError):
        ordered.remove((1,))
    ordered.add((1,))
    ordered.add((3,))
    for absent in (0, 2, 4):
        with pytest.raises(KeyError):
            ordered.remove((absent,))
    assert list(ordered) == [(1,), (3,)]

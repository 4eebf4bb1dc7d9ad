"""Whose fault it is that a number does not exist: the list's, or a trunk's that says so of every number."""

from __future__ import annotations

from random import Random

import pytest

from core.kernel.clock import SECOND_US
from dialer.doubts import CALLS_MAX, DOUBTED_US, TOLD_WITHIN_US, Doubts, Settled

SEED = 20_261_122


class Day:
    """Calls on a trunk, one every second, of which it is known at once how they go."""

    def __init__(self) -> None:
        self.doubts = Doubts()
        self.now_us = 0
        self.settled: list[Settled] = []
        self._count = 0

    def call(self, *, exists: bool) -> str:
        self._count += 1
        attempt_id = f"A-{self._count}"
        self.doubts.dialed(attempt_id, self.now_us)
        if exists:
            self.doubts.came(attempt_id)
        else:
            assert self.doubts.told(attempt_id, self.now_us)
        self.pass_s(1)
        return attempt_id

    def pass_s(self, seconds: int) -> None:
        for _ in range(seconds):
            self.now_us += SECOND_US
            self.settled += self.doubts.settle(self.now_us)

    @property
    def blamed(self) -> list[str]:
        return [each.attempt_id for each in self.settled if each.is_the_trunk]


def test_one_dead_number_among_living_ones_is_known_within_seconds() -> None:
    day = Day()
    dead = day.call(exists=False)
    for _ in range(3):
        day.call(exists=True)
    assert day.settled == [Settled(dead, False)]


def test_one_dead_number_with_nothing_after_it_is_believed_after_a_minute() -> None:
    day = Day()
    dead = day.call(exists=False)
    day.pass_s(DOUBTED_US // SECOND_US - 2)
    assert day.settled == []
    day.pass_s(2)
    assert day.settled == [Settled(dead, False)]
    assert not day.doubts.any_open


@pytest.mark.parametrize("share", [0.05, 0.2, 0.4])
def test_trunk_that_carries_a_bad_list_for_a_day_is_never_blamed(share: float) -> None:
    day, chance = Day(), Random(SEED)
    for _ in range(5_000):
        day.call(exists=chance.random() >= share)
    assert day.blamed == []
    assert day.doubts.rate == pytest.approx(share, abs=0.1)


@pytest.mark.parametrize("share", [0.0, 0.05, 0.2, 0.4])
def test_trunk_that_goes_mad_is_blamed_for_all_it_says_from_then_on(share: float) -> None:
    day, chance = Day(), Random(SEED)
    for _ in range(500):
        day.call(exists=chance.random() >= share)
    mad = [day.call(exists=False) for _ in range(60)]
    day.pass_s(3)
    assert set(mad) <= set(day.blamed)


def test_trunk_that_carries_again_is_believed_again() -> None:
    day = Day()
    for _ in range(40):
        day.call(exists=False)
    for _ in range(20):
        day.call(exists=True)
    dead = day.call(exists=False)
    day.call(exists=True)
    day.pass_s(3)
    assert day.settled[-1] == Settled(dead, False)


def test_calls_tried_one_a_minute_are_blamed_on_a_trunk_that_is_still_mad() -> None:
    day = Day()
    for _ in range(40):
        day.call(exists=False)
    tried = [day.call(exists=False) for _ in range(10) if day.pass_s(60) is None]
    day.pass_s(3)
    assert day.blamed[-10:] == tried


def test_dead_numbers_of_a_burst_are_told_before_the_others_ring() -> None:
    day = Day()
    for number in range(50):
        day.doubts.dialed(f"B-{number}", 0)
    for number in range(0, 50, 5):
        assert day.doubts.told(f"B-{number}", 200_000)
    assert day.doubts.settle(TOLD_WITHIN_US) == []
    assert {each.is_the_trunk for each in day.doubts.settle(200_000 + TOLD_WITHIN_US)} == {False}


def test_trunk_is_looked_at_after_a_day_without_a_dead_number() -> None:
    doubts = Doubts()
    for second in range(2 * CALLS_MAX):
        doubts.dialed(f"A-{second}", second * SECOND_US)
        doubts.came(f"A-{second}")
    now_us = 2 * CALLS_MAX * SECOND_US
    doubts.dialed("dead", now_us)
    assert doubts.told("dead", now_us)


def test_number_that_is_dead_after_ringing_is_not_doubted() -> None:
    doubts = Doubts()
    doubts.dialed("A-1", 0)
    doubts.came("A-1")
    assert not doubts.told("A-1", SECOND_US)
    assert not doubts.told("A-2", SECOND_US), "nor is one that nobody dialed over this trunk"

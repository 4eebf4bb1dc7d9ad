"""The search behind `goldline tune`, on functions whose best point is known."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from core.kernel.rng import KeyedDraws, Streams
from goldline.tune.search import Effort, Point, Search, Trial

BEST = (0.8, 0.1, 0.5, 0.3, 0.0, 0.6)
START = (0.5,) * len(BEST)


def hill(point: Point) -> float:
    """Height 1 at `BEST`, lower around it, and steeper for some coordinates than for others."""
    return 1 - sum(
        (x - best) ** 2 / (1 + place) for place, (x, best) in enumerate(zip(point, BEST, strict=True))
    )


def noisy(trials: Sequence[Trial]) -> list[float]:
    """Each day is off by what it brings to everybody, and by some chance of its own for each point."""
    shared, own = KeyedDraws(1, "day"), KeyedDraws(2, "point")
    return [
        hill(point) + shared.of(day).gauss(0, 1) + own.of(hash((point, day)) % 10**9).gauss(0, 0.02)
        for point, day in trials
    ]


def search(effort: Effort, seed: int = 1) -> Search[float]:
    return Search(START, noisy, fmean, Streams(seed).stream("search"), effort)


def test_best_point_is_found_in_spite_of_the_noise() -> None:
    for seed in range(1, 6):
        assert hill(search(Effort(days=1_000), seed).best()) > 0.92
    assert hill(START) < 0.8


def test_same_chance_finds_the_same_point() -> None:
    assert search(Effort(days=300)).best() == search(Effort(days=300)).best()


def test_no_more_days_are_spent_than_were_given() -> None:
    for days in (120, 300, 1_000):
        spent: list[Trial] = []

        def counted(trials: Sequence[Trial], spent: list[Trial] = spent) -> list[float]:
            spent += trials
            return noisy(trials)

        Search(START, counted, fmean, Streams(1).stream("search"), Effort(days=days)).best()
        assert 0.8 * days < len(spent) <= 1.2 * days


def test_start_that_is_the_best_already_stays() -> None:
    def flat(trials: Sequence[Trial]) -> list[float]:
        return [float(point == START) for point, _ in trials]

    assert Search(START, flat, fmean, Streams(1).stream("search"), Effort(days=200)).best() == START


def test_search_that_runs_out_of_time_still_holds_its_best_against_the_start() -> None:
    spent: list[Trial] = []

    def counted(trials: Sequence[Trial]) -> list[float]:
        spent.extend(trials)
        return noisy(trials)

    chance = Streams(1).stream("search")
    effort = Effort(days=10_000)
    best = Search(START, counted, fmean, chance, effort, told=lambda share, best: False).best()
    assert len(spent) < 100
    assert hill(best) >= hill(START) - 0.02

"""Queues that are to keep fixed shares of all that wait in them."""

from __future__ import annotations

from collections import Counter

from core.kernel.clock import SECOND_US
from core.kernel.rng import Streams
from core.model.ids import QueueName
from routing.ratios import DEBT_MAX_PPM, MEMORY, QueueRatios
from routing.rules import RatioGroup

GOLD, SILVER, BRONZE = QueueName("gold"), QueueName("silver"), QueueName("bronze")
GROUP = RatioGroup(shares_ppm={GOLD: 100_000, SILVER: 300_000, BRONZE: 600_000}, contact_us=60 * SECOND_US)


def test_each_contact_beyond_a_queues_share_moves_it_forward() -> None:
    ratios = QueueRatios([GROUP])
    length = {GOLD: 2, SILVER: 3, BRONZE: 5}.__getitem__
    assert [ratios.pressure_us(queue, length) for queue in (GOLD, SILVER, BRONZE)] == [
        60 * SECOND_US,
        0,
        -60 * SECOND_US,
    ]


def test_queue_of_no_group_feels_no_pressure() -> None:
    ratios = QueueRatios([GROUP])
    other = QueueName("other")
    ratios.note_served(other, {other: 7}.__getitem__)
    assert ratios.pressure_us(other, {other: 7}.__getitem__) == 0


def test_queue_that_was_too_long_for_a_while_is_served_sooner_afterwards() -> None:
    ratios = QueueRatios([GROUP])
    for _ in range(MEMORY):
        ratios.note_served(GOLD, {GOLD: 2, SILVER: 3, BRONZE: 5}.__getitem__)
    just_right = {GOLD: 1, SILVER: 3, BRONZE: 6}.__getitem__
    assert ratios.pressure_us(GOLD, just_right) == 60 * SECOND_US
    assert ratios.pressure_us(BRONZE, just_right) == -60 * SECOND_US


def test_queue_that_nobody_could_serve_does_not_take_everything_afterwards() -> None:
    ratios = QueueRatios([GROUP])
    for _ in range(50 * MEMORY):
        ratios.note_served(GOLD, {GOLD: 0, SILVER: 100, BRONZE: 0}.__getitem__)
    just_right = {GOLD: 1, SILVER: 3, BRONZE: 6}.__getitem__
    assert ratios.pressure_us(SILVER, just_right) == 10 * 60 * SECOND_US
    assert DEBT_MAX_PPM == 10 * MEMORY * 1_000_000


def test_shares_hold_where_calls_come_in_other_proportions() -> None:
    """Alternately somebody joins, all queues alike likely, and somebody is served."""
    ratios = QueueRatios([GROUP])
    chance = Streams(1).stream("arrivals")
    lengths = Counter({GOLD: 4, SILVER: 4, BRONZE: 4})
    seen: Counter[QueueName] = Counter()
    for _ in range(20_000):
        lengths[chance.choice((GOLD, SILVER, BRONZE))] += 1
        queue = max(
            (queue for queue in lengths if lengths[queue]),
            key=lambda queue: ratios.pressure_us(queue, lengths.__getitem__),
        )
        ratios.note_served(queue, lengths.__getitem__)
        seen.update(lengths)
        lengths[queue] -= 1
    for queue, share_ppm in GROUP.shares_ppm.items():
        assert abs(seen[queue] / seen.total() / (share_ppm / 1e6) - 1) < 0.01

"""How true the expected waits were: the errors, and the announcements that came true."""

from __future__ import annotations

import pytest

from core.kernel.clock import microseconds
from core.model.events import ContactConnected, WaitAnnounced
from core.model.ids import AgentId, ContactId, OfferId, QueueName
from metrics.estimates import EstimateFigures


def answered(waited_s: float, estimated_s: float | None) -> ContactConnected:
    return ContactConnected(
        at_us=microseconds(1_000),
        contact_id=ContactId("C-1"),
        queue=QueueName("cards"),
        tier="gold",
        agent_id=AgentId("ann"),
        offer_id=OfferId("O-1"),
        waited_us=microseconds(waited_s),
        level=1,
        estimated_us=None if estimated_s is None else microseconds(estimated_s),
    )


def told(at_s: float, low_s: float, high_s: float | None) -> WaitAnnounced:
    return WaitAnnounced(
        at_us=microseconds(at_s),
        contact_id=ContactId("C-1"),
        queue=QueueName("cards"),
        tier="gold",
        left_us=0,
        low_us=microseconds(low_s),
        high_us=None if high_s is None else microseconds(high_s),
    )


def test_error_is_what_was_expected_beyond_what_was_waited() -> None:
    figures = EstimateFigures()
    for waited_s, estimated_s in ((100, 130), (100, 60), (5, None)):
        figures.answered(answered(waited_s, estimated_s))
    assert figures.expected == 2
    assert figures.bias_s.value == -5
    assert figures.root_mean_square_s == pytest.approx((30**2 / 2 + 40**2 / 2) ** 0.5)


def test_nothing_expected_has_no_error() -> None:
    figures = EstimateFigures()
    figures.answered(answered(5, None))
    assert (figures.bias_s.value, figures.root_mean_square_s, figures.share_in_band.value) == (None,) * 3


@pytest.mark.parametrize(
    ("at_s", "low_s", "high_s", "came_true"),
    [(900, 0, 120, 1), (900, 120, 300, 0), (880, 120, 300, 1), (100, 600, None, 1), (500, 600, None, 0)],
)
def test_announcement_came_true_where_the_rest_of_the_wait_lay_in_its_band(
    at_s: float, low_s: float, high_s: float | None, came_true: int
) -> None:
    figures = EstimateFigures()
    figures.told(told(at_s, low_s, high_s), answered_us=microseconds(1_000))
    assert (figures.announced, figures.in_band) == (1, came_true)


def test_figures_of_two_queues_add_up() -> None:
    one, other = EstimateFigures(), EstimateFigures()
    one.answered(answered(100, 130))
    other.answered(answered(100, 60))
    other.told(told(900, 0, 120), answered_us=microseconds(1_000))
    one += other
    assert (one.expected, one.bias_s.value, one.announced, one.in_band) == (2, -5, 1, 1)

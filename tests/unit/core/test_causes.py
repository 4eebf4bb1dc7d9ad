"""What a hang-up cause tells a supervisor about a phone that did not answer."""

from __future__ import annotations

import pytest

from core.model.causes import Cause, RingOutcome, ring_outcome


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        (17, RingOutcome.BUSY),
        (18, RingOutcome.NO_ANSWER),
        (19, RingOutcome.NO_ANSWER),
        (21, RingOutcome.REJECTED),
        (16, RingOutcome.REJECTED),
        (20, RingOutcome.UNREACHABLE),
        (3, RingOutcome.UNREACHABLE),
        (27, RingOutcome.UNREACHABLE),
        (0, RingOutcome.LOST),
    ],
)
def test_a_cause_becomes_the_word_on_the_board(cause: int, outcome: RingOutcome) -> None:
    assert ring_outcome(cause) is outcome


@pytest.mark.parametrize("cause", [4, 102, 255, -1])
def test_a_cause_without_a_name_means_the_phone_was_not_reached(cause: int) -> None:
    assert cause not in set(Cause)
    assert ring_outcome(cause) is RingOutcome.UNREACHABLE


def test_no_cause_of_an_unanswered_phone_counts_as_answered() -> None:
    assert RingOutcome.ANSWERED not in {ring_outcome(cause) for cause in range(-1, 256)}

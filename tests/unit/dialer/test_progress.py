"""What becomes of a number that is dialed and not answered, by what the telephone system tells of its end."""

from __future__ import annotations

import pytest

from core.model.attempt import ATTEMPT, AttemptState
from core.model.causes import Cause
from dialer.progress import TRIGGERS, TRUNK_AT_FAULT, Unanswered, why_never_made, why_unanswered

RANG_US = 12_000_000

MEASURED = [
    (17, 486, Unanswered.BUSY, AttemptState.BUSY),
    (17, 600, Unanswered.BUSY, AttemptState.BUSY),
    (21, 603, Unanswered.DECLINED, AttemptState.BUSY),
    (127, 607, Unanswered.BLOCKED, AttemptState.FAILED),
    (127, 608, Unanswered.BLOCKED, AttemptState.FAILED),
    (1, 404, Unanswered.INVALID, AttemptState.FAILED),
    (1, 604, Unanswered.INVALID, AttemptState.FAILED),
    (22, 410, Unanswered.INVALID, AttemptState.FAILED),
    (28, 484, Unanswered.INVALID, AttemptState.FAILED),
    (19, 480, Unanswered.NO_ANSWER, AttemptState.NO_ANSWER),
    (18, 408, Unanswered.NO_ANSWER, AttemptState.NO_ANSWER),
    (20, 480, Unanswered.ABSENT, AttemptState.NO_ANSWER),
    (34, 503, Unanswered.CONGESTED, AttemptState.FAILED),
    (38, 500, Unanswered.UNREACHABLE, AttemptState.FAILED),
    (58, 488, Unanswered.UNREACHABLE, AttemptState.FAILED),
    (102, 504, Unanswered.UNREACHABLE, AttemptState.FAILED),
    (21, 403, Unanswered.UNREACHABLE, AttemptState.FAILED),
    (0, 0, Unanswered.LOST, AttemptState.FAILED),
]


@pytest.mark.parametrize(("cause", "status", "why", "outcome"), MEASURED)
def test_each_refusal_that_asterisk_tells_has_its_reason_and_its_outcome(
    cause: int, status: int, why: Unanswered, outcome: AttemptState
) -> None:
    assert why_unanswered(cause, status, RANG_US) is why
    assert ATTEMPT.after(AttemptState.DIALING, TRIGGERS[why]) is outcome


def test_nobody_declines_within_a_second_so_it_is_the_network_that_blocks_us() -> None:
    assert why_unanswered(Cause.REJECTED, 603, 400_000) is Unanswered.BLOCKED


@pytest.mark.parametrize("cause", [4, 41, 255, -1])
def test_a_cause_nobody_named_is_laid_to_the_trunk(cause: int) -> None:
    assert why_unanswered(cause, 0, RANG_US) is Unanswered.UNREACHABLE


def test_every_reason_ends_a_dialed_attempt() -> None:
    for why in Unanswered:
        assert ATTEMPT.allows(AttemptState.DIALING, TRIGGERS[why])


def test_an_order_that_never_became_a_call_is_the_trunks_fault_unless_our_link_was_gone() -> None:
    assert why_never_made(Cause.SUBSCRIBER_ABSENT) in TRUNK_AT_FAULT
    assert why_never_made(Cause.NETWORK_OUT_OF_ORDER) is Unanswered.LOST

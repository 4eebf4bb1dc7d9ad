"""Why a number that was dialed was not answered, and what that makes of the attempt.

The Q.850 cause of the leg decides. The status of the signalling behind it (of SIP, as chan_pjsip tells it)
refines what one cause lumps together: 603 by a person and by a network that takes us for a nuisance, 403 by
our own trunk, 607 and 608 by whoever labels our number. Measured by Originate on Asterisk 22.10.
"""

from __future__ import annotations

from enum import StrEnum

from core.model.attempt import AttemptTrigger
from core.model.causes import Cause

DECLINED_AFTER_US = 1_000_000
"""A 603 before that comes from a network (RFC 8688, "603+"): no person is so fast."""


class Unanswered(StrEnum):
    """Why nobody answered."""

    BUSY = "busy"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    ABSENT = "absent"
    """A telephone that is switched off, or out of reach."""
    INVALID = "invalid"
    """There is no such number."""
    BLOCKED = "blocked"
    """The call never got through: the number that we show is labelled as a nuisance."""
    CONGESTED = "congested"
    """The trunk has no line for us just now."""
    UNREACHABLE = "unreachable"
    """The trunk is not there, or will not carry this call."""
    LOST = "lost"
    """The telephone system lost the call, or our link to it; nothing is known of the number."""


_BY_CAUSE: dict[int, Unanswered] = {
    Cause.UNKNOWN: Unanswered.LOST,
    Cause.UNALLOCATED: Unanswered.INVALID,
    Cause.NO_ROUTE: Unanswered.INVALID,
    Cause.NORMAL_CLEARING: Unanswered.DECLINED,
    Cause.BUSY: Unanswered.BUSY,
    Cause.NO_USER_RESPONSE: Unanswered.NO_ANSWER,
    Cause.NO_ANSWER: Unanswered.NO_ANSWER,
    Cause.SUBSCRIBER_ABSENT: Unanswered.ABSENT,
    Cause.REJECTED: Unanswered.DECLINED,
    Cause.NUMBER_CHANGED: Unanswered.INVALID,
    # Ours, for a call that is wanted no more.
    Cause.ANSWERED_ELSEWHERE: Unanswered.NO_ANSWER,
    Cause.INVALID_NUMBER: Unanswered.INVALID,
    Cause.CONGESTION: Unanswered.CONGESTED,
    Cause.SWITCH_CONGESTION: Unanswered.CONGESTED,
}

_BY_STATUS = {
    403: Unanswered.UNREACHABLE,
    607: Unanswered.BLOCKED,
    608: Unanswered.BLOCKED,
}
"""SIP statuses that say more than the causes 21 and 127 that they become."""
_DECLINE = 603

TRIGGERS = {
    Unanswered.BUSY: AttemptTrigger.FIND_BUSY,
    Unanswered.DECLINED: AttemptTrigger.FIND_BUSY,
    Unanswered.NO_ANSWER: AttemptTrigger.RING_OUT,
    Unanswered.ABSENT: AttemptTrigger.RING_OUT,
    Unanswered.INVALID: AttemptTrigger.FAIL,
    Unanswered.BLOCKED: AttemptTrigger.FAIL,
    Unanswered.CONGESTED: AttemptTrigger.FAIL,
    Unanswered.UNREACHABLE: AttemptTrigger.FAIL,
    Unanswered.LOST: AttemptTrigger.FAIL,
}
"""What each reason does to an attempt: whoever declines has the telephone in hand, as whoever is busy."""

TRUNK_AT_FAULT = frozenset({Unanswered.CONGESTED, Unanswered.UNREACHABLE})
"""Where another trunk may do better: no telephone rang."""


def why_unanswered(cause: int, tech_cause: int, after_us: int) -> Unanswered:
    """Return why a leg that ended unanswered, `after_us` from being dialed, was not answered."""
    if tech_cause == _DECLINE and after_us < DECLINED_AFTER_US:
        return Unanswered.BLOCKED
    return _BY_STATUS.get(tech_cause) or _BY_CAUSE.get(cause, Unanswered.UNREACHABLE)


def why_never_made(cause: int) -> Unanswered:
    """Return why a leg that was asked for never came: our link broke, or the trunk would not have it."""
    return Unanswered.LOST if cause == Cause.NETWORK_OUT_OF_ORDER else Unanswered.UNREACHABLE

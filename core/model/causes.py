"""Why a leg ended: Q.850 cause codes, and what they mean to a call centre.

Source: ITU-T Q.850 and Asterisk's include/asterisk/causes.h; which code follows which SIP answer was
measured on a real Asterisk (docs/decisions/).
"""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Cause(IntEnum):
    """The Q.850 codes the program names; any other code is kept as a bare number."""

    UNKNOWN = 0
    UNALLOCATED = 1
    NO_ROUTE = 3
    NORMAL_CLEARING = 16
    BUSY = 17
    NO_USER_RESPONSE = 18
    NO_ANSWER = 19
    SUBSCRIBER_ABSENT = 20
    REJECTED = 21
    NUMBER_CHANGED = 22
    ANSWERED_ELSEWHERE = 26
    OUT_OF_ORDER = 27
    INVALID_NUMBER = 28
    CONGESTION = 34
    NETWORK_OUT_OF_ORDER = 38
    TEMPORARY_FAILURE = 41
    SWITCH_CONGESTION = 42
    INTERWORKING = 127


class RingOutcome(StrEnum):
    """How the ringing of one phone ended, in words a supervisor reads."""

    ANSWERED = "answered"
    BUSY = "busy"
    REJECTED = "rejected"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"
    LOST = "lost"
    """The PBX itself lost the leg (a restart): nobody's fault, no ground to think ill of the phone."""


class Answerer(StrEnum):
    """Who took a call of ours, as far as can be heard."""

    PERSON = "person"
    MACHINE = "machine"
    UNSURE = "unsure"
    """Nothing could be told in time: whoever it is counts as a person."""


_OUTCOMES: dict[int, RingOutcome] = {
    Cause.UNKNOWN: RingOutcome.LOST,
    Cause.BUSY: RingOutcome.BUSY,
    Cause.REJECTED: RingOutcome.REJECTED,
    Cause.NO_USER_RESPONSE: RingOutcome.NO_ANSWER,
    Cause.NO_ANSWER: RingOutcome.NO_ANSWER,
    Cause.NORMAL_CLEARING: RingOutcome.REJECTED,
}


def ring_outcome(cause: int) -> RingOutcome:
    """Return what an unanswered leg that ended with Q.850 `cause` tells about its phone."""
    return _OUTCOMES.get(cause, RingOutcome.UNREACHABLE)

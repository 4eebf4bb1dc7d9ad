"""A call: legs that talk or try to, and what became of the trying.

What a call does now is read off its legs (`Call.state`), never stored. What is stored is its history as
far as the end needs it: who the caller is after transfers, which phones are being called, and how far
the latest attempt to reach somebody came (`Progress`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.kernel.record import Entity
from core.model.causes import Cause
from core.model.ids import CallId, LegId
from core.model.leg import Leg, LegState


class CallState(StrEnum):
    """What a call does at this instant."""

    OPEN = "open"
    """One party, served by the telephone system itself."""
    RINGING = "ringing"
    TALKING = "talking"
    HELD = "held"
    ENDED = "ended"


class Progress(StrEnum):
    """How far the latest attempt to reach somebody came."""

    NOBODY_CALLED = "nobody_called"
    CALLING = "calling"
    NOT_TAKEN = "not_taken"
    TAKEN = "taken"


class EndReason(StrEnum):
    """Why a call is over, in words for people."""

    COMPLETED = "completed"
    CANCELLED = "cancelled"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    REJECTED = "rejected"
    ANSWERED_ELSEWHERE = "answered-elsewhere"
    FAILED = "failed"


class Dial(Entity, kw_only=True):
    """A phone being called: by whom (empty: by the engine), and whether it was told to others already."""

    from_leg_id: LegId
    told: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """`moved` was sent on by `transferer`; told to others once it reaches somebody."""

    kind: str
    transferer: LegId
    moved: LegId


class Call(Entity, kw_only=True):
    """Legs that belong together; `number` counts calls, so the elder of two is known."""

    call_id: CallId
    number: int
    caller_leg_id: LegId
    legs: dict[LegId, Leg] = {}
    dials: dict[LegId, Dial] = {}
    # Who was brought together with whom: told once, however often the PBX rearranges its bridges.
    met: dict[LegId, LegId] = {}
    transfer: Transfer | None = None
    progress: Progress = Progress.NOBODY_CALLED

    @property
    def state(self) -> CallState:
        """What the call does now, as its legs tell."""
        if not self.legs:
            return CallState.ENDED
        states = {leg.state for leg in self.legs.values()}
        bridges = [leg.bridge_id for leg in self.legs.values() if leg.bridge_id is not None]
        if len(set(bridges)) < len(bridges):
            return CallState.HELD if LegState.HELD in states else CallState.TALKING
        return CallState.RINGING if states & {LegState.DIALING, LegState.RINGING} else CallState.OPEN


_REASONS: dict[int, EndReason] = {
    Cause.BUSY: EndReason.BUSY,
    Cause.NO_USER_RESPONSE: EndReason.NO_ANSWER,
    Cause.NO_ANSWER: EndReason.NO_ANSWER,
    Cause.REJECTED: EndReason.REJECTED,
    Cause.ANSWERED_ELSEWHERE: EndReason.ANSWERED_ELSEWHERE,
}
_HUNG_UP: frozenset[int] = frozenset({Cause.UNKNOWN, Cause.NORMAL_CLEARING})
"""A caller's own hang-up: Asterisk gives 16, or 0 where the channel never was up (cacofonisk ab_a_cancel)."""


def end_reason(progress: Progress, was_up: bool, cause: int) -> EndReason:
    """Return why a call ended whose caller's leg ended with Q.850 `cause`.

    Once somebody took the call it is completed, whatever cause ends it: after a blind transfer that reached
    nobody the caller is cleared with 19 (cacofonisk xfer_blind_b_no_answer).
    """
    if progress is Progress.TAKEN or (progress is Progress.NOBODY_CALLED and was_up):
        return EndReason.COMPLETED
    if cause not in _HUNG_UP:
        return _REASONS.get(cause, EndReason.FAILED)
    return EndReason.COMPLETED if was_up and progress is Progress.NOT_TAKEN else EndReason.CANCELLED


def dial_outcome(cause: int) -> str:
    """Return the outcome of calling a phone whose leg ended with `cause` before any other word of it."""
    return _DIAL_OUTCOMES.get(cause, "failed")


_DIAL_OUTCOMES: dict[int, str] = {
    Cause.UNKNOWN: "cancel",
    Cause.NORMAL_CLEARING: "cancel",
    Cause.ANSWERED_ELSEWHERE: "cancel",
    Cause.BUSY: "busy",
    Cause.REJECTED: "busy",
    Cause.NO_USER_RESPONSE: "no-answer",
    Cause.NO_ANSWER: "no-answer",
    Cause.CONGESTION: "congestion",
}

"""A leg: one party's connection, and the table of its states.

The far side drives this machine, so its events are checked with `allows` and an impossible one is
counted, never raised. A leg whose PBX never told of ringing may still be answered, and any leg may
end at any time, hence the many rows to ENDED.
"""

from __future__ import annotations

from enum import StrEnum

from core.kernel.fsm import Table
from core.kernel.record import Entity
from core.model.ids import BridgeId, LegId


class LegState(StrEnum):
    """Where one party's connection stands."""

    NEW = "new"
    DIALING = "dialing"
    RINGING = "ringing"
    UP = "up"
    HELD = "held"
    ENDED = "ended"


class LegTrigger(StrEnum):
    """What the telephone system can tell of a leg."""

    DIAL = "dial"
    RING = "ring"
    ANSWER = "answer"
    HOLD = "hold"
    RESUME = "resume"
    END = "end"


LEG = Table[LegState, LegTrigger](
    name="leg",
    start=LegState.NEW,
    rows={
        (LegState.NEW, LegTrigger.DIAL): LegState.DIALING,
        (LegState.NEW, LegTrigger.RING): LegState.RINGING,
        # An inbound channel may be answered before any Newstate of ringing (Asterisk capture s15).
        (LegState.NEW, LegTrigger.ANSWER): LegState.UP,
        (LegState.NEW, LegTrigger.END): LegState.ENDED,
        (LegState.DIALING, LegTrigger.RING): LegState.RINGING,
        (LegState.DIALING, LegTrigger.ANSWER): LegState.UP,
        (LegState.DIALING, LegTrigger.END): LegState.ENDED,
        # Told live and again by a snapshot; no capture has it twice from Asterisk itself.
        (LegState.RINGING, LegTrigger.RING): LegState.RINGING,
        # A channel already ringing may get its DialBegin only then (cacofonisk ab_success_o3).
        (LegState.RINGING, LegTrigger.DIAL): LegState.RINGING,
        (LegState.RINGING, LegTrigger.ANSWER): LegState.UP,
        (LegState.RINGING, LegTrigger.END): LegState.ENDED,
        (LegState.UP, LegTrigger.HOLD): LegState.HELD,
        (LegState.UP, LegTrigger.END): LegState.ENDED,
        (LegState.HELD, LegTrigger.RESUME): LegState.UP,
        # A phone on hold may ask for it again by another re-INVITE; allowed, though no capture shows it.
        (LegState.HELD, LegTrigger.HOLD): LegState.HELD,
        (LegState.HELD, LegTrigger.END): LegState.ENDED,
    },
)


class Leg(Entity, kw_only=True):
    """One live connection; `state` changes only through `LEG`."""

    leg_id: LegId
    address: str
    caller_number: str = ""
    caller_name: str = ""
    dialed_number: str = ""
    state: LegState = LegState.NEW
    bridge_id: BridgeId | None = None

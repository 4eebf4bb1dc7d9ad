"""Where a contact can be sent that does not go on waiting where it is."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class DestinationKind(StrEnum):
    """The ways out of a line."""

    QUEUE = "queue"
    NUMBER = "number"
    FLOW = "flow"
    CALLBACK = "callback"
    HANG_UP = "hang_up"


class Destination(NamedTuple):
    """A way out: another queue, a number outside, a flow of the IVR (voicemail, say), a callback, the end."""

    kind: DestinationKind
    target: str = ""


HANG_UP = Destination(DestinationKind.HANG_UP)


class DivertReason(StrEnum):
    """Why a contact is sent somewhere else."""

    CLOSED = "closed"
    """Outside the queue's opening hours."""
    FULL = "full"
    """As many contacts wait in the queue as may."""
    EMPTY = "empty"
    """Nobody is there who could serve it."""
    STEP = "step"
    """A step of the queue's plan says so."""
    TOO_LATE = "too_late"
    """A campaign called, and no agent was there as soon as the law asks."""
    AGENTLESS = "agentless"
    """A campaign called for people to hear a flow."""
    TRANSFER = "transfer"
    """An agent passed the customer on."""

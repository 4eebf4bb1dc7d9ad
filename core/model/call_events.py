"""Facts about calls, made by `core.calls` from the facts about legs.

They say who reached whom, however many channels, Local pairs and bridges the telephone system used.
"""

from __future__ import annotations

from core.model.call import EndReason
from core.model.ids import CallId, LegId
from core.model.message import Event


class CallEvent(Event, frozen=True, kw_only=True):
    """Something happened to one call."""

    call_id: CallId


class CallDialed(CallEvent, frozen=True, kw_only=True):
    """A phone rings for the caller; `caller_leg_id` is empty where the engine itself calls."""

    caller_leg_id: LegId
    target_leg_id: LegId


class CallDialEnded(CallEvent, frozen=True, kw_only=True):
    """The ringing of one phone ended; `outcome` as in `DialEnded`."""

    caller_leg_id: LegId
    target_leg_id: LegId
    outcome: str


class CallUp(CallEvent, frozen=True, kw_only=True):
    """Two parties hear each other for the first time."""

    caller_leg_id: LegId
    target_leg_id: LegId


class CallTransferred(CallEvent, frozen=True, kw_only=True):
    """A transfer reached somebody: `caller_leg_id` now calls or talks with the targets.

    `kind` is `blind` (the targets ring) or `attended` (there is one, and it talks).
    """

    kind: str
    transferer_leg_id: LegId
    caller_leg_id: LegId
    target_leg_ids: tuple[LegId, ...]


class CallMerged(CallEvent, frozen=True, kw_only=True):
    """The legs of the younger call `absorbed_id` now belong to this one; no more is told of it."""

    absorbed_id: CallId


class CallEnded(CallEvent, frozen=True, kw_only=True):
    """The call is over."""

    caller_leg_id: LegId
    reason: EndReason

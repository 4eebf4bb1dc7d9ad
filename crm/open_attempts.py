"""Attempts that were dialed and never ended: the engine died before they did."""

from __future__ import annotations

from collections.abc import Iterable

from core.kernel.record import replace
from core.model.attempt_events import AttemptAnswered, AttemptDialed, AttemptEnded, AttemptRecalled
from core.model.destination import DivertReason
from core.model.events import ContactConnected, LeavingAsked
from core.model.ids import ContactId
from core.model.message import DomainEvent


def fold_open_attempts(told: Iterable[DomainEvent]) -> tuple[AttemptRecalled, ...]:
    """Return one `AttemptRecalled` for each attempt that `told` does not end, in the order of dialing.

    `told` is in the order of the ledger, and holds all that happened to the contacts of these attempts.
    """
    open_: dict[ContactId, AttemptRecalled] = {}
    for event in told:
        if isinstance(event, AttemptDialed):
            open_[event.contact_id] = AttemptRecalled(at_us=event.at_us, dialed=event)
        elif isinstance(event, AttemptEnded):
            open_.pop(event.contact_id, None)
        elif isinstance(event, AttemptAnswered | ContactConnected | LeavingAsked):
            known = open_.get(event.contact_id)
            if known is not None:
                open_[event.contact_id] = _further(known, event)
    return tuple(open_.values())


def _further(
    known: AttemptRecalled, event: AttemptAnswered | ContactConnected | LeavingAsked
) -> AttemptRecalled:
    """Return how far the attempt had come with `event`."""
    if isinstance(event, AttemptAnswered):
        return replace(known, answered_us=event.at_us)
    if isinstance(event, ContactConnected):
        return replace(known, connected_us=event.at_us, agent_id=event.agent_id)
    if event.reason is DivertReason.AGENTLESS:
        return replace(known, connected_us=event.at_us)
    return replace(known, dropped=known.dropped or event.reason is DivertReason.TOO_LATE)

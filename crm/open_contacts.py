"""Contacts that arrived and were never recorded: the engine died before they ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.model.callback_events import CallbackBooked
from core.model.events import ContactArrived, ContactEvent, ContactRecalled, InteractionRecorded
from core.model.ids import NO_LEG, ContactId
from core.model.message import DomainEvent

BEGINNINGS = (ContactArrived, CallbackBooked)
"""How a contact begins: a customer reaches us, or is to be called back."""


def fold_open_contacts(told: Iterable[DomainEvent], seen_us: int) -> tuple[ContactRecalled, ...]:
    """Return one `ContactRecalled` for each contact that `told` does not end, in the order they arrived.

    `told` is in the order of the ledger, and may hold facts about the attempts by which customers were
    reached; `seen_us` is the instant of the ledger's last event.
    """
    histories: dict[ContactId, list[ContactEvent]] = {}
    for event in (event for event in told if isinstance(event, ContactEvent)):
        histories.setdefault(event.contact_id, []).append(event)
    recalled = (_recalled(history, seen_us) for history in histories.values())
    return tuple(contact for contact in recalled if contact is not None)


def _recalled(history: Sequence[ContactEvent], seen_us: int) -> ContactRecalled | None:
    arrived = history[0]
    if not isinstance(arrived, BEGINNINGS) or isinstance(history[-1], InteractionRecorded):
        return None
    return ContactRecalled(
        at_us=arrived.at_us,
        contact_id=arrived.contact_id,
        leg_id=arrived.leg_id if isinstance(arrived, ContactArrived) else NO_LEG,
        seen_us=seen_us,
        history=tuple(history),
    )

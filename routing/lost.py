"""Contacts of an earlier run of the engine whose calls ended while nobody listened.

When the program starts the ledger tells which contacts no record closes. Those whose callers are still on
the PBX are taken up by `Adoption` or come back to the IVR; the others are closed here as soon as a snapshot
has shown that they are gone. So every contact that ever arrived is recorded, and recorded once.
"""

from __future__ import annotations

from core.calls import CallBook
from core.engine import Engine
from core.model.contact import ContactState
from core.model.events import (
    AdoptionFinished,
    ContactAbandoned,
    ContactAdopted,
    ContactClosed,
    ContactConnected,
    ContactEvent,
    ContactQueued,
    ContactRecalled,
    LegEnded,
)
from core.model.ids import NO_LEG, ContactId
from core.model.message import Event


class LostContacts:
    """The feature that closes what can be taken up no more."""

    def __init__(self, engine: Engine, calls: CallBook) -> None:
        self._engine = engine
        self._calls = calls
        self._recalled: dict[ContactId, ContactRecalled] = {}
        engine.subscribe(ContactRecalled, self._remember)
        engine.subscribe(ContactAdopted, self._found)
        engine.subscribe(AdoptionFinished, self._close_lost)
        engine.subscribe(LegEnded, self._leg_ended)

    def _remember(self, event: ContactRecalled) -> None:
        if event.leg_id != NO_LEG:  # work has none, and is taken up by `routing.work`
            self._recalled[event.contact_id] = event

    def _found(self, event: ContactAdopted) -> None:
        self._recalled.pop(event.contact_id, None)

    def _close_lost(self, event: AdoptionFinished) -> None:
        lost = [contact for contact in self._recalled.values() if contact.leg_id not in self._calls.legs]
        for contact in lost:
            self._close(contact, event)

    def _leg_ended(self, event: LegEnded) -> None:
        """A caller seen in the snapshot hung up before coming back to the IVR."""
        if not self._recalled:
            return
        for contact in [known for known in self._recalled.values() if known.leg_id == event.leg_id]:
            self._close(contact, event)

    def _close(self, contact: ContactRecalled, why: Event) -> None:
        del self._recalled[contact.contact_id]
        talked = any(_is_talk(past) for past in contact.history)
        self._engine.publish(_closed(contact, why) if talked else _abandoned(contact, why))


def _is_talk(past: Event) -> bool:
    adopted = isinstance(past, ContactAdopted) and past.state is ContactState.CONNECTED
    return adopted or isinstance(past, ContactConnected)


def _closed(contact: ContactRecalled, why: Event) -> ContactEvent:
    return ContactClosed(
        at_us=contact.seen_us,
        cause_id=why.cause_id,
        contact_id=contact.contact_id,
        outcome=ContactState.CLOSED,
    )


def _abandoned(contact: ContactRecalled, why: Event) -> ContactEvent:
    queued = next((past for past in contact.history if isinstance(past, ContactQueued)), None)
    return ContactAbandoned(
        at_us=contact.seen_us,
        cause_id=why.cause_id,
        contact_id=contact.contact_id,
        queue=queued.queue if queued else "",
        tier=queued.tier if queued else "",
        stage="queue" if queued else "ivr",
        waited_us=contact.seen_us - queued.at_us if queued else 0,
    )

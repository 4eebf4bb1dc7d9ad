"""Supervisors who move those who wait: further forward, further back, or to the front of their queue.

A move is one more credit in the contact's place, beside its tier's head start and the steps of its plan, so
it is kept wherever these are: on the caller's leg, and in the ledger for contacts without one. Who is offered
to an agent stands so if the offer comes to nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from core.contacts import ContactBook
from core.engine import Engine
from core.kernel.errors import RequestRefused
from core.model.commands import TagLeg
from core.model.events import StandingChanged
from core.model.ids import NO_LEG
from core.model.message import Event
from core.model.requests import MoveContact
from routing.router import Router
from routing.standing import Place
from routing.tags import caller_tag

MOVED = "moved"
"""Why such a contact stands otherwise."""


class Priority:
    """The feature that grants these moves."""

    def __init__(self, engine: Engine, contacts: ContactBook, router: Router) -> None:
        self._engine = engine
        self._contacts = contacts
        self._router = router
        engine.serve(MoveContact, self._move)

    def _move(self, request: MoveContact) -> None:
        contact = self._contacts.get(request.contact_id)
        if contact is None:
            raise RequestRefused("unknown_contact", f"there is no contact {request.contact_id!r} in hand")
        place = self._router.place(request.contact_id)
        if place is None:
            raise RequestRefused("not_waiting", f"{request.contact_id} stands in no line now")
        moved_us = self._to_front_us(request, place) if request.to_front else request.credit_us
        if not moved_us:
            return
        contact.credit_us += moved_us
        if contact.leg_id != NO_LEG:
            self._engine.send(TagLeg(leg_id=contact.leg_id, tag=caller_tag(contact)))
        also = {"moved_us": moved_us, "asked_by": request.asked_by, "because": request.because}
        moved = Place(place.key_us - moved_us, place.sequence)
        self._router.alter(contact.contact_id, request, MOVED, also, place=moved)

    def _to_front_us(self, request: MoveContact, place: Place) -> int:
        """Return how far it is to the front of the contact's queue; nothing for one that is there."""
        first = self._router.first_place(request.contact_id)
        return 0 if first is None or place < first else place.key_us - first.key_us + 1


def moved_us(history: Iterable[Event]) -> int:
    """Return how far forward supervisors have moved the contact of this history."""
    return sum(past.moved_us for past in history if isinstance(past, StandingChanged))

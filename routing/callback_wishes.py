"""Callbacks that desks and programs wish for, and those they do not want any more."""

from __future__ import annotations

from core.engine import Engine
from core.kernel.errors import RequestRefused
from core.model.contact import Contact
from core.model.ids import NO_LEG, ContactId
from core.model.requests import BookCallback, CancelCallback
from routing.adoption import Adoption
from routing.callback import CallbackTrigger
from routing.callback_desk import CallbackDesk
from routing.rules import Rulebook

NO_CALL = ContactId("")
"""Of which contact a callback is that nobody called about."""


class CallbackWishes:
    """The feature that grants or refuses wishes about callbacks."""

    def __init__(
        self, engine: Engine, desk: CallbackDesk, adoption: Adoption, rulebook: Rulebook, default_tier: str
    ) -> None:
        self._desk = desk
        self._adoption = adoption
        self._rulebook = rulebook
        self._default_tier = default_tier
        engine.serve(BookCallback, self._book)
        engine.serve(CancelCallback, self._cancel)

    def _book(self, request: BookCallback) -> None:
        if request.queue not in self._rulebook.queues:
            raise RequestRefused("unknown_queue", f"there is no queue {request.queue!r}")
        customer = Contact(
            contact_id=NO_CALL,
            leg_id=NO_LEG,
            arrived_us=request.at_us,
            caller_number=request.number,
            tier=request.tier or self._default_tier,
        )
        refusal = self._desk.refusal(customer, request.queue)
        if refusal:
            raise RequestRefused(refusal, f"{request.queue} books no callback to this number")
        callback = self._desk.book(customer, request.queue, request, due_us=request.due_us)
        self._adoption.recall_customer(callback.contact, request.customer_id, request.number)

    def _cancel(self, request: CancelCallback) -> None:
        callback = self._desk.get(request.contact_id)
        if callback is None:
            raise RequestRefused("no_callback", f"{request.contact_id} is no open callback")
        self._desk.close(callback, CallbackTrigger.CANCEL, "cancelled", request)

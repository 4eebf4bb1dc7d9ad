"""Callbacks of an earlier run of the engine: those still open are taken up, those that were reached closed.

The ledger tells their histories when the program starts; what became of them since shows the first snapshot.
A customer who talks was taken up by `Adoption`. One who was being dialed is dialed again, after the usual
time between attempts, unless agent and customer met while we were away.
"""

from __future__ import annotations

from dataclasses import replace

from core.contacts import ContactBook
from core.engine import Engine
from core.model.callback_events import CallbackBooked, CallbackDialed
from core.model.contact import Contact, ContactState, ContactTrigger
from core.model.events import AdoptionFinished, ContactAdopted, ContactClosed, ContactRecalled
from core.model.ids import NO_LEG, AgentId, ContactId
from core.model.message import Event
from routing.adoption import Adoption
from routing.callback import Callback, CallbackTrigger, dialed_in, is_closed
from routing.callback_desk import CallbackDesk
from routing.priority import moved_us
from routing.rules import CallbackRules, Rulebook
from routing.turns import policy_at


class CallbackRecall:
    """The feature that goes on with callbacks after a restart of ours."""

    def __init__(
        self,
        engine: Engine,
        contacts: ContactBook,
        desk: CallbackDesk,
        adoption: Adoption,
        rulebook: Rulebook,
    ) -> None:
        self._engine = engine
        self._contacts = contacts
        self._desk = desk
        self._adoption = adoption
        self._rulebook = rulebook
        self._recalled: dict[ContactId, ContactRecalled] = {}
        engine.subscribe(ContactRecalled, self._remember)
        engine.subscribe(AdoptionFinished, self._go_on)

    def _remember(self, event: ContactRecalled) -> None:
        if isinstance(event.history[0], CallbackBooked):
            self._recalled[event.contact_id] = event

    def _go_on(self, event: AdoptionFinished) -> None:
        recalled, self._recalled = self._recalled, {}
        for past in recalled.values():
            talking = self._contacts.get(past.contact_id) is not None
            if not is_closed(past.history):
                self._take_up(past, talking, event)
            elif not talking:
                self._close(past, event)

    def _take_up(self, past: ContactRecalled, talking: bool, why: Event) -> None:
        booked = past.history[0]
        assert isinstance(booked, CallbackBooked)
        callback = self._restored(booked, dialed_in(past.history))
        callback.contact.credit_us += moved_us(past.history)
        if talking:
            callback.contact = self._contacts.get(past.contact_id) or callback.contact
            self._desk.keep(callback)
            self._desk.close(callback, CallbackTrigger.REACH, "", why)
            return
        self._contacts.add(callback.contact)
        self._contacts.move(callback.contact, ContactTrigger.POSTPONE)
        self._engine.publish(_adopted(callback.contact, why))
        self._adoption.recall_customer(callback.contact, booked.customer_id)
        self._desk.keep(callback)
        self._desk.proceed(callback, why)

    def _restored(self, booked: CallbackBooked, attempts: tuple[CallbackDialed, ...]) -> Callback:
        """Return the callback as it was, its next attempt no sooner than the rules say."""
        queue = self._rulebook.queues[booked.queue]
        rules = queue.callback or CallbackRules()  # promised, whatever the rules say by now
        spaced_us = attempts[-1].at_us + rules.spacing_us if attempts else 0
        return Callback(
            contact=_contact(booked, policy_at(queue, booked.at_us)),
            queue=replace(queue, callback=rules),
            known_by=tuple(who for who in (booked.customer_id, booked.number) if who),
            booked_for_us=max(booked.due_us, booked.at_us),
            due_us=max(booked.due_us, spaced_us),
            attempts=len(attempts),
        )

    def _close(self, past: ContactRecalled, why: Event) -> None:
        """Record a talk that ended while nobody listened."""
        self._engine.publish(
            ContactClosed(
                at_us=past.seen_us,
                cause_id=why.cause_id,
                contact_id=past.contact_id,
                outcome=ContactState.CLOSED,
            )
        )


def _contact(booked: CallbackBooked, policy: str) -> Contact:
    return Contact(
        contact_id=booked.contact_id,
        leg_id=NO_LEG,
        arrived_us=booked.at_us,
        caller_number=booked.number,
        language=booked.language,
        tier=booked.tier,
        asked=booked.asked,
        queue=booked.queue,
        queued_us=booked.queued_us,
        entered_us=booked.entered_us,
        head_start_us=booked.head_start_us,
        credit_us=booked.credit_us,
        preferred_agent=AgentId(booked.preferred_agent) if booked.preferred_agent else None,
        policy=policy,
        callback=True,
    )


def _adopted(contact: Contact, why: Event) -> ContactAdopted:
    return ContactAdopted(
        at_us=why.at_us, cause_id=why.cause_id, contact_id=contact.contact_id, state=contact.state
    )

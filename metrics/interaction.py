"""The interaction record: one contact folded into where its time went, told when it has ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.contacts import ContactBook
from core.engine import Engine
from core.kernel.record import Entity
from core.model.callback_events import CallbackBooked
from core.model.contact import VOICE, ContactState
from core.model.control import ContactHeld, ContactResumed
from core.model.events import (
    ContactAbandoned,
    ContactAdopted,
    ContactArrived,
    ContactClosed,
    ContactConnected,
    ContactDiverted,
    ContactQueued,
    ContactRecalled,
    ContactSentOn,
    CustomerIdentified,
    InteractionRecorded,
    MessageLeft,
    OfferMade,
    TalkEnded,
    WorkReturned,
)
from core.model.ids import ContactId
from core.model.message import ContactEvent, Event


class _Course(Entity, kw_only=True):
    """What is known so far of one contact; None marks an instant that has not come."""

    arrived_us: int
    channel: str = VOICE
    caller_number: str = ""
    customer_id: str = ""
    queue: str = ""
    tier: str = ""
    agent_id: str = ""
    ended_by: str = ""
    queued_us: int | None = None
    left_line_us: int | None = None
    connected_us: int | None = None
    talk_ended_us: int | None = None
    # When the hold began that is not over, and how long those before it took.
    held_us: int | None = None
    hold_us: int = 0
    offers: int = 0


class InteractionRecorder:
    """The feature that writes one `InteractionRecorded` for each contact, whatever way it ended."""

    def __init__(self, engine: Engine, contacts: ContactBook) -> None:
        self._engine = engine
        self._contacts = contacts
        self._open: dict[ContactId, _Course] = {}
        self._folds: dict[type[Event], Callable[[Any], None]] = {
            ContactArrived: self._arrived,
            CustomerIdentified: self._identified,
            CallbackBooked: self._booked,
            ContactQueued: self._queued,
            ContactDiverted: self._diverted,
            OfferMade: self._offered,
            ContactConnected: self._connected,
            WorkReturned: self._returned,
            ContactHeld: self._held,
            ContactResumed: self._resumed,
            TalkEnded: self._talk_ended,
        }
        for kind, fold in self._folds.items():
            engine.subscribe(kind, fold)
        engine.subscribe(ContactRecalled, self._recalled)
        engine.subscribe(ContactAdopted, self._adopted)
        engine.subscribe(ContactAbandoned, self._abandoned)
        engine.subscribe(ContactSentOn, self._sent_on)
        engine.subscribe(MessageLeft, self._message_left)
        engine.subscribe(ContactClosed, self._closed)

    def _recalled(self, event: ContactRecalled) -> None:
        """Fold what an earlier run told; should the contact be adopted, its course begins anew."""
        for past in event.history:
            fold = self._folds.get(type(past))
            if fold is not None:
                fold(past)

    def _arrived(self, event: ContactArrived) -> None:
        self._open[event.contact_id] = _Course(
            arrived_us=event.at_us,
            channel=event.channel,
            caller_number=event.caller_number,
            ended_by="customer" if event.channel == VOICE else "agent",
        )

    def _booked(self, event: CallbackBooked) -> None:
        """Begin a callback: what went before is told by the record of the call that booked it."""
        self._open[event.contact_id] = _Course(
            arrived_us=event.at_us,
            caller_number=event.number,
            customer_id=event.customer_id,
            queue=event.queue,
            tier=event.tier,
            ended_by="customer",
            queued_us=event.at_us,
        )

    def _adopted(self, event: ContactAdopted) -> None:
        contact = self._contacts.get(event.contact_id)
        if contact is None:
            return
        self._open[event.contact_id] = _Course(
            arrived_us=contact.arrived_us,
            channel=contact.channel,
            caller_number=contact.caller_number,
            customer_id=contact.customer.customer_id if contact.customer else "",
            queue=contact.queue or "",
            tier=contact.tier,
            agent_id=contact.agent_id or "",
            ended_by="customer" if contact.channel == VOICE else "agent",
            queued_us=contact.arrived_us if contact.callback else contact.queued_us,
            connected_us=contact.connected_us,
            offers=contact.offers,
        )

    def _identified(self, event: CustomerIdentified) -> None:
        course = self._open[event.contact_id]
        course.customer_id, course.tier = event.customer_id, event.tier

    def _queued(self, event: ContactQueued) -> None:
        course = self._open[event.contact_id]
        course.queue, course.tier = event.queue, event.tier
        course.left_line_us = None
        if course.queued_us is None:
            course.queued_us = event.at_us

    def _diverted(self, event: ContactDiverted) -> None:
        course = self._open[event.contact_id]
        course.queue, course.left_line_us = event.queue, event.at_us

    def _offered(self, event: OfferMade) -> None:
        self._open[event.contact_id].offers += 1

    def _connected(self, event: ContactConnected) -> None:
        course = self._open[event.contact_id]
        course.connected_us, course.agent_id = event.at_us, event.agent_id

    def _returned(self, event: WorkReturned) -> None:
        course = self._open[event.contact_id]
        course.connected_us, course.agent_id = None, ""

    def _held(self, event: ContactHeld) -> None:
        self._open[event.contact_id].held_us = event.at_us

    def _resumed(self, event: ContactResumed) -> None:
        course = self._open[event.contact_id]
        course.held_us = None
        course.hold_us += event.held_us

    def _talk_ended(self, event: TalkEnded) -> None:
        course = self._open[event.contact_id]
        if course.connected_us is None:
            # No event told when a pair began to talk that met as an earlier run died.
            course.connected_us = event.at_us - event.talked_us
        # Not the event's own instant: a leg, and the word of its end, may outlive the talk.
        course.talk_ended_us, course.ended_by = course.connected_us + event.talked_us, event.ended_by
        if course.held_us is not None:
            course.hold_us += course.talk_ended_us - course.held_us
            course.held_us = None

    def _abandoned(self, event: ContactAbandoned) -> None:
        self._record(event, ContactState.ABANDONED)

    def _sent_on(self, event: ContactSentOn) -> None:
        self._record(event, ContactState.OVERFLOWED)

    def _message_left(self, event: MessageLeft) -> None:
        self._record(event, ContactState.VOICEMAIL)

    def _closed(self, event: ContactClosed) -> None:
        self._record(event, event.outcome, event.disposition, event.notes)

    def _record(
        self, why: ContactEvent, outcome: ContactState, disposition: str = "", notes: str = ""
    ) -> None:
        course = self._open.pop(why.contact_id, None)
        if course is None:
            return  # told twice: a message left is also a contact closed
        end_us = why.at_us
        queue_end_us = _first(course.connected_us, _first(course.left_line_us, end_us))
        self._engine.publish(
            InteractionRecorded(
                at_us=end_us,
                cause_id=why.cause_id,
                contact_id=why.contact_id,
                customer_id=course.customer_id,
                caller_number=course.caller_number,
                queue=course.queue,
                tier=course.tier,
                outcome=outcome,
                agent_id=course.agent_id,
                disposition=disposition,
                ended_by=course.ended_by,
                arrived_us=course.arrived_us,
                ivr_us=_in_ivr_us(course, end_us),
                queue_us=_span(course.queued_us, queue_end_us),
                talk_us=_span(course.connected_us, _first(course.talk_ended_us, end_us)) - course.hold_us,
                wrap_up_us=_span(course.talk_ended_us, end_us),
                offers=course.offers,
                channel=course.channel,
                hold_us=course.hold_us,
                notes=notes,
            )
        )


def _in_ivr_us(course: _Course, end_us: int) -> int:
    """Return the time in menus: before the first line, and after the last one was left for a menu."""
    if course.queued_us is None:
        return end_us - course.arrived_us
    return course.queued_us - course.arrived_us + _span(course.left_line_us, end_us)


def _first(instant_us: int | None, otherwise_us: int) -> int:
    return otherwise_us if instant_us is None else instant_us


def _span(from_us: int | None, to_us: int) -> int:
    return 0 if from_us is None else to_us - from_us

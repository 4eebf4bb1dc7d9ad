"""Callbacks: customers leave the line, keep their places, and are called when their turn comes.

The callback is a contact of its own, so that the call that booked it ends (CALLBACK) with the wait that the
caller really had. It stands in line without a leg at the caller's place, is offered to an agent like any
other, and only when that agent is on the line is the customer dialed (`routing.callback_dialer`): so nobody
is ever called for whom no agent is there.

There is one for each customer and queue at most. It is put off while its queue is closed and after each
attempt in vain, and void when the customer calls first, who then has its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from core.contacts import ContactBook
from core.engine import Engine
from core.kernel.record import replace
from core.model.callback_events import CallbackBooked, CallbackClosed, CallbackPostponed
from core.model.commands import CancelTimer, HangUpLeg, PlayPrompt, StartTimer, TagLeg
from core.model.contact import CONTACT, VOICE, Contact, ContactState, ContactTrigger
from core.model.destination import DestinationKind
from core.model.events import ContactClosed, ContactDiverted, StepFinished, TimerFired
from core.model.ids import NO_LEG, ContactId, Ids, QueueName
from core.model.message import Event
from core.model.numbers import shown_number
from core.model.prompts import Prompt
from routing.callback import Callback, CallbackState, CallbackTrigger
from routing.offer_desk import OfferDesk
from routing.resume import give_place, identities
from routing.router import Router
from routing.rules import Kind, Rulebook
from routing.standing import Standing
from routing.turns import policy_at

FAREWELL_STEP = "callback:farewell"

Farewell = Callable[[str], Prompt]
"""(language) -> what a caller is told who will be called back."""


class CallbackDesk:
    """The feature that books callbacks and keeps each until it is over; built before the plan."""

    def __init__(
        self,
        engine: Engine,
        contacts: ContactBook,
        ids: Ids,
        router: Router,
        offers: OfferDesk,
        rulebook: Rulebook,
        farewell: Farewell,
    ) -> None:
        self._engine = engine
        self._contacts = contacts
        self._ids = ids
        self._router = router
        self._offers = offers
        self._rulebook = rulebook
        self._farewell = farewell
        self._open: dict[ContactId, Callback] = {}
        self._by_customer: dict[tuple[QueueName, str], Callback] = {}
        router.shape(self._call_in)
        engine.subscribe(ContactDiverted, self._diverted)
        engine.on_timer("callback", self._time_has_come)
        engine.subscribe(StepFinished, self._farewell_heard)

    def __iter__(self) -> Iterator[Callback]:
        return iter(self._open.values())

    def get(self, contact_id: ContactId) -> Callback | None:
        """Return the open callback, None where there is none."""
        return self._open.get(contact_id)

    # --- booking ---------------------------------------------------------------------------------

    def refusal(self, contact: Contact, queue: QueueName, number: str = "") -> str:
        """Return why this customer cannot be called back from `queue`; an empty text where nothing is amiss.

        `number` is where, instead of the number the customer calls from.
        """
        rules = self._rulebook.queues[queue].callback
        if rules is None:
            return "not_offered"
        if not shown_number(number or contact.caller_number):
            return "number_withheld"
        if sum(callback.queue.name == queue for callback in self) >= rules.open_max:
            return "too_many"
        if any((queue, who) in self._by_customer for who in (*identities(contact), number)):
            return "already_booked"
        return ""

    def book(
        self, contact: Contact, queue: QueueName, why: Event, number: str = "", due_us: int = 0
    ) -> Callback:
        """Book a callback for a customer whose own contact ends; there MUST be no `refusal`."""
        successor = self._successor(contact, queue, number or contact.caller_number, why.at_us)
        callback = Callback(
            contact=successor,
            queue=self._rulebook.queues[queue],
            known_by=identities(successor),
            booked_for_us=max(due_us, why.at_us),
            due_us=due_us,
        )
        self._contacts.add(successor)
        self._engine.publish(_booked(callback, contact.contact_id, why))
        self._contacts.move(successor, ContactTrigger.POSTPONE)
        self.keep(callback)
        self.proceed(callback, why)
        return callback

    def leave_line(self, contact: Contact, why: Event) -> bool:
        """Let a caller go whom we call back; tell whether that is so, else the caller stays."""
        assert contact.queue is not None, "a caller in line is in some queue's"
        if contact.state is not ContactState.QUEUED or self.refusal(contact, contact.queue):
            return False
        self._router.take_out(contact.contact_id)
        self._let_go(contact, contact.queue, why)
        return True

    def _successor(self, contact: Contact, queue: QueueName, number: str, now_us: int) -> Contact:
        """Return the contact of the callback: the customer's matter as it is, at the place it has by now."""
        rules = self._rulebook.queues[queue]
        successor = replace(
            contact,
            contact_id=ContactId(self._ids.new("C")),
            leg_id=NO_LEG,
            arrived_us=now_us,
            caller_number=number,
            queue=queue,
            callback=True,
            offers=0,
            state=CONTACT.start,
        )
        if contact.queued_us is None:
            successor.asked = contact.requirements
            successor.queued_us = successor.entered_us = now_us
            successor.policy = policy_at(rules, now_us)
            kind = Kind(queue, contact.tier, successor.policy)
            successor.head_start_us = self._rulebook.tier(kind).head_start_us
        return successor

    def _let_go(self, contact: Contact, queue: QueueName, why: Event) -> None:
        """End the call that books, telling the caller so, and book."""
        self._contacts.move(contact, ContactTrigger.BOOK_CALLBACK)
        # Without our note: who is still on the line after a restart of ours calls anew, and has the place.
        self._engine.send(TagLeg(leg_id=contact.leg_id, tag=""))
        self._engine.send(
            PlayPrompt(
                leg_id=contact.leg_id,
                step=FAREWELL_STEP,
                prompt=self._farewell(contact.language),
                language=contact.language,
            )
        )
        self._engine.publish(_ended(contact, why))
        self.book(contact, queue, why)

    def _farewell_heard(self, event: StepFinished) -> None:
        if event.step == FAREWELL_STEP and event.outcome != "hangup":
            self._engine.send(HangUpLeg(leg_id=event.leg_id))

    def _diverted(self, event: ContactDiverted) -> None:
        """Take a caller whom the queue's rules send here; `refusal` has been asked before."""
        contact = self._contacts.get(event.contact_id)
        if contact is not None and event.to is DestinationKind.CALLBACK:
            self._let_go(contact, event.queue, event)

    # --- in line, and out of it for a while ----------------------------------------------------------

    def keep(self, callback: Callback) -> None:
        """Take a new callback in hand."""
        self._open[callback.contact.contact_id] = callback
        for who in callback.known_by:
            self._by_customer[callback.queue.name, who] = callback

    def proceed(self, callback: Callback, why: Event) -> None:
        """Let a callback that is before its time stand in line, or wait until it may."""
        ready_us = callback.ready_us(why.at_us)
        if why.at_us >= callback.expires_us:
            self.close(callback, CallbackTrigger.GIVE_UP, "expired", why)
        elif ready_us > why.at_us:
            self._wait_until(callback, ready_us)
        else:
            callback.move(CallbackTrigger.STAND)
            self._wait_until(callback, callback.leaves_us(why.at_us))
            self._contacts.move(callback.contact, ContactTrigger.QUEUE)
            self._router.stand_in_line(callback.contact, why)

    def postpone(self, callback: Callback, reason: str, due_us: int, why: Event) -> None:
        """Put a callback off, out of the line; give it up after its last attempt."""
        rules = callback.queue.callback
        assert rules is not None
        callback.due_us = due_us
        self._withdraw(callback, reason, why)
        if callback.attempts >= rules.attempts_max:
            self.close(callback, CallbackTrigger.GIVE_UP, reason, why)
            return
        callback.move(CallbackTrigger.POSTPONE)
        self._engine.publish(
            CallbackPostponed(
                at_us=why.at_us,
                cause_id=why.cause_id,
                contact_id=callback.contact.contact_id,
                reason=reason,
                until_us=callback.ready_us(why.at_us),
            )
        )
        self.proceed(callback, why)

    def _wait_until(self, callback: Callback, at_us: int) -> None:
        self._engine.send(StartTimer(key=callback.timer, at_us=min(at_us, callback.expires_us)))

    def _time_has_come(self, event: TimerFired) -> None:
        callback = self._open[ContactId(event.key[1])]
        if callback.state is CallbackState.BOOKED:
            self.proceed(callback, event)
        elif event.at_us >= callback.expires_us:
            self.close(callback, CallbackTrigger.GIVE_UP, "expired", event)
        else:
            self.postpone(callback, "closed", callback.due_us, event)

    def _withdraw(self, callback: Callback, reason: str, why: Event) -> None:
        """Take a callback out of the line, back from the agent it is offered to, off the customer's phone."""
        contact = callback.contact
        if contact.leg_id != NO_LEG:
            self._engine.send(HangUpLeg(leg_id=contact.leg_id))
            self._contacts.give_leg(contact, NO_LEG)
        if contact.state is ContactState.OFFERED:
            self._offers.void(contact, reason, why)
        if contact.state is ContactState.QUEUED:
            self._router.take_out(contact.contact_id)
            self._contacts.move(contact, ContactTrigger.POSTPONE)

    # --- the end -----------------------------------------------------------------------------------

    def _call_in(self, standing: Standing, why: Event) -> None:
        """Let a customer who calls before we did have the callback's place; there is no callback then."""
        if not self._by_customer:
            return
        contact, queue = standing.contact, standing.kind.queue
        if contact.callback or contact.channel != VOICE:
            return
        found = [self._by_customer.get((queue, who)) for who in identities(contact)]
        callback = next(filter(None, found), None)
        if callback is not None:
            give_place(self._engine, standing, callback.place, why)
            self.close(callback, CallbackTrigger.CALL_IN, "called_in", why)

    def close(self, callback: Callback, trigger: CallbackTrigger, reason: str, why: Event) -> None:
        """End a callback; its contact ends with it, unless customer and agent talk."""
        callback.move(trigger)
        contact = callback.contact
        del self._open[contact.contact_id]
        for who in callback.known_by:
            del self._by_customer[callback.queue.name, who]
        self._engine.send(CancelTimer(key=callback.timer))
        self._engine.publish(
            CallbackClosed(
                at_us=why.at_us,
                cause_id=why.cause_id,
                contact_id=contact.contact_id,
                outcome=callback.state,
                reason=reason,
                attempts=callback.attempts,
            )
        )
        if callback.state is not CallbackState.REACHED:
            self._withdraw(callback, reason, why)
            given_up = trigger is CallbackTrigger.GIVE_UP
            self._contacts.move(contact, ContactTrigger.GIVE_UP if given_up else ContactTrigger.CANCEL)
            self._engine.publish(_ended(contact, why))


def _booked(callback: Callback, of_contact_id: ContactId, why: Event) -> CallbackBooked:
    contact = callback.contact
    assert contact.queued_us is not None
    assert contact.entered_us is not None
    return CallbackBooked(
        at_us=why.at_us,
        cause_id=why.cause_id,
        contact_id=contact.contact_id,
        of_contact_id=of_contact_id,
        number=contact.caller_number,
        queue=callback.queue.name,
        customer_id=contact.customer.customer_id if contact.customer else "",
        tier=contact.tier,
        language=contact.language,
        queued_us=contact.queued_us,
        entered_us=contact.entered_us,
        head_start_us=contact.head_start_us,
        credit_us=contact.credit_us,
        due_us=callback.due_us,
        asked=contact.asked,
        preferred_agent=contact.preferred_agent or "",
    )


def _ended(contact: Contact, why: Event) -> ContactClosed:
    return ContactClosed(
        at_us=why.at_us, cause_id=why.cause_id, contact_id=contact.contact_id, outcome=contact.state
    )

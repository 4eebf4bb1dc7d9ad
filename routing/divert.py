"""Sends a contact somewhere else: out of its line, or from the door of a queue it may not join.

To a number or the end it is done here. To another queue, a flow of the IVR or a callback, the contact is let
go of and `ContactDiverted` tells whose it is now: `Admission`, the IVR or the callbacks go on with it.

A contact is sent at most `HOPS_MAX` times, so that rules which send in a circle end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.contacts import ContactBook
from core.engine import Engine
from core.model.causes import Cause
from core.model.commands import HangUpLeg, TagLeg, TransferLeg
from core.model.contact import VOICE, Contact, ContactState, ContactTrigger
from core.model.destination import HANG_UP, Destination, DestinationKind, DivertReason
from core.model.events import ContactClosed, ContactDiverted, ContactSentOn, LeavingAsked
from core.model.ids import NO_LEG, QueueName
from core.model.message import Event
from routing.door import Door
from routing.router import Router
from routing.tags import caller_tag

HOPS_MAX = 10
"""More ways than any caller has patience for; each of them costs at least the time of a step or a menu."""

Guard = Callable[[Contact, QueueName], str]
"""(contact, queue it comes from) -> why it is not taken, empty where it is."""

_LetGo = Callable[[Contact, Destination, DivertReason, Event], None]

_CAUSES: Mapping[DivertReason, Cause] = {
    DivertReason.CLOSED: Cause.NORMAL_CLEARING,
    DivertReason.FULL: Cause.CONGESTION,
    DivertReason.EMPTY: Cause.SUBSCRIBER_ABSENT,
    DivertReason.STEP: Cause.NO_ANSWER,
    DivertReason.TOO_LATE: Cause.NORMAL_CLEARING,
    DivertReason.AGENTLESS: Cause.NORMAL_CLEARING,
    DivertReason.TRANSFER: Cause.NORMAL_CLEARING,
}
"""What a caller's own exchange is told who is hung up; of a call that was answered few phones show it."""


class Diversion:
    """The part of routing that sends contacts out of its queues."""

    def __init__(self, engine: Engine, contacts: ContactBook, router: Router, door: Door) -> None:
        self._engine = engine
        self._contacts = contacts
        self._router = router
        self._door = door
        self._guards: dict[DestinationKind, Guard] = {}
        self._let_go: Mapping[DestinationKind, _LetGo] = {
            DestinationKind.QUEUE: self._to_others,
            DestinationKind.CALLBACK: self._to_others,
            DestinationKind.FLOW: self._to_flow,
            DestinationKind.NUMBER: self._to_number,
            DestinationKind.HANG_UP: self._hang_up,
        }
        engine.subscribe(LeavingAsked, self._asked)

    def guard(self, kind: DestinationKind, guard: Guard) -> None:
        """Let `guard` say who is not taken where `kind` leads to."""
        self._guards[kind] = guard

    def is_open(self, contact: Contact, queue: QueueName, to: Destination, now_us: int) -> bool:
        """Tell whether a contact in the line of `queue` may be sent there; if not, it does better to stay."""
        if not self._may_go(contact, queue, to):
            return False
        if to.kind is not DestinationKind.QUEUE:
            return True
        return self._door.refusal(contact, QueueName(to.target), now_us) is None

    def send(
        self,
        contact: Contact,
        queue: QueueName,
        to: Destination,
        reason: DivertReason,
        why: Event,
        step: int = 0,
    ) -> None:
        """Send the contact away from `queue`, in which it waits or which it may not join.

        Who cannot go there stays in line, and is hung up at a door.
        """
        in_line = self._router.is_in_line(contact.contact_id)
        if not self._may_go(contact, queue, to):
            if in_line:
                return
            to = HANG_UP
        contact.hops += 1
        if in_line:
            self._router.take_out(contact.contact_id)
        self._engine.publish(
            ContactDiverted(
                at_us=why.at_us,
                cause_id=why.cause_id,
                contact_id=contact.contact_id,
                queue=queue,
                to=to.kind,
                target=to.target,
                reason=reason,
                step=step,
            )
        )
        self._let_go[to.kind](contact, to, reason, why)

    def _asked(self, event: LeavingAsked) -> None:
        """Send on whoever waits in line, or in none yet; who is offered to an agent by now stays."""
        contact = self._contacts.get(event.contact_id)
        if contact is None:
            return
        if contact.queued_us is None or self._router.is_in_line(contact.contact_id):
            to, queue = Destination(event.to, event.target), contact.queue or QueueName("")
            self.send(contact, queue, to, event.reason, event)

    def _may_go(self, contact: Contact, queue: QueueName, to: Destination) -> bool:
        """Tell whether the contact can be sent there at all.

        Only a caller hears a menu or a number. A callback stays: nobody loses time by it, and it was promised
        its place.
        """
        if contact.callback or contact.hops >= HOPS_MAX:
            return False
        if contact.channel != VOICE and to.kind is not DestinationKind.QUEUE:
            return False
        guard = self._guards.get(to.kind)
        return guard is None or not guard(contact, queue)

    def _to_others(self, contact: Contact, to: Destination, reason: DivertReason, why: Event) -> None:
        """Do nothing more: who answers the event takes it as it is."""

    def _to_flow(self, contact: Contact, to: Destination, reason: DivertReason, why: Event) -> None:
        if contact.state is ContactState.QUEUED:
            self._contacts.move(contact, ContactTrigger.ENTER_FLOW)
        contact.queue = contact.entered_us = None
        contact.requirements = contact.asked
        contact.flow = to.target
        self._engine.send(TagLeg(leg_id=contact.leg_id, tag=caller_tag(contact)))

    def _to_number(self, contact: Contact, to: Destination, reason: DivertReason, why: Event) -> None:
        self._contacts.move(contact, ContactTrigger.OVERFLOW)
        # Without our note: should the number lead back to us, a new contact arrives.
        self._engine.send(TagLeg(leg_id=contact.leg_id, tag=""))
        self._engine.send(TransferLeg(leg_id=contact.leg_id, number=to.target))
        self._engine.publish(
            ContactSentOn(
                at_us=why.at_us, cause_id=why.cause_id, contact_id=contact.contact_id, number=to.target
            )
        )

    def _hang_up(self, contact: Contact, to: Destination, reason: DivertReason, why: Event) -> None:
        self._contacts.move(contact, ContactTrigger.OVERFLOW)
        if contact.leg_id != NO_LEG:
            self._engine.send(HangUpLeg(leg_id=contact.leg_id, cause=_CAUSES[reason]))
        self._engine.publish(
            ContactClosed(
                at_us=why.at_us,
                cause_id=why.cause_id,
                contact_id=contact.contact_id,
                outcome=ContactState.OVERFLOWED,
            )
        )

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
from core.model.events import ContactClosed, ContactDiverted, ContactSentOn
from core.model.ids import NO_LEG, QueueName
from core.model.message import Event
from routing.door import Door
from routing.router import Router
from routing.tags import caller_tag

HOPS_MAX = 10
"""More ways than any caller has patience for; each of them costs at least the time of a step or a menu."""

_FOR_CALLERS = frozenset({DestinationKind.FLOW, DestinationKind.NUMBER, DestinationKind.CALLBACK})

_LetGo = Callable[[Contact, Destination, DivertReason, Event], None]

_CAUSES: Mapping[DivertReason, Cause] = {
    DivertReason.CLOSED: Cause.NORMAL_CLEARING,
    DivertReason.FULL: Cause.CONGESTION,
    DivertReason.EMPTY: Cause.SUBSCRIBER_ABSENT,
    DivertReason.STEP: Cause.NO_ANSWER,
}
"""What a caller's own exchange is told who is hung up; of a call that was answered few phones show it."""


class Diversion:
    """The part of routing that sends contacts out of its queues."""

    def __init__(self, engine: Engine, contacts: ContactBook, router: Router, door: Door) -> None:
        self._engine = engine
        self._contacts = contacts
        self._router = router
        self._door = door
        self._let_go: Mapping[DestinationKind, _LetGo] = {
            DestinationKind.QUEUE: self._to_others,
            DestinationKind.CALLBACK: self._to_others,
            DestinationKind.FLOW: self._to_flow,
            DestinationKind.NUMBER: self._to_number,
            DestinationKind.HANG_UP: self._hang_up,
        }

    def is_open(self, contact: Contact, to: Destination, now_us: int) -> bool:
        """Tell whether a contact in line may be sent there: where not, it does better to stay."""
        if contact.callback or not _may_go(contact, to):
            return False
        if to.kind is not DestinationKind.QUEUE:
            return contact.channel == VOICE
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

        A callback stays: nobody loses time by it, and it was promised its place.
        """
        if contact.callback:
            return
        if not _may_go(contact, to):
            to = HANG_UP
        contact.hops += 1
        if contact.state is ContactState.QUEUED:
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


def _may_go(contact: Contact, to: Destination) -> bool:
    """Tell whether the contact can be sent there at all: only who is on the line hears a menu or a number."""
    if contact.leg_id == NO_LEG and to.kind in _FOR_CALLERS:
        return False
    return contact.hops < HOPS_MAX

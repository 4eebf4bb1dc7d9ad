"""A callback: a customer who left the line, keeps the place, and is dialed when its turn comes.

    BOOKED -> STANDING -> DIALING -> REACHED
    BOOKED is before its time: the queue is closed, or the customer was dialed a short while ago.
    STANDING is in line like anybody else. DIALING begins when an agent is on the line to talk.

It is given up (UNREACHED) after some attempts, CANCELLED on somebody's wish, and void (CALLED_IN) when the
customer calls first.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from core.kernel.fsm import Table
from core.kernel.record import Entity
from core.model.callback_events import CallbackClosed, CallbackDialed
from core.model.contact import Contact
from core.model.ids import TimerKey
from core.model.message import Event
from routing.resume import FormerPlace
from routing.rules import QueueRules


class CallbackState(StrEnum):
    """Where a callback stands."""

    BOOKED = "booked"
    STANDING = "standing"
    DIALING = "dialing"
    REACHED = "reached"
    UNREACHED = "unreached"
    CANCELLED = "cancelled"
    CALLED_IN = "called_in"


class CallbackTrigger(StrEnum):
    """What moves a callback."""

    STAND = "stand"
    DIAL = "dial"
    POSTPONE = "postpone"
    REACH = "reach"
    GIVE_UP = "give_up"
    CANCEL = "cancel"
    CALL_IN = "call_in"


_S, _T = CallbackState, CallbackTrigger

CALLBACK = Table[CallbackState, CallbackTrigger](
    name="callback",
    start=CallbackState.BOOKED,
    rows={
        (_S.BOOKED, _T.STAND): _S.STANDING,
        (_S.BOOKED, _T.GIVE_UP): _S.UNREACHED,
        (_S.BOOKED, _T.CANCEL): _S.CANCELLED,
        (_S.BOOKED, _T.CALL_IN): _S.CALLED_IN,
        (_S.STANDING, _T.DIAL): _S.DIALING,
        # The queue closes before its turn came.
        (_S.STANDING, _T.POSTPONE): _S.BOOKED,
        (_S.STANDING, _T.GIVE_UP): _S.UNREACHED,
        (_S.STANDING, _T.CANCEL): _S.CANCELLED,
        (_S.STANDING, _T.CALL_IN): _S.CALLED_IN,
        (_S.DIALING, _T.REACH): _S.REACHED,
        (_S.DIALING, _T.POSTPONE): _S.BOOKED,
        (_S.DIALING, _T.GIVE_UP): _S.UNREACHED,
        (_S.DIALING, _T.CANCEL): _S.CANCELLED,
        # The customer calls us while we call the customer.
        (_S.DIALING, _T.CALL_IN): _S.CALLED_IN,
        # An earlier run of ours died as it dialed; customer and agent met without it.
        (_S.BOOKED, _T.REACH): _S.REACHED,
    },
)


class Callback(Entity, kw_only=True):
    """One callback in hand; `state` changes only through `CALLBACK`.

    `known_by` is what its customer is known by who calls first. It was booked for `booked_for_us` or soon
    after, and is not dialed before `due_us`.
    """

    contact: Contact
    queue: QueueRules
    known_by: tuple[str, ...]
    booked_for_us: int
    due_us: int
    attempts: int = 0
    state: CallbackState = CALLBACK.start

    @property
    def timer(self) -> TimerKey:
        """The name of the one timer it has: for its time to come, or in line for the closing hour."""
        return ("callback", self.contact.contact_id)

    @property
    def expires_us(self) -> int:
        """When it is given up, however often the customer was dialed by then."""
        assert self.queue.callback is not None
        return self.booked_for_us + self.queue.callback.keep_us

    @property
    def place(self) -> FormerPlace:
        """Where it stands in line, or will."""
        contact = self.contact
        assert contact.entered_us is not None, "booked with a place"
        return FormerPlace(contact.contact_id, contact.key_us, contact.entered_us)

    def move(self, trigger: CallbackTrigger) -> None:
        """Change the state by the table."""
        self.state = CALLBACK.after(self.state, trigger)

    def ready_us(self, now_us: int) -> int:
        """Return the first instant from `now_us` on at which it may stand in line."""
        from_us = max(now_us, self.due_us)
        hours = self.queue.hours
        if hours is None or hours.is_open(from_us):
            return from_us
        return hours.next_change_us(from_us) or self.expires_us

    def leaves_us(self, now_us: int) -> int:
        """Return when it leaves the line if its turn has not come: the closing hour, or its end."""
        hours = self.queue.hours
        closes_us = hours.next_change_us(now_us) if hours is not None else None
        return min(closes_us or self.expires_us, self.expires_us)


def is_closed(history: Iterable[Event]) -> bool:
    """Tell whether `history` tells how the callback ended."""
    return any(isinstance(past, CallbackClosed) for past in history)


def dialed_in(history: Iterable[Event]) -> tuple[CallbackDialed, ...]:
    """Return the attempts that `history` tells of."""
    return tuple(past for past in history if isinstance(past, CallbackDialed))

"""A recorded day taken apart into what the rules could not change: who came, and what they needed.

The fold reads the turns of a replay (`goldline.replay.turns`), so it sees exactly what the recorded rules
made of the day: no matter whether the day was live or simulated. A contact enters the trace when it asks
for a queue; the way through the menus is kept as its outcome, the queue and the skills asked for, for menus
come before the rules and take the time they took.

    reader = DayReader(Frame(origin_us=...))
    for turn in turns(journal, brain): reader.take(turn.message, turn.commands)
    day = reader.finish()
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from agents.misses import MISSED_REASONS
from core.model.causes import RingOutcome
from core.model.commands import AppendToLedger
from core.model.contact import VOICE, ContactState, Requirement
from core.model.events import (
    AgentStateChanged,
    ContactAdopted,
    ContactArrived,
    ContactConnected,
    ContactQueued,
    CustomerFound,
    CustomerIdentified,
    InteractionRecorded,
    OfferFailed,
    OfferMade,
    OfferWithdrawn,
    QueueingAsked,
)
from core.model.ids import NO_LEG, ContactId, CustomerId, OfferId, QueueName
from core.model.message import Command, DomainEvent, Event
from goldline.recorded_shifts import Shift, ShiftReader
from metrics.day import DayFigures
from metrics.frame import Frame

_MISSED = frozenset(MISSED_REASONS) - {RingOutcome.BUSY}
"""How a phone rings in vain by the person's doing; one still in use from the last call will be so again."""


class Way(NamedTuple):
    """Where the menus lead: a queue, and the skills asked for besides those the queue always asks."""

    queue: QueueName
    requirements: tuple[Requirement, ...]


class Work(NamedTuple):
    """What a contact was to an agent."""

    talk_us: int
    wrap_up_us: int


class RecordedCall(NamedTuple):
    """One contact that asked for a queue.

    `caller` is the same for the same person, `tier` what the CRM store said, empty for somebody nobody
    knows. The patience was `waited_us` where the caller `left`, more than that otherwise. `missed` phones
    rang in vain, and then one for `rang_us` until it was answered or the caller left; None where none did.
    `work` is None where the day did not show it.
    """

    asked_us: int
    way: Way
    caller: str
    tier: str
    waited_us: int
    left: bool
    missed: int
    rang_us: int | None
    work: Work | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedDay:
    """What of a day is independent of the rules.

    `calls` are in the order in which they asked for a queue, `returns_us` is how long each stayed away who
    had missed a call.
    """

    origin_us: int
    end_us: int
    calls: tuple[RecordedCall, ...]
    shifts: tuple[Shift, ...]
    returns_us: tuple[int, ...]


@dataclass(slots=True, kw_only=True)
class _Course:
    """What is known so far of one contact."""

    caller: str
    customer_id: CustomerId | None = None
    asked_us: int | None = None
    way: Way | None = None
    connected_us: int | None = None
    missed: int = 0
    rang_us: int | None = None


class DayReader:
    """The fold. `figures` are those of the day as it was; `never_asked` counts who asked for no queue."""

    def __init__(self, frame: Frame) -> None:
        self.never_asked = 0
        self.figures = DayFigures(frame)
        self._origin_us = self._now_us = frame.origin_us
        self._calls: list[RecordedCall] = []
        self._shifts = ShiftReader()
        self._tiers: dict[CustomerId, str] = {}
        self._courses: dict[ContactId, _Course] = {}
        self._offered_us: dict[OfferId, int] = {}
        self._folds: dict[type[Event], Callable[[Any], None]] = {
            ContactArrived: self._arrived,
            ContactAdopted: self._adopted,
            CustomerIdentified: self._identified,
            QueueingAsked: self._asked,
            ContactQueued: self._asked,
            ContactConnected: self._connected,
            InteractionRecorded: self._recorded,
            OfferMade: self._offered,
            OfferFailed: self._failed,
            OfferWithdrawn: self._withdrawn,
            AgentStateChanged: self._shifts.add,
        }

    def take(self, message: Event, commands: Iterable[Command]) -> None:
        """Take one turn in: an input, and what the engine made of it."""
        self._now_us = message.at_us
        if isinstance(message, CustomerFound) and message.customer is not None:
            self._tiers[message.customer.customer_id] = message.customer.tier
        for command in commands:
            if isinstance(command, AppendToLedger):
                self._add(command.event)

    def finish(self) -> RecordedDay:
        """Return the day; of what is still under way as much as is known."""
        for course in self._courses.values():
            self._end(course, self._now_us, left=False)
        self.figures.close(self._now_us)
        return RecordedDay(
            origin_us=self._origin_us,
            end_us=self._now_us,
            calls=tuple(sorted(self._calls, key=lambda call: call.asked_us)),
            shifts=self._shifts.shifts(),
            returns_us=tuple(self._shifts.returns_us),
        )

    def _add(self, event: DomainEvent) -> None:
        self.figures.add(event)
        fold = self._folds.get(type(event))
        if fold is not None:
            fold(event)

    # --- contacts ---------------------------------------------------------------------------------

    def _arrived(self, event: ContactArrived) -> None:
        if event.channel == VOICE:
            self._courses[event.contact_id] = _Course(caller=event.caller_number or event.contact_id)

    def _adopted(self, event: ContactAdopted) -> None:
        """Take a contact of an earlier run for one that arrives now; where it waits, it queues this turn."""
        arrived = ContactArrived(
            at_us=event.at_us,
            cause_id=event.cause_id,
            contact_id=event.contact_id,
            leg_id=NO_LEG,
            caller_number="",
            dialed_number="",
            channel=event.channel,
        )
        self._add(arrived)

    def _identified(self, event: CustomerIdentified) -> None:
        if (course := self._courses.get(event.contact_id)) is not None:
            course.customer_id = CustomerId(event.customer_id)

    def _asked(self, event: QueueingAsked | ContactQueued) -> None:
        course = self._courses.get(event.contact_id)
        if course is not None and course.asked_us is None:
            course.asked_us, course.way = event.at_us, Way(event.queue, event.requirements)

    def _connected(self, event: ContactConnected) -> None:
        course = self._courses.get(event.contact_id)
        if course is not None:
            course.connected_us = event.at_us
            course.rang_us = self._rang_us(event)

    def _recorded(self, event: InteractionRecorded) -> None:
        course = self._courses.pop(event.contact_id, None)
        if course is None:
            return  # of an earlier run, and over before this one began
        served = course.connected_us is not None
        self._end(
            course,
            event.at_us,
            left=event.outcome is ContactState.ABANDONED,
            work=Work(event.talk_us, event.wrap_up_us) if served else None,
        )

    def _end(self, course: _Course, at_us: int, *, left: bool, work: Work | None = None) -> None:
        if course.way is None or course.asked_us is None:
            self.never_asked += 1
            return
        waited_until_us = at_us if course.connected_us is None else course.connected_us
        self._calls.append(
            RecordedCall(
                asked_us=course.asked_us,
                way=course.way,
                caller=course.customer_id or course.caller,
                tier=self._tiers.get(course.customer_id, "") if course.customer_id else "",
                waited_us=waited_until_us - course.asked_us,
                left=left,
                missed=course.missed,
                rang_us=course.rang_us,
                work=work,
            )
        )

    # --- phones -------------------------------------------------------------------------------------

    def _offered(self, event: OfferMade) -> None:
        self._offered_us[event.offer_id] = event.at_us

    def _rang_us(self, event: ContactConnected | OfferFailed | OfferWithdrawn) -> int | None:
        """Return how long the phone has rung for the offer that ends; None for one of an earlier run."""
        offered_us = self._offered_us.pop(event.offer_id, None)
        return None if offered_us is None else event.at_us - offered_us

    def _withdrawn(self, event: OfferWithdrawn) -> None:
        rang_us = self._rang_us(event)
        if event.reason == "caller_left" and (course := self._courses.get(event.contact_id)) is not None:
            course.rang_us = rang_us

    def _failed(self, event: OfferFailed) -> None:
        self._rang_us(event)
        if (course := self._courses.get(event.contact_id)) is not None:
            course.missed += event.outcome in _MISSED

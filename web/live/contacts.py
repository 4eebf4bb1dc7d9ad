"""Every contact in hand, from its arrival to its record: a fold of the ledger's events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from core.model.attempt_events import AttemptAnswered
from core.model.callback_events import CallbackBooked, CallbackDialed, CallbackPostponed
from core.model.contact import VOICE, ContactState
from core.model.destination import DestinationKind
from core.model.events import (
    Candidate,
    ContactAdopted,
    ContactArrived,
    ContactConnected,
    ContactDiverted,
    ContactEvent,
    ContactQueued,
    CustomerIdentified,
    DecisionMade,
    InteractionRecorded,
    OfferFailed,
    OfferMade,
    OfferWithdrawn,
    QueueingAsked,
    TalkEnded,
    WorkAdded,
    WorkReturned,
)
from core.model.ids import ContactId
from core.model.message import DomainEvent
from web.times import moment
from web.views.floor import CandidateView, ContactView, DecisionView

IN_LINE = frozenset({ContactState.QUEUED, ContactState.OFFERED})


@dataclass(slots=True)
class KnownContact:
    """A contact in hand. `in_line_us` is when it began to wait, `been_in` are the queues it has been in."""

    contact_id: ContactId
    arrived_us: int
    since_us: int
    channel: str = VOICE
    state: ContactState = ContactState.IN_IVR
    number: str = ""
    customer_id: str = ""
    customer_name: str = ""
    queue: str = ""
    tier: str = ""
    agent_id: str = ""
    campaign: str = ""
    is_callback: bool = False
    in_line_us: int | None = None
    been_in: tuple[str, ...] = ()
    why: DecisionMade | None = None

    @property
    def waits(self) -> bool:
        """Tell whether a caller waits on the line; nobody does for a callback, or for other work."""
        return self.state in IN_LINE and self.channel == VOICE and not self.is_callback

    def go_to(self, queue: str) -> None:
        """Be for `queue` from now on; empty for none, which is no place to have been in."""
        self.queue = queue
        if not queue:
            return
        if queue not in self.been_in:
            self.been_in = (*self.been_in, queue)

    def enter(self, state: ContactState, at_us: int) -> None:
        """Be in `state` from now on."""
        if state is not self.state:
            self.state, self.since_us = state, at_us


class Contacts:
    """The fold. What it is not told of from the beginning it does not know."""

    def __init__(self) -> None:
        self._known: dict[ContactId, KnownContact] = {}
        self._changed: dict[ContactId, None] = {}
        self._campaigns: dict[ContactId, str] = {}
        self._begin: dict[type[DomainEvent], Callable[[Any], KnownContact]] = {
            ContactArrived: self._arrived,
            CallbackBooked: self._booked,
            ContactAdopted: self._adopted,
        }

    def get(self, contact_id: str) -> KnownContact | None:
        """Return a contact in hand."""
        return self._known.get(ContactId(contact_id))

    def waiting(self) -> Iterator[KnownContact]:
        """Yield those who wait on the line, in the order in which they came."""
        return (contact for contact in self._known.values() if contact.waits)

    def add(self, event: DomainEvent) -> None:
        """Fold one event in; events that change no contact are passed over."""
        if isinstance(event, AttemptAnswered):
            self._reach(event)
        if not isinstance(event, ContactEvent):
            return
        begin = self._begin.get(type(event))
        if begin is not None:
            self._known[event.contact_id] = begin(event)
        elif isinstance(event, InteractionRecorded):
            self._known.pop(event.contact_id, None)
            self._campaigns.pop(event.contact_id, None)
        else:
            contact, fold = self._known.get(event.contact_id), _FOLDS.get(type(event))
            if contact is None or fold is None:
                return
            fold(contact, event)
        self._changed[event.contact_id] = None

    def name(self, contact_id: str, customer_name: str) -> None:
        """Learn the customer's name from the record that popped up."""
        contact = self.get(contact_id)
        if contact is not None and contact.customer_name != customer_name:
            contact.customer_name = customer_name
            self._changed[contact.contact_id] = None

    def take_changed(self) -> Iterable[ContactId]:
        """Return the contacts that changed since this was last asked."""
        changed, self._changed = self._changed, {}
        return changed

    def _arrived(self, event: ContactArrived) -> KnownContact:
        return KnownContact(
            event.contact_id,
            event.at_us,
            event.at_us,
            event.channel,
            number=event.caller_number,
            campaign=self._campaigns.get(event.contact_id, ""),
        )

    def _booked(self, event: CallbackBooked) -> KnownContact:
        return KnownContact(
            event.contact_id,
            event.at_us,
            event.at_us,
            state=ContactState.POSTPONED,
            number=event.number,
            customer_id=event.customer_id,
            queue=event.queue,
            been_in=(event.queue,),
            tier=event.tier,
            is_callback=True,
        )

    def _adopted(self, event: ContactAdopted) -> KnownContact:
        """Go on with a contact of an earlier run, as far as it is known."""
        contact = self._known.get(event.contact_id) or KnownContact(
            event.contact_id, event.at_us, event.at_us, event.channel
        )
        contact.enter(event.state, event.at_us)
        contact.agent_id = event.agent_id
        return contact

    def _reach(self, event: AttemptAnswered) -> None:
        """Know by which campaign the contact that comes of this was reached."""
        self._campaigns[event.contact_id] = event.campaign
        contact = self._known.get(event.contact_id)
        if contact is not None:
            contact.campaign = event.campaign
            self._changed[event.contact_id] = None


# --- what an event makes of a contact ---------------------------------------------------------------------


def _identified(contact: KnownContact, event: CustomerIdentified) -> None:
    contact.customer_id, contact.tier = event.customer_id, event.tier


def _asked(contact: KnownContact, event: QueueingAsked) -> None:
    contact.go_to(event.queue)


def _brought(contact: KnownContact, event: WorkAdded) -> None:
    contact.go_to(event.queue)
    contact.tier, contact.customer_id = event.tier, event.customer_id


def _queued(contact: KnownContact, event: ContactQueued) -> None:
    contact.go_to(event.queue)
    contact.tier, contact.agent_id = event.tier, ""
    if contact.in_line_us is None:
        contact.in_line_us = event.at_us
    contact.enter(ContactState.QUEUED, event.at_us)


def _diverted(contact: KnownContact, event: ContactDiverted) -> None:
    contact.go_to(event.queue)
    if event.to is DestinationKind.FLOW:
        contact.in_line_us = None
        contact.enter(ContactState.IN_IVR, event.at_us)


def _decided(contact: KnownContact, event: DecisionMade) -> None:
    contact.why = event


def _offered(contact: KnownContact, event: OfferMade) -> None:
    contact.agent_id = event.agent_id
    contact.enter(ContactState.OFFERED, event.at_us)


def _back_in_line(contact: KnownContact, event: OfferFailed | OfferWithdrawn | WorkReturned) -> None:
    contact.agent_id = ""
    contact.enter(ContactState.QUEUED, event.at_us)


def _connected(contact: KnownContact, event: ContactConnected) -> None:
    contact.go_to(event.queue)
    contact.tier, contact.agent_id = event.tier, event.agent_id
    contact.enter(ContactState.CONNECTED, event.at_us)


def _ended(contact: KnownContact, event: TalkEnded) -> None:
    contact.enter(ContactState.WRAP_UP, event.at_us)


def _dialed(contact: KnownContact, event: CallbackDialed) -> None:
    contact.agent_id = event.agent_id
    contact.enter(ContactState.OFFERED, event.at_us)


def _postponed(contact: KnownContact, event: CallbackPostponed) -> None:
    contact.agent_id = ""
    contact.enter(ContactState.POSTPONED, event.at_us)


_FOLDS: dict[type[ContactEvent], Callable[[KnownContact, Any], None]] = {
    CustomerIdentified: _identified,
    QueueingAsked: _asked,
    WorkAdded: _brought,
    ContactQueued: _queued,
    ContactDiverted: _diverted,
    DecisionMade: _decided,
    OfferMade: _offered,
    OfferFailed: _back_in_line,
    OfferWithdrawn: _back_in_line,
    WorkReturned: _back_in_line,
    ContactConnected: _connected,
    TalkEnded: _ended,
    CallbackDialed: _dialed,
    CallbackPostponed: _postponed,
}


# --- views ------------------------------------------------------------------------------------------------


def contact_view(contact: KnownContact) -> ContactView:
    """Return the contact as supervisors see it."""
    return ContactView(
        contact_id=contact.contact_id,
        channel=contact.channel,
        state=contact.state,
        since=moment(contact.since_us),
        arrived=moment(contact.arrived_us),
        queue=contact.queue,
        tier=contact.tier,
        number=contact.number,
        customer_id=contact.customer_id,
        customer_name=contact.customer_name,
        agent_id=contact.agent_id,
        campaign=contact.campaign,
        why=_decision_view(contact.why) if contact.why else None,
    )


def _decision_view(decision: DecisionMade) -> DecisionView:
    return DecisionView(
        at=moment(decision.at_us),
        rule=decision.rule,
        winner=_candidate_view(decision.winner),
        runner_up=_candidate_view(decision.runner_up) if decision.runner_up else None,
        candidates=decision.candidates,
        waiting=decision.waiting,
    )


def _candidate_view(candidate: Candidate) -> CandidateView:
    return CandidateView(agent_id=candidate.agent_id, contact_id=candidate.contact_id, level=candidate.level)

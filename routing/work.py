"""Work: contacts without a call, which other programs bring, each under its own name for it.

A task, a mail or a note to call back stands in the same queues as calls, by the same rules, and is offered on
the screen of an agent who has room for one more of its channel (`agents.workload`). Asked for twice under one
name it is the same work. It is kept in the ledger from the first moment, so a new run of ours takes it up
again: at its place in line, or in the hands of the agent who had it.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.contacts import ContactBook
from core.engine import Engine
from core.kernel.errors import RequestRefused
from core.model.commands import AnswerWork, LookUpCustomer
from core.model.contact import Contact, ContactState, ContactTrigger
from core.model.customer import Customer
from core.model.events import (
    ContactAdopted,
    ContactArrived,
    ContactClosed,
    ContactConnected,
    ContactQueued,
    ContactRecalled,
    CustomerFound,
    CustomerIdentified,
    CustomerLookupFailed,
    InteractionRecorded,
    QueueingAsked,
    WorkAdded,
    WorkReturned,
)
from core.model.ids import NO_LEG, ContactId, Ids
from core.model.message import Event
from core.model.requests import AddWork, WithdrawWork, WorkRequest
from routing.offer import OfferDesk
from routing.router import Router
from routing.rules import Kind, Rulebook

TEXT_MAX = 4_000
"""Characters of a reference: a link and some sentences. What is longer belongs behind the link."""
NAME_MAX = 200
"""Characters of a name of work: enough for a message id of a mail."""
ENDED_MAX = 10_000
"""Names of ended work that are remembered, so that asking again for it long after adds nothing."""

_PREFIX = "work-"
"""Begins the ids of our lookups, so that those of others are told apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkDeskRules:
    """What work may be brought and how it stands beside calls.

    `channels` are those for which somebody has room. Work stands `behind_calls_us` further back than a call
    that came at the same time; `deadline_us` is all that looking up its customer may take.
    """

    channels: frozenset[str]
    default_tier: str
    behind_calls_us: int = 0
    deadline_us: int = 0


class WorkDesk:
    """The feature that takes in work, and takes it up again after a restart."""

    def __init__(
        self,
        engine: Engine,
        contacts: ContactBook,
        ids: Ids,
        router: Router,
        offers: OfferDesk,
        rulebook: Rulebook,
        rules: WorkDeskRules,
    ) -> None:
        self._engine = engine
        self._contacts = contacts
        self._ids = ids
        self._router = router
        self._offers = offers
        self._rulebook = rulebook
        self._rules = rules
        self._added: dict[ContactId, WorkAdded] = {}
        self._contact_of: dict[str, ContactId] = {}
        self._ended: dict[str, ContactId] = {}
        engine.subscribe(AddWork, self._asked)
        engine.subscribe(WithdrawWork, self._asked)
        engine.subscribe(CustomerFound, self._looked_up)
        engine.subscribe(CustomerLookupFailed, self._looked_up)
        engine.subscribe(ContactRecalled, self._recalled)
        engine.subscribe(InteractionRecorded, self._over)

    # --- requests ----------------------------------------------------------------------------------

    def _asked(self, request: AddWork | WithdrawWork) -> None:
        """Grant the request or refuse it, and say so."""
        try:
            contact_id = self._add(request) if isinstance(request, AddWork) else self._withdraw(request)
        except RequestRefused as refusal:
            self._engine.send(_answer(request, "", refusal.code, refusal.reason))
        else:
            self._engine.send(_answer(request, contact_id))

    def _add(self, request: AddWork) -> ContactId:
        known = self._contact_of.get(request.work_id) or self._ended.get(request.work_id)
        if known is not None:
            return known
        self._check(request)
        contact_id = ContactId(self._ids.new("C"))
        added = _added(request, contact_id)
        contact = self._begin(added, request.at_us)
        self._engine.publish(_arrived(added))
        self._engine.publish(added)
        self._look_up(contact, added)
        if not added.customer_id:
            self._identified(contact, added, None, "skipped", request)
        return contact_id

    def _check(self, request: AddWork) -> None:
        if not 0 < len(request.work_id) <= NAME_MAX or len(request.reference) > TEXT_MAX:
            raise RequestRefused(
                "too_long", f"a name has 1 to {NAME_MAX} characters, a reference {TEXT_MAX} at most"
            )
        if request.channel not in self._rules.channels:
            known = ", ".join(sorted(self._rules.channels)) or "none"
            raise RequestRefused("unknown_channel", f"{request.channel!r} is none of: {known}")
        if request.queue not in self._rulebook.queues:
            raise RequestRefused("unknown_queue", f"there is no queue {request.queue!r}")
        length_max = self._rulebook.queues[request.queue].length_max
        if self._router.waiting(request.queue, request.channel) >= length_max:
            raise RequestRefused("queue_full", f"{length_max} wait in {request.queue} already")

    def _withdraw(self, request: WithdrawWork) -> ContactId:
        contact_id = self._contact_of.get(request.work_id)
        contact = self._contacts.get(contact_id) if contact_id is not None else None
        if contact is None:
            raise RequestRefused("unknown_work", f"there is no open work {request.work_id!r}")
        if contact.state is ContactState.CONNECTED:
            raise RequestRefused("in_hand", f"{contact.agent_id} is at it")
        if contact.state is ContactState.OFFERED:
            self._offers.void(contact, "work_withdrawn", request)
        self._router.take_out(contact.contact_id)
        self._contacts.move(contact, ContactTrigger.CANCEL)
        self._engine.publish(
            ContactClosed(
                at_us=request.at_us,
                cause_id=request.cause_id,
                contact_id=contact.contact_id,
                outcome=ContactState.CANCELLED,
            )
        )
        return contact.contact_id

    # --- from the door to the line --------------------------------------------------------------------

    def _begin(self, added: WorkAdded, arrived_us: int) -> Contact:
        contact = Contact(
            contact_id=added.contact_id,
            leg_id=NO_LEG,
            arrived_us=arrived_us,
            channel=added.channel,
            work_id=added.work_id,
            reference=added.reference,
            language=added.language,
            tier=added.tier or self._rules.default_tier,
            credit_us=-self._rules.behind_calls_us,
        )
        self._contacts.add(contact)
        self._contact_of[added.work_id] = added.contact_id
        self._added[added.contact_id] = added
        return contact

    def _look_up(self, contact: Contact, added: WorkAdded) -> None:
        if added.customer_id:
            self._engine.send(
                LookUpCustomer(
                    lookup_id=_PREFIX + contact.contact_id,
                    deadline_us=self._rules.deadline_us,
                    customer_id=added.customer_id,
                )
            )

    def _looked_up(self, event: CustomerFound | CustomerLookupFailed) -> None:
        if not event.lookup_id.startswith(_PREFIX):
            return
        contact = self._contacts.get(ContactId(event.lookup_id.removeprefix(_PREFIX)))
        added = self._added.get(contact.contact_id) if contact is not None else None
        if contact is None or added is None:
            return  # withdrawn meanwhile
        match event:
            case CustomerFound(customer=customer):
                lookup = "found" if customer is not None else "unknown"
                self._identified(contact, added, customer, lookup, event)
            case CustomerLookupFailed(reason=reason):
                self._identified(contact, added, None, reason, event)

    def _identified(
        self, contact: Contact, added: WorkAdded, customer: Customer | None, lookup: str, why: Event
    ) -> None:
        """Let work whose customer is known, or will not be, take its place; in line its tier stays."""
        contact.customer = customer
        is_new = contact.state is ContactState.IN_IVR
        if is_new and customer is not None and not added.tier:
            contact.tier = customer.tier
        self._engine.publish(
            CustomerIdentified(
                at_us=why.at_us,
                cause_id=why.cause_id,
                contact_id=contact.contact_id,
                customer_id=added.customer_id,
                tier=contact.tier,
                lookup=lookup,
            )
        )
        if is_new:
            self._engine.publish(
                QueueingAsked(
                    at_us=why.at_us,
                    cause_id=why.cause_id,
                    contact_id=contact.contact_id,
                    queue=added.queue,
                    requirements=added.requirements,
                )
            )

    def _over(self, event: InteractionRecorded) -> None:
        added = self._added.pop(event.contact_id, None)
        if added is None:
            return
        self._ended[added.work_id] = self._contact_of.pop(added.work_id)
        if len(self._ended) > ENDED_MAX:
            del self._ended[next(iter(self._ended))]

    # --- after a restart -------------------------------------------------------------------------------

    def _recalled(self, event: ContactRecalled) -> None:
        """Take up open work of an earlier run as its history left it."""
        added = next((past for past in event.history if isinstance(past, WorkAdded)), None)
        if added is None:
            return
        contact = self._begin(added, event.history[0].at_us)
        self._look_up(contact, added)
        queued = [past for past in event.history if isinstance(past, ContactQueued)]
        if queued:
            self._restore(contact, added, queued, event)
        elif not added.customer_id:
            self._identified(contact, added, None, "skipped", event)

    def _restore(
        self, contact: Contact, added: WorkAdded, queued: list[ContactQueued], recalled: ContactRecalled
    ) -> None:
        last = queued[-1]
        contact.queue, contact.tier, contact.policy = last.queue, last.tier, last.policy
        contact.queued_us, contact.entered_us = queued[0].at_us, last.at_us
        contact.asked, contact.requirements = added.requirements, last.requirements
        kind = Kind(last.queue, last.tier, last.policy)
        contact.head_start_us = self._rulebook.tier(kind).head_start_us
        self._contacts.move(contact, ContactTrigger.QUEUE)
        agent = _held_by(recalled)
        if agent is not None:
            self._contacts.move(contact, ContactTrigger.CONNECT)
            contact.agent_id, contact.offer_id = agent.agent_id, agent.offer_id
            contact.connected_us = agent.at_us
        self._engine.publish(
            ContactAdopted(
                at_us=recalled.at_us,
                cause_id=recalled.cause_id,
                contact_id=contact.contact_id,
                state=contact.state,
                agent_id=contact.agent_id or "",
                channel=contact.channel,
            )
        )


def _held_by(recalled: ContactRecalled) -> ContactConnected | None:
    """Return how the work came into the hands that had it last, None where it was in nobody's."""
    held: ContactConnected | None = None
    for past in recalled.history:
        if isinstance(past, ContactConnected):
            held = past
        elif isinstance(past, WorkReturned):
            held = None
    return held


def _added(request: AddWork, contact_id: ContactId) -> WorkAdded:
    return WorkAdded(
        at_us=request.at_us,
        cause_id=request.cause_id,
        contact_id=contact_id,
        work_id=request.work_id,
        channel=request.channel,
        queue=request.queue,
        customer_id=request.customer_id,
        tier=request.tier,
        requirements=request.requirements,
        reference=request.reference,
        language=request.language,
    )


def _arrived(added: WorkAdded) -> ContactArrived:
    return ContactArrived(
        at_us=added.at_us,
        cause_id=added.cause_id,
        contact_id=added.contact_id,
        leg_id=NO_LEG,
        caller_number="",
        dialed_number="",
        channel=added.channel,
    )


def _answer(request: WorkRequest, contact_id: str, code: str = "", reason: str = "") -> AnswerWork:
    return AnswerWork(
        work_id=request.work_id,
        request_id=request.request_id,
        contact_id=contact_id,
        code=code,
        reason=reason,
    )

"""Work: contacts without a call, which other programs bring, each under its own name for it.

A task, a mail or a note to call back stands in the same queues as calls, by the same rules, and is offered on
the screen of an agent who has room for one more of its channel (`agents.workload`). Asked for twice under one
name it is the same work. It is kept in the ledger from the first moment, so a new run of ours takes it up
again (`routing.work_recall`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from core.contacts import ContactBook
from core.engine import Engine
from core.kernel.errors import RequestRefused
from core.model.commands import AnswerWork, LookUpCustomer
from core.model.contact import Contact, ContactState, ContactTrigger, Requirement
from core.model.customer import Customer
from core.model.events import (
    ContactArrived,
    ContactClosed,
    CustomerFound,
    CustomerIdentified,
    CustomerLookupFailed,
    InteractionRecorded,
    QueueingAsked,
    WorkAdded,
)
from core.model.ids import NO_LEG, ContactId, Ids, QueueName
from core.model.message import Event
from core.model.need import LEVEL_MAX
from core.model.requests import AddWork, WithdrawWork, WorkRequest
from routing.offer_desk import OfferDesk
from routing.router import Router
from routing.rules import Rulebook

TEXT_MAX = 4_000
"""Characters of a reference: a link and some sentences. What is longer belongs behind the link."""
NAME_MAX = 200
"""Characters of a name of work: enough for a message id of a mail."""
ENDED_MAX = 10_000
"""Names of ended work that are remembered, so that asking again for it long after adds nothing."""

_SKILL = re.compile(r"[A-Za-z0-9_-]{1,40}").fullmatch
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
    """The feature that takes in work, looks up its customer and hands it to its queue."""

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
        self._open: Counter[tuple[QueueName, str]] = Counter()
        engine.subscribe(AddWork, self._asked)
        engine.subscribe(WithdrawWork, self._asked)
        engine.subscribe(CustomerFound, self._looked_up)
        engine.subscribe(CustomerLookupFailed, self._looked_up)
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
        contact = self.open(added, request.at_us)
        self._engine.publish(_arrived(added))
        self._engine.publish(added)
        self.identify(contact, added, request)
        return contact_id

    def _check(self, request: AddWork) -> None:
        """Refuse what could not be done, or would be more than a line holds."""
        rules, rulebook = self._rules, self._rulebook
        if not 0 < len(request.work_id) <= NAME_MAX or len(request.reference) > TEXT_MAX:
            raise RequestRefused(
                "too_long", f"a name has 1 to {NAME_MAX} characters, a reference {TEXT_MAX} at most"
            )
        if request.channel not in rules.channels:
            raise RequestRefused(
                "unknown_channel", f"{request.channel!r} is none of: {_listed(rules.channels)}"
            )
        if request.queue not in rulebook.queues:
            raise RequestRefused("unknown_queue", f"there is no queue {request.queue!r}")
        if request.tier and rulebook.tiers and request.tier not in rulebook.tiers:
            raise RequestRefused("unknown_tier", f"{request.tier!r} is none of: {_listed(rulebook.tiers)}")
        if not all(_is_sound(each) for each in request.requirements):
            raise RequestRefused("bad_requirements", "a requirement is a skill with a level from 1 to 10")
        length_max = rulebook.queues[request.queue].length_max
        if self._open[request.queue, request.channel] >= length_max:
            raise RequestRefused("queue_full", f"{length_max} are open in {request.queue} already")

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

    def open(self, added: WorkAdded, arrived_us: int) -> Contact:
        """Take the work into the book under its name; it is in no line yet."""
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
        self._open[added.queue, added.channel] += 1
        return contact

    def identify(self, contact: Contact, added: WorkAdded, why: Event) -> None:
        """Find the customer's record, where there is a customer; new work then asks for its queue."""
        if added.customer_id:
            self._engine.send(
                LookUpCustomer(
                    lookup_id=_PREFIX + contact.contact_id,
                    deadline_us=self._rules.deadline_us,
                    customer_id=added.customer_id,
                )
            )
        elif contact.state is ContactState.IN_IVR:
            self._identified(contact, added, None, "skipped", why)

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
        self._open[added.queue, added.channel] -= 1
        self._ended[added.work_id] = self._contact_of.pop(added.work_id)
        if len(self._ended) > ENDED_MAX:
            del self._ended[next(iter(self._ended))]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _is_sound(requirement: Requirement) -> bool:
    return bool(_SKILL(requirement.skill)) and 1 <= requirement.minimum <= LEVEL_MAX


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

"""Who is calling: asks the CRM store under a deadline and writes the answer on the contact.

The deadline is kept here, by a timer, whatever the store does: a caller never waits longer. Whoever is
not found, or not found in time, goes on with the default tier. An answer nobody waits for any more is
counted and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from enum import StrEnum

from core.engine import Engine
from core.model.commands import CancelTimer, LookUpCustomer, StartTimer
from core.model.customer import Customer
from core.model.events import CustomerFound, CustomerIdentified, CustomerLookupFailed, TimerFired
from core.model.ids import TimerKey
from core.model.message import Event
from ivr.dialogue import Dialogue, PendingLookup
from ivr.nodes import Lookup, NodeName
from ivr.prompts import spoken_language

_PREFIX = "ivr:"


class LookupOutcome(StrEnum):
    """How a lookup ended. `REFUSED` is no fact about the customer: too many wrong PINs, nobody was asked."""

    FOUND = "found"
    UNKNOWN = "unknown"
    LATE = "late"
    AWAY = "away"
    SKIPPED = "skipped"
    REFUSED = "refused"


Settled = Callable[[Dialogue, Lookup, LookupOutcome, Event], None]
"""Told of each lookup that ends after it was asked."""


class Recognition:
    """The questions to the CRM store that are on their way.

    `tiers` are those that routing knows; a customer of any other tier is treated as `default_tier`.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        deadline_us: int,
        default_tier: str,
        tiers: Collection[str],
        settled: Settled,
    ) -> None:
        self._engine = engine
        self._deadline_us = deadline_us
        self._default_tier = default_tier
        self._tiers = tiers
        self._settled = settled
        self._asking: dict[str, Dialogue] = {}
        self._asked = 0
        # Answers that came after their deadline, or after their caller had gone.
        self.late_answers = 0
        engine.subscribe(CustomerFound, self._found)
        engine.subscribe(CustomerLookupFailed, self._failed)
        engine.on_timer("ivr-lookup", self._deadline_passed)

    def ask(self, dialogue: Dialogue, node: Lookup, why: Event) -> LookupOutcome | None:
        """Ask the store as `node` says; return the outcome where there is nothing to ask, else None."""
        if node.by == "caller_number":
            if not dialogue.contact.caller_number:
                return self.skip(dialogue, why)
            self._send(dialogue, node, why, caller_number=dialogue.contact.caller_number)
            return None
        if dialogue.refusals >= node.refusals:
            return LookupOutcome.REFUSED
        account = dialogue.variables.get(node.account, "")
        pin = dialogue.variables.pop(node.pin, "")  # used once, then kept nowhere
        if not account or not pin:
            return self.skip(dialogue, why)
        self._send(dialogue, node, why, account_number=account, pin=pin)
        return None

    def skip(self, dialogue: Dialogue, why: Event) -> LookupOutcome:
        """Settle that nobody is asked: the caller goes on as the contact says."""
        self._tell(dialogue, LookupOutcome.SKIPPED, why)
        return LookupOutcome.SKIPPED

    def forget(self, dialogue: Dialogue) -> None:
        """Wait no longer for the dialogue's answer."""
        if dialogue.lookup is None:
            return
        lookup_id = dialogue.lookup.lookup_id
        dialogue.lookup = None
        del self._asking[lookup_id]
        self._engine.send(CancelTimer(key=_timer(lookup_id)))

    def _send(
        self,
        dialogue: Dialogue,
        node: Lookup,
        why: Event,
        *,
        caller_number: str = "",
        account_number: str = "",
        pin: str = "",
    ) -> None:
        self._asked += 1
        lookup_id = f"{_PREFIX}{self._asked}"
        dialogue.lookup = PendingLookup(lookup_id=lookup_id, node=node)
        self._asking[lookup_id] = dialogue
        self._engine.send(
            LookUpCustomer(
                lookup_id=lookup_id,
                deadline_us=self._deadline_us,
                caller_number=caller_number,
                account_number=account_number,
                pin=pin,
            )
        )
        self._engine.send(StartTimer(key=_timer(lookup_id), at_us=why.at_us + self._deadline_us))

    def _found(self, event: CustomerFound) -> None:
        dialogue = self._asking.get(event.lookup_id)
        if dialogue is not None:
            outcome = LookupOutcome.FOUND if event.customer is not None else LookupOutcome.UNKNOWN
            self._settle(dialogue, outcome, event, event.customer)
        elif event.lookup_id.startswith(_PREFIX):
            self.late_answers += 1

    def _failed(self, event: CustomerLookupFailed) -> None:
        dialogue = self._asking.get(event.lookup_id)
        if dialogue is not None:
            self._settle(dialogue, LookupOutcome(event.reason), event)

    def _deadline_passed(self, event: TimerFired) -> None:
        dialogue = self._asking.get(event.key[1])
        if dialogue is not None:
            self._settle(dialogue, LookupOutcome.LATE, event)

    def _settle(
        self, dialogue: Dialogue, outcome: LookupOutcome, why: Event, customer: Customer | None = None
    ) -> None:
        assert dialogue.lookup is not None
        node = dialogue.lookup.node
        self.forget(dialogue)
        if customer is not None:
            self._recognise(dialogue, customer)
        if node.by == "account":
            dialogue.verified = customer is not None
            dialogue.refusals += outcome is LookupOutcome.UNKNOWN
        self._tell(dialogue, outcome, why)
        self._settled(dialogue, node, outcome, why)

    def _recognise(self, dialogue: Dialogue, customer: Customer) -> None:
        contact = dialogue.contact
        contact.customer = customer
        contact.tier = customer.tier if customer.tier in self._tiers else self._default_tier
        language = spoken_language(customer.language, dialogue.flow.prompts)
        if language is not None and not dialogue.language_set:
            contact.language = language

    def _tell(self, dialogue: Dialogue, outcome: LookupOutcome, why: Event) -> None:
        contact = dialogue.contact
        dialogue.identified = True
        self._engine.publish(
            CustomerIdentified(
                at_us=why.at_us,
                cause_id=why.cause_id,
                contact_id=contact.contact_id,
                customer_id=contact.customer.customer_id if contact.customer else "",
                tier=contact.tier,
                lookup=outcome.value,
            )
        )


def _timer(lookup_id: str) -> TimerKey:
    return ("ivr-lookup", lookup_id)


def way_on(node: Lookup, outcome: LookupOutcome) -> NodeName:
    """Return the node that follows a lookup that ended so."""
    match outcome:
        case LookupOutcome.FOUND:
            return node.next
        case LookupOutcome.UNKNOWN | LookupOutcome.SKIPPED:
            return node.unknown or node.next
        case LookupOutcome.LATE | LookupOutcome.AWAY | LookupOutcome.REFUSED:
            return node.unavailable or node.next

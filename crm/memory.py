"""The CRM store and the ledger in memory: for the simulator, the demo and tests.

They pass the same contract tests as the ones in a database. Nothing here waits for anything, so a look-up
is done in one step of its coroutine and a virtual day can make it between two events.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from core.kernel.clock import Clock, microseconds
from core.kernel.record import replace
from core.model.attempt import MISSED
from core.model.attempt_events import AttemptDialed, AttemptEnded, AttemptRecalled
from core.model.callback_events import CallbackBooked
from core.model.campaign_events import CampaignChanged, CampaignLearned, RulesSet
from core.model.campaign_requests import RestoreCampaign, RestoreExperience, RestoreRules
from core.model.commands import LookUpCustomer
from core.model.customer import Customer, Interaction
from core.model.events import (
    AgentStateChanged,
    ContactArrived,
    ContactEvent,
    ContactRecalled,
    InteractionRecorded,
    QualityLearned,
    WorkAdded,
)
from core.model.ids import ContactId, CustomerId
from core.model.message import DomainEvent
from core.model.requests import RestoreAgent, RestoreAgentLevels, RestoreAgentQueues, RestoreQuality
from core.model.supervision import AgentLevelsSet, AgentQueuesSet
from crm.agent_levels import fold_agent_levels
from crm.agent_quality import fold_quality
from crm.agent_queues import fold_agent_queues
from crm.agent_states import fold_agent_states
from crm.campaign_experience import fold_campaign_experience
from crm.campaign_rules import fold_campaign_rules
from crm.campaign_states import fold_campaign_states
from crm.open_attempts import fold_open_attempts
from crm.open_contacts import fold_open_contacts
from crm.phones import e164
from crm.pins import pin_matches
from crm.records import (
    NEW_ACCOUNT,
    NEW_CUSTOMER,
    AccountRecord,
    CustomerRecord,
    SaveOutcome,
    overlay,
    without_taken_accounts,
)
from crm.store import StoreSettings

_OF_CUSTOMERS = frozenset({InteractionRecorded, AttemptEnded})
"""What is also found by its customer."""


class MemoryLedger:
    """Domain events in a list, oldest first.

    Where `keeps_events` is false only finished interactions are remembered, for their customers' next call.
    """

    def __init__(self, *, keeps_events: bool = True) -> None:
        self.events: list[DomainEvent] = []
        self._keeps_events = keeps_events
        self._interactions: dict[str, list[Interaction]] = {}

    def append(self, event: DomainEvent) -> None:
        """Keep `event`; an interaction or a call that was missed is also found by its customer."""
        if self._keeps_events:
            self.events.append(event)
        if type(event) in _OF_CUSTOMERS:
            self._remember(event)

    def _remember(self, event: DomainEvent) -> None:
        if isinstance(event, InteractionRecorded) and event.customer_id:
            self._interactions.setdefault(event.customer_id, []).append(_interaction(event))
        elif isinstance(event, AttemptEnded):
            record = event.record
            if record.customer_id and record.outcome in MISSED:
                self._interactions.setdefault(record.customer_id, []).append(_missed(event))

    async def settled(self) -> None:
        """Return at once: a list has no batch to wait for."""

    def interactions_of(self, customer_id: str, count: int) -> tuple[Interaction, ...]:
        """Return the last `count` interactions of the customer, newest first."""
        return tuple(reversed(self._interactions.get(customer_id, [])[-count:]))

    async def history(self, contact_id: ContactId) -> Sequence[DomainEvent]:
        """Return all that happened to one contact, oldest first."""
        return [e for e in self.events if isinstance(e, ContactEvent) and e.contact_id == contact_id]

    async def changes(self, until_us: int) -> Sequence[AgentStateChanged]:
        """Return the last change of state of each agent up to the instant `until_us`."""
        told = (e for e in self.events if isinstance(e, AgentStateChanged) and e.at_us <= until_us)
        return tuple({change.agent_id: change for change in told}.values())

    async def assignments(self, until_us: int) -> Sequence[AgentQueuesSet]:
        """Return which queues each agent of whom it was ever said served last, up to `until_us`."""
        told = (e for e in self.events if isinstance(e, AgentQueuesSet) and e.at_us <= until_us)
        return tuple({event.agent_id: event for event in told}.values())

    async def levels(self, until_us: int) -> Sequence[AgentLevelsSet]:
        """Return which levels were set last of each agent of whom it was ever said, up to `until_us`."""
        told = (e for e in self.events if isinstance(e, AgentLevelsSet) and e.at_us <= until_us)
        return tuple({event.agent_id: event for event in told}.values())

    async def last_agent_states(self) -> Sequence[RestoreAgent]:
        """Return what each agent not logged out was doing last."""
        return fold_agent_states(e for e in self.events if isinstance(e, AgentStateChanged))

    async def last_campaign_states(self) -> Sequence[RestoreCampaign]:
        """Return the last state of each campaign."""
        return fold_campaign_states(e for e in self.events if isinstance(e, CampaignChanged))

    async def learned_quality(self) -> Sequence[RestoreQuality]:
        """Return what had been learned last of each agent."""
        return fold_quality(e for e in self.events if isinstance(e, QualityLearned))

    async def agent_queues(self) -> Sequence[RestoreAgentQueues]:
        """Return which queues those serve who do not serve all they may."""
        return fold_agent_queues(e for e in self.events if isinstance(e, AgentQueuesSet))

    async def agent_levels(self) -> Sequence[RestoreAgentLevels]:
        """Return which levels are not as configured."""
        return fold_agent_levels(e for e in self.events if isinstance(e, AgentLevelsSet))

    async def campaign_experience(self) -> Sequence[RestoreExperience]:
        """Return what had been learned last by each campaign."""
        return fold_campaign_experience(e for e in self.events if isinstance(e, CampaignLearned))

    async def campaign_rules(self) -> Sequence[RestoreRules]:
        """Return what is set at work for campaigns that do not go by their file alone."""
        return fold_campaign_rules(e for e in self.events if isinstance(e, RulesSet))

    async def open_attempts(self, since_us: int) -> Sequence[AttemptRecalled]:
        """Return the attempts dialed from `since_us` on that have no end; oldest first."""
        return fold_open_attempts(
            e for e in self.events if not isinstance(e, AttemptDialed) or e.at_us >= since_us
        )

    async def open_contacts(self, since_us: int) -> Sequence[ContactRecalled]:
        """Return callbacks, work, and contacts from `since_us` on, that have no record; oldest first."""
        told = [event for event in self.events if isinstance(event, ContactEvent)]
        late = {e.contact_id for e in told if isinstance(e, ContactArrived) and e.at_us >= since_us}
        late |= {e.contact_id for e in told if isinstance(e, CallbackBooked | WorkAdded)}
        seen_us = max((event.at_us for event in self.events), default=0)
        return fold_open_contacts((event for event in told if event.contact_id in late), seen_us)

    async def close(self) -> None:
        """Keep everything: a list has nothing to let go of."""


@dataclass(slots=True)
class _Account:
    owner: CustomerId
    columns: dict[str, Any]
    pin_attempts: int = 0
    pin_tried_at_us: int = 0


@dataclass(slots=True)
class _Customer:
    place: int
    columns: dict[str, Any]
    phones: tuple[str, ...] = ()
    accounts: list[str] = field(default_factory=list)


class MemoryCrmStore:
    """Customers in dictionaries; past interactions come from `ledger`."""

    def __init__(self, ledger: MemoryLedger, clock: Clock, settings: StoreSettings) -> None:
        self._ledger = ledger
        self._clock = clock
        self._settings = settings
        self._customers: dict[CustomerId, _Customer] = {}
        self._accounts: dict[str, _Account] = {}
        self._callers: dict[str, list[CustomerId]] = {}

    async def find_customer(self, lookup: LookUpCustomer) -> Customer | None:
        """Return who calls, or None; of several customers with one number the one who was there first."""
        if lookup.customer_id:
            return self._known(CustomerId(lookup.customer_id))
        if lookup.account_number:
            return self._find_by_account(lookup.account_number, lookup.pin)
        callers = self._callers.get(e164(lookup.caller_number, self._settings.region), ())
        return self._known(min(callers, key=lambda key: self._customers[key].place, default=CustomerId("")))

    async def seek_customers(self, sought: str, after: str, count: int) -> Sequence[Customer]:
        """Return customers by what somebody typed; see `web.ports.CustomerRecords`."""
        number = e164(sought, self._settings.region)
        account = self._accounts.get(sought)
        found = (
            key
            for key, customer in sorted(self._customers.items())
            if sought == key
            or (account is not None and account.owner == key)
            or number in customer.phones
            or sought.lower() in customer.columns["name"].lower()
        )
        shown = [known for key in found if key > after and (known := self._known(key)) is not None][:count]
        return [replace(customer, last_interactions=()) for customer in shown]

    async def save_customers(self, records: Sequence[CustomerRecord]) -> SaveOutcome:
        """Create or update customers; see `crm.records.CustomerSink`."""
        owners = {number: account.owner for number, account in self._accounts.items()}
        accepted, refused = without_taken_accounts(records, owners.get)
        updated = sum(record.external_id in self._customers for record in accepted)
        for record in accepted:
            self._save(record)
        return SaveOutcome(created=len(accepted) - updated, updated=updated, refused=refused)

    def _save(self, record: CustomerRecord) -> None:
        newcomer = _Customer(len(self._customers), dict(NEW_CUSTOMER))
        customer = self._customers.setdefault(record.external_id, newcomer)
        customer.columns = overlay(customer.columns, record)
        if record.phones is not None:
            self._replace_phones(record.external_id, customer, [phone.e164 for phone in record.phones])
        if record.account is not None:
            self._save_account(record.external_id, record.account)

    def _replace_phones(self, key: CustomerId, customer: _Customer, numbers: Sequence[str]) -> None:
        for number in customer.phones:
            self._callers[number].remove(key)
        customer.phones = tuple(dict.fromkeys(numbers))
        for number in customer.phones:
            self._callers.setdefault(number, []).append(key)

    def _save_account(self, owner: CustomerId, record: AccountRecord) -> None:
        if record.number not in self._accounts:
            self._accounts[record.number] = _Account(owner, dict(NEW_ACCOUNT))
            self._customers[owner].accounts.append(record.number)
        account = self._accounts[record.number]
        before = account.columns["pin_hash"]
        account.columns = overlay(account.columns, record)
        if account.columns["pin_hash"] != before:
            account.pin_attempts = 0

    def _known(self, key: CustomerId) -> Customer | None:
        customer = self._customers.get(key)
        return self._customer(key, next(iter(customer.accounts), "")) if customer else None

    def _find_by_account(self, number: str, pin: str) -> Customer | None:
        account = self._accounts.get(number)
        if account is None or not self._claim_attempt(account):
            return None
        if not pin_matches(pin, account.columns["pin_hash"]):
            return None
        account.pin_attempts = 0
        return self._customer(account.owner, number)

    def _claim_attempt(self, account: _Account) -> bool:
        now_us = self._clock.now_us()
        quiet = account.pin_tried_at_us <= now_us - microseconds(self._settings.pin_lock_s)
        if account.pin_attempts >= self._settings.pin_attempts_max and not quiet:
            return False
        account.pin_attempts = 1 if quiet else account.pin_attempts + 1
        account.pin_tried_at_us = now_us
        return True

    def _customer(self, key: CustomerId, number: str) -> Customer:
        account = self._accounts[number].columns if number else NEW_ACCOUNT
        columns = dict(self._customers[key].columns)
        return Customer(
            customer_id=key,
            attributes=tuple(columns.pop("attributes").items()),
            account_number=number,
            balance_cents=account["balance_cents"],
            currency=account["currency"],
            last_interactions=self._ledger.interactions_of(key, self._settings.interactions_max),
            **columns,
        )


def _interaction(event: InteractionRecorded) -> Interaction:
    return Interaction(
        ended_at_us=event.at_us,
        queue=event.queue,
        agent=event.agent_id,
        outcome=event.outcome,
        disposition=event.disposition,
        notes=event.notes,
    )


def _missed(event: AttemptEnded) -> Interaction:
    record = event.record
    return Interaction(
        ended_at_us=record.dialed_us,
        queue=event.campaign,
        agent=record.agent_id,
        outcome=record.outcome,
        disposition=record.disposition,
    )

"""Every edge of the program on one page.

The engine gives commands; a runner hands each to its port. What an edge learns comes back as an event
through the sink it was built with. Every port has a shipped fake that passes the same contract tests:

| port       | real                                 | fake                        |
|------------|--------------------------------------|-----------------------------|
| `Pbx`      | `cti.asterisk.adapter.AsteriskPbx`   | `simulator.port.SimPbx`     |
| `CrmStore` | `crm.store.SqlCrmStore`              | `crm.memory.MemoryCrmStore` |
| `LeadStore`| `crm.leads.store.SqlLeadStore`       | `crm.leads.memory.MemoryLeadStore` |
| `Ledger`   | `crm.ledger.SqlLedger`               | `crm.memory.MemoryLedger`   |
| `Desk`     | `web.desk_link.DeskServer`           | `simulator.people.Workforce`|
| `WorkDoor` | `web.work_link.WorkServer`           | `simulator.senders.Senders` |
| `Journal`  | `goldline.journal_file.FileJournal`  | `goldline.journal_file.HashJournal` |
| `Scheduler`| the `LiveRunner`'s loop              | the `VirtualRunner`'s heap  |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from core.model.attempt_events import AttemptRecalled
from core.model.campaign_requests import AnswerCampaign, RestoreCampaign, RestoreExperience, RestoreRules
from core.model.commands import AnswerWaits, AnswerWork, DeskCommand, LookUpCustomer, PbxCommand
from core.model.customer import Customer
from core.model.events import ContactRecalled
from core.model.lead import Lead, LeadNumber, PastAttempt
from core.model.lead_orders import (
    CheckNumbers,
    CountAttempts,
    CountedMinute,
    CountedResult,
    CountResults,
    Disengage,
    KeepEngaged,
    KeepLeads,
    LeaseLeads,
    ListNumber,
    ReturnLeads,
    SettleLead,
)
from core.model.message import Command, DomainEvent, Event
from core.model.requests import RestoreAgent, RestoreAgentLevels, RestoreAgentQueues, RestoreQuality

Sink = Callable[[Event], None]
"""Where an edge hands in what it learned; returns at once."""


class Pbx(Protocol):
    """A telephone system."""

    def execute(self, command: PbxCommand) -> None:
        """Begin to carry out `command`; never blocks and never raises for what the far side does.

        A refusal of the far side comes back as an event: `LegFailed` for `RingLeg`, `StepFinished` with
        outcome `failed` for a step, `AnomalySeen` for the rest.
        """
        ...


class CrmStore(Protocol):
    """Where customers are kept. Raises `OSError` or `TimeoutError` when the store is away or slow."""

    async def find_customer(self, lookup: LookUpCustomer) -> Customer | None:
        """Return the customer with the last interactions, or None; keeps no deadline of its own."""
        ...


class LeadStore(Protocol):
    """Where the leads of campaigns are kept. Raises `OSError` or `TimeoutError` when away or slow.

    Several engines may work one campaign: no lead is in two hands at once. Lists get in by
    `crm.leads.records.LeadSink`, which the same stores are.
    """

    async def lease_leads(self, order: LeaseLeads) -> Sequence[Lead]:
        """Lease those that come up next, in the order they should be dialed.

        Callbacks that are due come first, then the leads of the highest rank, then lists in their order.
        Within that the untried come before the tried, lists in proportion to their weights, and the tried
        in the order in which they fell due.
        """
        ...

    async def settle_lead(self, order: SettleLead) -> None:
        """Write the attempt down and say when the lead comes up again, if it is still in this lease."""
        ...

    async def keep_leads(self, order: KeepLeads) -> None:
        """Let those of the leads that are still in this lease stay in it until `until_us`."""
        ...

    async def return_leads(self, order: ReturnLeads) -> None:
        """Give back those of the leads that are still in this lease."""
        ...

    async def count_attempts(self, order: CountAttempts) -> Sequence[CountedMinute]:
        """Return how the attempts that `order` asks for came out, the oldest minute first."""
        ...

    async def count_results(self, order: CountResults) -> Sequence[CountedResult]:
        """Return what the attempts that `order` asks for came to, in the order of segment and disposition."""
        ...

    async def find_lead(self, campaign: str, number: LeadNumber) -> Lead:
        """Return the lead of the campaign that comes up first of those with the number; it stays in line.

        Of a number that none has, a stranger: `core.model.lead.STRANGER` is its `lead_id`.
        """
        ...

    async def list_number(self, order: ListNumber) -> None:
        """Put a number or an area on a do-not-call list; in force when this returns."""
        ...

    async def listings(self, campaign: str, numbers: Sequence[str]) -> Sequence[tuple[str, ...]]:
        """Return what forbids each of the E.164 `numbers` to `campaign` at this moment, in their order.

        The names are those of `LeadNumber.listed_on`.
        """
        ...

    async def engage(self, order: CheckNumbers) -> Sequence[str]:
        """Let the attempts of `order` have their persons and telephones; return those that may not.

        An attempt has both or neither, until it is settled, disengaged, or `until_us` is over: a killed
        engine engages nobody for ever. What attempts of others came to is written down before they let go.
        """
        ...

    async def keep_engaged(self, order: KeepEngaged) -> None:
        """Let the attempt keep its person and telephone until another instant, where it has them still."""
        ...

    async def disengage(self, order: Disengage) -> None:
        """Let go of the person and the telephone that the attempt has."""
        ...

    async def past_of(self, called: Sequence[tuple[str, str]]) -> Sequence[tuple[PastAttempt, ...]]:
        """Return the attempts at each (person, number), by any campaign, as `Lead.past`."""
        ...

    async def registers_from_us(self) -> Mapping[str, int]:
        """Return of when our copy of each do-not-call register is."""
        ...


class Ledger(Protocol):
    """Where domain events are kept for ever."""

    def append(self, event: DomainEvent) -> None:
        """Accept `event` for writing; never blocks: writes are batched, and spooled meanwhile."""
        ...

    async def last_agent_states(self) -> Sequence[RestoreAgent]:
        """Return one `RestoreAgent` for each agent the ledger knows to be logged in."""
        ...

    async def last_campaign_states(self) -> Sequence[RestoreCampaign]:
        """Return one `RestoreCampaign` for each campaign of which the ledger knows a state."""
        ...

    async def learned_quality(self) -> Sequence[RestoreQuality]:
        """Return one `RestoreQuality` for each agent of whom outcomes have taught something."""
        ...

    async def agent_queues(self) -> Sequence[RestoreAgentQueues]:
        """Return one `RestoreAgentQueues` for each agent who does not serve all queues it may."""
        ...

    async def agent_levels(self) -> Sequence[RestoreAgentLevels]:
        """Return one `RestoreAgentLevels` for each agent whose levels are not as configured."""
        ...

    async def campaign_experience(self) -> Sequence[RestoreExperience]:
        """Return one `RestoreExperience` for each campaign that has learned anything."""
        ...

    async def campaign_rules(self) -> Sequence[RestoreRules]:
        """Return one `RestoreRules` for each campaign for which anything is set at work."""
        ...

    async def open_attempts(self, since_us: int) -> Sequence[AttemptRecalled]:
        """Return the attempts dialed from `since_us` on that have no end; oldest first."""
        ...

    async def open_contacts(self, since_us: int) -> Sequence[ContactRecalled]:
        """Return callbacks, work, and contacts from `since_us` on, that have no record; oldest first."""
        ...

    async def close(self) -> None:
        """Write what is still waiting and let go of the store."""
        ...


class Desk(Protocol):
    """The agents' screens."""

    def show(self, command: DeskCommand) -> None:
        """Send `command` to the desk of its agent; drop it where no desk is connected."""
        ...


DoorAnswer = AnswerWork | AnswerCampaign | AnswerWaits
"""What programs are answered, each by its request's id."""


class WorkDoor(Protocol):
    """The programs that bring work, look after campaigns, or show how things are."""

    def answer(self, command: DoorAnswer) -> None:
        """Tell the program that asked; drop it where that is gone."""
        ...


class Journal(Protocol):
    """The record of the engine's inputs and commands, in order."""

    def write(self, sequence: int, message: Event, commands: Iterable[Command]) -> None:
        """Add one input and what the engine made of it."""
        ...


class Scheduler(Protocol):
    """Time for the simulated world: the same in a heap and in a running loop."""

    def now_us(self) -> int:
        """Return the present instant in microseconds."""
        ...

    def call_at(self, at_us: int, action: Callable[[], None], /) -> None:
        """Run `action` at `at_us`; actions of one instant run in the order they were asked for."""
        ...

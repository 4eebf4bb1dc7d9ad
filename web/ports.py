"""What the web side needs of stores, a port a section; `crm` implements each, in SQL and in memory.

Every method raises `OSError` or `TimeoutError` where the store is away. Pages are asked for by what the last
page ended with.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.model.campaign_results import (
    ALWAYS_US,
    CampaignProgress,
    Conversion,
    Forbidden,
    Grouping,
    LeadAhead,
    ListedEntry,
    ListStanding,
    PromisedCall,
    ResultCount,
)
from core.model.commands import LookUpCustomer
from core.model.customer import Customer
from core.model.events import AgentStateChanged, ContactRecalled, InteractionRecorded
from core.model.ids import ContactId
from core.model.list_import import ImportOrder, ListChange, ListImport, MappingTemplate
from core.model.message import DomainEvent
from core.model.person import (
    ApiKey,
    AttemptLimits,
    AuditEntry,
    KeptAnswer,
    Person,
    PersonChange,
    SignIn,
)
from core.model.supervision import AgentLevelsSet, AgentQueuesSet

# --- customers --------------------------------------------------------------------------------------


class CustomerRecords(Protocol):
    """The customers, for people who look one up."""

    async def find_customer(self, lookup: LookUpCustomer) -> Customer | None:
        """Return one customer with the last interactions."""
        ...

    async def seek_customers(self, sought: str, after: str, count: int) -> Sequence[Customer]:
        """Return `count` customers at most by id, those after the id `after`, without interactions.

        `sought` is an id, an account number, a telephone number in any way of writing, or a part of a name.
        """
        ...


# --- the ledger -------------------------------------------------------------------------------------

Place = tuple[int, int]
"""Where in the ledger an event stands: the run of the engine, and the number within it."""


class History(Protocol):
    """What happened, of all runs of the engine: for reports, and for a floor that starts within a day."""

    def events(
        self, since_us: int, until_us: int, kinds: Collection[type[DomainEvent]] = ()
    ) -> AsyncIterator[tuple[Place, DomainEvent]]:
        """Yield the events from `since_us` until before `until_us` in the ledger's order, with their places.

        Of these classes only, where any is given. Other work gets its turn in between.
        """
        ...

    async def interactions(
        self, since_us: int, until_us: int, after: Place, count: int
    ) -> Sequence[tuple[Place, InteractionRecorded]]:
        """Return `count` records at most that ended in that time, those beyond `after`, in their order."""
        ...

    async def history(self, contact_id: ContactId) -> Sequence[DomainEvent]:
        """Return all that happened to one contact, oldest first."""
        ...

    async def changes(self, until_us: int) -> Sequence[AgentStateChanged]:
        """Return the last change of state of each agent up to the instant `until_us`."""
        ...

    async def assignments(self, until_us: int) -> Sequence[AgentQueuesSet]:
        """Return which queues each agent of whom it was ever said served last, up to `until_us`."""
        ...

    async def open_contacts(self, since_us: int) -> Sequence[ContactRecalled]:
        """Return callbacks, work, and contacts from `since_us` on, that have no record; oldest first."""
        ...

    async def levels(self, until_us: int) -> Sequence[AgentLevelsSet]:
        """Return which levels were set last of each agent of whom it was ever said, up to `until_us`."""
        ...


OpenContacts = Callable[[int], Awaitable[Sequence[ContactRecalled]]]
"""Gives callbacks, work, and contacts that came from an instant on, that have no record; oldest first."""


# --- people -----------------------------------------------------------------------------------------


class PeopleStore(Protocol):
    """Who may come in, who is in, and what they did."""

    async def people(self, after: str, count: int) -> Sequence[Person]:
        """Return `count` people at most by login, those after the login `after`."""
        ...

    async def person(self, login: str) -> Person | None:
        """Return the person of this login, a disabled one too."""
        ...

    async def add_person(self, person: Person) -> bool:
        """Add `person`; return whether the login was free."""
        ...

    async def change_person(self, login: str, change: PersonChange) -> Person | None:
        """Change a person and return the new state; None where nobody has the login."""
        ...

    async def begin_sign_in(self, sign_in: SignIn, count_max: int) -> None:
        """Keep `sign_in`; of the person's earlier ones only the last so many that `count_max` are in all."""
        ...

    async def signed_in(self, token_hash: str) -> tuple[SignIn, Person] | None:
        """Return the sign-in of this token and whose it is; whether it holds is for others to say."""
        ...

    async def see_sign_in(self, token_hash: str, seen_us: int) -> None:
        """Note when a sign-in was last used."""
        ...

    async def end_sign_in(self, token_hash: str) -> None:
        """Forget one sign-in; one that is not there is no error."""
        ...

    async def end_sign_ins(self, login: str, but: str = "") -> None:
        """Forget all sign-ins of a person except that of the token hash `but`."""
        ...

    async def claim_attempt(self, login: str, address: str, at_us: int, limits: AttemptLimits) -> bool:
        """Count an attempt to sign in as failed until forgiven; return False, uncounted, beyond `limits`.

        It is counted before the password is compared, so many at once get no more guesses than one by one.
        """
        ...

    async def forgive_attempts(self, login: str, address: str) -> None:
        """Forget the attempts at `login` from `address`: one of them was right."""
        ...

    async def add_key(self, key: ApiKey) -> None:
        """Keep a new key."""
        ...

    async def key(self, key_hash: str) -> ApiKey | None:
        """Return the key of this hash, one that is over too."""
        ...

    async def keys(self, after: str, count: int) -> Sequence[ApiKey]:
        """Return `count` keys at most by their ids, those after the id `after`."""
        ...

    async def revoke_key(self, key_id: str) -> ApiKey | None:
        """Forget a key; return it, or None where there was none."""
        ...

    async def write_audit(self, entry: AuditEntry) -> None:
        """Write down for good what somebody did."""
        ...

    async def audit(self, before: int, count: int, who: str = "") -> Sequence[AuditEntry]:
        """Return `count` entries at most, the newest first: those numbered below `before`, if that is not 0.

        Where `who` is given, only theirs.
        """
        ...

    async def claim_answer(
        self, claim: KeptAnswer, since_us: int, pending_since_us: int, count_max: int
    ) -> KeptAnswer | None:
        """Return the answer kept since `since_us` under the caller's key, or else keep `claim` there.

        A claim from before `pending_since_us` that was never answered is forgotten. A caller has `count_max`
        answers kept at most; the oldest are forgotten.
        """
        ...

    async def keep_answer(self, answer: KeptAnswer) -> None:
        """Keep the answer in place of its claim."""
        ...

    async def drop_claim(self, who: str, key: str) -> None:
        """Forget a claim whose request came to nothing, so that it may be asked again."""
        ...


# --- campaigns --------------------------------------------------------------------------------------


class CampaignRecords(Protocol):
    """What is on record of a campaign's leads and attempts. Of a campaign nobody knows there is nothing."""

    async def results(
        self, campaign: str, by: Grouping, since_us: int = 0, until_us: int = ALWAYS_US
    ) -> Sequence[ResultCount]:
        """Return the counts of attempts dialed in `[since_us, until_us)`, in the order of their groups."""
        ...

    async def people(
        self, campaign: str, by: Grouping | None, since_us: int = 0, until_us: int = ALWAYS_US
    ) -> Mapping[str, int]:
        """Return how many different persons were tried in each group, under "" in all where `by` is None."""
        ...

    async def standings(self, campaign: str) -> Sequence[ListStanding]:
        """Return how far each list has been worked, in the order of the lists."""
        ...

    async def progress(self, campaign: str) -> CampaignProgress:
        """Return how far all lists have been worked."""
        ...

    async def callbacks(self, campaign: str, after: tuple[int, int], count: int) -> Sequence[PromisedCall]:
        """Return promised calls after the one of (due instant, lead), by these."""
        ...

    async def ahead(self, campaign: str, count: int) -> Sequence[LeadAhead]:
        """Return the leads that come up next, in their order; nobody is leased by this."""
        ...

    async def conversions(self, campaign: str, after: tuple[str, str], count: int) -> Sequence[Conversion]:
        """Return what other systems told, after the one of (attempt, reference), by these."""
        ...

    def export(self, campaign: str, list_name: str) -> AsyncIterator[bytes]:
        """Return a list as CSV, with what became of each lead, safe to open in a spreadsheet."""
        ...


class NumberLists(Protocol):
    """Do-not-call lists: `house`, `campaign/NAME`, and registers, which are looked at only."""

    async def listed(self, after: tuple[str, str], count: int) -> Sequence[ListedEntry]:
        """Return entries after the one of (number, list), by these."""
        ...

    async def against(self, text: str) -> Sequence[ListedEntry]:
        """Return all that forbids a number, in whatever way it is written."""
        ...

    async def forbid(self, texts: Sequence[str], campaign: str, reason: str) -> Forbidden:
        """Put numbers and areas on the list of a campaign, or of the house; none where one is wrong."""
        ...

    async def allow(self, text: str, campaign: str) -> bool:
        """Take a number or an area off the list of a campaign, or of the house; tell whether it was on it."""
        ...


class ListOffice(Protocol):
    """Takes lists in, and says when each has its turn.

    What cannot be done raises `RequestRefused`, what cannot be read `ConfigError`.
    """

    async def take_in(self, order: ImportOrder, body: AsyncIterator[bytes]) -> ListImport:
        """Take in an uploaded list and begin with it; one that was taken in before is returned as it is."""
        ...

    async def find(self, import_id: str) -> ListImport:
        """Return an import as it is now."""
        ...

    async def newest(self, campaign: str, before: str, count: int) -> Sequence[ListImport]:
        """Return imports before the id `before`, the newest first; of all campaigns where none is named."""
        ...

    async def map_columns(self, import_id: str, mapping: Mapping[str, str]) -> ListImport:
        """Say what columns hold, and have the list checked again."""
        ...

    async def commit(self, import_id: str) -> ListImport:
        """Load the list that was checked."""
        ...

    async def cancel(self, import_id: str) -> ListImport:
        """Give an import up; nothing of what it brought stays."""
        ...

    async def rejects(self, import_id: str) -> AsyncIterator[bytes] | None:
        """Return the file of rejects, None where there are none so far."""
        ...

    def meanings(self) -> Sequence[str]:
        """Return what a column may hold, for people to choose from."""
        ...

    async def arrange(self, campaign: str, list_name: str, change: ListChange) -> None:
        """Say otherwise when a list has its turn, from the next leads on that an engine takes."""
        ...

    async def move_promise(self, campaign: str, lead_id: str, to: str) -> None:
        """Have a promised call that nobody has in hand made from another list of the campaign."""
        ...

    async def templates(self, campaign: str) -> Sequence[MappingTemplate]:
        """Return the mappings that a campaign keeps, by name."""
        ...

    async def keep_template(self, template: MappingTemplate) -> None:
        """Keep a mapping in place of one of the same name."""
        ...

    async def forget_template(self, campaign: str, name: str) -> bool:
        """Forget a mapping; tell whether there was one."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignSide:
    """All that the routes about campaigns ask of stores."""

    records: CampaignRecords
    numbers: NumberLists
    lists: ListOffice

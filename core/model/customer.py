"""The customer as the engine sees one: a value read from the CRM store, never written back."""

from __future__ import annotations

from core.kernel.record import Record
from core.model.ids import CustomerId


class Interaction(Record, frozen=True, kw_only=True):
    """One finished interaction, as short as an agent reads it while the phone rings."""

    ended_at_us: int
    queue: str
    agent: str
    outcome: str
    disposition: str = ""
    notes: str = ""


class Customer(Record, frozen=True, kw_only=True):
    """A customer's record. `balance_cents` is in hundredths of `currency` (ISO 4217)."""

    customer_id: CustomerId
    name: str
    tier: str
    language: str = "en"
    account_number: str = ""
    balance_cents: int | None = None
    currency: str = "USD"
    notes: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    last_interactions: tuple[Interaction, ...] = ()

    def attribute(self, name: str) -> str:
        """Return the free attribute `name` of the record, or an empty text."""
        return dict(self.attributes).get(name, "")

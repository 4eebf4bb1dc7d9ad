"""The customer as the engine sees one: a value read from the CRM store, never written back."""

from __future__ import annotations

from dataclasses import dataclass

from core.model.ids import CustomerId


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """One finished interaction, as short as an agent reads it while the phone rings."""

    ended_at_us: int
    queue: str
    agent: str
    outcome: str
    disposition: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
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

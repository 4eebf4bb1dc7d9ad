"""Customers on their way into a store: what an import, a seed or a test hands to `save_customers`.

In a record None means "leave what is there": a list without a column for the tier changes no tier.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from core.model.ids import CustomerId


@dataclass(frozen=True, slots=True)
class Phone:
    """A number in E.164 and what it is: `main`, `mobile`, `home`, `work` or `other`."""

    e164: str
    kind: str = "main"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRecord:
    """An account; `pin_hash` comes from `crm.pins.hash_pin`, `balance_cents` is in hundredths."""

    number: str
    pin_hash: str | None = field(default=None, repr=False)
    balance_cents: int | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRecord:
    """A customer as some source knows one; `phones` given replace all phones of the customer."""

    external_id: CustomerId
    name: str | None = None
    tier: str | None = None
    language: str | None = None
    notes: str | None = None
    attributes: Mapping[str, str] | None = None
    phones: tuple[Phone, ...] | None = None
    account: AccountRecord | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveOutcome:
    """What became of a batch. `refused` are the customers whose account number belongs to another."""

    created: int
    updated: int
    refused: tuple[CustomerId, ...] = ()


class CustomerSink(Protocol):
    """Where customers are written: the SQL store, or the one in memory."""

    async def save_customers(self, records: Sequence[CustomerRecord]) -> SaveOutcome:
        """Create or update each customer, by `external_id`, at most one record for each; all or none.

        Raises `OSError` or `TimeoutError` when the store is away.
        """
        ...


NEW_CUSTOMER: Mapping[str, Any] = {"name": "", "tier": "", "language": "en", "notes": "", "attributes": {}}
"""What a customer has of whom nothing was said."""
NEW_ACCOUNT: Mapping[str, Any] = {"pin_hash": "", "balance_cents": None, "currency": "USD"}


def overlay(known: Mapping[str, Any], record: CustomerRecord | AccountRecord) -> dict[str, Any]:
    """Return `known` with all that `record` does not leave open laid over it."""
    given = {name: getattr(record, name) for name in known}
    return {name: known[name] if value is None else value for name, value in given.items()}


def without_taken_accounts(
    records: Sequence[CustomerRecord], owner_of: Callable[[str], str | None]
) -> tuple[list[CustomerRecord], tuple[CustomerId, ...]]:
    """Part `records` into those to save and the ids of those whose account number another customer has.

    `owner_of` gives the external id that an account number belongs to by now. Within the batch, first come
    is first served.
    """
    accepted: list[CustomerRecord] = []
    refused: list[CustomerId] = []
    claimed: dict[str, str] = {}
    for record in records:
        if record.account is not None:
            number = record.account.number
            owner = claimed.setdefault(number, owner_of(number) or record.external_id)
            if owner != record.external_id:
                refused.append(record.external_id)
                continue
        accepted.append(record)
    return accepted, tuple(refused)

"""Value tiers from facts: what a customer brings in and how long one has been with us, nothing guessed.

A customer gets the first tier, most valuable first, whose revenue the customer reaches. Loyalty counts
once: from `loyal_years` on, the next better tier is given where the revenue comes near it. A customer of
whom no revenue is known keeps the tier one has; a list that lacks the column must not demote anybody.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from sqlalchemy import bindparam, select, update

from crm.database import Database
from crm.models import CustomerRow

_BATCH_ROWS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TierRule:
    """A tier, and the revenue a year, in hundredths of the currency, from which a customer has it."""

    tier: str
    revenue_min_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringSettings:
    """The tiers, most valuable first, and where the facts are.

    The facts are attributes of the customer: `revenue_attribute` an amount a year, `years_attribute` whole
    years. `loyal_share` is the share of a tier's revenue that a loyal customer gets it for.
    """

    rules: tuple[TierRule, ...] = (
        TierRule(tier="platinum", revenue_min_cents=10_000_000),
        TierRule(tier="gold", revenue_min_cents=2_500_000),
        TierRule(tier="silver", revenue_min_cents=500_000),
        TierRule(tier="standard", revenue_min_cents=0),
    )
    revenue_attribute: str = "annual_revenue"
    years_attribute: str = "years"
    loyal_years: int = 10
    loyal_share: float = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a customer's value; revenue in hundredths a year, None where nobody knows."""

    revenue_cents: int | None
    years: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TierChange:
    """A customer whose tier is no longer what the facts say."""

    external_id: str
    old: str
    new: str


def tier_of(facts: Facts, settings: ScoringSettings) -> str | None:
    """Return the tier that `facts` earn, or None where they say nothing."""
    if facts.revenue_cents is None:
        return None
    share = settings.loyal_share if facts.years >= settings.loyal_years else 1.0
    reached = (rule for rule in settings.rules if facts.revenue_cents >= rule.revenue_min_cents * share)
    return next((rule.tier for rule in reached), None)


def facts_of(attributes: Mapping[str, str], settings: ScoringSettings) -> Facts:
    """Return what `attributes` tell; text that is no number tells nothing."""
    revenue = _number(attributes.get(settings.revenue_attribute, ""))
    years = _number(attributes.get(settings.years_attribute, ""))
    return Facts(revenue_cents=None if revenue is None else int(revenue * 100), years=int(years or 0))


async def score_customers(database: Database, settings: ScoringSettings) -> Sequence[TierChange]:
    """Give every customer in `database` the tier the facts earn, and return what changed.

    Raises `OSError` or `TimeoutError` when the database is away; what was changed until then stays.
    """
    changes: list[TierChange] = []
    async for batch in _customers(database):
        due = [change for row in batch if (change := _change(*row, settings=settings))]
        if due:
            async with database.writing() as connection:
                await connection.execute(_SET_TIER, [{"key": c.external_id, "new": c.new} for c in due])
        changes += due
    return changes


def _change(
    external_id: str, tier: str, attributes: Mapping[str, str], settings: ScoringSettings
) -> TierChange | None:
    earned = tier_of(facts_of(attributes, settings), settings)
    if earned is None or earned == tier:
        return None
    return TierChange(external_id=external_id, old=tier, new=earned)


async def _customers(database: Database) -> AsyncIterator[list[tuple[str, str, Mapping[str, str]]]]:
    """Yield all customers in batches, by external id: no cursor stays open while others write."""
    last = ""
    while True:
        async with database.reading() as connection:
            rows = (await connection.execute(_NEXT_CUSTOMERS, {"last": last})).all()
        if not rows:
            return
        yield [(row.external_id, row.tier, row.attributes) for row in rows]
        last = rows[-1].external_id


_NEXT_CUSTOMERS = (
    select(CustomerRow.external_id, CustomerRow.tier, CustomerRow.attributes)
    .where(CustomerRow.external_id > bindparam("last"))
    .order_by(CustomerRow.external_id)
    .limit(_BATCH_ROWS)
)
_SET_TIER = (
    update(CustomerRow.__table__)  # type: ignore[arg-type]
    .where(CustomerRow.external_id == bindparam("key"))
    .values(tier=bindparam("new"))
)


def _number(text: str) -> Decimal | None:
    """Return the finite number that `text` writes, thousands separators allowed, or None."""
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None

"""The CRM store in a database: `core.ports.CrmStore` on SQLite or PostgreSQL.

Two short Core statements answer a look-up; the ORM would take about four times as long. A look-up by
account proves the PIN first: the attempt is counted before the PIN is compared, in one statement, so
many calls at once get no more guesses than one. The hash is computed in a worker thread.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, case, exists, func, literal_column, or_, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.kernel.clock import Clock, microseconds
from core.model.attempt import MISSED
from core.model.commands import LookUpCustomer
from core.model.customer import Customer, Interaction
from core.model.ids import CustomerId
from crm.customer_writer import write_customers
from crm.database import Database
from crm.leads.models import AttemptRow, CampaignRow
from crm.models import AccountRow, CustomerRow, InteractionRow, PhoneRow
from crm.phones import e164
from crm.pins import pin_matches
from crm.records import CustomerRecord, SaveOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """How customers are recognised.

    `region` is the country of numbers that come without a country code. `interactions_max` past
    interactions fit an agent's screen. After `pin_attempts_max` wrong PINs in a row an account takes none
    for `pin_lock_s`: at five tries in a quarter of an hour half of all four-digit PINs take ten days.
    """

    region: str = "US"
    interactions_max: int = 5
    pin_attempts_max: int = 5
    pin_lock_s: float = 900.0


class SqlCrmStore:
    """Customers by caller number, or by account number and PIN."""

    def __init__(self, database: Database, clock: Clock, settings: StoreSettings) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings

    async def find_customer(self, lookup: LookUpCustomer) -> Customer | None:
        """Return who calls, or None; raise `OSError` or `TimeoutError` when the store is away.

        Of several customers with one number the one who was there first is returned.
        """
        if lookup.customer_id:
            async with self._database.reading() as connection:
                return await self._read_customer(connection, _BY_ID, lookup.customer_id)
        if lookup.account_number:
            return await self._find_by_account(lookup.account_number, lookup.pin)
        number = e164(lookup.caller_number, self._settings.region)
        if not number:
            return None
        async with self._database.reading() as connection:
            return await self._read_customer(connection, _BY_PHONE, number)

    async def seek_customers(self, sought: str, after: str, count: int) -> Sequence[Customer]:
        """Return customers by what somebody typed; see `web.ports.CustomerRecords`."""
        values = {
            "key": sought,
            "number": e164(sought, self._settings.region),
            "like": f"%{_LIKE_SIGNS.sub(_ESCAPED, sought.lower())}%",
            "after": after,
            "count": count,
        }
        async with self._database.reading() as connection:
            rows = (await connection.execute(_SOUGHT, values)).all()
        return [_customer(row, ()) for row in rows]

    async def save_customers(self, records: Sequence[CustomerRecord]) -> SaveOutcome:
        """Create or update customers in one transaction; see `crm.records.CustomerSink`."""
        return await write_customers(self._database, records)

    async def _find_by_account(self, number: str, pin: str) -> Customer | None:
        if not (number.isascii() and number.isdigit()):
            return None
        pin_hash = await self._claim_attempt(number)
        # An account that is unknown or locked costs the same time as one whose PIN is wrong.
        if not await asyncio.to_thread(pin_matches, pin, pin_hash or ""):
            return None
        async with self._database.writing() as connection:
            await connection.execute(_FORGIVE_ATTEMPTS, {"key": number})
            return await self._read_customer(connection, _BY_ACCOUNT, number)

    async def _claim_attempt(self, number: str) -> str | None:
        """Count one more attempt and return the hash, or None where there is no account or it is locked."""
        now_us = self._clock.now_us()
        limits = {
            "key": number,
            "now_us": now_us,
            "unlocked_us": now_us - microseconds(self._settings.pin_lock_s),
            "attempts_max": self._settings.pin_attempts_max,
        }
        async with self._database.writing() as connection:
            return (await connection.execute(_CLAIM_ATTEMPT, limits)).scalar_one_or_none()

    async def _read_customer(self, connection: AsyncConnection, query: Any, key: str) -> Customer | None:
        row = (await connection.execute(query, {"key": key})).one_or_none()
        if row is None:
            return None
        limits = {"key": row.external_id, "count": self._settings.interactions_max}
        past = await connection.execute(_LAST_INTERACTIONS, limits)
        return _customer(row, tuple(Interaction(**interaction) for interaction in past.mappings()))


_CUSTOMER = select(
    CustomerRow.external_id,
    CustomerRow.name,
    CustomerRow.tier,
    CustomerRow.language,
    CustomerRow.notes,
    CustomerRow.attributes,
    AccountRow.number,
    AccountRow.balance_cents,
    AccountRow.currency,
)

_FIRST_CALLER = (
    select(func.min(PhoneRow.customer_id)).where(PhoneRow.e164 == bindparam("key")).scalar_subquery()
)
_FIRST_ACCOUNT = (
    select(func.min(AccountRow.id))
    .where(AccountRow.customer_id == CustomerRow.id)
    .correlate(CustomerRow)
    .scalar_subquery()
)
_WITH_FIRST_ACCOUNT = _CUSTOMER.select_from(CustomerRow).outerjoin(
    AccountRow, AccountRow.id == _FIRST_ACCOUNT
)
_BY_ID = _WITH_FIRST_ACCOUNT.where(CustomerRow.external_id == bindparam("key"))
_BY_PHONE = _WITH_FIRST_ACCOUNT.where(CustomerRow.id == _FIRST_CALLER)
_BY_ACCOUNT = _CUSTOMER.select_from(CustomerRow).join(AccountRow).where(AccountRow.number == bindparam("key"))

_LIKE_SIGNS = re.compile(r"[\\%_]")
_ESCAPED = r"\\\g<0>"
_HAS_PHONE = exists().where(
    PhoneRow.customer_id == CustomerRow.id, PhoneRow.e164 == bindparam("number"), PhoneRow.e164 != ""
)
_HAS_ACCOUNT = exists().where(AccountRow.customer_id == CustomerRow.id, AccountRow.number == bindparam("key"))
_SOUGHT: Any = (
    _WITH_FIRST_ACCOUNT.where(
        or_(
            CustomerRow.external_id == bindparam("key"),
            _HAS_PHONE,
            _HAS_ACCOUNT.correlate(CustomerRow),
            func.lower(CustomerRow.name).like(bindparam("like"), escape="\\"),
        ),
        CustomerRow.external_id > bindparam("after"),
    )
    .order_by(CustomerRow.external_id)
    .limit(bindparam("count"))
)

_LAST_TALKS = (
    select(
        InteractionRow.ended_at_us,
        InteractionRow.queue,
        InteractionRow.agent_id.label("agent"),
        InteractionRow.outcome,
        InteractionRow.disposition,
        InteractionRow.notes,
        InteractionRow.run,
        InteractionRow.sequence,
    )
    .where(InteractionRow.customer_id == bindparam("key"))
    .order_by(InteractionRow.ended_at_us.desc(), InteractionRow.run.desc(), InteractionRow.sequence.desc())
    .limit(bindparam("count"))
).subquery()
_LAST_MISSED = (
    select(
        AttemptRow.dialed_us,
        CampaignRow.name,
        AttemptRow.agent_id,
        AttemptRow.outcome,
        AttemptRow.disposition,
        literal_column("''").label("notes"),
        literal_column("0").label("run"),
        literal_column("0").label("sequence"),
    )
    .join(CampaignRow, CampaignRow.id == AttemptRow.campaign_id)
    .where(AttemptRow.customer_id == bindparam("key"), AttemptRow.outcome.in_(sorted(MISSED)))
    .order_by(AttemptRow.dialed_us.desc())
    .limit(bindparam("count"))
).subquery()
_EITHER = union_all(select(_LAST_TALKS), select(_LAST_MISSED)).subquery()
_LAST_INTERACTIONS = (
    select(
        *(_EITHER.c[each] for each in ("ended_at_us", "queue", "agent", "outcome", "disposition", "notes"))
    )
    .order_by(_EITHER.c.ended_at_us.desc(), _EITHER.c.run.desc(), _EITHER.c.sequence.desc())
    .limit(bindparam("count"))
)

_QUIET_SINCE = AccountRow.pin_tried_at_us <= bindparam("unlocked_us")
_CLAIM_ATTEMPT = (
    update(AccountRow)
    .where(
        AccountRow.number == bindparam("key"),
        or_(AccountRow.pin_attempts < bindparam("attempts_max"), _QUIET_SINCE),
    )
    .values(
        pin_attempts=case((_QUIET_SINCE, 1), else_=AccountRow.pin_attempts + 1),
        pin_tried_at_us=bindparam("now_us"),
    )
    .returning(AccountRow.pin_hash)
)
_FORGIVE_ATTEMPTS = update(AccountRow).where(AccountRow.number == bindparam("key")).values(pin_attempts=0)


def _customer(row: Row[Any], interactions: tuple[Interaction, ...]) -> Customer:
    return Customer(
        customer_id=CustomerId(row.external_id),
        name=row.name,
        tier=row.tier,
        language=row.language,
        account_number=row.number or "",
        balance_cents=row.balance_cents,
        currency=row.currency or "USD",
        notes=row.notes,
        attributes=tuple(row.attributes.items()),
        last_interactions=interactions,
    )

"""Write customers into the database, a batch in one transaction: read what is known, lay over, write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, case, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from crm.database import Database
from crm.models import AccountRow, CustomerRow, PhoneRow
from crm.records import (
    NEW_ACCOUNT,
    NEW_CUSTOMER,
    AccountRecord,
    CustomerRecord,
    Phone,
    SaveOutcome,
    overlay,
    without_taken_accounts,
)


async def write_customers(database: Database, records: Sequence[CustomerRecord]) -> SaveOutcome:
    """Create or update each customer of `records`; see `crm.records.CustomerSink`."""
    async with database.writing() as connection:
        accounts = await _known_accounts(connection, [r.account for r in records if r.account])
        owners = {number: row.external_id for number, row in accounts.items()}
        accepted, refused = without_taken_accounts(records, owners.get)
        known = await _known_customers(connection, accepted)
        await _upsert_customers(database, connection, accepted, known)
        ids = {key: row.id for key, row in (await _known_customers(connection, accepted)).items()}
        await _replace_phones(connection, accepted, ids)
        await _upsert_accounts(database, connection, accepted, accounts, ids)
    updated = sum(record.external_id in known for record in accepted)
    return SaveOutcome(created=len(accepted) - updated, updated=updated, refused=refused)


async def _known_customers(
    connection: AsyncConnection, records: Sequence[CustomerRecord]
) -> dict[str, Row[Any]]:
    query = select(CustomerRow.__table__).where(
        CustomerRow.external_id.in_([record.external_id for record in records])
    )
    return {row.external_id: row for row in await connection.execute(query)}


async def _known_accounts(
    connection: AsyncConnection, accounts: Sequence[AccountRecord]
) -> dict[str, Row[Any]]:
    query = (
        select(AccountRow.__table__, CustomerRow.external_id)
        .join(CustomerRow)
        .where(AccountRow.number.in_([account.number for account in accounts]))
    )
    return {row.number: row for row in await connection.execute(query)}


async def _upsert_customers(
    database: Database,
    connection: AsyncConnection,
    records: Sequence[CustomerRecord],
    known: Mapping[str, Row[Any]],
) -> None:
    statement = database.insert(CustomerRow)
    statement = statement.on_conflict_do_update(
        index_elements=["external_id"], set_={name: statement.excluded[name] for name in NEW_CUSTOMER}
    )
    rows = [
        {"external_id": r.external_id, **overlay(_columns(known.get(r.external_id), NEW_CUSTOMER), r)}
        for r in records
    ]
    if rows:
        await connection.execute(statement, rows)


async def _replace_phones(
    connection: AsyncConnection, records: Sequence[CustomerRecord], ids: Mapping[str, int]
) -> None:
    changed = [record for record in records if record.phones is not None]
    old = delete(PhoneRow).where(PhoneRow.customer_id.in_([ids[r.external_id] for r in changed]))
    await connection.execute(old)
    rows = [
        {"customer_id": ids[record.external_id], "e164": phone.e164, "kind": phone.kind}
        for record in changed
        for phone in _each_once(record.phones or ())
    ]
    if rows:
        await connection.execute(PhoneRow.__table__.insert(), rows)  # type: ignore[attr-defined]


def _each_once(phones: Iterable[Phone]) -> Iterable[Phone]:
    """Return the phones in their order, of two with one number the first."""
    kept: dict[str, Phone] = {}
    for phone in phones:
        kept.setdefault(phone.e164, phone)
    return kept.values()


async def _upsert_accounts(
    database: Database,
    connection: AsyncConnection,
    records: Sequence[CustomerRecord],
    known: Mapping[str, Row[Any]],
    ids: Mapping[str, int],
) -> None:
    statement = database.insert(AccountRow)
    changes: dict[str, Any] = {name: statement.excluded[name] for name in NEW_ACCOUNT}
    # A new PIN starts with no wrong attempts; an import that leaves the PIN alone frees no locked account.
    same_pin = statement.excluded.pin_hash == AccountRow.pin_hash
    changes["pin_attempts"] = case((same_pin, AccountRow.pin_attempts), else_=0)
    statement = statement.on_conflict_do_update(index_elements=["number"], set_=changes)
    rows = [
        {
            "customer_id": ids[record.external_id],
            "number": account.number,
            **overlay(_columns(known.get(account.number), NEW_ACCOUNT), account),
        }
        for record in records
        if (account := record.account) is not None
    ]
    if rows:
        await connection.execute(statement, rows)


def _columns(row: Row[Any] | None, defaults: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the columns named in `defaults` as the database has them, or `defaults` themselves."""
    return defaults if row is None else {name: getattr(row, name) for name in defaults}

"""Make a list of leads from the customers on record: those of whom a condition holds.

    tier in ("gold", "platinum") and last_contact_days > 90 and attribute.city == "Lyon"

The language is that of routing rules (`core.model.expression`), its words here are the columns of the
customer's record. Customers are read in batches, in the order of their ids, and no more of them are in memory
at once. Whoever is not asked for any more stays in the list, as with a file that a line was taken from.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from decimal import Decimal
from time import perf_counter
from typing import NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import InstrumentedAttribute

from core.kernel.clock import SECOND_US
from core.kernel.errors import ConfigError
from core.model.attempt import AttemptState
from core.model.binding import holds
from core.model.expression import Expression, ExpressionRefused, parse_condition
from core.model.lead import LeadNumber
from core.model.list_import import Fault
from core.model.variables import ATTRIBUTE, Kind, Value, Variable, Vocabulary
from crm.cells import NUMBER_ALLOWED, Reject
from crm.database import Database
from crm.leads.loading import Batch, ImportResult, ImportSettings, NotLoaded, Progress, Twins, load
from crm.leads.models import AttemptRow
from crm.leads.numbers import NumberReader
from crm.leads.reading import AnyRow, filled_up
from crm.leads.records import LeadRecord, LeadSink, ListPlan, Verdict
from crm.leads.row import NUMBERS_MAX, RowSettings
from crm.models import AccountRow, CustomerRow, InteractionRow, PhoneRow

DAY_US = 24 * 3_600 * SECOND_US
NEVER_DAYS = 36_500
"""Days since a contact that never was: more than any rule asks for."""
BATCH_CUSTOMERS = 1_000

OF_A_CUSTOMER = Vocabulary(
    "the customer's record",
    {
        "tier": Variable(Kind.TEXT, "the value tier"),
        "language": Variable(Kind.TEXT, "the language, such as `en`"),
        "currency": Variable(Kind.TEXT, "the currency of the first account"),
        "balance": Variable(Kind.NUMBER, "the balance of the first account, in whole units"),
        "phones": Variable(Kind.NUMBER, "how many telephone numbers are on record"),
        "last_contact_days": Variable(Kind.NUMBER, "whole days since we last talked or wrote to each other"),
        "last_attempt_days": Variable(
            Kind.NUMBER, "whole days since a campaign last dialed, whoever answered"
        ),
    },
)


async def import_customers(
    sink: LeadSink,
    database: Database,
    condition: str,
    plan: ListPlan,
    settings: ImportSettings,
    now_us: int,
    progress: Progress | None = None,
) -> ImportResult:
    """Load those customers of `database` into `sink` of whom `condition` holds at `now_us`.

    The lines of the result are the customers chosen, in order. Raises `ConfigError` where the condition
    cannot be read, `OSError` or `TimeoutError` as `crm.leads.import_leads.import_leads`.
    """
    try:
        chosen = parse_condition(condition, OF_A_CUSTOMER)
    except ExpressionRefused as error:
        raise ConfigError("from-crm", condition, str(error)) from None
    started_s = perf_counter()  # det-ok: only told, nothing depends on it
    source = _Customers(database, chosen, plan, settings.rows, now_us)
    told = progress or (lambda done, size: None)
    async with aclosing(source.batches()) as batches:
        result = await load(sink, batches, plan, settings, lambda: told(source.read, source.size))
    result.close(started_s, (source.numbers,))
    return result


class _Customer(NamedTuple):
    """A customer's row (`_NEXT_CUSTOMERS`) and telephones."""

    row: AnyRow
    phones: Sequence[AnyRow]

    def values(self, now_us: int) -> dict[str, Value]:
        """Return the variables of the vocabulary."""
        row, cents = self.row, self.row.balance_cents
        return {
            "tier": row.tier,
            "language": row.language,
            "currency": row.currency or "",
            "balance": None if cents is None else f"{Decimal(cents).scaleb(-2):f}",
            "phones": len(self.phones),
            "last_contact_days": _days_since(max(row.talked_us or 0, row.connected_us or 0), now_us),
            "last_attempt_days": _days_since(row.dialed_us or 0, now_us),
            **{ATTRIBUTE + name: text for name, text in row.attributes.items()},
        }


def _days_since(at_us: int, now_us: int) -> int:
    return (now_us - at_us) // DAY_US if at_us else NEVER_DAYS


class _Customers:
    """The customers of whom a condition holds, as batches of leads; `read` counts all that were looked at."""

    def __init__(
        self, database: Database, chosen: Expression, plan: ListPlan, rows: RowSettings, now_us: int
    ) -> None:
        self.numbers = NumberReader(rows.region)
        self.read = 0
        self.size = 0
        self._database = database
        self._chosen = chosen
        self._tier_ranks = rows.tier_ranks
        self._now_us = now_us
        self._twins = Twins(names_leads=True, plan=plan)
        self._lines = 0

    async def batches(self) -> AsyncGenerator[Batch]:
        """Go through the batches; no cursor stays open while others write."""
        async with self._database.reading() as connection:
            self.size = (await connection.execute(_COUNT)).scalar_one()
        last = 0
        while True:
            async with self._database.reading() as connection:
                customers = await _next_customers(connection, last)
            if not customers:
                return
            last = customers[-1].row.id
            self.read += len(customers)
            yield self._batch(customers)

    def _batch(self, customers: Sequence[_Customer]) -> Batch:
        batch = Batch()
        for customer in customers:
            if holds(self._chosen, customer.values(self._now_us)):
                self._lines += 1
                self._add(batch, customer)
        return batch

    def _add(self, batch: Batch, customer: _Customer) -> None:
        read = [self.numbers.read(phone.e164, phone.kind) for phone in customer.phones[:NUMBERS_MAX]]
        numbers = tuple(number for number in read if number is not None)
        if numbers:
            batch.add(self._lines, self._lead(customer.row, numbers), self._twins)
            return
        reason = Reject(
            line=self._lines,
            column="customer_id",
            value=customer.row.external_id,
            allowed=NUMBER_ALLOWED,
            fault=Fault.NO_NUMBER,
        )
        batch.rejects.append(NotLoaded(Verdict.REJECTED, reason))

    def _lead(self, row: AnyRow, numbers: tuple[LeadNumber, ...]) -> LeadRecord:
        return LeadRecord(
            external_id=row.external_id,
            person_id=row.external_id,
            customer_id=row.external_id,
            numbers=numbers,
            name=row.name,
            tier=row.tier,
            language=row.language,
            rank=self._tier_ranks.get(row.tier, 0),
            fields=tuple(row.attributes.items()),
        )


# --- reading ------------------------------------------------------------------------------------------


async def _next_customers(connection: AsyncConnection, last: int) -> list[_Customer]:
    """Return the customers after the one with the id `last`."""
    rows = (await connection.execute(_NEXT_CUSTOMERS, {"last": last})).all()
    phones: dict[int, list[AnyRow]] = {row.id: [] for row in rows}
    for phone in await connection.execute(_PHONES, {"ids": filled_up(list(phones))}):
        phones[phone.customer_id].append(phone)
    return [_Customer(row, phones[row.id]) for row in rows]


def _latest(column: InstrumentedAttribute[int], *which: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.max(column)).where(*which).correlate(CustomerRow).scalar_subquery()


_FIRST_ACCOUNT = (
    select(func.min(AccountRow.id))
    .where(AccountRow.customer_id == CustomerRow.id)
    .correlate(CustomerRow)
    .scalar_subquery()
)
_ATTEMPTED = AttemptRow.customer_id == CustomerRow.external_id
_CONNECTED = AttemptRow.outcome == AttemptState.CONNECTED.value
_NEXT_CUSTOMERS = (
    select(
        CustomerRow.__table__,
        AccountRow.balance_cents,
        AccountRow.currency,
        _latest(InteractionRow.ended_at_us, InteractionRow.customer_id == CustomerRow.external_id).label(
            "talked_us"
        ),
        _latest(AttemptRow.dialed_us, _ATTEMPTED).label("dialed_us"),
        _latest(AttemptRow.dialed_us, _ATTEMPTED, _CONNECTED).label("connected_us"),
    )
    .outerjoin(AccountRow, AccountRow.id == _FIRST_ACCOUNT)
    .where(CustomerRow.id > bindparam("last"))
    .order_by(CustomerRow.id)
    .limit(BATCH_CUSTOMERS)
)
_PHONES = (
    select(PhoneRow.customer_id, PhoneRow.e164, PhoneRow.kind)
    .where(PhoneRow.customer_id.in_(bindparam("ids", expanding=True)))
    .order_by(PhoneRow.id)
)
_COUNT = select(func.count()).select_from(CustomerRow)

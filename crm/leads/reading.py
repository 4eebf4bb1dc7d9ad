"""What is read about leads: their numbers, the attempts of the last weeks, what forbids a number."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby, islice, repeat
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import (
    ColumnExpressionArgument,
    Integer,
    Row,
    String,
    bindparam,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import InstrumentedAttribute

from core.kernel import json_text
from core.model.attempt import AttemptRecord
from core.model.lead import Lead, LeadNumber, PastAttempt, past_attempt, stranger
from crm.leads.listings import AREA_DIGITS_MAX, entries_for, told, told_of
from crm.leads.models import AttemptRow, CampaignRow, LeadNumberRow, ListedNumberRow

T = TypeVar("T")
AnyRow: TypeAlias = Row[*tuple[Any, ...]]
"""A row of whatever columns."""
VALUES_MAX = 8_192
"""Values in one query: SQLite takes 32,766, PostgreSQL 32,767."""


async def leads_of(
    connection: AsyncConnection,
    campaign: str,
    rows: Sequence[AnyRow],
    list_names: dict[int, str],
    since_us: int,
) -> list[Lead]:
    """Return the leads of these rows, in their order, with all that the dialer is to know of them."""
    numbers = await _numbers_of(connection, campaign, [row.id for row in rows])
    plain = [number.number for of_lead in numbers.values() for number in of_lead]
    past = await _attempts_of(connection, [row.person_id for row in rows], plain, since_us)
    return [
        _lead(row, campaign, list_names[row.list_id], tuple(numbers.get(row.id, ())), past) for row in rows
    ]


async def stranger_at(connection: AsyncConnection, campaign: str, number: LeadNumber, since_us: int) -> Lead:
    """Return a lead for somebody who stands in no list of the campaign, with what is known of the number."""
    listed = await listed_among(connection, campaign, [number.number])
    attempts = await _attempts_of(connection, [number.number], [number.number], since_us)
    past = tuple(past_attempt(_RECORD.decode(each.body), each.campaign) for each in attempts)
    return stranger(campaign, number, past, listed.get(number.number, ()))


async def past_of(
    connection: AsyncConnection, called: Sequence[tuple[str, str]], since_us: int
) -> list[tuple[PastAttempt, ...]]:
    """Return the attempts at each (person, number) since that instant, oldest first."""
    persons, numbers = [person_id for person_id, _ in called], [number for _, number in called]
    rows = await _attempts_of(connection, persons, numbers, since_us) if called else []
    return [_past_among(rows, person_id, {number}) for person_id, number in called]


async def listed_among(
    connection: AsyncConnection, campaign: str, numbers: Iterable[str]
) -> dict[str, tuple[str, ...]]:
    """Return what forbids each of `numbers` to `campaign`; those that nothing forbids are left out."""
    wanted = list(dict.fromkeys(numbers))
    found: dict[str, list[str]] = {}
    for entries in chunks(dict.fromkeys(entry for number in wanted for entry in entries_for(number))):
        for row in await connection.execute(_LISTED, {"entries": entries}):
            found.setdefault(row.number, []).append(row.listing)
    return told_of(wanted, found, campaign)


def chunks(values: Iterable[T]) -> Iterator[list[T]]:
    """Part `values` into lists that one query takes, each `filled_up`."""
    rest = iter(values)
    while chunk := list(islice(rest, VALUES_MAX)):
        yield filled_up(chunk)


def filled_up(values: Sequence[T]) -> list[T]:
    """Return `values` for an `IN`, the last repeated until they are a power of two.

    A list of another length is another statement, and drivers keep the last hundred of those: with thousands
    of values in each they would take more memory than an import.
    """
    wanted = 1 << (len(values) - 1).bit_length()
    return [*values, *repeat(values[-1], wanted - len(values))] if values else []


async def _numbers_of(
    connection: AsyncConnection, campaign: str, ids: Sequence[int]
) -> dict[int, list[LeadNumber]]:
    """Return the numbers of each lead, with what forbids them to `campaign`."""
    rows = await connection.execute(_NUMBERS, {"ids": filled_up(ids)})
    numbers: dict[int, list[LeadNumber]] = {}
    for (lead_id, _), of_number in groupby(rows, key=lambda row: (row.lead_id, row.place)):
        row, *more = of_number
        listings = [each.listing for each in (row, *more) if each.listing is not None]
        numbers.setdefault(lead_id, []).append(
            LeadNumber(
                number=row.number,
                kind=row.kind,
                country=row.country,
                zones=tuple(row.zones.split()),
                regions=tuple(row.regions.split()),
                listed_on=told(listings, campaign),
            )
        )
    return numbers


async def _attempts_of(
    connection: AsyncConnection, persons: Sequence[str], numbers: Sequence[str], since_us: int
) -> list[AnyRow]:
    asked = {"persons": filled_up(persons), "numbers": filled_up(numbers), "since_us": since_us}
    return list(await connection.execute(_ATTEMPTS, asked))


def _lead(
    row: AnyRow,
    campaign: str,
    list_name: str,
    numbers: tuple[LeadNumber, ...],
    attempts: Sequence[AnyRow],
) -> Lead:
    own = {number.number for number in numbers}
    return Lead(
        lead_id=str(row.id),
        campaign=campaign,
        list_name=list_name,
        person_id=row.person_id,
        external_id=row.external_id,
        name=row.name,
        tier=row.tier,
        customer_id=row.customer_id,
        language=row.language,
        numbers=numbers,
        attempts=row.attempts,
        past=_past_among(attempts, row.person_id, own),
        owner=row.owner,
        callback=row.callback,
        fields=tuple((name, value) for name, value in row.fields),
    )


def _past_among(
    attempts: Sequence[AnyRow], person_id: str, numbers: Collection[str]
) -> tuple[PastAttempt, ...]:
    """Return those of the attempts that were at this person, or at one of these numbers."""
    return tuple(
        past_attempt(_RECORD.decode(attempt.body), attempt.campaign)
        for attempt in attempts
        if attempt.person_id == person_id or attempt.number in numbers
    )


def _entries_for(number: InstrumentedAttribute[str]) -> list[ColumnExpressionArgument[str]]:
    """Return what `crm.leads.listings.entries_for` does, as expressions of a column."""
    first, star = literal_column("1", Integer), literal_column("'*'", String)
    ends = (literal_column(str(digits + 1), Integer) for digits in range(1, AREA_DIGITS_MAX + 1))
    return [number, *(func.substr(number, first, end).concat(star) for end in ends)]


# Every entry that would forbid a number is looked up beside it: to ask for them one by one, with values of
# their own, took half the time of a lease.
_NUMBERS = (
    select(LeadNumberRow.__table__, ListedNumberRow.listing)
    .outerjoin(ListedNumberRow, ListedNumberRow.number.in_(_entries_for(LeadNumberRow.number)))
    .where(LeadNumberRow.lead_id.in_(bindparam("ids", expanding=True)))
    .order_by(LeadNumberRow.lead_id, LeadNumberRow.place)
)
_LISTED = select(ListedNumberRow.number, ListedNumberRow.listing).where(
    ListedNumberRow.number.in_(bindparam("entries", expanding=True))
)
_ATTEMPTS = (
    select(AttemptRow.person_id, AttemptRow.number, AttemptRow.body, CampaignRow.name.label("campaign"))
    .join(CampaignRow, CampaignRow.id == AttemptRow.campaign_id)
    .where(
        or_(
            AttemptRow.person_id.in_(bindparam("persons", expanding=True)),
            AttemptRow.number.in_(bindparam("numbers", expanding=True)),
        ),
        AttemptRow.dialed_us >= bindparam("since_us"),
    )
    .order_by(AttemptRow.dialed_us, AttemptRow.attempt_id)
)
_RECORD = json_text.Decoder(AttemptRecord)

"""Do-not-call lists as people look after them: who stands on them, on which, why, and since when.

Registers are looked at only: they are renewed as a whole (`crm.leads.records.LeadSink.renew_register`).
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, delete, or_, select

from core.model.campaign_results import Forbidden, ListedEntry
from core.model.lead_orders import ListNumber
from core.ports import LeadStore
from crm.database import Database
from crm.leads.listings import entries_for, listing_key
from crm.leads.memory import MemoryLeadStore
from crm.leads.models import ListedNumberRow
from crm.leads.numbers import NumberReader, entry_of

_ENTRY = (ListedNumberRow.number, ListedNumberRow.listing, ListedNumberRow.reason, ListedNumberRow.at_us)


async def forbid(
    store: LeadStore, region: str, texts: Sequence[str], campaign: str, reason: str
) -> Forbidden:
    """Put numbers and areas on the list of a campaign, or of the house; none where one is no number."""
    reader = NumberReader(region)
    entries = [entry_of(text, reader) for text in texts]
    wrong = tuple(text for text, entry in zip(texts, entries, strict=True) if not entry)
    if wrong:
        return Forbidden((), wrong)
    for entry in entries:
        order = ListNumber(campaign=campaign, number=entry, reason=reason, everywhere=not campaign)
        await store.list_number(order)
    return Forbidden(tuple(entries), ())


class SqlNumberLists:
    """`web.ports.NumberLists` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, store: LeadStore, region: str) -> None:
        self._database = database
        self._store = store
        self._region = region

    async def listed(self, after: tuple[str, str], count: int) -> Sequence[ListedEntry]:
        """Return entries in the order of number and list."""
        number, listing = after
        query = (
            select(*_ENTRY)
            .where(
                or_(
                    ListedNumberRow.number > number,
                    and_(ListedNumberRow.number == number, ListedNumberRow.listing > listing),
                )
            )
            .order_by(ListedNumberRow.number, ListedNumberRow.listing)
            .limit(count)
        )
        async with self._database.reading() as connection:
            return [ListedEntry(*row) for row in await connection.execute(query)]

    async def against(self, text: str) -> Sequence[ListedEntry]:
        """Return what forbids a number."""
        entry = entry_of(text, NumberReader(self._region))
        query = select(*_ENTRY).where(ListedNumberRow.number.in_(entries_for(entry or text)))
        async with self._database.reading() as connection:
            return [ListedEntry(*row) for row in await connection.execute(query.order_by(*_ENTRY[:2]))]

    async def forbid(self, texts: Sequence[str], campaign: str, reason: str) -> Forbidden:
        """Put numbers and areas on a list."""
        return await forbid(self._store, self._region, texts, campaign, reason)

    async def allow(self, text: str, campaign: str) -> bool:
        """Take a number or an area off a list."""
        entry = entry_of(text, NumberReader(self._region))
        going = delete(ListedNumberRow).where(
            ListedNumberRow.number == entry, ListedNumberRow.listing == listing_key(campaign)
        )
        async with self._database.writing() as connection:
            return bool((await connection.execute(going)).rowcount)


class MemoryNumberLists:
    """The same in memory."""

    def __init__(self, store: MemoryLeadStore, region: str) -> None:
        self._store = store
        self._region = region

    async def listed(self, after: tuple[str, str], count: int) -> Sequence[ListedEntry]:
        """Return entries in the order of number and list."""
        return [each for each in self._entries() if (each.number, each.listing) > after][:count]

    async def against(self, text: str) -> Sequence[ListedEntry]:
        """Return what forbids a number."""
        wanted = entries_for(entry_of(text, NumberReader(self._region)) or text)
        return [each for each in self._entries() if each.number in wanted]

    async def forbid(self, texts: Sequence[str], campaign: str, reason: str) -> Forbidden:
        """Put numbers and areas on a list."""
        return await forbid(self._store, self._region, texts, campaign, reason)

    async def allow(self, text: str, campaign: str) -> bool:
        """Take a number or an area off a list."""
        entry = entry_of(text, NumberReader(self._region))
        return self._store.listed.get(entry, {}).pop(listing_key(campaign), None) is not None

    def _entries(self) -> list[ListedEntry]:
        return sorted(
            ListedEntry(number, listing, reason, at_us)
            for number, listings in self._store.listed.items()
            for listing, (at_us, reason) in listings.items()
        )

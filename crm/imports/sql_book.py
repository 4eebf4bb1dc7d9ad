"""The book of imports in a database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, insert, select, update

from core.kernel import json_text
from core.kernel.record import asdict, replace
from core.model.list_import import AT_WORK, ImportState, ListImport, MappingTemplate
from crm.database import Database
from crm.imports.models import ListImportRow, ListMappingRow

_DECODER = json_text.Decoder(ListImport)
OVER = (ImportState.CANCELLED.value, ImportState.FAILED.value)
UNFINISHED = (ImportState.RECEIVED.value, *sorted(AT_WORK))


class SqlImportBook:
    """`crm.imports.book.ImportBook` on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, new: ListImport) -> ListImport:
        """Keep a new import; the id is the database's."""
        async with self._database.writing() as connection:
            adding = insert(ListImportRow).values(_columns(new)).returning(ListImportRow.id)
            added = replace(new, import_id=str((await connection.execute(adding)).scalar_one()))
            await connection.execute(_changing(added))
        return added

    async def keep(self, changed: ListImport) -> None:
        """Keep an import as it is now."""
        async with self._database.writing() as connection:
            await connection.execute(_changing(changed))

    async def find(self, import_id: str) -> ListImport | None:
        """Return an import."""
        return await self._one(ListImportRow.id == _number(import_id))

    async def newest(self, campaign: str, before: str, count: int) -> Sequence[ListImport]:
        """Return imports, the newest first."""
        query = _NEWEST.limit(count)
        if campaign:
            query = query.where(ListImportRow.campaign == campaign)
        if before:
            query = query.where(ListImportRow.id < _number(before))
        return await self._all(query)

    async def of_key(self, key: str) -> ListImport | None:
        """Return the import of an idempotency key."""
        return await self._one(ListImportRow.order_key == key)

    async def last_of(self, campaign: str, list_name: str) -> ListImport | None:
        """Return the newest import into a list that came to something, or may yet."""
        return await self._one(
            ListImportRow.campaign == campaign,
            ListImportRow.list_name == list_name,
            ListImportRow.state.not_in(OVER),
        )

    async def unfinished(self) -> Sequence[ListImport]:
        """Return those to go on with, the oldest first."""
        return (await self._all(_NEWEST.where(ListImportRow.state.in_(UNFINISHED))))[::-1]

    async def forget(self, import_id: str) -> None:
        """Forget an import."""
        async with self._database.writing() as connection:
            await connection.execute(delete(ListImportRow).where(ListImportRow.id == _number(import_id)))

    async def templates(self, campaign: str) -> Sequence[MappingTemplate]:
        """Return the mappings of a campaign by name."""
        columns = ListMappingRow.__table__.columns
        query = select(*columns).where(ListMappingRow.campaign == campaign).order_by(ListMappingRow.name)
        async with self._database.reading() as connection:
            return [MappingTemplate(**row) for row in (await connection.execute(query)).mappings()]

    async def keep_template(self, template: MappingTemplate) -> None:
        """Keep a mapping in place of one of the same name."""
        adding = self._database.insert(ListMappingRow).values(asdict(template))
        adding = adding.on_conflict_do_update(
            index_elements=["campaign", "name"], set_={"mapping": adding.excluded.mapping}
        )
        async with self._database.writing() as connection:
            await connection.execute(adding)

    async def forget_template(self, campaign: str, name: str) -> bool:
        """Forget a mapping."""
        going = delete(ListMappingRow).where(ListMappingRow.campaign == campaign, ListMappingRow.name == name)
        async with self._database.writing() as connection:
            return bool((await connection.execute(going)).rowcount)

    async def _one(self, *which: ColumnElement[bool]) -> ListImport | None:
        found = await self._all(_NEWEST.where(*which).limit(1))
        return found[0] if found else None

    async def _all(self, query: Select[*tuple[Any, ...]]) -> list[ListImport]:
        async with self._database.reading() as connection:
            return [_DECODER.decode(body) for body in (await connection.execute(query)).scalars()]


def _columns(kept: ListImport) -> dict[str, Any]:
    return {
        "campaign": kept.order.campaign,
        "list_name": kept.order.list_name,
        "order_key": kept.order.key,
        "state": kept.state.value,
        "body": json_text.encode(kept).decode(),
    }


def _changing(kept: ListImport) -> Any:
    return update(ListImportRow).where(ListImportRow.id == _number(kept.import_id)).values(_columns(kept))


def _number(import_id: str) -> int:
    """Return the number an id is; one that no import has where it is none."""
    return int(import_id) if import_id.isascii() and import_id.isdigit() and len(import_id) < 19 else -1


_NEWEST = select(ListImportRow.body).order_by(ListImportRow.id.desc())

"""The book of imports: what the office remembers over a restart, in SQL or in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from core.model.list_import import ListImport, MappingTemplate


class ImportBook(Protocol):
    """Imports by their ids, which are numbers that grow, and mappings by their names.

    Raises `OSError` or `TimeoutError` where the store is away.
    """

    async def add(self, new: ListImport) -> ListImport:
        """Keep a new import; return it with the id it gets, whatever id it came with."""
        ...

    async def keep(self, changed: ListImport) -> None:
        """Keep an import as it is now."""
        ...

    async def find(self, import_id: str) -> ListImport | None:
        """Return an import."""
        ...

    async def newest(self, campaign: str, before: str, count: int) -> Sequence[ListImport]:
        """Return up to `count` imports before the id `before`, the newest first.

        Those of one campaign, or of all where `campaign` is empty; from the very newest where `before` is.
        """
        ...

    async def of_key(self, key: str) -> ListImport | None:
        """Return the import that was ordered with an idempotency key."""
        ...

    async def last_of(self, campaign: str, list_name: str) -> ListImport | None:
        """Return the newest import into a list that was neither cancelled nor failed."""
        ...

    async def unfinished(self) -> Sequence[ListImport]:
        """Return those that a program which is gone left waiting or at work, the oldest first."""
        ...

    async def forget(self, import_id: str) -> None:
        """Forget an import."""
        ...

    async def templates(self, campaign: str) -> Sequence[MappingTemplate]:
        """Return the mappings of a campaign by name."""
        ...

    async def keep_template(self, template: MappingTemplate) -> None:
        """Keep a mapping; one of the same name goes."""
        ...

    async def forget_template(self, campaign: str, name: str) -> bool:
        """Forget a mapping; return whether there was one."""
        ...

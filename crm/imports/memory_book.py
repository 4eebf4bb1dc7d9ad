"""The book of imports in memory: for the demonstration and tests."""

from __future__ import annotations

from collections.abc import Sequence

from core.kernel.record import replace
from core.model.list_import import ListImport, MappingTemplate
from crm.imports.sql_book import OVER, UNFINISHED


class MemoryImportBook:
    """`crm.imports.book.ImportBook` in dictionaries."""

    def __init__(self) -> None:
        self._imports: dict[str, ListImport] = {}
        self._templates: dict[tuple[str, str], MappingTemplate] = {}
        self._count = 0

    async def add(self, new: ListImport) -> ListImport:
        """Keep a new import; ids are counted."""
        self._count += 1
        added = replace(new, import_id=str(self._count))
        self._imports[added.import_id] = added
        return added

    async def keep(self, changed: ListImport) -> None:
        """Keep an import as it is now."""
        if changed.import_id in self._imports:
            self._imports[changed.import_id] = changed

    async def find(self, import_id: str) -> ListImport | None:
        """Return an import."""
        return self._imports.get(import_id)

    async def newest(self, campaign: str, before: str, count: int) -> Sequence[ListImport]:
        """Return imports, the newest first."""
        found = (
            each
            for each in reversed(self._imports.values())
            if campaign in ("", each.order.campaign) and (not before or int(each.import_id) < int(before))
        )
        return [each for each, _ in zip(found, range(count), strict=False)]

    async def of_key(self, key: str) -> ListImport | None:
        """Return the import of an idempotency key."""
        return next((each for each in self._imports.values() if each.order.key == key), None)

    async def last_of(self, campaign: str, list_name: str) -> ListImport | None:
        """Return the newest import into a list that came to something, or may yet."""
        place = campaign, list_name
        for each in reversed(self._imports.values()):
            if (each.order.campaign, each.order.list_name) == place and each.state not in OVER:
                return each
        return None

    async def unfinished(self) -> Sequence[ListImport]:
        """Return those to go on with, the oldest first."""
        return [each for each in self._imports.values() if each.state in UNFINISHED]

    async def forget(self, import_id: str) -> None:
        """Forget an import."""
        self._imports.pop(import_id, None)

    async def templates(self, campaign: str) -> Sequence[MappingTemplate]:
        """Return the mappings of a campaign by name."""
        return [each for (of, _), each in sorted(self._templates.items()) if of == campaign]

    async def keep_template(self, template: MappingTemplate) -> None:
        """Keep a mapping in place of one of the same name."""
        self._templates[template.campaign, template.name] = template

    async def forget_template(self, campaign: str, name: str) -> bool:
        """Forget a mapping."""
        return self._templates.pop((campaign, name), None) is not None

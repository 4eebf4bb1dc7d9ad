"""The book of imports keeps what it is told, in memory as in a database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.kernel.record import replace
from core.model.list_import import (
    Example,
    ImportFindings,
    ImportOrder,
    ImportState,
    ListImport,
    MappingTemplate,
)
from crm.imports.book import ImportBook
from crm.imports.memory_book import MemoryImportBook
from crm.imports.sql_book import SqlImportBook
from tests.services.clocks import NOON_US
from tests.services.databases import SQL, opened


@pytest.fixture(params=["memory", *SQL])
async def book(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ImportBook]:
    if request.param == "memory":
        yield MemoryImportBook()
        return
    async with opened(request, tmp_path) as database:
        yield SqlImportBook(database)


def an_import(campaign: str = "sales", list_name: str = "spring", key: str = "") -> ListImport:
    order = ImportOrder(campaign=campaign, list_name=list_name, filename="leads.csv", key=key)
    return ListImport(
        import_id="", order=order, created_us=NOON_US, changed_us=NOON_US, file_hash="ab", size_bytes=7
    )


async def test_an_import_is_found_as_it_was_left(book: ImportBook) -> None:
    first, second = await book.add(an_import()), await book.add(an_import(key="k-7"))
    assert int(second.import_id) > int(first.import_id)
    findings = ImportFindings(
        read=7, size=7, verdicts={"new": 2}, examples=(Example(line=3, why="bad_number", value="12"),)
    )
    checked = replace(first, state=ImportState.CHECKED, findings=findings, samples=(("Ada", "2025550123"),))
    await book.keep(checked)
    assert await book.find(first.import_id) == checked
    assert await book.of_key("k-7") == second
    assert await book.find("999") is None
    assert await book.find("x") is None


async def test_the_newest_come_first_page_by_page(book: ImportBook) -> None:
    kept = [await book.add(an_import(campaign)) for campaign in ("sales", "debts", "sales", "sales")]
    page = await book.newest("sales", "", 2)
    assert list(page) == [kept[3], kept[2]]
    assert list(await book.newest("sales", page[-1].import_id, 2)) == [kept[0]]
    assert list(await book.newest("", "", 9)) == kept[::-1]
    await book.forget(kept[3].import_id)
    assert list(await book.newest("", "", 1)) == [kept[2]]


async def test_only_what_came_to_something_counts_as_the_last_of_a_list(book: ImportBook) -> None:
    loaded = await book.add(replace(an_import(), state=ImportState.LOADED))
    await book.add(replace(an_import(), state=ImportState.CANCELLED))
    await book.add(an_import(list_name="autumn"))
    assert await book.last_of("sales", "spring") == loaded
    assert await book.last_of("debts", "spring") is None


async def test_what_was_left_at_work_is_gone_on_with_in_its_order(book: ImportBook) -> None:
    kept = [await book.add(replace(an_import(), state=state)) for state in ImportState]
    assert list(await book.unfinished()) == [
        one for one in kept if one.state in (ImportState.RECEIVED, ImportState.CHECKING, ImportState.LOADING)
    ]


async def test_a_campaign_keeps_its_mappings(book: ImportBook) -> None:
    old = MappingTemplate(campaign="sales", name="fair", mapping={"Tel.": "phone"})
    new = replace(old, mapping={"Tel.": "mobile", "Stand": ""})
    for template in (old, replace(old, name="agency"), replace(old, campaign="debts"), new):
        await book.keep_template(template)
    assert [one.name for one in await book.templates("sales")] == ["agency", "fair"]
    assert (await book.templates("sales"))[1] == new
    assert await book.forget_template("sales", "fair")
    assert not await book.forget_template("sales", "fair")

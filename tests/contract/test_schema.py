"""The migrations make exactly the tables that the models declare, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

import crm.imports.models
import crm.leads.models
import crm.people_models  # noqa: F401 - declare their tables
from crm.database import Database, DatabaseSettings
from crm.models import Base
from crm.schema import migration_config, upgrade, why_not_current


def _differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))


async def test_migrations_and_models_agree(database: Database) -> None:
    async with database.reading() as connection:
        assert await connection.run_sync(_differences) == []


async def test_upgrading_again_changes_nothing(database: Database) -> None:
    await upgrade(database)
    async with database.reading() as connection:
        assert await connection.run_sync(_differences) == []


async def test_the_first_migration_can_be_taken_back(database: Database) -> None:
    async with database.writing() as connection:
        await connection.run_sync(lambda c: command.downgrade(migration_config(c), "base"))
    async with database.reading() as connection:
        tables = await connection.run_sync(lambda c: inspect(c).get_table_names())
    assert tables == ["alembic_version"]


@pytest.mark.parametrize(
    ("revision", "told"),
    [
        ("head", ""),
        ("base", "it has no tables of Goldline: start the engine first, which makes its tables"),
        ("0001", "its schema is 0001, older than our"),
    ],
)
async def test_schema_is_judged_without_being_touched(database: Database, revision: str, told: str) -> None:
    async with database.writing() as connection:
        await connection.run_sync(lambda c: command.downgrade(migration_config(c), revision))
    for _ in range(2):
        found = await why_not_current(database)
        assert found.startswith(told) if told else not found


async def test_schema_of_a_later_version_is_told(database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert (await why_not_current(database)).startswith("its schema is 9999, newer than")


async def test_looking_for_a_file_does_not_make_it(tmp_path: Path) -> None:
    file = tmp_path / "goldline.db"
    database = Database(DatabaseSettings(url=f"sqlite:///{file}"))
    assert "no such file" in await why_not_current(database)
    await database.close()
    assert not file.exists()

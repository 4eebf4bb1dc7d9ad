"""The migrations make exactly the tables that the models declare, on both databases."""

from __future__ import annotations

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

import crm.imports.models
import crm.leads.models
import crm.people_models  # noqa: F401 - declare their tables
from crm.database import Database
from crm.models import Base
from crm.schema import migration_config, upgrade


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

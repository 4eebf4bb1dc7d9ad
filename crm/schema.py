"""Bring a database to the newest schema, by the migrations that ship inside the package."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from crm.database import Database

# Any fixed number of ours: two engines starting at once take turns on PostgreSQL.
_UPGRADE_LOCK = 7_465_319


async def upgrade(database: Database) -> None:
    """Apply the migrations that `database` lacks; a database already up to date stays as it is.

    Raises `OSError` or `TimeoutError` where the database is away.
    """
    async with database.writing() as connection:
        if database.dialect == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})
        await connection.run_sync(_upgrade)


def migration_config(connection: Connection) -> Config:
    """Return Alembic's configuration for our migrations on `connection`."""
    config = Config()
    config.set_main_option("script_location", "crm:migrations")
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    command.upgrade(migration_config(connection), "head")

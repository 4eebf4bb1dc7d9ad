"""The schema of a database: brought to the newest by migrations that ship inside the package, or looked at.

An engine upgrades the database it opens. A process beside it, of another version perhaps, must not: it asks
`why_not_current` first, and leaves the tables alone.
"""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from crm.database import Database

# Any fixed number of ours: two engines starting at once take turns on PostgreSQL.
_UPGRADE_LOCK = 7_465_319
ENGINE_FIRST = "start the engine first, which makes its tables"


async def upgrade(database: Database) -> None:
    """Apply the migrations that `database` lacks; a database already up to date stays as it is.

    Raises `OSError` or `TimeoutError` where the database is away.
    """
    async with database.writing() as connection:
        if database.dialect == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})
        await connection.run_sync(_upgrade)


async def why_not_current(database: Database) -> str:
    """Return why the schema is not the one this version works with, and what to do; empty where it is.

    Nothing is made or changed, not even the file of SQLite. Raises as `upgrade` does.
    """
    if database.file is not None and not database.file.exists():
        return f"there is no such file: {ENGINE_FIRST}"
    async with database.reading() as connection:
        return await connection.run_sync(_why_not_current)


def _why_not_current(connection: Connection) -> str:
    scripts = ScriptDirectory.from_config(migration_config(connection))
    newest, found = scripts.get_current_head(), MigrationContext.configure(connection).get_current_revision()
    if found == newest:
        return ""
    if found is None:
        return f"it has no tables of Goldline: {ENGINE_FIRST}"
    if found in {script.revision for script in scripts.walk_revisions()}:
        return f"its schema is {found}, older than our {newest}: start the engine of this version first"
    return f"its schema is {found}, newer than our {newest}: install the version of the engine"


def migration_config(connection: Connection) -> Config:
    """Return Alembic's configuration for our migrations on `connection`."""
    config = Config()
    config.set_main_option("script_location", "crm:migrations")
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    command.upgrade(migration_config(connection), "head")

"""Empty databases with our tables in them, for tests that run against each kind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from crm.database import Database, DatabaseSettings
from crm.schema import upgrade

SQL = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
"""The parameters of a fixture that calls `opened`."""


def settings_of(request: pytest.FixtureRequest, folder: Path) -> DatabaseSettings:
    """Return where a new database of the kind is that `request.param` names."""
    if request.param == "sqlite":
        return DatabaseSettings(url=f"sqlite:///{folder / 'goldline.db'}")
    settings: DatabaseSettings = request.getfixturevalue("postgres_settings")
    return settings


@asynccontextmanager
async def opened(request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[Database]:
    """Open the empty database that `request.param` names."""
    database = Database(settings_of(request, folder))
    await upgrade(database)
    yield database
    await database.close()

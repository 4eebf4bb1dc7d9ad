"""A web process apart takes the engine's database as it is, or says in one line why it cannot."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from core.kernel.errors import ConfigError
from crm.schema import ENGINE_FIRST
from goldline.config import load_config
from goldline.roles import ServeRole
from goldline.serve import run_server
from goldline.stores import join_database, open_database

CONFIG = """
schema = 1

[crm]
url = "{url}"

[queues.counter]

[ivr]
flows = ["straight.toml"]
default = "straight"
"""
FLOW = Path(__file__).parents[2] / "services" / "flows" / "straight.toml"


def configured(folder: Path, url: str) -> Path:
    (folder / "straight.toml").write_text(FLOW.read_text())
    path = folder / "goldline.toml"
    path.write_text(CONFIG.format(url=url))
    return path


async def test_web_process_without_the_engines_database_stops_and_makes_none(tmp_path: Path) -> None:
    file = tmp_path / "goldline.db"
    with pytest.raises(ConfigError) as stopped:
        await run_server(configured(tmp_path, f"sqlite:///{file}"), ServeRole.WEB)
    assert str(stopped.value) == f"crm.url: found 'sqlite:///{file}'; there is no such file: {ENGINE_FIRST}"
    assert not file.exists()


async def test_empty_database_is_not_filled_by_a_web_process(tmp_path: Path) -> None:
    file = tmp_path / "goldline.db"
    file.touch()
    with pytest.raises(ConfigError, match="no tables of Goldline"):
        await run_server(configured(tmp_path, f"sqlite:///{file}"), ServeRole.WEB)
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("SELECT name FROM sqlite_master").fetchall() == []


async def test_database_that_is_away_is_named_without_its_password(tmp_path: Path) -> None:
    # Nobody listens at port 1.
    path = configured(tmp_path, "postgresql://goldline:very-secret@127.0.0.1:1/goldline")
    with pytest.raises(
        OSError, match=r"crm\.url: found 'postgresql://goldline:\*\*\*@127\.0\.0\.1:1"
    ) as away:
        await run_server(path, ServeRole.WEB)
    assert "very-secret" not in str(away.value)


async def test_database_that_an_engine_has_made_is_joined(tmp_path: Path) -> None:
    config = load_config(configured(tmp_path, f"sqlite:///{tmp_path / 'goldline.db'}"))
    async with open_database(config), join_database(config) as joined:
        assert joined.file == tmp_path / "goldline.db"

"""What keeps the program from starting is named: the key, and who or what is in the way."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from core.kernel.errors import RequestRefused
from goldline.campaign.door import start
from goldline.config import load_config
from goldline.stores import open_stores
from goldline.wall_clock import WallClock
from tests.services.ports import LOOPBACK, free_tcp_port
from tests.unit.goldline.test_campaign_door import TOKEN, add, config, live_engine
from tests.unit.goldline.test_command_line import Run, goldline

__all__ = ["config", "goldline"]  # fixtures


@pytest.mark.parametrize("taken", ["agi", "desk", "work_door"])
async def test_a_port_that_is_taken_is_named_by_its_key(
    config: Path, taken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(config.parent)
    with socket.create_server((LOOPBACK, 0)) as other:
        for door in ("agi", "desk", "work_door"):
            port = other.getsockname()[1] if door == taken else free_tcp_port()
            add(config, f'[{door}]\nport = {port}\ntoken = "{TOKEN}"\n')
        with pytest.raises(OSError, match=rf"^{taken}\.port: .*address already in use"):
            async with live_engine(config):
                pass


@pytest.mark.parametrize(
    "url", ["postgresql://goldline:sesame@127.0.0.1:1/centre", "sqlite:////nowhere/at/all.sqlite3"]
)
def test_a_database_that_is_away_is_named_without_its_password(goldline: Run, config: Path, url: str) -> None:
    text = config.read_text().splitlines()
    config.write_text("\n".join(f'url = "{url}"' if line.startswith("url") else line for line in text))
    refused = goldline("campaign", "start", "spring", "-c", config)
    assert refused.status == 2
    assert refused.err.startswith("goldline: error: crm.url: found ")
    assert "sesame" not in refused.err


async def test_a_campaign_is_not_said_to_dial_where_an_engine_has_the_spool(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(config.parent)
    async with open_stores(load_config(config), WallClock()):
        with pytest.raises(RequestRefused, match=r"another goldline runs with it; \[work_door\]"):
            await start("spring", config)


async def test_a_new_database_is_for_its_owner_alone(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(config.parent)
    async with open_stores(load_config(config), WallClock()):
        modes = {path.name: path.stat().st_mode & 0o077 for path in config.parent.glob("campaign.sqlite3*")}
    assert set(modes) == {"campaign.sqlite3", "campaign.sqlite3-wal", "campaign.sqlite3-shm"}
    assert set(modes.values()) == {0}

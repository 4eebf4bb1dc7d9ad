"""A file that anybody may read keeps no secret: who checks a configuration is warned of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from goldline.config import load_config
from goldline.secrets_check import check_secrets

CENTRE = """\
schema = 1
include = ["doors.toml"]
[crm]
url = "sqlite:///centre.sqlite3"
[queues.sales]
requirements = { sales = 1 }
[ivr]
flows = ["straight.toml"]
default = "straight"
"""
DOORS = """\
[metrics]
token = "none-but-monitors"
"""


def warned_of(folder: Path, doors: str, mode: int) -> list[str]:
    (folder / "goldline.toml").write_text(CENTRE)
    (folder / "goldline.toml").chmod(0o644)
    (folder / "doors.toml").write_text(doors)
    (folder / "doors.toml").chmod(mode)
    path = folder / "goldline.toml"
    return [str(finding) for finding in check_secrets(load_config(path), path)]


def test_the_file_with_the_secret_is_named_and_not_the_secret(tmp_path: Path) -> None:
    (warning,) = warned_of(tmp_path, DOORS, 0o644)
    assert f"{tmp_path}/doors.toml: anybody on this machine may read metrics.token" in warning
    assert "none-but-monitors" not in warning


@pytest.mark.parametrize("mode", [0o600, 0o640])
def test_a_file_of_its_owner_or_group_is_well(tmp_path: Path, mode: int) -> None:
    assert warned_of(tmp_path, DOORS, mode) == []


def test_where_nothing_is_secret_anybody_may_read(tmp_path: Path) -> None:
    assert warned_of(tmp_path, "[metrics]\nport = 8090\n", 0o644) == []


def test_one_warning_is_enough_for_a_file(tmp_path: Path) -> None:
    secrets = DOORS + '[bus]\npassword = "sesame"\n'
    assert len(warned_of(tmp_path, secrets, 0o644)) == 1

"""Mistakes planted in rules are found, each by its own finding, and nothing is found in what is sound.

Each file in `rule_files/planted` says above its tables what is to be found in it, word for word.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from core.kernel.errors import ConfigError
from goldline.check import check_file
from goldline.rules_check import RulesRefused
from ivr.loader import load_flow

FILES = Path(__file__).parent / "rule_files"
PLANTED = sorted((FILES / "planted").glob("*.toml"))
UNUSUAL = sorted((FILES / "sound").glob("*.toml"))
ROOT = Path(__file__).parents[3]
SHIPPED = [
    path
    for folder in ("examples", "goldline/demo", "goldline/starter")
    for path in sorted((ROOT / folder).rglob("*.toml"))
    if any(mark in path.read_text("utf-8") for mark in ("engine_config =", "\n[ivr]"))
]

FLOWS = sorted((ROOT / "examples").rglob("*menu.toml"))


def found_in(path: Path) -> list[str]:
    """Return what is found in the rules; who may read a file of the sources is another matter."""
    try:
        return [
            str(finding) for finding in check_file(path).warnings if "on this machine" not in finding.what
        ]
    except RulesRefused as refused:
        return [str(finding) for finding in refused.findings]


@pytest.mark.parametrize("path", PLANTED, ids=lambda path: path.stem)
def test_planted_mistake_is_found_and_nothing_else(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    expected = [line.removeprefix("# ") for line in lines if line.startswith(("# error: ", "# warning: "))]
    assert len(expected) == 1
    assert found_in(path) == expected


def test_there_are_mistakes_of_many_kinds() -> None:
    assert len(PLANTED) >= 20


@pytest.mark.parametrize("path", UNUSUAL, ids=lambda path: path.stem)
def test_nothing_is_found_in_what_is_merely_unusual(path: Path) -> None:
    assert found_in(path) == []


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_found_in_what_is_shipped(path: Path) -> None:
    assert found_in(path) == []


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: str(path.relative_to(ROOT)))
def test_flow_is_checked_alone(path: Path) -> None:
    assert check_file(path).holds.startswith(f"flow {load_flow(path).name}: ")


def test_flow_that_leads_nowhere_is_refused_alone(tmp_path: Path) -> None:
    path = tmp_path / "menu.toml"
    path.write_text(
        (ROOT / "examples/rules/menu.toml").read_text("utf-8").replace('next = "who"', 'next = "whom"')
    )
    with pytest.raises(ConfigError, match="whom"):
        check_file(path)

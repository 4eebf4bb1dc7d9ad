"""Mistakes planted in rules are found, each by its own finding, and nothing is found in what is sound.

Each file in `mistakes` says above its tables what is to be found in it, word for word.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from core.kernel.errors import ConfigError
from goldline.check import check_file
from goldline.rules_check import RulesRefused

MISTAKES = sorted(Path(__file__).parent.glob("mistakes/*.toml"))
ROOT = Path(__file__).parents[3]
SOUND = [
    path
    for folder in ("examples", "goldline/demo", "goldline/starter")
    for path in sorted((ROOT / folder).rglob("*.toml"))
    if any(mark in path.read_text("utf-8") for mark in ("engine_config =", "\n[ivr]"))
]


def found_in(path: Path) -> list[str]:
    try:
        return [str(finding) for finding in check_file(path).warnings]
    except RulesRefused as refused:
        return [str(finding) for finding in refused.findings]


@pytest.mark.parametrize("path", MISTAKES, ids=lambda path: path.stem)
def test_planted_mistake_is_found_and_nothing_else(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    expected = [line.removeprefix("# ") for line in lines if line.startswith(("# error: ", "# warning: "))]
    assert len(expected) == 1
    assert found_in(path) == expected


def test_there_are_mistakes_of_many_kinds() -> None:
    assert len(MISTAKES) >= 20


@pytest.mark.parametrize("path", SOUND, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_found_in_what_is_shipped(path: Path) -> None:
    assert found_in(path) == []


def test_centre_of_the_mistakes_is_sound(tmp_path: Path) -> None:
    common = MISTAKES[0].parent / "common"
    path = tmp_path / "centre.toml"
    path.write_text((common / "centre.toml").read_text("utf-8").replace("common/", f"{common}/"))
    assert found_in(path) == []


def test_key_in_two_files_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text("[tiers.gold]\nhead_start_s = 60\n")
    path = tmp_path / "goldline.toml"
    path.write_text('include = ["rules.toml"]\n[tiers.gold]\nhead_start_s = 90\n')
    with pytest.raises(ConfigError) as refused:
        check_file(path)
    assert refused.value.where == f"{tmp_path / 'rules.toml'}: tiers.gold.head_start_s"

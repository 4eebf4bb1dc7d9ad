"""The README's campaign, typed as it stands there: a list in, a day rehearsed, results and an audit out."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from tests.unit.goldline.test_command_line import Run, goldline

__all__ = ["goldline"]  # the fixture

ROOT = Path(__file__).parents[3]
PROGRAM = "    .venv/bin/goldline "


def typed(heading: str) -> list[list[str]]:
    """Return the commands of a section of the README, as a shell would part them."""
    text = (ROOT / "README.md").read_text("utf-8")
    section = text.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith(PROGRAM)]
    return [shlex.split(line.removeprefix(PROGRAM), comments=True) for line in lines]


@pytest.mark.slow
def test_five_commands_from_a_list_to_its_results(goldline: Run, tmp_path: Path) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    commands = typed("A campaign, from a list to its results")
    assert len(commands) == 5
    imported, started, rehearsed, results, audited = (goldline(*command) for command in commands)
    assert [each.status for each in (imported, started, rehearsed, results, audited)] == [0] * 5
    assert "300" in imported.out
    assert started.out == "spring dials as soon as an engine runs\n"
    assert "connected" in rehearsed.out
    assert "arm question beside offer" in results.out
    assert "no violation found" in audited.out

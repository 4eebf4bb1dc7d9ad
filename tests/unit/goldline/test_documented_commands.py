"""Every command that README and the documentation show is one that the program takes."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup

from goldline.cli import app

ROOT = Path(__file__).parents[3]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
COMMAND = re.compile(r"^(?:    )?(?:\.venv/bin/)?goldline (.*)$", re.MULTILINE)


def shown() -> Iterator[tuple[str, list[str]]]:
    """Yield each command of a page, as the words behind `goldline`."""
    for page in PAGES:
        for command in COMMAND.findall(page.read_text("utf-8")):
            yield page.name, shlex.split(command, comments=True)


def take(command: Any, words: list[str], parent: Any = None) -> None:
    """Read the words as the program would, down to the command that would run."""
    context = command.make_context(command.name, list(words), parent=parent)
    if isinstance(command, TyperGroup):
        _, chosen, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        take(chosen, rest, context)


@pytest.mark.parametrize(
    ("page", "words"), [*shown()], ids=lambda each: each if isinstance(each, str) else " ".join(each)
)
def test_documented_command_is_one(page: str, words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    take(typer.main.get_command(app), words)
    for word in words:
        if word.startswith("examples/"):
            assert Path(word).exists(), f"{page} names {word}"


@pytest.mark.parametrize("command", ["simulate day.toml --nonsense", "campaign strat spring", "people add"])
def test_command_that_is_none_is_noticed(command: str) -> None:
    with pytest.raises(Exception, match=r"No such|Missing"):
        take(typer.main.get_command(app), command.split())

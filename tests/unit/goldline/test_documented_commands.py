"""Every command that README and the documentation show is one that the program takes."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import typer

from goldline.cli import app

ROOT = Path(__file__).parents[3]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
COMMAND = re.compile(r"^(?:    )?(?:\.venv/bin/)?goldline (.*)$", re.MULTILINE)


def shown() -> Iterator[tuple[str, list[str]]]:
    """Yield each command of a page, as the words behind `goldline`."""
    for page in PAGES:
        for command in COMMAND.findall(page.read_text("utf-8")):
            yield page.name, shlex.split(command, comments=True)


def take(command: click.Command, words: list[str], parent: click.Context | None = None) -> None:
    """Read the words as the program would, down to the command that would run."""
    context = command.make_context(command.name, list(words), parent=parent)
    if isinstance(command, click.Group):
        rest = [*context._protected_args, *context.args]
        _, chosen, words = command.resolve_command(context, rest)
        assert chosen is not None
        take(chosen, words, context)


@pytest.mark.parametrize(
    ("page", "words"), [*shown()], ids=lambda each: each if isinstance(each, str) else " ".join(each)
)
def test_documented_command_is_one(page: str, words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    take(typer.main.get_command(app), words)
    for word in words:
        if word.startswith("examples/"):
            assert Path(word).exists(), f"{page} names {word}"

"""Whatever refuses an agent's or a supervisor's wish is said on the pages in words, in every language."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.kernel.errors import RequestRefused

ROOT = Path(__file__).parents[3]
WORDS = ROOT / "web" / "ui" / "src" / "lib" / "words"
REFUSING = ("agents", "routing", "cti/control")
PROGRAMS_ALONE = {"bad_requirements", "too_long", "unknown_channel", "unknown_flow", "bad_score"}
"""Refusals of what no page asks for."""


def codes(folder: str) -> Iterator[str]:
    """Yield the codes that are written where a request is refused."""
    for file in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == RequestRefused.__name__:
                code = node.args[0]
                if isinstance(code, ast.Constant):
                    yield code.value


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_refusal_has_words(language: str) -> None:
    words = json.loads((WORDS / f"{language}.json").read_text("utf-8"))
    refused = {code for folder in REFUSING for code in codes(folder)} - PROGRAMS_ALONE
    assert len(refused) > 20, "the source is read as it is written no more"
    assert sorted(code for code in refused if f"problem.{code}" not in words) == []

"""The architecture page names only what exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PLACES = re.findall(r"`([a-z_/]+\.py)` `([A-Za-z_.]+)`", PAGE)


@cache
def names_in(file: str) -> frozenset[str]:
    """Return the functions and classes of `file`, methods as `Class.method`."""
    found: set[str] = set()
    for node in ast.parse((ROOT / file).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            methods = (m for m in node.body if isinstance(m, ast.FunctionDef | ast.AsyncFunctionDef))
            found |= {f"{node.name}.{method.name}" for method in methods}
    return frozenset(found)


def test_the_page_has_places_to_check() -> None:
    assert len(PLACES) >= 30


@pytest.mark.parametrize(("file", "name"), PLACES)
def test_named_place_exists(file: str, name: str) -> None:
    assert name in names_in(file)


@pytest.mark.parametrize("file", sorted(set(re.findall(r"`([a-z_]+/[a-z_/]+\.py)`", PAGE))))
def test_named_file_exists(file: str) -> None:
    assert (ROOT / file).is_file()

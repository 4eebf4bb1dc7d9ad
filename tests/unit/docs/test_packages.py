"""What packages say of themselves names only modules that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from scripts.tree import PRODUCT

ROOT = Path(__file__).parents[3]
TOPICS_ARE_NAMED = ROOT / "web" / "views" / "__init__.py"
"""It names topics of the live connection, not modules."""
PACKAGES = sorted(
    path
    for folder in PRODUCT
    for path in (ROOT / folder).rglob("__init__.py")
    if "node_modules" not in path.parts and path != TOPICS_ARE_NAMED
)


def modules_named(package: Path) -> list[str]:
    """Return the words in the docstring that are written as modules beside it are."""
    said = ast.get_docstring(ast.parse(package.read_text(encoding="utf-8"))) or ""
    return re.findall(r"`([a-z_]+)/?`", said)


def test_packages_name_modules() -> None:
    assert sum(len(modules_named(package)) for package in PACKAGES) >= 60


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: str(path.parent.relative_to(ROOT)))
def test_named_module_exists(package: Path) -> None:
    folder = package.parent
    there = {path.stem for path in folder.iterdir()} | set(PRODUCT)
    assert [name for name in modules_named(package) if name not in there] == []

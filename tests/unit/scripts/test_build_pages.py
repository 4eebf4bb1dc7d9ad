"""The pages are built when their sources changed, and weighed."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from scripts.build_pages import BUILT, SOURCES, STAMP, BuildFailed, build, source_hash
from scripts.check_pages import weights


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a checkout whose pages were built from the sources it has."""
    (tmp_path / SOURCES / "src").mkdir(parents=True)
    (tmp_path / SOURCES / "src" / "main.ts").write_text("export {};\n")
    (tmp_path / SOURCES / "package-lock.json").write_text("{}")
    (tmp_path / BUILT).mkdir(parents=True)
    (tmp_path / BUILT / STAMP).write_text(source_hash(tmp_path))
    return tmp_path


def test_pages_of_these_sources_are_not_built_again(checkout: Path) -> None:
    assert not build(checkout)


def test_what_npm_installed_and_line_ends_are_no_change(checkout: Path) -> None:
    before = source_hash(checkout)
    (checkout / SOURCES / "node_modules").mkdir()
    (checkout / SOURCES / "node_modules" / "vite.js").write_text("vite")
    (checkout / SOURCES / "src" / "main.ts").write_bytes(b"export {};\r\n")
    assert source_hash(checkout) == before


@pytest.mark.parametrize("change", ["src/main.ts", "src/new.ts", "package-lock.json"])
def test_a_changed_source_is_a_change(checkout: Path, change: str) -> None:
    before = source_hash(checkout)
    (checkout / SOURCES / change).write_text("export const news = 1;\n")
    assert source_hash(checkout) != before


def test_who_wants_no_pages_gets_none(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOLDLINE_UI", "skip")
    (checkout / BUILT / STAMP).unlink()
    assert not build(checkout)


def test_a_build_that_fails_leaves_no_stamp(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GOLDLINE_UI", raising=False)
    (checkout / SOURCES / "src" / "main.ts").write_text("broken")
    packages = checkout / SOURCES / "node_modules"
    packages.mkdir()
    (packages / ".package-lock.json").write_text("{}")
    later = (checkout / SOURCES / "package-lock.json").stat().st_mtime + 1
    os.utime(packages / ".package-lock.json", (later, later))
    with pytest.raises(BuildFailed, match="GOLDLINE_UI=skip"):
        build(checkout)
    assert (checkout / BUILT / STAMP).read_text() != source_hash(checkout)


def test_a_page_weighs_what_it_loads_at_once(tmp_path: Path) -> None:
    chunks: dict[str, dict[str, Any]] = {
        "agent.html": {"file": "agent.js", "imports": ["shell"]},
        "wall.html": {"file": "wall.js", "imports": ["shell"], "dynamicImports": ["chart"]},
        "campaigns.html": {"file": "campaigns.js", "imports": ["shell"]},
        "shell": {"file": "shell.js", "imports": ["words"]},
        "words": {"file": "words.js"},
        "chart": {"file": "chart.js", "imports": ["words"]},
    }
    (tmp_path / ".vite").mkdir()
    (tmp_path / ".vite" / "manifest.json").write_text(json.dumps(chunks))
    for place, chunk in enumerate(chunks.values()):
        (tmp_path / chunk["file"]).write_bytes(os.urandom(1_000 * 2**place))
    found = weights(tmp_path)
    assert found["agent"] == pytest.approx(1_000 + 8_000 + 16_000, rel=0.01)
    assert found["wall"] == pytest.approx(2_000 + 8_000 + 16_000, rel=0.01)
    assert found["campaigns"] == pytest.approx(4_000 + 8_000 + 16_000, rel=0.01)
